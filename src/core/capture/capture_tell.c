/* SPDX-License-Identifier: MIT */
#include "core/capture/capture_parts.h"

#include <string.h>

static const uint64_t HANGS_NS = 180 * PMK_S_NS;

const struct pmk_layout *pmk_capture_layout(const struct pmk_capture *c)
{
	return &c->layout;
}

void pmk_capture_picture(const struct pmk_capture *c, int *width, int *height)
{
	*width = c->picture.width;
	*height = c->picture.height;
}

double pmk_capture_fps(const struct pmk_capture *c)
{
	return c->fps;
}

const char *pmk_capture_name(const struct pmk_capture *c)
{
	return c->name;
}

void pmk_capture_open_name(struct pmk_capture *c, char name[PMK_CAPTURE_NAME])
{
	pthread_mutex_lock(&c->lock);
	memcpy(name, c->open_name, sizeof c->open_name);
	pthread_mutex_unlock(&c->lock);
}

void pmk_capture_names(struct pmk_capture *c, struct pmk_source_names *names)
{
	pthread_mutex_lock(&c->lock);
	*names = c->names;
	pthread_mutex_unlock(&c->lock);
}

int pmk_capture_late(const struct pmk_capture *c)
{
	return c->late;
}

struct pmk_slot *pmk_capture_frames(struct pmk_capture *c)
{
	return &c->frames;
}

struct pmk_capture_figures pmk_capture_figures(struct pmk_capture *c)
{
	struct pmk_capture_figures figures;

	pthread_mutex_lock(&c->lock);
	figures = c->figures;
	pthread_mutex_unlock(&c->lock);
	figures.replaced = pmk_slot_replaced(&c->frames);
	return figures;
}

bool pmk_capture_hangs(struct pmk_capture *c, uint64_t now_ns)
{
	return pmk_pulse_hangs(&c->pulse, now_ns, HANGS_NS);
}

unsigned pmk_capture_generation(struct pmk_capture *c)
{
	return atomic_load(&c->generation);
}

/* SPDX-License-Identifier: MIT */
#include "io/source.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/parse.h"
#include "draw/presenter.h"
#include "image/fourcc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { POOL_FRAMES = 9, DEFAULT_WIDTH = 1280, DEFAULT_HEIGHT = 720, DEFAULT_FPS = 30, MOST_FPS = 1000 };

struct presenter_source {
	struct pmk_source source;
	struct pmk_presenter *presenter;
	struct pmk_frame_pool *pool;
	bool unpaced;
	uint64_t start_ns; /* when frame 0 was due; 0: nothing was read yet */
	uint64_t next_number;
};

static uint64_t due_ns(const struct presenter_source *s, uint64_t number)
{
	return s->start_ns + (uint64_t)((double)number * 1e9 / s->source.fps);
}

/* Wait until the next frame is due; a late reader gets the newest one. -EAGAIN: none is due before the deadline. */
static int wait_due(struct presenter_source *s, uint64_t deadline_ns)
{
	uint64_t now = pmk_clock_now_ns(), newest;

	if (!s->start_ns)
		s->start_ns = now;
	if (due_ns(s, s->next_number) > deadline_ns) {
		pmk_clock_sleep_until(deadline_ns);
		return -EAGAIN;
	}
	pmk_clock_sleep_until(due_ns(s, s->next_number));
	newest = (uint64_t)((double)(pmk_clock_now_ns() - s->start_ns) * s->source.fps / 1e9);
	if (newest > s->next_number) {
		s->source.dropped += newest - s->next_number;
		s->next_number = newest;
	}
	return 0;
}

static int presenter_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
{
	struct presenter_source *s = (struct presenter_source *)source;
	struct pmk_frame *made;
	int err;

	err = s->unpaced ? 0 : wait_due(s, deadline_ns);
	if (err)
		return err;
	made = pmk_frame_pool_take(s->pool, &source->layout);
	if (!made && !s->unpaced) {
		source->dropped++;
		s->next_number++;
	}
	if (!made)
		return -EAGAIN;
	made->number = s->next_number++;
	made->time_ns = s->unpaced ? pmk_clock_now_ns() : due_ns(s, made->number);
	made->position_ns = s->unpaced ? (int64_t)((double)made->number * 1e9 / source->fps) : -1;
	pmk_presenter_draw_image(s->presenter, (double)made->number / source->fps, &made->image, NULL);
	*frame = made;
	return 0;
}

static void presenter_close(struct pmk_source *source)
{
	struct presenter_source *s = (struct presenter_source *)source;

	pmk_frame_pool_destroy(s->pool);
	pmk_presenter_destroy(s->presenter);
	free(s);
}

static const struct pmk_source_impl impl = { .read = presenter_read, .close = presenter_close };

static int check_wish(const struct pmk_source_wish *wish)
{
	bool size_fits = (!wish->width && !wish->height) ||
		(wish->width >= PMK_IMAGE_MIN_PX && wish->width <= PMK_IMAGE_MAX_PX &&
			wish->height >= PMK_IMAGE_MIN_PX && wish->height <= PMK_IMAGE_MAX_PX);

	if (!size_fits) {
		pmk_error("presenter: cannot draw %dx%d; use %d to %d px for each side", wish->width, wish->height,
			PMK_IMAGE_MIN_PX, PMK_IMAGE_MAX_PX);
		return -EINVAL;
	}
	if (wish->fps != 0 && !(wish->fps >= 1 && wish->fps <= MOST_FPS)) {
		pmk_error("presenter: cannot give %g frames per second; use 1 to %d", wish->fps, MOST_FPS);
		return -EINVAL;
	}
	return 0;
}

/* Draw frames of one and a half times the size. */
static void enlarge(struct pmk_source *source)
{
	struct pmk_layout *layout = &source->layout;

	if (pmk_max(layout->width, layout->height) * 3 / 2 > PMK_IMAGE_MAX_PX)
		return;
	source->picture_width = layout->width;
	source->picture_height = layout->height;
	layout->width = layout->width * 3 / 2;
	layout->height = layout->height * 3 / 2;
}

int pmk_source_presenter_open(const char *seed, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	struct presenter_source *made;
	int number = 1, err;

	if (*seed && pmk_parse_int(seed, 0, INT_MAX, &number)) {
		pmk_error(
			"presenter: \"%s\" is not a seed; use presenter or presenter:N with a whole number N from 0 to "
			"%d",
			seed, INT_MAX);
		return -EINVAL;
	}
	err = check_wish(wish);
	if (err)
		return err;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	made->source.impl = &impl;
	made->source.layout = (struct pmk_layout){
		.width = wish->width ? wish->width : DEFAULT_WIDTH,
		.height = wish->height ? wish->height : DEFAULT_HEIGHT,
		.chroma = wish->fourcc ? pmk_fourcc_chroma(wish->fourcc) : PMK_CHROMA_420,
	};
	if (wish->larger)
		enlarge(&made->source);
	made->source.fps = wish->fps > 0 ? wish->fps : DEFAULT_FPS;
	made->unpaced = wish->unpaced;
	err = -ENOMEM;
	made->pool = pmk_frame_pool_create(POOL_FRAMES);
	if (made->pool)
		err = pmk_presenter_create(
			made->source.layout.width, made->source.layout.height, (uint32_t)number, &made->presenter);
	if (err) {
		presenter_close(&made->source);
		return err;
	}
	snprintf(made->source.name, sizeof(made->source.name), "presenter %d %dx%d at %.4g/s", number,
		made->source.layout.width, made->source.layout.height, made->source.fps);
	*source = &made->source;
	return 0;
}

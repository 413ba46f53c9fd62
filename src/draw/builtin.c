/* SPDX-License-Identifier: MIT */
#include "draw/scenery/scenery_parts.h"

#include "draw/builtin.h"
#include "draw/scenery/motion.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct pmk_builtin list[] = {
	{ "office", "A tidy office: window light, shelf and plant" },
	{ "library", "Warm bookshelves" },
	{ "dusk", "A window over the city at dusk" },
	{ "studio", "A plain wall in soft studio light" },
	{ "meadow", "Hills in the morning haze" },
	{ "leaves", "Sun through leaves on a wall, moving gently" },
	{ "curtain", "A curtain before a window, moving gently" },
	{ "sea", "The sea in the evening, moving gently" },
	{ "lights", "City lights at night, out of focus" },
	{ "forest", "Sun through a forest, out of focus" },
	{ "mountains", "Mountains in the mist" },
	{ "lamp", "A living room in the evening" },
	{ "plaster", "A plastered wall in light from one side" },
	{ "brick", "A white brick wall" },
};

/* How each is painted; if it moves, with a motion instead. */
static const struct {
	pmk_painter *paint;
	const struct pmk_motion *motion;
} painters[] = {
	{ pmk_scenery_office, NULL },
	{ pmk_scenery_library, NULL },
	{ pmk_scenery_dusk, NULL },
	{ pmk_scenery_studio, NULL },
	{ pmk_scenery_meadow, NULL },
	{ NULL, &pmk_motion_leaves },
	{ NULL, &pmk_motion_curtain },
	{ NULL, &pmk_motion_sea },
	{ pmk_scenery_lights, NULL },
	{ pmk_scenery_forest, NULL },
	{ pmk_scenery_mountains, NULL },
	{ pmk_scenery_lamp, NULL },
	{ pmk_scenery_plaster, NULL },
	{ pmk_scenery_brick, NULL },
};

enum { COUNT = sizeof(list) / sizeof(*list) };
_Static_assert(COUNT == sizeof(painters) / sizeof(*painters), "a painter for each");

enum { MOST_PX = 480 * 270 }; /* of the canvas: what is out of focus needs no more */
static const float grain = 1.2f; /* levels */

const struct pmk_builtin *pmk_builtin_list(int *count)
{
	*count = COUNT;
	return list;
}

static int find(const char *name)
{
	for (int i = 0; i < COUNT; i++) {
		if (strcmp(list[i].name, name) == 0)
			return i;
	}
	return -ENOENT;
}

const struct pmk_motion *pmk_builtin_motion(const char *name)
{
	int which = find(name);

	return which < 0 ? NULL : painters[which].motion;
}

static int begin_canvas(struct pmk_canvas *canvas, const struct pmk_rgb *rgb)
{
	float shrink = fminf(sqrtf(MOST_PX / ((float)rgb->width * (float)rgb->height)), 1);

	return pmk_canvas_init(canvas, (int)ceilf((float)rgb->width * shrink), (int)ceilf((float)rgb->height * shrink));
}

int pmk_builtin_paint(pmk_painter *paint, struct pmk_rgb *rgb)
{
	struct pmk_canvas canvas;
	int err = begin_canvas(&canvas, rgb);

	if (err)
		return err;
	err = paint(&canvas);
	if (!err)
		err = pmk_lens_print(&canvas, grain, rgb);
	pmk_canvas_finish(&canvas);
	return err;
}

static void blend_row(const uint8_t *lit, uint8_t *out, int width, const struct pmk_veils *v, const uint8_t *light)
{
	for (int x = 0; x < width; x++) {
		int at = x * v->width / width;

		for (int i = 3 * x; i < 3 * x + 3; i++)
			out[i] = (uint8_t)(out[i] + (lit[i] - out[i]) * light[at] / 255);
	}
}

/* As it is at the time 0; good enough for a thumbnail, since the veils are not enlarged smoothly. */
static int draw_moment(const struct pmk_motion *motion, struct pmk_rgb *rgb)
{
	struct pmk_veils veils = { 0 };
	struct pmk_rgb lit;
	uint8_t *light;
	int err = pmk_rgb_alloc(&lit, rgb->width, rgb->height);

	if (err)
		return err;
	err = pmk_builtin_paint(motion->lit, &lit);
	err = err ? err : pmk_builtin_paint(motion->shaded, rgb);
	err = err ? err : pmk_veils_init(&veils, motion, rgb->width, rgb->height);
	light = err ? NULL : malloc((size_t)veils.width);
	for (int y = 0; light && y < rgb->height; y++) {
		pmk_veils_row(&veils, 0, (int)((int64_t)y * veils.height / rgb->height), light);
		blend_row(lit.data + (size_t)y * (size_t)lit.stride, rgb->data + (size_t)y * (size_t)rgb->stride,
			rgb->width, &veils, light);
	}
	err = err || light ? err : -ENOMEM;
	free(light);
	pmk_veils_finish(&veils);
	pmk_rgb_free(&lit);
	return err;
}

int pmk_builtin_draw(const char *name, struct pmk_rgb *rgb)
{
	int which = find(name);

	if (which < 0)
		return which;
	return painters[which].motion ? draw_moment(painters[which].motion, rgb) :
					pmk_builtin_paint(painters[which].paint, rgb);
}

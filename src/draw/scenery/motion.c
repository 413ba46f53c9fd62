/* SPDX-License-Identifier: MIT */
#include "draw/scenery/motion.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Paint a veil with its margin, and keep one byte for each pixel. */
static int make_map(struct pmk_veils *v, int which)
{
	int rows = v->height + 2 * v->margin, err;
	struct pmk_canvas c;

	v->map[which] = pmk_mem_alloc((size_t)v->stride * (size_t)rows);
	if (!v->map[which])
		return -ENOMEM;
	err = pmk_canvas_init(&c, v->stride, rows);
	if (err)
		return err;
	err = v->motion->veil(&c, which);
	for (int y = 0; y < rows; y++) {
		for (int x = 0; x < v->stride; x++) {
			const pmk_ink *px = &c.px[(size_t)pmk_min(y, c.height - 1) * (size_t)c.width];

			v->map[which][(size_t)y * (size_t)v->stride + (size_t)x] =
				(uint8_t)(pmk_clamp01(px[pmk_min(x, c.width - 1)][0]) * 255 + 0.5f);
		}
	}
	pmk_canvas_finish(&c);
	return err;
}

int pmk_veils_init(struct pmk_veils *veils, const struct pmk_motion *motion, int width, int height)
{
	struct pmk_veils v = { .motion = motion, .height = pmk_min(height, PMK_VEIL_HEIGHT) };
	int err = 0;

	v.width = (int)((int64_t)width * v.height / height);
	v.width = pmk_max(v.width, 1);
	v.margin = (int)(PMK_VEIL_SWAY * (float)v.height) + 2;
	v.stride = v.width + 2 * v.margin;
	for (int i = 0; !err && i < PMK_VEILS; i++)
		err = make_map(&v, i);
	if (err) {
		pmk_veils_finish(&v);
		return err;
	}
	*veils = v;
	return 0;
}

void pmk_veils_finish(struct pmk_veils *veils)
{
	for (int i = 0; i < PMK_VEILS; i++)
		free(veils->map[i]);
	*veils = (struct pmk_veils){ 0 };
}

/* A place in a map, in 1/256 px. */
static int place(float at, const struct pmk_veils *v)
{
	float most = (float)v->margin - 1.5f, px = at * (float)v->height;

	px = px < -most ? -most : px > most ? most : px;
	return (int)((px + (float)v->margin) * 256);
}

void pmk_veils_row(const struct pmk_veils *v, double seconds, int y, uint8_t *light)
{
	for (int which = 0; which < PMK_VEILS; which++) {
		struct pmk_point moved = v->motion->sway(which, seconds, (float)y / (float)v->height);
		int px = place(moved.x, v), py = place(moved.y, v), fx = px % 256, fy = py % 256;
		const uint8_t *a = v->map[which] + (size_t)(y + py / 256) * (size_t)v->stride + px / 256;
		const uint8_t *b = a + v->stride;

		for (int x = 0; x < v->width; x++) {
			int upper = a[x] * (256 - fx) + a[x + 1] * fx, lower = b[x] * (256 - fx) + b[x + 1] * fx;
			int passes = (upper * (256 - fy) + lower * fy + 32768) >> 16;

			light[x] = (uint8_t)(which ? (light[x] * passes + 127) / 255 : passes);
		}
	}
}

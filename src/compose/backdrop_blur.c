/* SPDX-License-Identifier: MIT */
#include "compose/backdrop.h"

#include "base/log.h"
#include "base/parse.h"
#include "compose/blur.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const uint8_t plain[3] = { 0x4a, 0x52, 0x5c };

struct blur_backdrop {
	struct pmk_backdrop base;
	struct pmk_blur *blur;
};

static const struct pmk_image *begin(
	struct pmk_backdrop *backdrop, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	struct blur_backdrop *b = (struct blur_backdrop *)backdrop;

	pmk_blur_begin(b->blur, &frame->image, cells);
	return NULL;
}

static void write(struct pmk_backdrop *backdrop, int row, struct pmk_image *out)
{
	struct blur_backdrop *b = (struct blur_backdrop *)backdrop;

	pmk_blur_write(b->blur, row, out);
}

static void destroy(struct pmk_backdrop *backdrop)
{
	struct blur_backdrop *b = (struct blur_backdrop *)backdrop;

	pmk_blur_destroy(b->blur);
	pmk_image_free(&b->base.cover);
	free(b);
}

static const struct pmk_backdrop_impl blur_impl = { .begin = begin, .write = write, .destroy = destroy };

int pmk_backdrop_blur_check(const char *rest, char *why, size_t size)
{
	int percent;

	if (!pmk_parse_int(rest, 0, 100, &percent))
		return 0;
	snprintf(why, size, "the strength is a whole number from 0 to 100, as in blur:60");
	return -EINVAL;
}

int pmk_backdrop_blur_open(
	const char *rest, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	struct blur_backdrop *b;
	int percent, err;
	uint8_t yuv[3];

	if (pmk_parse_int(rest, 0, 100, &percent))
		return -EINVAL;
	b = calloc(1, sizeof *b);
	if (!b)
		return -ENOMEM;
	b->base.impl = &blur_impl;
	b->base.of_room = true;
	err = pmk_image_alloc(&b->base.cover, layout);
	if (!err)
		err = pmk_blur_create(layout, percent, &b->blur);
	if (err) {
		destroy(&b->base);
		return err;
	}
	pmk_colour_rgb_to_yuv(plain, layout, yuv);
	pmk_image_fill(&b->base.cover, yuv);
	*backdrop = &b->base;
	return 0;
}

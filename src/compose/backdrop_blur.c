/* SPDX-License-Identifier: MIT */
#include "compose/backdrop.h"

#include "base/log.h"
#include "base/parse.h"
#include "compose/blur/blur.h"
#include "compose/portrait/portrait.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const uint8_t plain[3] = { 0x4a, 0x52, 0x5c };

struct blur_backdrop {
	struct pmk_backdrop base;
	struct pmk_blur *blur; /* or NULL: the soft one */
	struct pmk_portrait *portrait;
};

static const struct pmk_image *begin(
	struct pmk_backdrop *backdrop, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	return pmk_blur_begin(((struct blur_backdrop *)backdrop)->blur, frame, cells, backdrop->whole, stays);
}

static void destroy(struct pmk_backdrop *backdrop)
{
	struct blur_backdrop *b = (struct blur_backdrop *)backdrop;

	pmk_blur_destroy(b->blur);
	pmk_portrait_destroy(b->portrait);
	pmk_image_free(&b->base.cover);
	free(b);
}

static const struct pmk_backdrop_impl blur_impl = { .begin = begin, .pictures = 2, .destroy = destroy };

static const struct pmk_image *begin_portrait(
	struct pmk_backdrop *backdrop, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	pmk_portrait_begin(((struct blur_backdrop *)backdrop)->portrait, &frame->image, cells);
	return NULL;
}

static void write_portrait(struct pmk_backdrop *backdrop, int row, struct pmk_image *out)
{
	pmk_portrait_write(((struct blur_backdrop *)backdrop)->portrait, row, out);
}

static const struct pmk_backdrop_impl portrait_impl = {
	.begin = begin_portrait, .write = write_portrait, .destroy = destroy
};

static bool is_portrait(int percent)
{
	return percent >= 1 && percent <= PMK_PORTRAIT_MOST;
}

bool pmk_backdrop_blur_shows_room(const char *rest)
{
	int percent;

	return !pmk_parse_int(rest, 0, 100, &percent) && is_portrait(percent) && percent < PMK_BLUR_FREELY;
}

int pmk_backdrop_blur_check(const char *rest, char *why, size_t size)
{
	int percent;

	if (!pmk_parse_int(rest, 0, 100, &percent))
		return 0;
	snprintf(why, size, "the strength is a whole number from 0 to 100, as in blur:60");
	return -EINVAL;
}

static int create(struct blur_backdrop *b, int percent, const struct pmk_layout *layout)
{
	if (!is_portrait(percent))
		return pmk_blur_create(layout, percent, &b->blur);
	b->base.impl = &portrait_impl;
	pmk_warn("backdrop \"blur:%d\": a soft background, in which the room stays recognisable; blur:%d and more hide "
		 "it",
		percent, PMK_PORTRAIT_MOST + 1);
	return pmk_portrait_create(layout, percent, &b->portrait);
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
		err = create(b, percent, layout);
	if (err) {
		destroy(&b->base);
		return err;
	}
	pmk_colour_rgb_to_yuv(plain, layout, yuv);
	pmk_image_fill(&b->base.cover, yuv);
	*backdrop = &b->base;
	return 0;
}

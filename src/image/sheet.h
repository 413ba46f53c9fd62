/* SPDX-License-Identifier: MIT */
/* A sheet: a picture with alpha, which is laid over others. Any thread.
 *
 * The one rule: its colours are premultiplied: each is the colour times alpha / 255, so it is never above alpha. So
 * pixels mix as light does when a sheet is scaled, and what is transparent has no colour that could show at an edge. */
#ifndef PMK_IMAGE_SHEET_H
#define PMK_IMAGE_SHEET_H

#include "image/frame.h"

struct pmk_sheet {
	int width, height, stride; /* px, px, bytes */
	uint8_t *data; /* B, G, R and alpha of each pixel; owned */
};

/* Allocate a transparent sheet; its sides are 1 to 2 * PMK_IMAGE_MAX_PX. 0, -EINVAL or -ENOMEM. */
int pmk_sheet_alloc(struct pmk_sheet *sheet, int width, int height) __attribute__((warn_unused_result));
void pmk_sheet_free(struct pmk_sheet *sheet); /* a zeroed sheet is allowed */

/* Premultiply a row of `count` pixels with plain colours, in place. */
void pmk_sheet_premultiply(uint8_t *row, int count);

/* Put `from` into the place `at` of `to`, scaled to its size: each pixel is the mean of what it covers; enlarging is
 * bilinear. What was in that place is overwritten. 0 or -ENOMEM. */
int pmk_sheet_put(const struct pmk_sheet *from, struct pmk_sheet *to, const struct pmk_rect *at)
	__attribute__((warn_unused_result));

#endif

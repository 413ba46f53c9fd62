/* SPDX-License-Identifier: MIT */
/* Looks for a tear by what changed since the last picture: a wrong DC moves all that follows it in its interval by one
 * and the same amount.
 *
 * The one rule: a shift is found only if the scene cannot have made it. Most blocks from a certain one to the end of
 * the interval are lighter or darker, or of another colour, by the same 6 levels or more, and most blocks around them
 * have not changed. Where light changes, dark and bright blocks change by unequal amounts; where something moves, the
 * shape is another one.
 *
 * One thread. Nothing is allocated. */
#ifndef PMK_JPEG_JPEG_SHIFT_H
#define PMK_JPEG_JPEG_SHIFT_H

#include <stdbool.h>
#include <stdint.h>

/* The quantized DC of one block of each MCU of a component, of this picture and of the one before. */
struct pmk_jpeg_pair {
	const int16_t *now, *before;
	int quant_now, quant_before; /* their units, in eighths of a level */
	int count, across, interval; /* MCUs: all, in a row, in a restart interval */
};

struct pmk_jpeg_shift {
	int at; /* MCU */
	int height; /* eighths of a level */
};

/* The first shift; false: there is none. */
bool pmk_jpeg_shift_find(const struct pmk_jpeg_pair *pair, struct pmk_jpeg_shift *shift)
	__attribute__((warn_unused_result));

/* Whether the next picture has the same shift: then it is the scene that has changed. */
bool pmk_jpeg_shift_same(const struct pmk_jpeg_shift *a, const struct pmk_jpeg_shift *b);

#endif

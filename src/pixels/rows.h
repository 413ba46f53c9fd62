/* SPDX-License-Identifier: MIT */
/* Kernels on rows of pixels: one source, compiled for each level of the CPU; the level is chosen at run time.
 *
 * The one rule: the base level is the specification. Another level may differ from it only within a tolerance that is
 * given below.
 *
 *	const struct pmk_rows *rows = pmk_rows();
 *	rows->blend(person, behind, alpha, out, width);
 *
 * Pure functions. Rows need not be aligned. Inputs and outputs do not overlap unless a comment allows it. */
#ifndef PMK_PIXELS_ROWS_H
#define PMK_PIXELS_ROWS_H

#include "base/cpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Taps of stretch for eight columns: for each, its two neighbours in the source and the weight of the right one, in
 * 1/256. */
struct pmk_taps {
	int base[2]; /* first source pixel of the first four columns, and of the last four */
	uint8_t pair[16]; /* left and right neighbour of each column, counted from base */
	uint16_t part[8];
};

/* Make taps for `count` rising places, in 1/256 px between pixel centres. `taps` has (count + 7) / 8 elements. False:
 * four columns span more than sixteen pixels, which stretch cannot do. */
bool pmk_taps_make(struct pmk_taps *taps, const int *place, int count) __attribute__((warn_unused_result));

enum { PMK_CELL = 8 }; /* width and height of a cell, px */

/* Y, U and V times a weight, and 4 times the weight. */
struct pmk_weighed {
	uint32_t sum[4];
};

/* The window of a box filter: columns x - half .. x + half of a few rows, as the two rows of a summed-area table that
 * bound them. The table may wrap. */
struct pmk_box_window {
	const struct pmk_weighed *top, *bottom;
	int half;
};

/* Units of relight: a gain of 1, an offset of one level, the amount at which a grain of 1 changes a pixel by one level.
 */
enum { PMK_RELIGHT_GAIN = 1 << 14, PMK_RELIGHT_LEVEL = 32, PMK_RELIGHT_GRAIN = 1 << 13 };

/* How fast a memory follows: by the share `least` of a difference up to `noise`, and by all of it from noise + width
 * on. Shares are in 1/2^15. A difference is the larger of the sum of nine pixels' and three times its own pixel's, in
 * 1/8 of a level: noise of one level gives both a spread of 24. */
struct pmk_settle {
	int16_t least, noise, width, slope; /* slope: (2^15 - 1 - least) / width */
};
enum { PMK_SETTLE_NONE = -1, PMK_SETTLE_LEVEL = 128 }; /* no memory; one level of a memory */

struct pmk_rows {
	/* out = behind + alpha / 255 (person - behind), rounded to the nearest. blend_to_limited first converts the
	 * person from full to limited range, as pmk_colour_row_to_limited does; `plane` 0 is luma. `out` may be
	 * `behind`. */
	void (*blend)(const uint8_t *person, const uint8_t *behind, const uint8_t *alpha, uint8_t *out, int count);
	void (*blend_to_limited)(
		const uint8_t *person, const uint8_t *behind, const uint8_t *alpha, uint8_t *out, int count, int plane);
	/* the same as pmk_colour_row_to_limited */
	void (*to_limited)(const uint8_t *row, uint8_t *out, int count, int plane);

	/* sums[x] is the sum of cell x in a row of cells, counted as 64 pixels. A cell is 8x8 pixels. With `across` 4
	 * it is 4x8, and each pixel counts twice. If only `lines` (1..PMK_CELL) rows exist, some of them count more
	 * than once. */
	void (*cell_sums)(const uint8_t *pixels, int stride, int lines, int across, uint16_t *sums, int count);

	/* out = (row - 128) gain + 128 + offset + grain amount, in the units above, clamped to limited range: within a
	 * level of the exact value, and equal to `row` if gain is 1 and the rest 0. `gain` is 0..32767, `offset`
	 * -8000..8000, `amount` 0..2047; `plane` 0 is luma. */
	void (*relight)(const uint8_t *row, const int8_t *grain, int gain, int offset, int amount, uint8_t *out,
		int count, int plane);

	/* Blend a row of the rim over `behind`, with the room's colour removed from mixed pixels as compose/rim.h says;
	 * `inner` is q there. Where both are 0 or both are 255, this is blend. The colours of person and room are in
	 * 1/16 of a level and below 2^12. They are given for two rows of cells, a and b; `part` is the weight of b, in
	 * 1/16. Where a colour is negative (unknown), the pixel is blended as it is. `limits` is the plane if the
	 * pixels are in full range, else -1. Reads 15 columns after the last. `out` may be `behind`. */
	void (*rim)(const int16_t *person_a, const int16_t *person_b, const int16_t *room_a, const int16_t *room_b,
		int part, int limits, const uint8_t *pixels, const uint8_t *behind, const uint8_t *alpha,
		const uint8_t *inner, uint8_t *out, int count);

	/* The same without the blend, and so without `limits`: the person's own colour, in the range of the pixels, and
	 * stricter, because a curve that lifts shadows would show what is left of a brighter room. Luma (`plane` 0) is
	 * the darker one of two values: with q and with q^4 for the share of the pixel that is kept. For chroma it is
	 * q^2. `out` may be `pixels`. Reads 15 columns after the last. */
	void (*clean)(const int16_t *person_a, const int16_t *person_b, const int16_t *room_a, const int16_t *room_b,
		int part, int plane, const uint8_t *pixels, const uint8_t *alpha, const uint8_t *inner, uint8_t *out,
		int count);

	/* For compose/light/denoise.h, which has the units. How far a row is from what is remembered of it, in 1/8 of a
	 * level, and 0 where nothing is. */
	void (*differ)(const uint8_t *row, const int16_t *memory, int16_t *out, int count);
	/* Move the memory towards the row. It gets PMK_SETTLE_NONE where alpha is not 255, and the row where it had
	 * nothing. `above`, `here` and `below` are three rows of differ; columns -1 and `count` of them are read, too.
	 */
	void (*settle)(const uint8_t *row, const uint8_t *alpha, const int16_t *above, const int16_t *here,
		const int16_t *below, const struct pmk_settle *how, int16_t *memory, int count);

	/* out[x] is the mean of columns 2x and 2x + 1 of the rows a and b (which may be the same), rounded to the
	 * nearest, halves up. */
	void (*halve)(const uint8_t *a, const uint8_t *b, uint8_t *out, int count);

	/* out = a + part / 256 (b - a), rounded to the nearest; `part` is 0..255. */
	void (*mix)(const uint8_t *a, const uint8_t *b, int part, uint8_t *out, int count);

	/* Interpolate columns 0..count - 1 between the neighbours in `taps`, rounded to the nearest. Reads 15 pixels
	 * after the last; writes `count` columns rounded up to a multiple of 8. */
	void (*stretch)(const uint8_t *from, const struct pmk_taps *taps, uint8_t *out, int count);

	/* to = from * scale + mean */
	void (*to_floats)(const uint8_t *from, float *to, size_t count, float scale, float mean);

	/* For blur: add each cell's light times its weight to `out`, from the cells' sums. Light is about the square of
	 * what a display is told: Y^2 / 16, and (C - 128) Y / 16 + 2048 for U and V, each rounded to a quarter of that
	 * unit and so counted; the weight fourfold. The weight falls from 15 for a cell of room to 1 for one that is a
	 * tenth person, and to 0 at a quarter. */
	void (*weigh)(const uint16_t *alpha, const uint16_t *y, const uint16_t *u, const uint16_t *v,
		struct pmk_weighed *out, int count);
	/* The sum of `count` box windows around each of `width` columns. Reads and writes columns up to a multiple of
	 * 4. */
	void (*box_sums)(const struct pmk_box_window *boxes, int count, struct pmk_weighed *out, int width);
	/* y, u, v = (sum[0..2] + more[0..2]) / (sum[3] + more[3]) scale + offset, rounded to the nearest, within 1/100;
	 * sums are below 2^31. */
	void (*weighted_means)(const struct pmk_weighed *sums, const float more[4], const float scale[3],
		const float offset[3], uint16_t *y, uint16_t *u, uint16_t *v, int count);
	/* Interpolate between `count` values along a row, in 1/16 and at most 4080: each becomes `size` values in 1/64,
	 * with a quadratic B-spline, within 2/64, and exact where neighbours are equal. `size` is PMK_CELL / 2,
	 * PMK_CELL or 2 * PMK_CELL. Reads from[-1] and from[count], too. */
	void (*widen)(const uint16_t *from, int size, uint16_t *out, int count);
	/* The same down the columns: three rows of values in 1/64 become `size` rows of pixels, `stride` bytes apart,
	 * rounded to the nearest, within 2/64. */
	void (*heighten)(const uint16_t *above, const uint16_t *here, const uint16_t *below, int size, uint8_t *out,
		int stride, int count);
};

const struct pmk_rows *pmk_rows_of(enum pmk_cpu_level level); /* this machine must have the level */
const struct pmk_rows *pmk_rows(void); /* of pmk_cpu_level(); slow: call it once for an object, not for each row */

#endif

/* SPDX-License-Identifier: MIT */
/* Loops over rows of pixels, compiled for each level of the CPU from one source; the one to use is chosen at run time.
 *
 * The one rule: the base level is the specification; another level differs only where the header says so. Pure functions. Rows may
 * begin anywhere in memory; inputs and outputs do not overlap unless it is said. */
#ifndef PMK_SCENE_ROWS_H
#define PMK_SCENE_ROWS_H

#include "base/cpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where eight columns look in a row, between pixel centres: two neighbours and the weight of the right one, of 256. */
struct pmk_look {
	int base[2];	/* leftmost pixel of the first four, of the last four */
	uint8_t pair[16];	/* from there: left and right neighbour of each column */
	uint16_t part[8];
};

/* From `count` places in 1/256 px, rising; looks for count / 8 rounded up. False when four columns look over more than sixteen
 * pixels: stretch cannot do that. */
bool pmk_look_make(struct pmk_look *looks, const int *place, int count) __attribute__((warn_unused_result));

/* What a cell of 8x8 pixels of a mask holds; mixed: neither all 0 nor all 255. */
enum { PMK_CELL = 8 };
enum pmk_cell_kind { PMK_CELL_ROOM, PMK_CELL_MIXED, PMK_CELL_PERSON };

/* Steps of relight's numbers: a gain of 1; an offset of one level; the amount at which grain of 1 is one level. */
enum { PMK_RELIGHT_GAIN = 1 << 14, PMK_RELIGHT_LEVEL = 32, PMK_RELIGHT_GRAIN = 1 << 13 };

struct pmk_rows {
	/* out = behind + alpha / 255 (person - behind), to the nearest. `to_limited` first takes the person from full to limited range
	 * as pmk_convert_row_to_limited does; `plane` 0 is luma. */
	void (*blend)(const uint8_t *person, const uint8_t *behind, const uint8_t *alpha, uint8_t *out, int count);
	void (*blend_to_limited)(const uint8_t *person, const uint8_t *behind, const uint8_t *alpha, uint8_t *out, int count, int plane);
	void (*to_limited)(const uint8_t *row, uint8_t *out, int count, int plane);	/* as pmk_convert_row_to_limited */

	/* enum pmk_cell_kind of `count` cells that lie side by side; `lines` 1..PMK_CELL rows of them are there. */
	void (*cell_kinds)(const uint8_t *alpha, int stride, int lines, uint8_t *kinds, int count);

	/* out = (row - 128) gain + 128 + offset + grain amount, in the steps above, clamped to limited range: within a level of the exact value,
	 * and row itself where nothing is changed. Gain 0..32767 steps, offset -8000..8000, amount 0..2047; `plane` 0 is luma. */
	void (*relight)(const uint8_t *row, const int8_t *grain, int gain, int offset, int amount, uint8_t *out, int count, int plane);

	/* The person's part of mixed pixels (rim.h) over what is behind: a blend where alpha is 0 or 255, whatever the colours. Colours of
	 * person and of room in 1/16 of a step, below 2^12, of two rows of cells, `part` of 16 is the weight of the second; where one is
	 * negative the pixel stays as it is. `limits`: the plane of a person in full range, or -1. Reads 15 columns behind the last. */
	void (*rim)(const int16_t *person_a, const int16_t *person_b, const int16_t *room_a, const int16_t *room_b, int part, int limits,
		const uint8_t *pixels, const uint8_t *behind, const uint8_t *alpha, uint8_t *out, int count);

	/* Mean of 2x2 pixels of two rows (which may be the same one), to the nearest, halves up: out[x] of a, b [2x, 2x + 1]. */
	void (*halve)(const uint8_t *a, const uint8_t *b, uint8_t *out, int count);

	/* out = a + part / 256 (b - a), to the nearest; part 0..255. */
	void (*mix)(const uint8_t *a, const uint8_t *b, int part, uint8_t *out, int count);

	/* Columns 0..count - 1 as `looks` says, to the nearest. Reads 15 pixels behind the last; writes up to a multiple of 8. */
	void (*stretch)(const uint8_t *from, const struct pmk_look *looks, uint8_t *out, int count);

	void (*to_floats)(const uint8_t *from, float *to, size_t count, float scale, float mean);	/* from * scale + mean */

	/* For blur. How far a quarter pixel is room, of 15: none from alpha 128 on. */
	void (*room_weights)(const uint8_t *alpha, uint8_t *weights, int count);
	/* sums[x] = weights times values over the 2x2 block at 2x of two rows each; weights up to 15. */
	void (*weighted_blocks)(const uint8_t *weights_a, const uint8_t *weights_b, const uint8_t *a, const uint8_t *b, uint32_t *sums, int count);
	/* sums[x] += what a summed-area table has over columns x - half .. x + half of the rows between `top` and `bottom`. */
	void (*box_sums)(const uint32_t *top, const uint32_t *bottom, int half, uint32_t *sums, int count);
	/* out = (values + more_values) / (weights + more_weights) scale + offset, to the nearest; inputs below 2^31. */
	void (*weighted_means)(const uint32_t *values, const uint32_t *weights, float more_values, float more_weights, float scale,
		float offset, uint16_t *out, int count);
	void (*add_words)(uint16_t *sums, const uint16_t *row, int count);	/* sums += row */
	void (*take_words)(uint16_t *sums, const uint16_t *row, int count);	/* sums -= row */
	/* out[x] = (from[x] + ... + from[x + window - 1]) / parts, within 0.8 of it, and exact where all are the same; sums up to
	 * 61200, parts odd, 3..15. */
	void (*mean_words)(const uint16_t *from, int window, int parts, uint16_t *out, int count);
	/* A cell's number, of 1/16, as `size` numbers of 1/64, PMK_CELL or half of it: a quadratic B-spline over the cells, within 2/64, and exact
	 * where neighbours are the same. Up to 4080; from has one more on each side. */
	void (*widen)(const uint16_t *from, int size, uint16_t *out, int count);
	/* The same from three rows of numbers of 1/64 to `size` rows of pixels, `stride` bytes apart, to the nearest within 2/64. */
	void (*heighten)(const uint16_t *above, const uint16_t *here, const uint16_t *below, int size, uint8_t *out, int stride, int count);
};

const struct pmk_rows *pmk_rows_of(enum pmk_cpu_level level);	/* the machine must have it */
const struct pmk_rows *pmk_rows(void);	/* of pmk_cpu_level(); takes its time: once for an object, not for a row */

#endif

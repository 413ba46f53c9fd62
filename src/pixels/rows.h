/* SPDX-License-Identifier: MIT */
/* Loops over rows of pixels, compiled for each level of the CPU from one source; the one to use is chosen at run time.
 *
 * The one rule: the base level is the specification; another level differs only where the header says so. Pure
 * functions. Rows may begin anywhere in memory; inputs and outputs do not overlap unless it is said. */
#ifndef PMK_PIXELS_ROWS_H
#define PMK_PIXELS_ROWS_H

#include "base/cpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The taps of eight columns in a row, between pixel centres: two neighbours each and the weight of the right one, of
 * 256. */
struct pmk_taps {
	int base[2]; /* leftmost pixel of the first four, of the last four */
	uint8_t pair[16]; /* from there: left and right neighbour of each column */
	uint16_t part[8];
};

/* From `count` places in 1/256 px, rising; taps for count / 8 rounded up. False when four columns span more than
 * sixteen pixels: stretch cannot do that. */
bool pmk_taps_make(struct pmk_taps *taps, const int *place, int count) __attribute__((warn_unused_result));

enum { PMK_CELL = 8 }; /* pixels, each way */

/* Y, U, V times weights, and 4 times the weights. */
struct pmk_weighed {
	uint32_t sum[4];
};

/* What a box filter sums: columns x - half .. x + half of a few rows, for each x from 0 on, as two rows of a
 * summed-area table, which may wrap. */
struct pmk_box_window {
	const struct pmk_weighed *top, *bottom;
	int half;
};

/* Steps of relight's numbers: a gain of 1; an offset of one level; the amount at which grain of 1 is one level. */
enum { PMK_RELIGHT_GAIN = 1 << 14, PMK_RELIGHT_LEVEL = 32, PMK_RELIGHT_GRAIN = 1 << 13 };

struct pmk_rows {
	/* out = behind + alpha / 255 (person - behind), to the nearest. `to_limited` first takes the person from full
	 * to limited range as pmk_colour_row_to_limited does; `plane` 0 is luma. `out` may be `behind`. */
	void (*blend)(const uint8_t *person, const uint8_t *behind, const uint8_t *alpha, uint8_t *out, int count);
	void (*blend_to_limited)(
		const uint8_t *person, const uint8_t *behind, const uint8_t *alpha, uint8_t *out, int count, int plane);
	/* as pmk_colour_row_to_limited */
	void (*to_limited)(const uint8_t *row, uint8_t *out, int count, int plane);

	/* sums[x] of 64 pixels of cell x of a row of them: 8x8; where `across` is 4, 4x8 and each counts twice; where
	 * only `lines` 1..PMK_CELL of the rows are there, some of them count for others. */
	void (*cell_sums)(const uint8_t *pixels, int stride, int lines, int across, uint16_t *sums, int count);

	/* out = (row - 128) gain + 128 + offset + grain amount, in the steps above, clamped to limited range: within a
	 * level of the exact value, and row itself where nothing is changed. Gain 0..32767 steps, offset -8000..8000,
	 * amount 0..2047; `plane` 0 is luma. */
	void (*relight)(const uint8_t *row, const int8_t *grain, int gain, int offset, int amount, uint8_t *out,
		int count, int plane);

	/* The person's part of mixed pixels (rim.h) over what is behind: a blend where alpha is 0 or 255, whatever the
	 * colours. Colours of person and of room in 1/16 of a step, below 2^12, of two rows of cells, `part` of 16 is
	 * the weight of the second; where one is negative the pixel stays as it is. `limits`: the plane of a person in
	 * full range, or -1. Reads 15 columns behind the last. `out` may be `behind`. */
	void (*rim)(const int16_t *person_a, const int16_t *person_b, const int16_t *room_a, const int16_t *room_b,
		int part, int limits, const uint8_t *pixels, const uint8_t *behind, const uint8_t *alpha, uint8_t *out,
		int count);

	/* Mean of 2x2 pixels of two rows (which may be the same one), to the nearest, halves up: out[x] of a, b [2x, 2x
	 * + 1]. */
	void (*halve)(const uint8_t *a, const uint8_t *b, uint8_t *out, int count);

	/* out = a + part / 256 (b - a), to the nearest; part 0..255. */
	void (*mix)(const uint8_t *a, const uint8_t *b, int part, uint8_t *out, int count);

	/* Columns 0..count - 1 as `taps` says, to the nearest. Reads 15 pixels behind the last; writes up to a
	 * multiple of 8. */
	void (*stretch)(const uint8_t *from, const struct pmk_taps *taps, uint8_t *out, int count);

	/* from * scale + mean */
	void (*to_floats)(const uint8_t *from, float *to, size_t count, float scale, float mean);

	/* For blur. Each cell's Y, U, V (in 1/4) times its weight: 15 for room, none from a quarter person on; given
	 * the cells' sums. */
	void (*weigh)(const uint16_t *alpha, const uint16_t *y, const uint16_t *u, const uint16_t *v,
		struct pmk_weighed *out, int count);
	/* What all boxes have around each column. Writes up to a multiple of 4, reads as far. */
	void (*box_sums)(const struct pmk_box_window *boxes, int count, struct pmk_weighed *out, int width);
	/* out = (values + more) / (weights + more) scale + offset, to the nearest, within 1/100; inputs below 2^31. */
	void (*weighted_means)(const struct pmk_weighed *sums, const float more[4], const float scale[3],
		const float offset[3], uint16_t *y, uint16_t *u, uint16_t *v, int count);
	void (*add_words)(uint16_t *sums, const uint16_t *row, int count); /* sums += row */
	void (*take_words)(uint16_t *sums, const uint16_t *row, int count); /* sums -= row */
	/* out[x] = (from[x] + ... + from[x + window - 1]) / parts, within 0.8 of it, and exact where all are the same;
	 * sums up to 61200, parts odd, 3..15. */
	void (*mean_words)(const uint16_t *from, int window, int parts, uint16_t *out, int count);
	/* A number of 1/16 as `size` numbers of 1/64, PMK_CELL, half of it or twice: a quadratic B-spline, within 2/64,
	 * and exact where neighbours are the same. Up to 4080; from has one more on each side. */
	void (*widen)(const uint16_t *from, int size, uint16_t *out, int count);
	/* The same from three rows of numbers of 1/64 to `size` rows of pixels, `stride` bytes apart, to the nearest
	 * within 2/64. */
	void (*heighten)(const uint16_t *above, const uint16_t *here, const uint16_t *below, int size, uint8_t *out,
		int stride, int count);
};

const struct pmk_rows *pmk_rows_of(enum pmk_cpu_level level); /* the machine must have it */
const struct pmk_rows *pmk_rows(void); /* of pmk_cpu_level(); takes its time: once for an object, not for a row */

#endif

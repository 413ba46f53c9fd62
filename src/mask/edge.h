/* SPDX-License-Identifier: MIT */
/* The loops of guide.c and trace.c, compiled for each level of the CPU from one source; the one to use is chosen at run
 * time.
 *
 * The one rule: every level gives the same bits. Pure functions over memory that the caller gives. */
#ifndef PMK_MASK_EDGE_H
#define PMK_MASK_EDGE_H

#include "base/cpu.h"
#include "mask/guide.h"

/* Where eight columns look in a row of cells: two neighbours each, as byte places of their 16-bit values behind `base`.
 */
struct pmk_edge_look {
	int base; /* leftmost cell of the eight */
	uint8_t left[16], right[16];
};

enum { PMK_EDGE_LOOK_CELLS = 8 }; /* so many cells may eight columns look over */

/* What can become of a cell: 0 for every luma; 255 for every luma; neither. */
enum pmk_edge_kind { PMK_EDGE_ROOM, PMK_EDGE_PERSON, PMK_EDGE_RIM };

/* Cells in fixed point: gain in 1/1024 alpha a step of luma, rest in 1/2 alpha, both within +-PMK_EDGE_MOST so that the
 * difference of two of them fits 16 bits. */
enum { PMK_EDGE_MOST = 16383 };

struct pmk_edge_kernels {
	void (*guide)(struct pmk_guide *guide, float *cells, const struct pmk_image *small); /* pmk_guide_run */

	/* `sure` as pmk_trace_create says. */
	void (*cells)(const float *gain, const float *rest, int count, float sure, int16_t *fixed_gain,
		int16_t *fixed_rest, uint8_t *kind);

	/* left[x], right[x] of columns first..end - 1 and up to the next multiples of eight around them; reads eight
	 * cells from any base. */
	void (*look)(const int16_t *cells, const struct pmk_edge_look *looks, int first, int end, int16_t *left,
		int16_t *right);

	/* a + part / 32768 (b - a), to within 1; part 0..32767 for each column. `out` may be `a`. */
	void (*mix)(const int16_t *a, const int16_t *b, const int16_t *part, int16_t *out, int count);

	/* The same with one part for all, of gain and of rest; then alpha = gain luma + rest, cut to 0..255. Reads 15
	 * columns behind the last. */
	void (*rim)(const int16_t *gain_a, const int16_t *gain_b, const int16_t *rest_a, const int16_t *rest_b,
		int part, const uint8_t *luma, uint8_t *alpha, int count);
};

const struct pmk_edge_kernels *pmk_edge_kernels_of(enum pmk_cpu_level level); /* the machine must have it */
const struct pmk_edge_kernels *pmk_edge_kernels(void); /* of pmk_cpu_level(); takes its time: once for an object */

#endif

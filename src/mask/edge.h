/* SPDX-License-Identifier: MIT */
/* The loops of guide.c and trace.c, compiled for each level of the CPU from one source. The level is chosen at run
 * time.
 *
 * The one rule: every level gives the same bits. Pure functions; the caller provides all memory. */
#ifndef PMK_MASK_EDGE_H
#define PMK_MASK_EDGE_H

#include "base/cpu.h"
#include "mask/guide.h"

/* Where eight target columns are sampled in a row of blocks: the two neighbours of each, as byte positions of their
 * 16-bit values from block `base` on. */
struct pmk_edge_taps {
	int base; /* the leftmost block of the eight columns */
	uint8_t left[16], right[16];
};

enum { PMK_EDGE_TAPS_BLOCKS = 8 }; /* the most blocks that eight columns may span */

/* What a block gives: alpha 0 for every luma, alpha 255 for every luma, or neither. */
enum pmk_edge_kind { PMK_EDGE_ROOM, PMK_EDGE_PERSON, PMK_EDGE_RIM };

/* Fixed point of blocks: gain in 1/1024 alpha per step of luma, offset in 1/2 alpha. Both are within +-PMK_EDGE_MOST,
 * so that the difference of two values fits 16 bits. */
enum { PMK_EDGE_MOST = 16383 };

struct pmk_edge_kernels {
	void (*guide)(struct pmk_guide *guide, float *blocks, const struct pmk_image *small); /* pmk_guide_run */

	/* Convert blocks to fixed point, and find their kinds. `sure` is that of pmk_trace_create. */
	void (*blocks)(const float *gain, const float *offset, int count, float sure, int16_t *fixed_gain,
		int16_t *fixed_offset, uint8_t *kind);

	/* Get the left and right neighbours of columns first..end - 1, and of the columns around them up to multiples
	 * of eight. Reads eight blocks from any base on. */
	void (*gather)(const int16_t *blocks, const struct pmk_edge_taps *taps, int first, int end, int16_t *left,
		int16_t *right);

	/* out = a + part / 32768 (b - a), to within 1, with part 0..32767 for each column. `out` may be `a`. */
	void (*mix)(const int16_t *a, const int16_t *b, const int16_t *part, int16_t *out, int count);

	/* The same for gain and offset, with one part for all columns; then alpha = gain luma + offset, limited to
	 * 0..255. Reads 15 columns beyond the last. */
	void (*rim)(const int16_t *gain_a, const int16_t *gain_b, const int16_t *offset_a, const int16_t *offset_b,
		int part, const uint8_t *luma, uint8_t *alpha, int count);
};

const struct pmk_edge_kernels *pmk_edge_kernels_of(enum pmk_cpu_level level); /* the machine must support the level */
const struct pmk_edge_kernels *pmk_edge_kernels(void); /* of pmk_cpu_level(); slow, so call it once per object */

#endif

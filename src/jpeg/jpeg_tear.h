/* SPDX-License-Identifier: MIT */
/* Looks for tears in a picture in which every code is right. DC is coded as a difference from block to block: if a bit
 * of one is wrong, all that follows it in its interval is lighter or darker, or of another colour, and no code tells.
 *
 * The one rule: a tear has the shape that only a wrong DC makes. There is a step of 7 levels or more, in one direction,
 * exactly along the upper borders of the MCUs that follow a certain one, for a whole turn around the picture or to the
 * end of the interval; there is the step back along their lower borders, if the interval ends before the picture; and
 * there is none before that MCU, nor behind the last one. A short tear also has the step at its left end. A line from
 * side to side, as of a black bar, is a tear only if the step is the same all along it while the samples are not. If a
 * third of the pictures look torn, it is the scene that looks so, and they are shown.
 *
 * What such a line cannot tell, the picture before may (jpeg_shift.h).
 *
 * One thread. It allocates only if a picture has more MCUs than any one before. */
#ifndef PMK_JPEG_JPEG_TEAR_H
#define PMK_JPEG_JPEG_TEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include "jpeg/jpeg_shift.h"

/* What the scan gives: for each MCU, the quantized DC of the last block of its first row, and that of its last block,
 * of each component; in one array if its MCUs have one row. One more has room. */
struct pmk_jpeg_means {
	int16_t *first[3], *last[3];
};

/* Zeroed: nothing allocated, nothing found. */
struct pmk_jpeg_tear {
	struct pmk_jpeg_border *borders;
	struct pmk_jpeg_means means;
	int16_t *block; /* the memory of the means of two pictures, and two rows */
	size_t room; /* MCUs */
	int side; /* whose means are of this picture; the others are of the last one that was shown */
	JDIMENSION across, down; /* of that one, MCUs; 0: there was none */
	int quant[3];
	struct pmk_jpeg_shift shift; /* of the last picture, if it was refused for it */
	int shifted; /* the component that had it; -1: none */
	uint16_t turn; /* of measuring */
	int level; /* how often pictures looked torn of late */
};

void pmk_jpeg_tear_finish(struct pmk_jpeg_tear *tear);

/* Room for the means of a picture, whose `info` is in the state after jpeg_start_decompress. NULL: out of memory. */
const struct pmk_jpeg_means *pmk_jpeg_tear_means(struct pmk_jpeg_tear *tear, const struct jpeg_decompress_struct *info)
	__attribute__((warn_unused_result));

/* Whether the picture is torn: its planes, and what was written to its means. */
bool pmk_jpeg_tear_find(struct pmk_jpeg_tear *tear, const struct jpeg_decompress_struct *info, uint8_t *const plane[3],
	const int stride[3]) __attribute__((warn_unused_result));

#endif

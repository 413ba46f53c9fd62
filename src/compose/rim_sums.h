/* SPDX-License-Identifier: MIT */
/* Sums of the pixels of a cell that are surely person or surely room; a part of rim.h.
 *
 * The one rule: at most 8 pixels of a cell count for each side, so the sums of 5x5 cells fit into 16 bits. No state;
 * any thread. */
#ifndef PMK_COMPOSE_RIM_SUMS_H
#define PMK_COMPOSE_RIM_SUMS_H

#include "image/frame.h"

/* The sums of the three planes and the number of pixels: of the person, then of the room. */
typedef uint16_t pmk_rim_words __attribute__((vector_size(16)));

/* Sum cell `cx`, `cy` of 8x8 pixels: every second pixel of every fourth row. `mask` tells what is surely room, `person`
 * who is surely a person. Pixels beyond the end of the picture count for neither. */
pmk_rim_words pmk_rim_sum(
	const struct pmk_image *frame, const struct pmk_mask *mask, const struct pmk_mask *person, int cx, int cy);

#endif

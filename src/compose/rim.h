/* SPDX-License-Identifier: MIT */
/* Cleans the rim: recovers the person's own colour where the camera mixed it with the room's.
 *
 * Cells give the mean colour F of nearby pixels that are surely person, and B of those that are surely room; where none
 * are near, the colours of the cells beside it. They are interpolated from cell to cell, so that no border of one is
 * seen. A rim pixel I of alpha a becomes F + q^2 (I - a F - (1 - a) B), after Forte, "Approximate Fast Foreground
 * Colour Estimation", ICIP 2021, which has a for q^2. This adds only the person's colour and subtracts only the room's.
 * q is the least alpha nearby (inner.h), within 1/240 of the picture's height: what the mask takes for the person
 * beside its own edge may be the room in truth. Blended, a q^2 of it is shown, so that its texture does not print, and
 * nobody puts the room together from the rim of a person who moves (bench/leak/silhouette.py). Where the mask moves
 * by 1/72 of the height or more since the last one, the camera blurs the person's edge over more pixels, so q is less
 * within 1/45. It is less within 1/90 where it moved so when the last mask came, as masks lag behind who stops or turns
 * (rim_moves.c). F is of pixels of which q says that they are a person. Only who is all rim, as thin things are, has a
 * colour from the mask as it is.
 *
 * The one rule: pixels of alpha 0, and those whose q is 255, are left alone, and so are all parts of the rim that touch
 * no sure person or no sure room. One thread. */
#ifndef PMK_COMPOSE_RIM_H
#define PMK_COMPOSE_RIM_H

#include "pixels/cells.h"

struct pmk_rim;

/* -ENOMEM */
int pmk_rim_create(const struct pmk_layout *layout, struct pmk_rim **rim) __attribute__((warn_unused_result));
void pmk_rim_destroy(struct pmk_rim *rim); /* NULL is fine */
void pmk_rim_forget(struct pmk_rim *rim); /* after a cut: the next mask has not moved; NULL is fine */

/* `frame` and `mask` have the layout's size and sampling, `cells` are the mask's; all stay until the last row. Cells of
 * person into which the rim reaches become mixed. */
void pmk_rim_begin(
	struct pmk_rim *rim, const struct pmk_image *frame, const struct pmk_mask *mask, struct pmk_cells *cells);

/* Make ready for the rows of pixels of the row of cells that `cells` entered last. */
void pmk_rim_enter(struct pmk_rim *rim, int row);

/* Row y of a plane, columns first..end - 1, in mixed cells of the row that was entered: `out` over `behind` by alpha,
 * which is at the plane's width as they are. Rows in limited range; the frame may be full. */
void pmk_rim_row(const struct pmk_rim *rim, int plane, int y, const uint8_t *alpha, int first, int end,
	const uint8_t *behind, uint8_t *out);

/* The person's own colour at these columns: not blended, and in the frame's range. */
void pmk_rim_clean(const struct pmk_rim *rim, int plane, int y, const uint8_t *alpha, int first, int end, uint8_t *out);

#endif

/* SPDX-License-Identifier: MIT */
/* The one backdrop made of the room: blurred beyond recognition, from background pixels only.
 *
 * The picture is shrunk to its cells of 8x8 pixels. Each of them counts by how far it is room (not at all from a
 * quarter person on), so that the person's colours do not glow into it; where no room is near, the mean room stands.
 * What counts is averaged over a disc, as a lens does, whose size is the strength, on a grid of cells, or of 2x2 of
 * them for a large disc in a large picture; then, always, over two small squares: the floor, at which nothing can be
 * read. Quadratic B-splines bring it back to full size. One thread. */
#ifndef PMK_COMPOSE_BLUR_H
#define PMK_COMPOSE_BLUR_H

#include "image/frame.h"
#include "pixels/cells.h"

struct pmk_blur;

/* `layout` of the result (limited range); `percent` 0..100, 0 being the floor, not "off". -ENOMEM. */
int pmk_blur_create(const struct pmk_layout *layout, int percent, struct pmk_blur **blur)
	__attribute__((warn_unused_result));
void pmk_blur_destroy(struct pmk_blur *blur); /* NULL is fine */

const struct pmk_layout *pmk_blur_layout(const struct pmk_blur *blur);

/* Blur a frame; it and the mask that `cells` were found in have the layout's size, the frame may be full range. Neither
 * is looked at afterwards. */
void pmk_blur_begin(struct pmk_blur *blur, const struct pmk_image *frame, const struct pmk_cells *cells);

/* Write the rows of a row of cells, and perhaps of the next one, to `out`, of the blur's layout: each row of cells
 * once, from top to bottom. What lies behind the end of a row of pixels is written as well. */
void pmk_blur_write(struct pmk_blur *blur, int row, struct pmk_image *out);

#endif

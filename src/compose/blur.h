/* SPDX-License-Identifier: MIT */
/* The one backdrop made of the room: blurred beyond recognition, from background pixels only.
 *
 * The picture is shrunk to its cells of 8x8 pixels. Each cell is weighted by its share of room (0 if a quarter or more
 * of it is person), so that the person's colours do not glow into the blur; where no room is near, the mean of all the
 * room is used. The cells are averaged over a disc, as a lens does, and as light (about the square of the values), so
 * that lamps stay bright; the strength sets its radius. The grid is one of cells, or of 2x2 cells for a large disc in
 * a large picture. Two small box filters always follow: they are the floor, at which no text can be read. Quadratic
 * B-splines bring the result back to full size. One thread. */
#ifndef PMK_COMPOSE_BLUR_H
#define PMK_COMPOSE_BLUR_H

#include "image/frame.h"
#include "pixels/cells.h"

struct pmk_blur;

/* `layout` of the result (limited range); `percent` 0..100, 0 is the floor, not "off". -ENOMEM. */
int pmk_blur_create(const struct pmk_layout *layout, int percent, struct pmk_blur **blur)
	__attribute__((warn_unused_result));
void pmk_blur_destroy(struct pmk_blur *blur); /* NULL is fine */

const struct pmk_layout *pmk_blur_layout(const struct pmk_blur *blur);

/* Blur a frame. The frame and the mask that `cells` were computed from have the layout's size; the frame may be full
 * range. Neither is read after the call. */
void pmk_blur_begin(struct pmk_blur *blur, const struct pmk_image *frame, const struct pmk_cells *cells);

/* Write the rows of a row of cells, and perhaps of the next one, to `out`, of the blur's layout: each row of cells
 * once, from top to bottom. The padding after a row of pixels is written, too. */
void pmk_blur_write(struct pmk_blur *blur, int row, struct pmk_image *out);

#endif

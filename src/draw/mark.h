/* SPDX-License-Identifier: MIT */
/* A mark: a few words in the corner of a cover that say why there is no picture.
 *
 * The one rule: a mark is drawn on a backdrop only, never on a frame. Any thread. */
#ifndef PMK_DRAW_MARK_H
#define PMK_DRAW_MARK_H

#include "image/frame.h"

/* Draw `text` in light capitals on a dark plate at the bottom left, or at the top left. `text` has letters and spaces
 * only; a part that does not fit is cut off. A dot of a letter is 1/240 of the height of the picture, but 1 px at
 * least. `image` is in limited range. Nothing is allocated. */
void pmk_mark_draw(struct pmk_image *image, const char *text, bool top);
/* The place of that plate, which may stick out of the picture. */
struct pmk_rect pmk_mark_box(const struct pmk_layout *layout, const char *text, bool top);
void pmk_mark_border(struct pmk_image *image); /* a red border: the picture shows the room */

#endif

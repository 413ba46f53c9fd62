/* SPDX-License-Identifier: MIT */
/* A few quiet words in the corner of a cover, that say why there is no picture.
 *
 * The one rule: it is drawn over a backdrop only, never over a frame. Any thread. */
#ifndef PMK_DRAW_MARK_H
#define PMK_DRAW_MARK_H

#include "image/frame.h"

/* Draw `text` (letters and spaces, drawn as capitals) light on a dark plate at the bottom left, as large as a hundredth
 * of the picture's height allows; what does not fit is cut off. Limited range. No allocation. */
void pmk_mark_draw(struct pmk_image *image, const char *text);

#endif

/* SPDX-License-Identifier: MIT */
/* The one backdrop made of the room: blurred beyond recognition, from background pixels only.
 *
 * The one rule: what leaves is made of one number for each plane and patch, and of nothing else. A patch is a square as
 * large as the largest letter that must stay unreadable, and lies still in the picture. So what cannot be read is not
 * hidden by a kernel that could be undone; it is not there.
 *
 * A patch is a square of the composer's cells of 8x8 pixels; at the picture's border it takes in what is left over.
 * Each cell is weighted by its share of room (0 if a quarter or more of it is person), so that the person's colours do
 * not glow into the blur. The room is remembered where the person hides it, for seconds, so that somebody who moves
 * before it is no moving aperture. A patch is the mean light (about the square of the values) of its room, then 1 2 1
 * each way. Its number is that mean, as a value, in steps of PMK_BLUR_STEP levels (colour: half of that). It changes
 * only when the mean is clearly elsewhere, so noise and shaking add nothing, and it is approached in time. Cubic
 * B-splines between the numbers, then quadratic ones from a grid to pixels, make it smooth. Where no room is near, the
 * room further away is used. doc/blur.md says what can be read from all this and how it was measured. One thread. */
#ifndef PMK_COMPOSE_BLUR_BLUR_H
#define PMK_COMPOSE_BLUR_BLUR_H

#include "image/frame.h"
#include "image/whole.h"
#include "pixels/cells.h"

enum {
	PMK_BLUR_STEP = 4, /* levels */
	PMK_BLUR_NORMAL = 60, /* strength of "blur" alone */
	PMK_BLUR_LARGER = 3,
};

struct pmk_blur;

/* The side of a patch, as a share of the shorter side of the camera's picture; letters (capitals, from foot to top) up
 * to this size cannot be read. `percent` 0..100. */
double pmk_blur_patch(int percent);

/* `layout` of the result (limited range); `percent` 0..100, 0 is the weakest, not "off". -ENOMEM. */
int pmk_blur_create(const struct pmk_layout *layout, int percent, struct pmk_blur **blur)
	__attribute__((warn_unused_result));
void pmk_blur_destroy(struct pmk_blur *blur); /* NULL is fine */

const struct pmk_layout *pmk_blur_layout(const struct pmk_blur *blur);

/* The blurred room of a frame, which is valid until the next begin; *stays: it is the one of the begin before, as it is
 * while the room is still. The frame and the mask that `cells` were computed from have the layout's size; `whole`
 * (NULL: the frame is not a part) is at most PMK_BLUR_LARGER times as large. Frames may be full range. None of them is
 * read after the call. A frame that does not follow the one before (generation, number, a gap in time) stands alone. */
const struct pmk_image *pmk_blur_begin(struct pmk_blur *blur, const struct pmk_frame *frame,
	const struct pmk_cells *cells, const struct pmk_whole *whole, bool *stays);

#endif

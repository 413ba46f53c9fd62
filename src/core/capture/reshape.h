/* SPDX-License-Identifier: MIT */
/* Brings a camera's frames to the one shape that the pipeline was created for, and turns, mirrors or flips them. A
 * camera that was opened again may have another size, sampling or matrix; so may any JPEG. Frames are scaled, without
 * distortion; but up to 15 rows or columns too many are what a JPEG needs for whole blocks (1920x1088 for 1920x1080),
 * and are cut off at the bottom and at the right.
 *
 * The one rule: what comes out has the layout given at init, except for its range. Most frames pass unchanged. One
 * thread; `quarters`, `mirror` and `flip` may change between two frames. A picture that is turned by other quarters
 * than the layout was made for is cropped to it. */
#ifndef PMK_CORE_CAPTURE_RESHAPE_H
#define PMK_CORE_CAPTURE_RESHAPE_H

#include "image/frame.h"

struct pmk_reshape {
	struct pmk_layout layout;
	int quarters; /* turned clockwise, before it is mirrored or flipped */
	bool mirror, flip;
	/* for copies; two, since a frame that is fitted and then turned has two layouts: one pool would allocate anew
	 */
	struct pmk_frame_pool *fitted, *oriented;
};

/* `layout` is that of the turned picture (pmk_convert_turned). */
int pmk_reshape_init(struct pmk_reshape *reshape, const struct pmk_layout *layout, int quarters, bool mirror, bool flip)
	__attribute__((warn_unused_result));
void pmk_reshape_finish(struct pmk_reshape *reshape); /* returned frames may outlive it */

/* Takes over the frame and returns it, or a copy. NULL: all copies are in use, and the frame is dropped. */
struct pmk_frame *pmk_reshape_frame(struct pmk_reshape *reshape, struct pmk_frame *frame);

#endif

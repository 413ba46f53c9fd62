/* SPDX-License-Identifier: MIT */
/* The whole that a frame is a part of. */
#ifndef PMK_IMAGE_WHOLE_H
#define PMK_IMAGE_WHOLE_H

#include "image/frame.h"

/* The frame that a part was cut out of and scaled, its mask, and where the part lies in it. The one rule: the part may
 * move from frame to frame, while what is here stands as still as the camera. */
struct pmk_whole {
	const struct pmk_frame *frame;
	const struct pmk_mask *mask; /* of its size */
	double left, top, width, height; /* px of the frame: the part */
};

#endif

/* SPDX-License-Identifier: MIT */
/* Cuts a part out of a frame and out of its mask, and scales both to the size of the shown picture.
 *
 * The one rule: frame and mask are cut by the same rectangle, and the mask is that frame's; if it is not, there is no
 * result. Where alpha was 0 around a pixel it stays 0, and where it was 255 it stays 255.
 *
 * The part is given in fractions of a pixel. Scaling is bilinear between pixel centres, in 1/256 px, in all planes and
 * the mask alike; samples of chroma count as in the middle of the pixels that they cover. So what moves by a fraction
 * of a pixel looks like it, in luma and in chroma. One thread. */
#ifndef PMK_FRAMING_CROP_H
#define PMK_FRAMING_CROP_H

#include "find/box.h"
#include "image/frame.h"

struct pmk_crop;

/* From frames to pictures of these sizes, of the same sampling; ranges may differ. -EINVAL: the frame is more than
 * three times as wide or high as the picture; -ENOMEM. */
int pmk_crop_create(const struct pmk_layout *frames, const struct pmk_layout *pictures, struct pmk_crop **crop)
	__attribute__((warn_unused_result));
void pmk_crop_destroy(struct pmk_crop *crop); /* NULL is allowed */

/* The part of the frame and of its mask (NULL: only of the frame), which lies inside the frame. Both stay the crop's
 * and are valid until its next run; if the part is the whole frame and nothing is to be scaled, they are `frame` and
 * `mask` themselves. -EINVAL: a size or the sampling is not the one agreed, or the mask is another frame's; nothing is
 * returned then. Allocates nothing. */
int pmk_crop_run(struct pmk_crop *crop, const struct pmk_box *part, const struct pmk_frame *frame,
	const struct pmk_mask *mask, const struct pmk_frame **cut_frame, const struct pmk_mask **cut_mask)
	__attribute__((warn_unused_result));

#endif

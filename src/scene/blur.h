/* SPDX-License-Identifier: MIT */
/* The one backdrop made of the room: blurred beyond recognition, from background pixels only.
 *
 * Each pixel counts by (255 - alpha), so the person's colours do not glow into it; where there is no background near, the mean
 * background stands. Strength 0 is a floor at which nothing can be read, not "off". Worked at a quarter of the size. One thread. */
#ifndef PMK_SCENE_BLUR_H
#define PMK_SCENE_BLUR_H

#include "image/frame.h"

struct pmk_blur;

/* `layout` of the result (limited range); `percent` 0..100. -ENOMEM. */
int pmk_blur_create(const struct pmk_layout *layout, int percent, struct pmk_blur **blur) __attribute__((warn_unused_result));
void pmk_blur_destroy(struct pmk_blur *blur);	/* NULL is fine */

/* `frame` and `mask` of the layout's size; the frame may be full range. The result is valid until the next run. */
const struct pmk_image *pmk_blur_run(struct pmk_blur *blur, const struct pmk_image *frame, const struct pmk_mask *mask);

#endif

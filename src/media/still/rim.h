/* SPDX-License-Identifier: MIT */
/* A picture that is shown whole between bars, which repeat its rim: a black bar would have an edge, which the mask
 * would follow. Pure functions; any thread. */
#ifndef PMK_MEDIA_STILL_RIM_H
#define PMK_MEDIA_STILL_RIM_H

#include "image/frame.h"

/* The part `to` of an image, whose planes it shares. Its coordinates are even. */
struct pmk_image pmk_rim_part(const struct pmk_image *image, const struct pmk_rect *to);
/* Repeat the rim of the part `to` to the image's edges. */
void pmk_rim_repeat(struct pmk_image *image, const struct pmk_rect *to);

#endif

/* SPDX-License-Identifier: MIT */
/* The geometry of a film: the upright shape of a stored picture, and where such a picture goes in the picture that is
 * given.
 *
 * The one rule: nothing is distorted. The pixels that are given are square, and a picture of another shape is cropped
 * or gets bars, whatever its size. Shapes that differ by at most 2 % count as the same, because encoders round sizes.
 *
 * Pure functions; any thread. */
#ifndef PMK_MEDIA_FILM_PLACE_H
#define PMK_MEDIA_FILM_PLACE_H

#include "media/av.h"

/* How a picture is shown, without bars: px of an upright picture with square pixels. */
struct pmk_shape {
	int width, height;
};

/* The shape of a stored picture of width x height px whose pixels are `sar` times as wide as high. It has at least as
 * many pixels as are stored. A `sar` that no camera or format has (beyond 1:4 and 4:1, or 0) counts as 1:1; so does one
 * within 1 % of it, which rounded sizes cause, and one that would make a side longer than PMK_IMAGE_MAX_PX. */
struct pmk_shape pmk_place_shape(int width, int height, AVRational sar, const struct pmk_orientation *orientation);

bool pmk_place_same_shape(const struct pmk_shape *a, const struct pmk_shape *b);

struct pmk_fitted {
	struct pmk_rect from; /* the part of the stored picture that is shown; its coordinates are even */
	struct pmk_rect to; /* where it goes in the given picture, upright; as far from the left as from the right,
			       from the top as from the bottom, and its coordinates are even */
};

/* Fit a stored picture of width x height px and that shape into a picture of the size `to`: show all of it, between
 * bars, if `contain`; else fill the picture and crop what sticks out. */
struct pmk_fitted pmk_place_fit(int width, int height, const struct pmk_shape *shape,
	const struct pmk_orientation *orientation, const struct pmk_shape *to, bool contain);

/* Whether upright is 90 or 270 degrees away from stored. */
bool pmk_place_sideways(const struct pmk_orientation *orientation);

#endif

/* SPDX-License-Identifier: MIT */
/* Makes a decoded picture of a file the picture that is given: upright, undistorted (place.h), in ordinary colours
 * (tone.h), in the layout that was asked for. One thread.
 *
 * The one rule: each picture says itself what it is - its size, its orientation, its colours. A picture that needs no
 * conversion is copied plane by plane. One with alpha is blended over black. */
#ifndef PMK_MEDIA_FILM_PICTURE_H
#define PMK_MEDIA_FILM_PICTURE_H

#include "media/av.h"
#include "media/film/place.h"
#include "media/film/tone.h"

/* Zero the struct before its first use. */
struct pmk_picture {
	double peak; /* of a HDR film, as in tone.h; set it before the first picture */
	bool quick; /* scale quickly, and leave the matrix and the range that it has in the image */
	struct pmk_av_scaler scaler, alpha_scaler;
	AVFrame *flat; /* over black, if it has alpha */
	AVFrame *part, *deep, *stored; /* what is shown of it; before its colours change; before it is made upright */
	struct pmk_tone *tone;
	struct pmk_tone_kind kind; /* of `tone` */
};

/* Convert `frame`; the parts of `image` beside place->to repeat its rim. -ENOTSUP: its pixel format cannot be
 * converted; -ENOMEM. Nothing is logged. */
int pmk_picture_make(struct pmk_picture *picture, const AVFrame *frame, const struct pmk_orientation *orientation,
	const struct pmk_fitted *place, struct pmk_image *image) __attribute__((warn_unused_result));
void pmk_picture_finish(struct pmk_picture *picture);

#endif

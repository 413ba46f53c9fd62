/* SPDX-License-Identifier: MIT */
/* A look at the beginning of a film before it is read: what cannot be told from its first picture.
 *
 * A recorded call begins small and grows when the line proves fast enough. How bright a HDR film becomes says how it is
 * to be shown (tone.h). Only key pictures are decoded, at most 24 of the first minute and of the first 64 MiB: sizes
 * change at key pictures, and a scene's light does not change between them. If a HDR film is dark so far, 15 pictures
 * of all of it are decoded, too.
 *
 * The one rule: what cannot be read is left out; a survey never fails. One thread. */
#ifndef PMK_MEDIA_FILM_SURVEY_H
#define PMK_MEDIA_FILM_SURVEY_H

#include "media/film/place.h"

struct pmk_survey {
	struct pmk_shape largest; /* shape of the largest picture among those of the first one's shape */
	double peak; /* of a HDR film, cd/m2: 1 in 500 pixels of its brightest picture is brighter; 0: unknown */
};

/* `shape` is the first picture's. `shape_of` gives the shape of any picture. */
struct pmk_survey pmk_survey_run(const char *path, const struct pmk_shape *shape,
	struct pmk_shape (*shape_of)(void *user, const AVFrame *frame), void *user);

#endif

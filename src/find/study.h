/* SPDX-License-Identifier: MIT */
/* Joins several looks at one picture into one, for the first picture after a cut, which has no past to be averaged
 * with. A network errs a little differently in each view and in a mirrored one; what most looks are sure of is right
 * more often than any of them, and a decision at the edge no longer hangs on noise.
 *
 * The one rule: the surer a look is of a pixel, the more it counts there, and a look counts hardly at its own border
 * inside the picture, where the network sees people cut off. A pixel's surety is d / (0.35 - d^2), d = p - 0.5, which
 * resembles ln(p / (1 - p)) but is finite and the same on every machine; the joined one is the weighted mean.
 *
 * One thread. */
#ifndef PMK_FIND_STUDY_H
#define PMK_FIND_STUDY_H

#include "find/view.h"

/* The parts to look at, each also mirrored: the person with less and with more around, and head and hands alone. */
enum { PMK_STUDY_PARTS = 3 };

struct pmk_study {
	int width, height; /* px, of the network */
	int picture_width, picture_height;
	struct pmk_rect view; /* what the joined look covers */
	float *sum, *weight; /* of the surety of each pixel; its weights so far */
	struct pmk_study_tap *across;
};

int pmk_study_init(struct pmk_study *study, int width, int height) __attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_study_finish(struct pmk_study *study); /* a zeroed struct is allowed */

/* Choose the parts for a closer study of the people whom `view` follows, and in *joined the area that the joined look
 * should cover. `probability` is the last look, at `seen`. Returns how many parts there are. */
int pmk_study_plan(const struct pmk_study *study, const struct pmk_view *view, const struct pmk_rect *seen,
	const float *probability, struct pmk_rect part[PMK_STUDY_PARTS], struct pmk_rect *joined);

/* Begin to join looks at a picture into one that covers `view` of it. */
void pmk_study_begin(struct pmk_study *study, const struct pmk_rect *view, int picture_width, int picture_height);
/* Take in a look at `part`, width x height probabilities, which counts as much as `weight` looks. */
void pmk_study_add(struct pmk_study *study, const struct pmk_rect *part, const float *probability, float weight);
/* Write the joined look; 0 where no look was. */
void pmk_study_end(const struct pmk_study *study, float *probability);

/* Swap left and right of rows of `width` pixels of `channels` floats each. */
void pmk_study_mirror(float *pixels, int width, int height, int channels);

#endif

/* SPDX-License-Identifier: MIT */
/* Looks closer at what may be raised hands, after a study: a network loses fingers where they are small.
 *
 * Squares of .35 and .6 of the people's height are looked at where the study is in doubt (doubt.h), each also
 * mirrored. Their finding counts as surely as it is a hand (doubt.h). Then doubts are decided by the colours around
 * them (colours.h). The larger squares are given in addition at the network's full size, for an edge that follows
 * fingers.
 *
 * The one rule: a closer look only raises a probability. One thread. */
#ifndef PMK_FIND_HANDS_HANDS_H
#define PMK_FIND_HANDS_HANDS_H

#include "find/hands/colours.h"
#include "find/hands/doubt.h"
#include "find/study.h"
#include "image/frame.h"

enum { PMK_HANDS_LOOKS = 4 }; /* at one doubt: two squares, each also mirrored */

/* A part of the picture as it is seen closer, of the network's size. */
struct pmk_closer {
	struct pmk_rect view; /* px; inside the picture */
	float *probability;
	struct pmk_image small; /* what the network saw, 4:2:0 */
};

struct pmk_hands {
	int width, height; /* px, of the network */
	struct pmk_colours colours;
	struct pmk_closer part[PMK_DOUBTS];
	int count; /* of parts */
	struct pmk_rect rect[PMK_DOUBTS][PMK_HANDS_LOOKS];
	float *look[PMK_DOUBTS][PMK_HANDS_LOOKS];
	float sure[PMK_DOUBTS]; /* 0..1: that there is a hand */
	float *before, *after; /* scratch */
	void *block;
};

/* How a part of the picture is looked at: gives width x height probabilities that are valid until the next call, or
 * what is to be returned; or only how the network would see it. What was found in earlier pictures is lowered where
 * this one is known to show room. */
struct pmk_hands_eye {
	void *context;
	int (*look)(void *context, const struct pmk_rect *rect, bool mirrored, const float **probability);
	const struct pmk_image *(*scale)(void *context, const struct pmk_rect *rect);
	void (*lower)(void *context, const struct pmk_rect *rect, float *probability);
};

int pmk_hands_init(struct pmk_hands *hands, int width, int height) __attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_hands_finish(struct pmk_hands *hands); /* a zeroed struct is allowed */

/* Look closer at the people whom `view` follows. `probability` covers `seen` of the picture, and is raised. Fills in
 * hands->part. 0, or an error of eye->look. */
int pmk_hands_study(struct pmk_hands *hands, struct pmk_study *study, const struct pmk_view *view,
	const struct pmk_hands_eye *eye, const struct pmk_rect *seen, float *probability)
	__attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* Looks closer at what may be a raised hand in live video or a recording, while it stands still: at one square in each
 * picture, until all looks of pmk_hands_study are there. What they found is kept, and joined with each later look at
 * the same view, until the picture there changes, or a quarter of all that was found, and for 90 pictures at most;
 * before that it is looked at again. So a hand that is held up costs four more runs of the network in 60 pictures, and
 * one that moves none.
 *
 * The one rule: what was found counts only where the picture is as it was then. One thread. */
#ifndef PMK_FIND_HANDS_STEADY_H
#define PMK_FIND_HANDS_STEADY_H

#include "find/hands/hands.h"

enum { PMK_HANDS_GRID = 32 }; /* the view is compared in so many rows and columns of blocks */

struct pmk_hands_steady {
	int width, height; /* px, of the network */
	struct pmk_rect view; /* what the memory covers; empty: there is none */
	float *found; /* what was found in known blocks */
	float *seen; /* the probability of a picture in which there was a closer look */
	uint8_t *then[3], *last[3]; /* planes, 4:2:0: when it was found; of the last picture */
	/* for each block: for how many pictures more what was found counts; whether something was */
	uint8_t known[PMK_HANDS_GRID][PMK_HANDS_GRID], hand[PMK_HANDS_GRID][PMK_HANDS_GRID];
	uint8_t still[PMK_HANDS_GRID][PMK_HANDS_GRID]; /* 1: as in the last picture */
	struct pmk_doubt doubt; /* what is being looked at */
	int looks; /* at it, so far */
	int pictures; /* since doubts were sought */
	void *block;
};

int pmk_hands_steady_init(struct pmk_hands_steady *steady, int width, int height)
	__attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_hands_steady_finish(struct pmk_hands_steady *steady); /* a zeroed struct is allowed */
void pmk_hands_steady_forget(struct pmk_hands_steady *steady);

/* Raise what a look at `seen` gave. `small`, in 4:2:0, is what the network saw there. *probability may be replaced by
 * the memory of `steady`, and there is then another picture in `small`. `hands` is used for the closer looks. 0, or an
 * error of eye->look. */
int pmk_hands_steady_run(struct pmk_hands_steady *steady, struct pmk_hands *hands, struct pmk_study *study,
	const struct pmk_view *view, const struct pmk_hands_eye *eye, const struct pmk_rect *seen,
	const struct pmk_image *small, float **probability) __attribute__((warn_unused_result));

#endif

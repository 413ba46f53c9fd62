/* SPDX-License-Identifier: MIT */
/* Studies what may be a raised hand in live video or a recording, while it stands still, as a single picture is
 * studied: where a look is in doubt, all looks of study.h and hands.h are taken, one in 33 ms and for each picture at
 * most, and joined. What they found is kept in squares around the doubts (memory.h), and stands in for later looks at
 * the same view, until the picture there changes. So a hand that is held up costs up to fourteen more runs of the
 * network in 4 s, and one that stops and goes costs one in 100 ms at most.
 *
 * The one rule: all looks of a study are at the same picture, up to noise. One thread. */
#ifndef PMK_FIND_HANDS_STEADY_H
#define PMK_FIND_HANDS_STEADY_H

#include "find/hands/hands.h"
#include "find/hands/memory.h"

struct pmk_hands_steady {
	struct pmk_hands_memory memory;
	float *seen; /* the look at the view in the first picture of the study */
	float *now; /* in the present picture, if there is another look at it */
	float *found; /* what the looks of the study saw; joined, when they were all taken */
	struct pmk_rect part[PMK_STUDY_PARTS];
	struct pmk_doubt asked, doubt[PMK_DOUBTS]; /* what the study is for; what its looks at the people left */
	int doubts;
	int looks; /* of the study, so far */
	int wait; /* how many times a look is due until doubts are sought again */
	int skipped; /* pictures since the last one, which took no time */
	uint64_t last_ns; /* when a look was due last */
	void *block;
};

int pmk_hands_steady_init(struct pmk_hands_steady *steady, int width, int height)
	__attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_hands_steady_finish(struct pmk_hands_steady *steady); /* a zeroed struct is allowed */
void pmk_hands_steady_forget(struct pmk_hands_steady *steady);
/* A picture came that is as the last one, and is not looked at. */
void pmk_hands_steady_skip(struct pmk_hands_steady *steady);

/* Put what was found in place of what a look at `seen` gave. `small`, in 4:2:0, is what the network saw there.
 * *probability may be replaced by the memory of `steady`, and there is then another picture in `small`. `hands` is used
 * for the closer looks; hands->part is filled in. From one picture to the next, `study` must stay as it is left, or
 * pmk_hands_steady_forget be called. 0, or an error of eye->look, after which the next study begins anew. */
int pmk_hands_steady_run(struct pmk_hands_steady *steady, struct pmk_hands *hands, struct pmk_study *study,
	const struct pmk_view *view, const struct pmk_hands_eye *eye, const struct pmk_rect *seen,
	const struct pmk_image *small, uint64_t now_ns, float **probability) __attribute__((warn_unused_result));

#endif

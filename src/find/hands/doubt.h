/* SPDX-License-Identifier: MIT */
/* Finds where a look is in doubt beside head and shoulders, where there may be a raised hand, and whether there is one.
 * Pure functions. */
#ifndef PMK_FIND_HANDS_DOUBT_H
#define PMK_FIND_HANDS_DOUBT_H

#include "find/box.h"
#include "image/frame.h"

enum { PMK_DOUBTS = 2 };

/* px: the middle of a square in which there is much doubt */
struct pmk_doubt {
	double x, y;
};

/* Find those squares in a look at `seen`, width x height probabilities. A pixel is in doubt from .1 to .5, in the upper
 * part of `people`, or above it. A square is a sixth of their height wide, and an eighth of it is in doubt; of a
 * `single` look that was not joined with others, a sixteenth, because it is often sure of what others are not. Returns
 * how many there are: the one with most doubt is first, and the others are beside it. */
int pmk_doubt_find(const float *probability, int width, int height, const struct pmk_rect *seen,
	const struct pmk_box *people, bool single, struct pmk_doubt doubt[PMK_DOUBTS]);

/* How surely closer looks found a hand, 0..1: something that was missed `before`, at least .0003 of the people's height
 * squared, and that sticks out. What fills a hollow, between hair and shoulder, is more often room seen through it: in
 * a square around it there is person enough (over .38; .45 is too much). `after` has raised probabilities. */
double pmk_doubt_hand(const float *before, const float *after, int width, int height, const struct pmk_rect *seen,
	const struct pmk_box *people);

#endif

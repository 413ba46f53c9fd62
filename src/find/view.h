/* SPDX-License-Identifier: MIT */
/* Where to look: the part of the picture that is shown to the network. A network of 256 x 256 px finds the better edge
 * the larger the person is in its input, and the person itself only when it is not squeezed: the view is a square (or
 * what shape the network has) around the person, true to the picture's aspect, and it may stick out of the picture by a
 * tenth; from the second frame on not below, where the picture cuts the body: its last row drawn out to streaks makes
 * the network miss hands. People side by side, for whom it would stick out more, are squeezed a little; where that
 * would be by more than 1.3, the view is wide, and is looked at in two tiles of the network's shape; only where these
 * would not meet are they squeezed.
 *
 * The one rule: nobody in the picture is ever outside the search. A look at the whole picture comes every SEARCH_FRAMES
 * frames, or SEARCH_NS; of a wide picture, with a closer one at one of its two ends, in turns. Whom it shows outside of
 * the view makes the view larger in that same frame, as does a person who touches the view's border. A view grows at
 * once, moves only when the person comes near its border, and shrinks when less has done for some time; the one of the
 * first sight is made tighter once. A still person has a still view, because each move costs a little flicker.
 *
 * Pure bookkeeping: no network, no clock, no allocation. One thread. */
#ifndef PMK_FIND_VIEW_H
#define PMK_FIND_VIEW_H

#include "find/box.h"
#include "image/frame.h"

struct pmk_view {
	int width, height; /* of the picture, px */
	double shape; /* width over height of the network's input */
	bool nearest; /* follow one person, not all */
	struct pmk_rect rect; /* even numbers. The whole picture while nobody is found */
	bool wide; /* covered by two tiles */
	bool found; /* somebody is followed */
	bool fitted; /* the view was fitted to the person after the first look */
	bool rough; /* made at first sight: due for a tighter one */
	/* px, in the last look at the view; in the last search */
	struct pmk_box people, searched;
	struct pmk_box chosen; /* with nearest: who; empty when nobody */
	int roomy; /* frames in a row for which a smaller view would have done, or since a rough one */
	int frames; /* since the last search */
	bool right_next; /* which half of a wide picture is searched more closely next */
	uint64_t searched_ns;
};

void pmk_view_init(struct pmk_view *view, int width, int height, double shape, bool nearest);

/* Another scene: nobody is followed. */
void pmk_view_forget(struct pmk_view *view);

/* Follow one person or all from now on; where that is another choice, the next frame is searched. */
void pmk_view_set_nearest(struct pmk_view *view, bool nearest);

/* Whether this frame, of time `now`, needs a look at the whole picture. Counts the frame. */
bool pmk_view_wants_search(struct pmk_view *view, uint64_t now_ns);

/* What of a wide picture a search should look at after the whole of it, in which small people are easily missed: its
 * left and right parts, of the network's shape or, in a very wide one, squeezed less than the whole, in turns; both
 * while nobody is followed. How many: 0 in pictures that are not wide, and with nearest. */
int pmk_view_closer(struct pmk_view *view, struct pmk_rect part[2]);

/* Take in a look at `part` of the picture, the whole of it first: width x height probabilities. Moves the view before
 * the frame's own look. */
void pmk_view_search(
	struct pmk_view *view, const struct pmk_rect *part, const float *probability, int width, int height);

/* What to look at for view->rect: itself (1), or two tiles of its height, the first at its left and the second at its
 * right end, which always overlap (2). */
int pmk_view_tiles(const struct pmk_view *view, struct pmk_rect tile[2]);

/* Take in a look at view->rect, joined where there were two. True: look again in this frame, for the view is another
 * now: a person was at its border, or it was the first look at somebody, or nobody is in it and the picture is to be
 * searched. Each look may ask for a further one; the caller sets a bound. With nearest, the probability of others
 * becomes 0. */
bool pmk_view_follow(struct pmk_view *view, float *probability, int width, int height)
	__attribute__((warn_unused_result));

#endif

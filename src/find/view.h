/* SPDX-License-Identifier: MIT */
/* Decides where to look: which part of the picture, called the view, the network is given.
 *
 * A network of 256 x 256 px finds a better edge the larger the person is in its input, and it misses a person whom the
 * scaling squeezes. So the view is a square (or whatever shape the network has) around the person, with the picture's
 * aspect kept. It may stick out of the picture by a tenth in the picture of the first sight, but not later: outside,
 * the picture's rim is repeated, which makes streaks, and with them the network misses hands and newcomers.
 * For people side by side the view would stick out further; it is squeezed a little instead. If it were squeezed by
 * more than 1.3, the view becomes wide: it is looked at in two tiles of the network's shape, which are squeezed only if
 * they would not meet otherwise.
 *
 * The one rule: nobody in the picture is ever outside the search. A look at the whole picture comes every SEARCH_FRAMES
 * frames, or every SEARCH_NS. In a wide picture a closer look at one of its two ends follows, alternating between them.
 * People whom a search finds outside the view enlarge it in that same frame; so does a person who touches its border. A
 * view grows at once, moves only when the person comes near its border, and shrinks when a smaller one would have been
 * enough for some time. The view of the first sight is tightened once. A still person has a still view, because each
 * move costs a little flicker.
 *
 * Pure bookkeeping: no network, no clock, no allocation. One thread. */
#ifndef PMK_FIND_VIEW_H
#define PMK_FIND_VIEW_H

#include "find/box.h"
#include "image/frame.h"

struct pmk_view {
	int width, height; /* px, of the picture */
	double shape; /* width / height of the network's input */
	bool nearest; /* follow one person, not all */
	struct pmk_rect rect; /* even numbers; the whole picture while nobody is followed */
	bool wide; /* covered by two tiles */
	bool found; /* somebody is followed */
	bool fitted; /* the view was fitted to the person after the first look */
	bool known; /* it was when this frame began */
	bool rough; /* made at first sight; a tighter one will follow */
	/* px, where people are: in the last look at the view; in the last search */
	struct pmk_box people, searched;
	struct pmk_box chosen; /* px, where the person is whom `nearest` chose; empty: nobody */
	int roomy; /* for how many frames a smaller view has been enough, or the view has been rough */
	int frames; /* since the last search */
	bool right_next; /* alternates between the ends of a wide picture that are searched more closely */
	uint64_t searched_ns;
};

void pmk_view_init(struct pmk_view *view, int width, int height, double shape, bool nearest);

/* Forget whom it follows, at a cut. */
void pmk_view_forget(struct pmk_view *view);

/* Follow one person, or all, from now on. If that is a change, the next frame is searched. */
void pmk_view_set_nearest(struct pmk_view *view, bool nearest);

/* Whether this frame, of time now_ns, needs a search. Counts the frame. */
bool pmk_view_wants_search(struct pmk_view *view, uint64_t now_ns);

/* What a search of a wide picture looks at after the whole of it, in which small people are easily missed: its left or
 * right end, alternating; both ends while nobody is followed. These parts have the network's shape; in a very wide
 * picture they are squeezed, but less than the whole. Returns how many; 0 for a picture that is not wide, and with
 * nearest. */
int pmk_view_closer(struct pmk_view *view, struct pmk_rect part[2]);

/* Take in a look at `part` of the picture, width x height probabilities. The whole picture comes first, then its closer
 * parts. This moves the view before the frame's own look. */
void pmk_view_search(
	struct pmk_view *view, const struct pmk_rect *part, const float *probability, int width, int height);

/* What to look at to see view->rect. Returns 1: view->rect itself; or 2: two tiles of its height, one at its left and
 * one at its right end, which always overlap. */
int pmk_view_tiles(const struct pmk_view *view, struct pmk_rect tile[2]);

/* A view of one look around `box`, whose larger side is `margin` times the box's. Nothing of it is outside the picture;
 * it is squeezed instead. */
struct pmk_rect pmk_view_inside(const struct pmk_view *view, const struct pmk_box *box, double margin);

/* Go on following those whom `was` followed, although no look at this picture found them. */
void pmk_view_stay(struct pmk_view *view, const struct pmk_view *was);

/* Follow those in `people` from now on, as at first sight. */
void pmk_view_turn_to(struct pmk_view *view, const struct pmk_box *people);

/* Take in a look at view->rect, width x height probabilities, joined if there were two. True: look again in this frame,
 * because the view has changed: a person was at its border, or it was the first look at somebody, or nobody is in it
 * and the whole picture is looked at next. Every look may ask for another one; the caller sets a limit. With nearest,
 * the probability of all others becomes 0. */
bool pmk_view_follow(struct pmk_view *view, float *probability, int width, int height)
	__attribute__((warn_unused_result));

/* With nearest, set the probability of all others in a look at `rect` to 0. */
void pmk_view_keep_nearest(
	const struct pmk_view *view, const struct pmk_rect *rect, float *probability, int width, int height);

#endif

/* SPDX-License-Identifier: MIT */
/* Decides which part of a frame is shown, called the crop, from where people are: a camera operator without a picture
 * or a clock of his own.
 *
 * The one rule: the crop has the shape of the shown picture, lies inside the frame, and is no smaller than the zoom
 * allows, in every frame, and without being clipped to that.
 *
 * Where it goes. The goal is the smallest crop that holds all people, with the top of the heads at 0.1 of its height:
 *
 *	height = max((right - left) / (1 - 2 * 0.05) / shape, (bottom - top) / (1 - 0.1 - foot))
 *
 * foot is 0.04, or 0 for a body that the frame itself cuts off below. Such a body may be cut off higher if that brings
 * people to their place (the middle, or a third), but 3/4 of what is seen of it stay.
 *
 * When it goes. There is a dead zone: the goal stays while the wanted one is less than 0.1 of its width and 0.08 of its
 * height away, and 0.8 to 1.1 times as high, and nobody comes nearer than 0.02 to its sides. A side of the people's box
 * that jumps, by more than 0.08 of the frame's width, counts only once it is the median of seven frames: what is there
 * or missing for up to three frames moves nothing. The box is extended to where it will be in 0.15 s, by the speed of
 * the bodies without thin parts, and to where it was lately, which fades within 3 s: a gesture does not pump. The
 * middle is a mean over 0.6 s. When nobody has been there for 3 s, the goal is the whole frame.
 *
 * How it goes. Middle and height of the crop follow the goal through three equal lags of the first order, which is
 * critically damped: it never overshoots, and not even the acceleration has a step.
 *
 *	x1 += a (goal - x1), x2 += a (x1 - x2), x3 += a (x2 - x3), a = w dt / (1 + w dt)
 *
 * x3 is a mean of earlier goals, with weights of 0 or more that add up to 1 and are the same for middle and height. All
 * limits are linear in these, and every goal is within them; so is every crop, even while w changes. w is 1.8 /s (90 %
 * of the way in 3 s), or 0.8 /s on the way to the whole frame when nobody is there.
 *
 * In a hurry. w rises, up to 45 /s, to be in time before people come nearer than 0.02 to the crop's edge: w = 5 / time
 * left; or if they are over that already. Whoever has been there is never outside in any frame: if the lags are too
 * slow, the crop goes on towards the goal, all three lags by the same share, until it holds the people's box and 1/160
 * of the frame's width around it, which is as exact as the box is. Excepted is whom the frame itself cuts off, and who
 * has just appeared. For him w is at most 6 /s, unless he comes in at the frame's edge: then it is
 * 2.2 widths of the frame per second / the way of the middle, so that he is inside about when all of him is in the
 * frame.
 *
 * The third derivative of the middle is at most 1.23 w^3 D while w is constant, whatever the goals are. D is how far
 * the middle can go at all: goals lie within D / 2 of its centre, and the L1 norm of the response s^3 w^3 / (s + w)^3
 * is 2.46 w^3. At 1.8 /s, 30 frames per second and the full zoom of 2 that is 0.00013 of the frame's width per frame^3.
 * In a hurry at 30 frames per second it stays below 0.012: for people who move by up to 40 of 1280 px per frame, and
 * for who comes in at the edge (there a step by d is a^3 d, at most 4/27 of 2.2 / 30 widths). For faster ones, being
 * inside comes first.
 *
 * The first frame after init or forget is framed at once. One thread. */
#ifndef PMK_FRAMING_FRAMER_H
#define PMK_FRAMING_FRAMER_H

#include "framing/subject.h"

/* Which part of the frame is shown. */
enum pmk_framing_mode {
	PMK_FRAMING_OFF, /* all of it */
	/* what holds the people, with their middle in the middle, a third from the left, a third from the right */
	PMK_FRAMING_AUTO,
	PMK_FRAMING_LEFT,
	PMK_FRAMING_RIGHT,
	PMK_FRAMING_WIDE, /* all of it; the way there and back is smooth */
};

enum { PMK_FRAMER_MEDIAN = 7 };

/* What was seen in a frame: left, top, right and bottom of pmk_subject's boxes. */
struct pmk_framer_sight {
	double box[4], core[4];
	uint64_t time_ns;
};

struct pmk_framer {
	/* px: the frame; the least and the greatest height of a crop */
	double width, height, least, most;
	double shape; /* width / height of the crop */
	enum pmk_framing_mode mode;
	bool begun; /* there was a frame since init or forget */
	bool placed; /* the goal was chosen for people and with the present mode */
	struct pmk_framer_sight seen[PMK_FRAMER_MEDIAN]; /* the last ones, a ring */
	int seen_count, seen_next;
	uint64_t seen_ns, last_ns; /* when there was anybody; the last frame */
	/* left, top, right, bottom: where people are, will be soon, and were lately, px; how fast they move outward, px
	 * per second */
	double now[4], soon[4], lately[4], speed[4];
	bool entered[4]; /* somebody has appeared there, and is not in the crop yet */
	double middle; /* px, of the bodies, over time */
	double rate; /* 1/s, w */
	double goal[3], lag[3][3]; /* middle x, middle y, height, px; lag[2] is the crop */
};

/* For frames and shown pictures of these sizes. A crop is at least half as high as the frame, and no pixel of the frame
 * becomes wider than 1.5 px of the picture. */
void pmk_framer_init(struct pmk_framer *framer, int width, int height, int picture_width, int picture_height);
void pmk_framer_forget(struct pmk_framer *framer); /* at a cut: the next frame is framed at once */
void pmk_framer_begin_whole(struct pmk_framer *framer); /* where all of the frame was shown: go on from there */
void pmk_framer_set_mode(struct pmk_framer *framer, enum pmk_framing_mode mode); /* between two frames */

/* The crop for the frame of time now_ns, in px of the frame, from who is in that frame. */
struct pmk_box pmk_framer_step(struct pmk_framer *framer, const struct pmk_subject *subject, uint64_t now_ns);

#endif

/* SPDX-License-Identifier: MIT */
#include "framing/framer.h"

#include "base/clock.h"

#include <string.h>

enum { LEFT, TOP, RIGHT, BOTTOM, SIDES }; /* of a box */
enum { X, Y, H }; /* of goal and lag */
enum { NEWS = 3 }; /* frames over which speed is measured */

static const double HEAD = 0.10, FOOT = 0.04, SIDE = 0.05; /* shares of the crop's height and width */
static const double BODY = 0.75; /* of what is seen of a cut body, which stays */
static const double CUT = 0.02; /* of the frame's height; who is nearer to its bottom is cut off by it */
static const double DEAD_X = 0.10, DEAD_Y = 0.08, SMALLER = 0.8, LARGER = 1.1, NEAR = 0.02;
static const double JUMP = 0.08; /* of the frame's width, from frame to frame */
static const double FADE_S = 3, MIDDLE_S = 0.6, AHEAD_S = 0.15;
static const double CALM = 1.8, ALONE = 0.8, APPEAR = 6, MOST = 45; /* 1/s */
static const double ENTER = 2.2, EDGE = 0.0125; /* widths of the frame per second; of its width */
static const double EXACT = 1.0 / 160; /* of the frame's width: the grid of pmk_subject */
static const double IN_TIME = 5, OVER = 0.06;
static const double LONGEST_S = 0.2; /* between two frames */
static const double ARRIVED_PX = 1.0 / 1024;
static const uint64_t ALONE_NS = 3 * PMK_S_NS;
static const double ZOOM = 2, ENLARGED = 1.5;

static double limit(double value, double least, double most)
{
	return most < least ? (least + most) / 2 : fmin(fmax(value, least), most);
}

/* How far to go towards a value in `dt` seconds at `rate` per second. Not exp, so that all machines agree. */
static double share(double rate, double dt)
{
	return rate * dt / (1 + rate * dt);
}

static double outward(int side)
{
	return side == LEFT || side == TOP ? -1 : 1;
}

static void whole(const struct pmk_framer *f, double goal[3])
{
	goal[X] = f->width / 2;
	goal[Y] = f->height / 2;
	goal[H] = f->most;
}

static void sides_of(const struct pmk_box *box, double side[SIDES])
{
	side[LEFT] = box->left;
	side[TOP] = box->top;
	side[RIGHT] = box->right;
	side[BOTTOM] = box->bottom;
}

static void edges_of(const struct pmk_framer *f, const double at[3], double side[SIDES])
{
	double w = at[H] * f->shape / 2, h = at[H] / 2;

	side[LEFT] = at[X] - w;
	side[TOP] = at[Y] - h;
	side[RIGHT] = at[X] + w;
	side[BOTTOM] = at[Y] + h;
}

void pmk_framer_init(struct pmk_framer *f, int width, int height, int picture_width, int picture_height)
{
	*f = (struct pmk_framer){ .width = width, .height = height };
	f->shape = (double)picture_width / picture_height;
	f->most = fmin(width / f->shape, height);
	f->least = fmin(fmax(f->most / ZOOM, picture_height / ENLARGED), f->most);
	pmk_framer_forget(f);
}

void pmk_framer_forget(struct pmk_framer *f)
{
	f->begun = f->placed = false;
	memset(f->entered, 0, sizeof f->entered);
	f->seen_count = 0;
	f->seen_ns = 0;
	f->rate = CALM;
	whole(f, f->goal);
}

static void jump(struct pmk_framer *f)
{
	for (int i = 0; i < 3; i++)
		memcpy(f->lag[i], f->goal, sizeof f->goal);
}

void pmk_framer_begin_whole(struct pmk_framer *f)
{
	whole(f, f->goal);
	jump(f);
	f->begun = true;
}

void pmk_framer_set_mode(struct pmk_framer *f, enum pmk_framing_mode mode)
{
	f->placed = f->placed && f->mode == mode;
	f->mode = mode;
}

/* --- who is where --- */

/* What was seen some frames ago; 0: now. */
static const struct pmk_framer_sight *ago(const struct pmk_framer *f, int frames)
{
	return &f->seen[(f->seen_next + 2 * PMK_FRAMER_MEDIAN - 1 - frames) % PMK_FRAMER_MEDIAN];
}

static double median(const struct pmk_framer *f, int side)
{
	double sorted[PMK_FRAMER_MEDIAN] = { 0 };

	for (int i = 0; i < f->seen_count; i++) {
		double value = ago(f, i)->box[side];
		int at = i;

		for (; at > 0 && sorted[at - 1] > value; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = value;
	}
	return sorted[f->seen_count / 2];
}

/* How fast the bodies move outward at a side, px per second, 0 or more. What jumps does not move. */
static double speed(const struct pmk_framer *f, int side)
{
	double seconds, far = 0;

	if (f->seen_count <= NEWS)
		return 0;
	for (int i = 0; i < NEWS; i++) {
		double step = ago(f, i)->core[side] - ago(f, i + 1)->core[side];

		if (fabs(step) > JUMP * f->width)
			return 0;
		far += step;
	}
	seconds = (double)(ago(f, 0)->time_ns - ago(f, NEWS)->time_ns) / 1e9;
	return seconds > 0 ? fmax(far * outward(side) / seconds, 0) : 0;
}

static void remember(struct pmk_framer *f, const struct pmk_subject *subject, uint64_t now_ns)
{
	struct pmk_framer_sight *sight = &f->seen[f->seen_next];

	f->seen_next = (f->seen_next + 1) % PMK_FRAMER_MEDIAN;
	f->seen_count += f->seen_count < PMK_FRAMER_MEDIAN;
	f->seen_ns = sight->time_ns = now_ns;
	sides_of(&subject->box, sight->box);
	sides_of(&subject->core, sight->core);
}

/* Take in where people are. */
static void see(struct pmk_framer *f, const struct pmk_subject *subject, double dt, uint64_t now_ns)
{
	bool first = !f->seen_count;

	remember(f, subject, now_ns);
	for (int i = 0; i < SIDES; i++) {
		double raw = ago(f, 0)->box[i], most = i == LEFT || i == RIGHT ? f->width : f->height, fading;
		double before = f->now[i];

		f->now[i] = first || fabs(raw - before) < JUMP * f->width ? raw : median(f, i);
		f->entered[i] |= !first && (f->now[i] - before) * outward(i) >= JUMP * f->width;
		f->speed[i] = speed(f, i);
		f->soon[i] = limit(f->now[i] + outward(i) * f->speed[i] * AHEAD_S, 0, most);
		fading = first ? f->soon[i] : f->lately[i] + share(1 / FADE_S, dt) * (f->now[i] - f->lately[i]);
		f->lately[i] = outward(i) < 0 ? fmin(f->soon[i], fading) : fmax(f->soon[i], fading);
	}
	if (first)
		f->middle = (subject->core.left + subject->core.right) / 2;
	f->middle += share(1 / MIDDLE_S, dt) * ((subject->core.left + subject->core.right) / 2 - f->middle);
}

/* --- where to go --- */

/* Where the middle of the people is, as a share of the crop's width. */
static double place_of(enum pmk_framing_mode mode)
{
	return mode == PMK_FRAMING_LEFT ? 1.0 / 3 : mode == PMK_FRAMING_RIGHT ? 2.0 / 3 : 0.5;
}

static double wanted_height(const struct pmk_framer *f, double place)
{
	const double *b = f->lately;
	bool cut = b[BOTTOM] > f->height * (1 - CUT);
	double by_width = (b[RIGHT] - b[LEFT]) / (1 - 2 * SIDE) / f->shape;
	double by_height = (b[BOTTOM] - b[TOP]) / (1 - HEAD - (cut ? 0 : FOOT));
	double placed = fmin(f->middle / place, (f->width - f->middle) / (1 - place)) / f->shape;

	if (cut)
		by_height = limit(placed, by_height * BODY, by_height);
	return limit(fmax(by_width, by_height), f->least, f->most);
}

static void wanted(const struct pmk_framer *f, double goal[3])
{
	double place = place_of(f->mode), h = wanted_height(f, place), w = h * f->shape;
	const double *b = f->lately;

	goal[H] = h;
	goal[X] = f->middle + (0.5 - place) * w;
	goal[X] = limit(goal[X], b[RIGHT] + SIDE * w - w / 2, b[LEFT] - SIDE * w + w / 2);
	goal[X] = limit(goal[X], w / 2, f->width - w / 2);
	goal[Y] = limit(b[TOP] - HEAD * h + h / 2, h / 2, f->height - h / 2);
}

/* How far people are from a side of a crop, as a share of its width or height. Where the crop ends with the frame, and
 * below, where a body may be cut off, that does not matter: 1. */
static double gap(const struct pmk_framer *f, const double at[3], const double people[SIDES], int side)
{
	double edge[SIDES], most = side == RIGHT ? f->width : 0;

	edges_of(f, at, edge);
	if (side == BOTTOM || fabs(edge[side] - most) < 1)
		return 1;
	return (edge[side] - people[side]) * outward(side) / (side == TOP ? at[H] : at[H] * f->shape);
}

static bool must_move(const struct pmk_framer *f, const double want[3])
{
	double h = f->goal[H];
	bool near = false;

	for (int i = 0; i < SIDES; i++)
		near |= gap(f, f->goal, f->soon, i) < NEAR;
	return near || !f->placed || fabs(want[X] - f->goal[X]) > DEAD_X * h * f->shape ||
		fabs(want[Y] - f->goal[Y]) > DEAD_Y * h || want[H] < SMALLER * h || want[H] > LARGER * h;
}

/* The most for who has just appeared at a side. Who comes in at the frame's edge is in a hurry: the shorter the way,
 * the faster. Elsewhere nobody walks in, and the network may be mistaken. */
static double most_rate(const struct pmk_framer *f, int side)
{
	double far = fmax(fabs(f->goal[X] - f->lag[2][X]), fabs(f->goal[Y] - f->lag[2][Y]));

	if (!f->entered[side])
		return MOST;
	if (fabs(f->now[side] - (side == RIGHT ? f->width : 0)) > EDGE * f->width)
		return APPEAR;
	return fmin(fmax(ENTER * f->width / fmax(far, 1), APPEAR), MOST);
}

/* How fast to go: in time before somebody comes to the crop's edge, and the faster the further anybody is over it. */
static double needed_rate(struct pmk_framer *f)
{
	double rate = CALM;

	for (int i = 0; i < SIDES; i++) {
		double left = gap(f, f->lag[2], f->now, i) - NEAR, h = f->lag[2][H];
		double s = f->speed[i] / (i == TOP ? h : h * f->shape), most;

		f->entered[i] &= left < 0;
		most = most_rate(f, i);
		if (left < 0)
			rate = fmax(rate, most * fmin(-left / OVER, 1));
		if (s > 0 && left < 1 - NEAR)
			rate = fmax(rate, fmin(IN_TIME * s / fmax(left, 0.01), most));
	}
	return rate;
}

/* Nobody is there. */
static void rest(struct pmk_framer *f, uint64_t now_ns)
{
	if (f->seen_ns && now_ns - f->seen_ns < ALONE_NS)
		return;
	whole(f, f->goal);
	f->rate = ALONE;
	f->seen_count = 0;
	f->placed = false;
}

static void decide(struct pmk_framer *f, const struct pmk_subject *subject, double dt, uint64_t now_ns)
{
	double want[3], rate;

	if (f->mode == PMK_FRAMING_WIDE) {
		whole(f, f->goal);
		f->rate = CALM;
		f->seen_count = 0;
		return;
	}
	if (pmk_box_is_empty(&subject->box)) {
		rest(f, now_ns);
		return;
	}
	see(f, subject, dt, now_ns);
	wanted(f, want);
	if (must_move(f, want))
		memcpy(f->goal, want, sizeof f->goal);
	f->placed = true;
	rate = needed_rate(f);
	if (f->entered[LEFT] || f->entered[TOP] || f->entered[RIGHT])
		f->rate = fmax(f->rate, rate);
	f->rate += share(fmax(rate, CALM), dt) * (rate - f->rate);
	if (memcmp(f->lag[2], f->goal, sizeof f->goal) == 0)
		f->rate = fmin(f->rate, rate); /* nothing moves that would feel it */
}

/* --- how to go --- */

static void go(struct pmk_framer *f, double dt)
{
	double a = share(f->rate, dt), far = 0;

	for (int i = 0; i < 3; i++) {
		const double *to = i ? f->lag[i - 1] : f->goal;

		for (int k = X; k <= H; k++) {
			f->lag[i][k] += a * (to[k] - f->lag[i][k]);
			far = fmax(far, fabs(f->goal[k] - f->lag[i][k]));
		}
	}
	if (far < ARRIVED_PX)
		jump(f);
}

/* Go on towards the goal until nobody is outside but who has just appeared, or is cut off by the frame. */
static void hold(struct pmk_framer *f)
{
	double edge[SIDES], last[SIDES], part = 0;

	edges_of(f, f->lag[2], edge);
	edges_of(f, f->goal, last);
	for (int i = LEFT; i <= RIGHT; i++) {
		double held = f->now[i] + outward(i) * EXACT * f->width;
		double over = (held - edge[i]) * outward(i), room = (last[i] - held) * outward(i);

		if (!f->entered[i] && over > 0 && room >= 0)
			part = fmax(part, over / (over + room));
	}
	for (int i = 0; part > 0 && i < 3; i++) {
		for (int k = X; k <= H; k++)
			f->lag[i][k] += part * (f->goal[k] - f->lag[i][k]);
	}
}

struct pmk_box pmk_framer_step(struct pmk_framer *f, const struct pmk_subject *subject, uint64_t now_ns)
{
	double dt = f->begun ? fmin((double)(now_ns - f->last_ns) / 1e9, LONGEST_S) : 0, edge[SIDES];

	f->last_ns = now_ns;
	if (f->mode == PMK_FRAMING_OFF) {
		pmk_framer_begin_whole(f);
	} else {
		decide(f, subject, dt, now_ns);
		if (f->begun)
			go(f, dt);
		else
			jump(f);
		if (f->seen_ns == now_ns)
			hold(f);
	}
	f->begun = true;
	edges_of(f, f->lag[2], edge);
	return (struct pmk_box){ edge[LEFT], edge[TOP], edge[RIGHT], edge[BOTTOM] };
}

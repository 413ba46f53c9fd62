/* SPDX-License-Identifier: MIT */
#include "media/film/place.h"

#include "base/num.h"

static const double SAME = 1.02, SQUARE = 1.01, MOST_SAR = 4;

bool pmk_place_sideways(const struct pmk_orientation *orientation)
{
	return orientation->degrees == 90 || orientation->degrees == 270;
}

/* An even side: nearly all codecs want that. */
static int longer(int side, double factor)
{
	return 2 * (int)(side * factor / 2 + 0.5);
}

struct pmk_shape pmk_place_shape(int width, int height, AVRational sar, const struct pmk_orientation *orientation)
{
	double wider = sar.num > 0 && sar.den > 0 ? av_q2d(sar) : 1;
	struct pmk_shape shape = { width, height };

	if (wider < 1 / MOST_SAR || wider > MOST_SAR)
		wider = 1;
	if (wider > SQUARE)
		shape.width = longer(width, wider);
	else if (wider < 1 / SQUARE)
		shape.height = longer(height, 1 / wider);
	if (shape.width > PMK_IMAGE_MAX_PX || shape.height > PMK_IMAGE_MAX_PX)
		shape = (struct pmk_shape){ width, height };
	if (pmk_place_sideways(orientation))
		return (struct pmk_shape){ shape.height, shape.width };
	return shape;
}

/* How many times as wide `a` is as `b`, at the same height. */
static double wider_by(const struct pmk_shape *a, const struct pmk_shape *b)
{
	return (double)a->width * b->height / ((double)a->height * b->width);
}

static bool is_same(double wider)
{
	return wider <= SAME && wider >= 1 / SAME;
}

bool pmk_place_same_shape(const struct pmk_shape *a, const struct pmk_shape *b)
{
	return is_same(wider_by(a, b));
}

/* Leave `share` of a side, in the middle: what goes on each of its two ends is a multiple of 2 px. */
static void leave(double share, int *at, int *side)
{
	int end = 2 * (int)(*side * (1 - share) / 4 + 0.5);

	end = pmk_min(end, (*side - 1) / 4 * 2);
	*at = end;
	*side -= 2 * end;
}

struct pmk_fitted pmk_place_fit(int width, int height, const struct pmk_shape *shape,
	const struct pmk_orientation *orientation, const struct pmk_shape *to, bool contain)
{
	struct pmk_fitted place = { .from = { 0, 0, width, height }, .to = { 0, 0, to->width, to->height } };
	double wider = wider_by(shape, to);
	bool across = (wider > 1) != pmk_place_sideways(orientation); /* crop the stored picture's columns */

	if (is_same(wider))
		return place;
	if (contain && wider > 1)
		leave(1 / wider, &place.to.y, &place.to.height);
	else if (contain)
		leave(wider, &place.to.x, &place.to.width);
	else if (across)
		leave(wider > 1 ? 1 / wider : wider, &place.from.x, &place.from.width);
	else
		leave(wider > 1 ? 1 / wider : wider, &place.from.y, &place.from.height);
	return place;
}

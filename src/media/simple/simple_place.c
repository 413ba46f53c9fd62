/* SPDX-License-Identifier: MIT */
#include "media/simple/simple_parts.h"

#include "base/log.h"
#include "base/num.h"
#include "image/convert.h"
#include "media/still/rim.h"

static const double SAME = 1.02; /* shapes that differ by less count as the same */

/* A share of a side, in the middle: what is left on each of its ends is a multiple of 2 px. */
static void leave(double share, int *at, int *side)
{
	int end = 2 * (int)(*side * (1 - share) / 4 + 0.5);

	end = pmk_min(end, (*side - 1) / 4 * 2);
	*at = end;
	*side -= 2 * end;
}

static int put_between_bars(const struct pmk_image *from, struct pmk_image *to, const struct pmk_rect *place)
{
	struct pmk_image part = pmk_rim_part(to, place);
	int err = pmk_convert_scale(from, &part);

	if (!err)
		pmk_rim_repeat(to, place);
	return err;
}

int pmk_simple_place(const char *path, const struct pmk_image *from, struct pmk_image *to, enum pmk_media_fit fit,
	int *bar_x, int *bar_y)
{
	const struct pmk_layout *a = &from->layout, *b = &to->layout;
	double wider = (double)a->width * b->height / ((double)a->height * b->width);
	struct pmk_rect place = { .width = b->width, .height = b->height };
	bool contain = fit == PMK_MEDIA_CONTAIN;

	if (fit == PMK_MEDIA_STRETCH || (wider <= SAME && wider >= 1 / SAME))
		return pmk_convert_scale(from, to);
	pmk_log(PMK_LOG_INFO, contain ? PMK_CURE_NONE : PMK_CURE_SHOW_ALL, NULL, "%s: pictures of %dx%d are %s %dx%d",
		path, a->width, a->height, contain ? "given bars, to become" : "cropped to", b->width, b->height);
	if (!contain)
		return pmk_convert_scale_middle(from, to);
	if (wider > 1)
		leave(1 / wider, &place.y, &place.height);
	else
		leave(wider, &place.x, &place.width);
	*bar_x = place.x;
	*bar_y = place.y;
	return put_between_bars(from, to, &place);
}

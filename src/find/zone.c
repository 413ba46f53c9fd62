/* SPDX-License-Identifier: MIT */
#include "find/zone.h"

#include "base/log.h"
#include "base/parse.h"
#include "base/words/phrase.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Of a zone as text: what ends each number, and what it is. */
static const char stops[4] = { ',', ',', 'x', '\0' };
static const char *const names[4] = { "left edge", "top edge", "width", "height" };

struct part {
	const char *text; /* the number, perhaps with a % */
	int length; /* -1: there is none, or no stop behind it */
};

/* Take the part that ends at `stop` off the text. */
static struct part take_part(const char **text, char stop)
{
	const char *end = stop ? strchr(*text, stop) : *text + strlen(*text);
	struct part part = { *text, end ? (int)(end - *text) : -1 };

	*text = end ? end + (stop != '\0') : "";
	return part;
}

static int parse_part(const struct part *part, double *value, bool *percent)
{
	char number[24];

	if (part->length <= 0 || part->length >= (int)sizeof number)
		return -EINVAL;
	memcpy(number, part->text, (size_t)part->length);
	*percent = number[part->length - 1] == '%';
	number[*percent ? part->length - 1 : part->length] = '\0';
	return pmk_parse_double(number, 0, *percent ? 100 : PMK_IMAGE_MAX_PX, value);
}

int pmk_zone_parse(const char *text, struct pmk_zone *zone)
{
	struct pmk_zone z;

	memset(&z, 0, sizeof z);
	for (int i = 0; i < 4; i++) {
		struct part part = take_part(&text, stops[i]);

		if (parse_part(&part, &z.value[i], &z.percent[i]))
			return -EINVAL;
	}
	if (z.value[2] <= 0 || z.value[3] <= 0)
		return -EINVAL;
	memcpy(zone, &z, sizeof z); /* with its padding: settings are compared by their bytes */
	return 0;
}

void pmk_zone_explain(const char *text, char *why, size_t size)
{
	struct part parts[4];
	double value[4];
	bool percent, whole = true;

	for (int i = 0; i < 4; i++) {
		parts[i] = take_part(&text, stops[i]);
		whole &= parts[i].length > 0;
	}
	pmk_phrase(why, size, "a zone is X,Y,WxH in pixels or percent, as 0%%,0%%,25%%x100%%");
	for (int i = 0; i < 4 && whole; i++) {
		if (parse_part(&parts[i], &value[i], &percent)) {
			pmk_phrase(why, size,
				"its %s \"%.*s\" is no number of pixels from 0 to %d, or of percent to 100%%", names[i],
				parts[i].length < 24 ? parts[i].length : 24, parts[i].text, PMK_IMAGE_MAX_PX);
			return;
		}
	}
	for (int i = 2; i < 4 && whole; i++) {
		if (value[i] <= 0)
			pmk_phrase(why, size, "its %s is 0, so it covers nothing; give pixels or percent, as 25%%",
				names[i]);
	}
}

void pmk_zone_print(const struct pmk_zone *z, char *text, size_t size)
{
	pmk_phrase(text, size, "%.10g%s,%.10g%s,%.10g%sx%.10g%s", z->value[0], z->percent[0] ? "%" : "", z->value[1],
		z->percent[1] ? "%" : "", z->value[2], z->percent[2] ? "%" : "", z->value[3], z->percent[3] ? "%" : "");
}

static double in_px(const struct pmk_zone *z, int i, int side)
{
	return z->percent[i] ? z->value[i] * side / 100 : z->value[i];
}

struct pmk_rect pmk_zone_in(const struct pmk_zone *z, int width, int height)
{
	double x = in_px(z, 0, width), y = in_px(z, 1, height), right = x + in_px(z, 2, width),
	       bottom = y + in_px(z, 3, height);
	int left = (int)fmin(floor(x), width), top = (int)fmin(floor(y), height);

	return (struct pmk_rect){ left, top, (int)fmin(ceil(right), width) - left,
		(int)fmin(ceil(bottom), height) - top };
}

void pmk_zones_tell(const struct pmk_zone *zones, int count, int width, int height)
{
	char text[100];

	for (int i = 0; i < count; i++) {
		struct pmk_rect in = pmk_zone_in(&zones[i], width, height);

		pmk_zone_print(&zones[i], text, sizeof text);
		if (in.width <= 0 || in.height <= 0)
			pmk_warn("the keep-out zone %s lies outside of pictures of %dx%d, so it covers nothing; the "
				 "first two numbers are its left and its top edge",
				text, width, height);
	}
}

/* Find the pixels that a zone touches, from *first to before *end, in a line of `count` pixels that covers `size` px of
 * the picture from `start` on. */
static void covered(int zone, int zone_size, int start, int size, int count, int *first, int *end)
{
	double scale = (double)count / size, a = floor((zone - start) * scale),
	       b = ceil((zone + zone_size - start) * scale);

	*first = (int)fmin(fmax(a, 0), count);
	*end = (int)fmin(fmax(b, *first), count);
}

void pmk_zone_clear_probability(
	const struct pmk_rect *zone, const struct pmk_rect *view, float *probability, int width, int height)
{
	int left, right, top, bottom;

	if (zone->width <= 0 || zone->height <= 0)
		return;
	covered(zone->x, zone->width, view->x, view->width, width, &left, &right);
	covered(zone->y, zone->height, view->y, view->height, height, &top, &bottom);
	for (int y = top; y < bottom; y++) {
		for (int x = left; x < right; x++)
			probability[(size_t)y * (size_t)width + (size_t)x] = 0;
	}
}

void pmk_zone_clear_mask(const struct pmk_rect *zone, struct pmk_mask *mask)
{
	for (int y = zone->y; y < zone->y + zone->height && zone->width > 0; y++)
		memset(mask->alpha + (size_t)y * (size_t)mask->stride + zone->x, 0, (size_t)zone->width);
}

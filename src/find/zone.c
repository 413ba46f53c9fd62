/* SPDX-License-Identifier: MIT */
#include "find/zone.h"

#include "base/parse.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Read a number, with or without %, that ends at `stop`; *text then points behind it. */
static int parse_part(const char **text, char stop, double *value, bool *percent)
{
	const char *end = stop ? strchr(*text, stop) : *text + strlen(*text);
	size_t length = end ? (size_t)(end - *text) : 0;
	char part[24];

	if (!length || length >= sizeof part)
		return -EINVAL;
	memcpy(part, *text, length);
	*percent = part[length - 1] == '%';
	part[*percent ? length - 1 : length] = '\0';
	*text = end + (stop != '\0');
	return pmk_parse_double(part, 0, *percent ? 100 : PMK_IMAGE_MAX_PX, value);
}

int pmk_zone_parse(const char *text, struct pmk_zone *zone)
{
	static const char stops[4] = { ',', ',', 'x', '\0' };
	struct pmk_zone z;

	memset(&z, 0, sizeof z);
	for (int i = 0; i < 4; i++) {
		if (parse_part(&text, stops[i], &z.value[i], &z.percent[i]))
			return -EINVAL;
	}
	if (z.value[2] <= 0 || z.value[3] <= 0)
		return -EINVAL;
	memcpy(zone, &z, sizeof z); /* with its padding: settings are compared by their bytes */
	return 0;
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

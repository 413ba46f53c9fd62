/* SPDX-License-Identifier: MIT */
/* --keep-out: a zone that is accepted lies inside of every picture, and clears nothing outside of it. The first four
 * bytes are the sizes of picture and probability. */
#include "find/zone.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void clear(const struct pmk_zone *zone, int width, int height, int out_width, int out_height)
{
	struct pmk_rect in = pmk_zone_in(zone, width, height), view = { 0, 0, width, height };
	float *probability = calloc((size_t)out_width * (size_t)out_height, sizeof *probability);
	struct pmk_mask mask;

	if (in.width > 0 && in.height > 0 &&
		(in.x < 0 || in.y < 0 || in.x + in.width > width || in.y + in.height > height))
		abort();
	if (!probability || pmk_mask_alloc(&mask, width, height) < 0)
		abort();
	pmk_zone_clear_probability(&in, &view, probability, out_width, out_height);
	pmk_zone_clear_mask(&in, &mask);
	pmk_mask_free(&mask);
	free(probability);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct pmk_zone zone;
	char text[128];

	if (size < 4 || size - 4 >= sizeof text)
		return 0;
	memcpy(text, bytes + 4, size - 4);
	text[size - 4] = '\0';
	if (pmk_zone_parse(text, &zone) == 0)
		clear(&zone, bytes[0] + 16, bytes[1] + 16, bytes[2] + 1, bytes[3] + 1);
	return 0;
}

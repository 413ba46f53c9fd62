/* SPDX-License-Identifier: MIT */
/* PNG, JPEG and WebP files as the program's own decoders read them: a whole picture of the size that it tells, in
 * pixels or in planes, or none. */
#include "fuzz.h"
#include "media/simple/simple_parts.h"

#include <stdlib.h>

/* So that what is not written shows where memory is checked, and what is cut off is no picture. */
static void look_at(const struct pmk_simple_picture *picture)
{
	size_t sum = 0;

	if (picture->planes.block) {
		for (int y = 0; y < picture->planes.layout.height; y++)
			sum += picture->planes.plane[0][y * picture->planes.stride[0]];
		return;
	}
	if (!picture->pixels || picture->width < 1 || picture->height < 1 || picture->bytes < 1 || picture->bytes > 4)
		abort();
	for (size_t i = 0; i < (size_t)picture->width * (size_t)picture->height * (size_t)picture->bytes; i++)
		sum += picture->pixels[i];
	if (sum == SIZE_MAX)
		abort();
}

static void decode(pmk_simple_decode *decoder, const uint8_t *bytes, size_t size, bool planes, int64_t whole_px)
{
	struct pmk_simple_file file = { .path = "",
		.data = bytes,
		.bytes = size,
		.planes = planes,
		.least_px = 1,
		.most_px = 1024,
		.area = 1 << 16,
		.whole_px = whole_px };
	struct pmk_simple_picture picture = { 0 };

	pmk_still_facts(bytes, size, &file.facts);
	if (decoder(&file, &picture) == 0)
		look_at(&picture);
	pmk_simple_free(&picture);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	pmk_simple_decode *decoder = pmk_simple_find(bytes, size);
	int orientation;

	if (!decoder)
		return 0;
	decode(decoder, bytes, size, false, 1 << 16);
	decode(decoder, bytes, size, false, 200);
	decode(decoder, bytes, size, true, INT64_MAX);
	orientation = decoder == pmk_simple_png ? pmk_png_text_orientation(bytes, size) : 0;
	if (orientation < 0 || orientation > 8)
		abort();
	return 0;
}

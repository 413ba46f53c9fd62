/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_begin.h"

#include "base/num.h"

#include <stdbool.h>
#include <string.h>

/* ITU-T T.81, table B.1 */
enum { SOF0 = 0xc0, RST0 = 0xd0, SOI = 0xd8, EOI = 0xd9, SOS = 0xda };

/* The second byte of the next marker; NULL: there is none. Those below SOF0 do not exist or stand alone. */
static const uint8_t *next_marker(const uint8_t *at, const uint8_t *end)
{
	while (end - at >= 2 && (at = memchr(at, 0xff, (size_t)(end - at - 1)))) {
		at++;
		if (*at >= SOF0 && *at != 0xff)
			return at;
	}
	return NULL;
}

static bool stands_alone(int marker)
{
	return marker >= RST0 && marker <= EOI;
}

/* What follows the segment that begins with its length at `at`. A length below 2 is wrong; libjpeg passes over it. */
static const uint8_t *after_segment(const uint8_t *at, const uint8_t *end)
{
	size_t left = (size_t)(end - at), length = left < 2 ? left : (size_t)(at[0] << 8 | at[1]);

	return at + pmk_min_size(length < 2 ? 2 : length, left);
}

const uint8_t *pmk_jpeg_begin(const uint8_t *data, size_t bytes)
{
	const uint8_t *end = data + bytes, *begin = NULL, *at = data;

	while ((at = next_marker(at, end))) {
		int marker = *at++;

		if (marker == SOI)
			begin = at - 2;
		else if (marker == EOI)
			begin = NULL;
		else if (begin && marker == SOS)
			return begin;
		else if (begin && !stands_alone(marker))
			at = after_segment(at, end);
	}
	return NULL;
}

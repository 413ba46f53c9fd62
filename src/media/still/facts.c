/* SPDX-License-Identifier: MIT */
#include "media/still/facts.h"

#include "media/still/boxes.h"
#include "media/still/exif.h"

#include <string.h>

/* A run of bytes from which parts are taken off the front. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

static uint32_t big_endian(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t little_endian(const uint8_t *at)
{
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static void take_orientation(struct pmk_still_facts *facts, const uint8_t *exif, size_t bytes)
{
	int found = pmk_exif_orientation(exif, bytes);

	if (found)
		facts->orientation = found;
}

/* PNG, third edition, 11.3.2: numbers are multiples of 1/100000. */
static void take_png_colours(struct pmk_still_facts *facts, const char *type, const uint8_t *data, size_t bytes)
{
	if (memcmp(type, "gAMA", 4) == 0 && bytes >= 4)
		facts->gamma = big_endian(data) / 1e5;
	for (int i = 0; memcmp(type, "cHRM", 4) == 0 && bytes >= 32 && i < 8; i++)
		facts->xy[i] = big_endian(data + 4 * i) / 1e5;
}

static void read_png(const uint8_t *data, size_t bytes, struct pmk_still_facts *facts)
{
	bool declared = false;

	for (size_t at = 8; bytes - at >= 12;) {
		size_t length = big_endian(data + at);
		const char *type = (const char *)data + at + 4;

		if (length > bytes - at - 12 || memcmp(type, "IEND", 4) == 0)
			break;
		if (memcmp(type, "eXIf", 4) == 0)
			take_orientation(facts, data + at + 8, length);
		declared |= memcmp(type, "iCCP", 4) == 0 || memcmp(type, "sRGB", 4) == 0 ||
			memcmp(type, "cICP", 4) == 0;
		take_png_colours(facts, type, data + at + 8, length);
		at += 12 + length;
	}
	if (declared) {
		facts->gamma = 0;
		memset(facts->xy, 0, sizeof facts->xy);
	}
}

static void read_webp(const uint8_t *data, size_t bytes, struct pmk_still_facts *facts)
{
	for (size_t at = 12; bytes - at >= 8;) {
		size_t length = little_endian(data + at + 4);

		if (length > bytes - at - 8)
			break;
		if (memcmp(data + at, "EXIF", 4) == 0)
			take_orientation(facts, data + at + 8, length);
		length += length & 1;
		if (length > bytes - at - 8)
			break;
		at += 8 + length;
	}
}

/* ITU-T T.81 B.2: SOF9 and above, but for DHT, JPG and DAC among them, are arithmetic; the frame's header ends in the
 * number of components. */
static bool is_odd_frame(uint8_t marker, const uint8_t *segment, size_t bytes)
{
	bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;

	return frame && bytes >= 8 && (marker > 0xc8 || segment[7] == 4);
}

static void read_jpeg(const uint8_t *data, size_t bytes, struct pmk_still_facts *facts)
{
	facts->jpeg = true;
	for (size_t at = 2; bytes - at >= 4 && data[at] == 0xff;) {
		size_t length = (size_t)data[at + 2] << 8 | data[at + 3];
		uint8_t marker = data[at + 1];

		if (marker == 0xff) { /* a fill byte */
			at++;
			continue;
		}
		if (marker == 0xda || length < 2 || length > bytes - at - 2)
			return;
		facts->odd_jpeg |= is_odd_frame(marker, data + at + 2, length);
		if (marker == 0xe1)
			take_orientation(facts, data + at + 4, length - 2);
		at += 2 + length;
	}
}

static void read_tiff(const uint8_t *data, size_t bytes, struct pmk_still_facts *facts)
{
	take_orientation(facts, data, bytes);
	facts->unread = pmk_exif_unread(data, bytes);
	facts->raw_photo = pmk_exif_is_raw(data, bytes);
}

void pmk_still_facts(const uint8_t *data, size_t bytes, struct pmk_still_facts *facts)
{
	*facts = (struct pmk_still_facts){ .orientation = 1 };
	if (bytes < 16)
		return;
	if (memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0)
		read_png(data, bytes, facts);
	else if (memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0)
		read_webp(data, bytes, facts);
	else if (memcmp(data, "II*\0", 4) == 0 || memcmp(data, "MM\0*", 4) == 0)
		read_tiff(data, bytes, facts);
	else if (memcmp(data, "\xff\xd8\xff", 3) == 0)
		read_jpeg(data, bytes, facts);
	else if (memcmp(data + 4, "ftyp", 4) == 0)
		pmk_still_boxes(data, bytes, facts);
}

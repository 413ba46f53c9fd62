/* SPDX-License-Identifier: MIT */
#include "media/still/exif.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	TAG_SUBFILE_TYPE = 254,
	TAG_COMPRESSION = 259,
	TAG_ORIENTATION = 274,
	TAG_TILE_WIDTH = 322,
	TAG_DNG_VERSION = 50706,
};
enum { OLD_JPEG = 6, JPEG = 7 }; /* compressions */
enum { TYPE_SHORT = 3, TYPE_LONG = 4, ENTRY_BYTES = 12 };
enum { REDUCED = 1 }; /* in the subfile's type: a smaller copy of another picture of the file */
enum { MOST_TEXT_BYTES = 65536 }; /* as much as a JPEG file could hold */

struct tiff {
	const uint8_t *data;
	size_t bytes;
	bool little_endian;
};

/* The number of `bytes` bytes at `at`, or 0 if they are not there. */
static uint32_t number(const struct tiff *tiff, size_t at, size_t bytes)
{
	uint32_t value = 0;

	if (tiff->bytes < bytes || at > tiff->bytes - bytes)
		return 0;
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | tiff->data[at + (tiff->little_endian ? bytes - 1 - i : i)];
	return value;
}

static bool open_tiff(const uint8_t *data, size_t bytes, struct tiff *tiff)
{
	size_t skip = bytes >= 6 && memcmp(data, "Exif\0\0", 6) == 0 ? 6 : 0;

	if (bytes - skip < 8)
		return false;
	*tiff = (struct tiff){ .data = data + skip, .bytes = bytes - skip };
	tiff->little_endian = memcmp(tiff->data, "II*\0", 4) == 0;
	return tiff->little_endian || memcmp(tiff->data, "MM\0*", 4) == 0;
}

/* Where the entry of `tag` in the first directory is; 0: nowhere. */
static size_t find(const struct tiff *tiff, uint32_t tag)
{
	size_t directory = number(tiff, 4, 4), entries = number(tiff, directory, 2);

	for (size_t i = 0; i < entries; i++) {
		size_t entry = directory + 2 + i * ENTRY_BYTES;

		if (number(tiff, entry, 2) == tag)
			return entry;
	}
	return 0;
}

/* The entry's single number; 0 if it is not there or not one. */
static uint32_t value_of(const struct tiff *tiff, uint32_t tag)
{
	size_t entry = find(tiff, tag);
	uint32_t type = entry ? number(tiff, entry + 2, 2) : 0;

	if (type != TYPE_SHORT && type != TYPE_LONG)
		return 0;
	return number(tiff, entry + 8, type == TYPE_SHORT ? 2 : 4);
}

int pmk_exif_orientation(const uint8_t *data, size_t bytes)
{
	struct tiff tiff;
	uint32_t value = open_tiff(data, bytes, &tiff) ? value_of(&tiff, TAG_ORIENTATION) : 0;

	return value <= 8 ? (int)value : 0;
}

const char *pmk_exif_unread(const uint8_t *data, size_t bytes)
{
	struct tiff tiff;
	uint32_t compression;

	if (!open_tiff(data, bytes, &tiff))
		return NULL;
	compression = value_of(&tiff, TAG_COMPRESSION);
	if (compression == OLD_JPEG || compression == JPEG)
		return "it is compressed as JPEG";
	return find(&tiff, TAG_TILE_WIDTH) ? "it is stored in tiles" : NULL;
}

bool pmk_exif_is_raw(const uint8_t *data, size_t bytes)
{
	struct tiff tiff;

	if (!open_tiff(data, bytes, &tiff))
		return false;
	return find(&tiff, TAG_DNG_VERSION) || value_of(&tiff, TAG_SUBFILE_TYPE) & REDUCED ||
		(bytes >= 10 && memcmp(data + 8, "CR", 2) == 0);
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return found ? (int)(found - digits) : -1;
}

int pmk_exif_orientation_in_text(const char *text)
{
	uint8_t *data;
	size_t bytes, got = 0;
	char *end;
	int orientation;

	text += strspn(text, "\n");
	text += strcspn(text, "\n"); /* the name */
	bytes = strtoul(text, &end, 10);
	if (end == text || !bytes || bytes > MOST_TEXT_BYTES)
		return 0;
	data = malloc(bytes);
	if (!data)
		return 0;
	for (text = end; got < bytes; text += 2, got++) {
		text += strspn(text, "\r\n ");
		if (digit(text[0]) < 0 || digit(text[1]) < 0)
			break;
		data[got] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
	}
	orientation = pmk_exif_orientation(data, got);
	free(data);
	return orientation;
}

/* SPDX-License-Identifier: MIT */
#include "media/simple/simple_parts.h"

#include "media/still/exif.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MOST_ICC = 16 << 20, MOST_TEXT = 256 << 10 };

struct chunk {
	const uint8_t *data; /* its content */
	size_t bytes;
	char type[5];
};

/* PNG, third edition, 5.3. The chunk at *at; *at moves behind it. False: there is no whole one. */
static bool next_chunk(const uint8_t *data, size_t bytes, size_t *at, struct chunk *chunk)
{
	const uint8_t *head = data + *at;
	size_t length;

	if (bytes < *at || bytes - *at < 12)
		return false;
	length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (length > bytes - *at - 12)
		return false;
	*chunk = (struct chunk){ .data = head + 8, .bytes = length };
	memcpy(chunk->type, head + 4, 4);
	*at += 12 + length;
	return strcmp(chunk->type, "IEND") != 0;
}

/* What is behind the name that a chunk begins with; NULL: it has none. */
static const uint8_t *behind_name(const struct chunk *chunk)
{
	const uint8_t *end = memchr(chunk->data, 0, chunk->bytes);

	return end ? end + 1 : NULL;
}

/* Inflate what follows the byte for the method, with a zero behind it. NULL: damaged, or more than `most` bytes. */
static uint8_t *inflate_from(const struct chunk *chunk, const uint8_t *from, size_t most, size_t *bytes)
{
	size_t left = (size_t)(chunk->data + chunk->bytes - from);
	int got = Z_BUF_ERROR;

	if (left < 2 || from[0] != 0)
		return NULL;
	for (size_t room = 16384; got == Z_BUF_ERROR && room <= most; room *= 4) {
		uint8_t *to = malloc(room + 1);
		uLongf made = room;

		if (!to)
			return NULL;
		got = uncompress(to, &made, from + 1, (uLong)(left - 1));
		if (got == Z_OK) {
			to[made] = 0;
			*bytes = made;
			return to;
		}
		free(to);
	}
	return NULL;
}

uint8_t *pmk_png_icc(const uint8_t *data, size_t bytes, size_t *icc_bytes)
{
	struct chunk chunk;
	uint8_t *icc;

	for (size_t at = 8; next_chunk(data, bytes, &at, &chunk) && strcmp(chunk.type, "IDAT") != 0;) {
		const uint8_t *from = strcmp(chunk.type, "iCCP") == 0 ? behind_name(&chunk) : NULL;

		if (from) {
			*icc_bytes = 0;
			icc = inflate_from(&chunk, from, MOST_ICC, icc_bytes);
			return icc ? icc : malloc(1);
		}
	}
	return NULL;
}

static int orientation_in(const struct chunk *chunk)
{
	static const char name[] = "Raw profile type exif";
	bool packed = strcmp(chunk->type, "zTXt") == 0;
	const uint8_t *from = chunk->bytes > sizeof name && memcmp(chunk->data, name, sizeof name) == 0 ?
		chunk->data + sizeof name :
		NULL;
	size_t bytes = 0;
	char *text;
	int found;

	if (!from || (!packed && strcmp(chunk->type, "tEXt") != 0))
		return 0;
	bytes = chunk->bytes - sizeof name;
	text = packed              ? (char *)inflate_from(chunk, from, MOST_TEXT, &bytes) :
		bytes <= MOST_TEXT ? strndup((const char *)from, bytes) :
				     NULL;
	found = text ? pmk_exif_orientation_in_text(text) : 0;
	free(text);
	return found;
}

int pmk_png_text_orientation(const uint8_t *data, size_t bytes)
{
	struct chunk chunk;
	int found = 0;

	for (size_t at = 8; !found && next_chunk(data, bytes, &at, &chunk);)
		found = orientation_in(&chunk);
	return found;
}

bool pmk_png_is_animated(const uint8_t *data, size_t bytes)
{
	struct chunk chunk;

	for (size_t at = 8; next_chunk(data, bytes, &at, &chunk) && strcmp(chunk.type, "IDAT") != 0;) {
		if (strcmp(chunk.type, "acTL") == 0)
			return true;
	}
	return false;
}

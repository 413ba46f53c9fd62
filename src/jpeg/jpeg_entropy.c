/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_entropy.h"

#include "base/num.h"

#include <string.h>

enum { LONGEST = PMK_JPEG_LONGEST, MOST_DC = 11, MOST_AC = 10, RUN_OF_ZEROS = 0xf0 };
enum { SOF0 = 0xc0 };

/* The table entry of a symbol whose code has `bits` bits; 0: unusual. */
static uint32_t entry(const struct pmk_jpeg_codes *codes, int symbol, int bits)
{
	int size = codes->ac ? symbol & 15 : symbol, skip = codes->ac ? (symbol >> 4) + 1 : 1;
	int end = 0;

	if (size > (codes->ac ? MOST_AC : MOST_DC))
		return 0;
	if (codes->ac && size == 0 && symbol != RUN_OF_ZEROS) {
		end = PMK_JPEG_END;
		skip = 1;
	}
	return (uint32_t)(skip << 24 | (63 - size) << 16 | bits << 8 | end | (bits + size));
}

void pmk_jpeg_codes_make(struct pmk_jpeg_codes *codes, const uint8_t bits[17], const uint8_t symbols[256], bool ac)
{
	int code = 0, index = 0;

	if (codes->ac == ac && memcmp(codes->bits, bits, sizeof codes->bits) == 0 &&
		memcmp(codes->symbols, symbols, sizeof codes->symbols) == 0)
		return;
	memset(codes, 0, sizeof *codes);
	memcpy(codes->bits, bits, sizeof codes->bits);
	memcpy(codes->symbols, symbols, sizeof codes->symbols);
	codes->ac = ac;
	for (int length = 1; length <= LONGEST; length++) {
		codes->first[length] = index - code;
		for (int i = 0; i < bits[length] && index < 256; i++, index++, code++) {
			int rest = PMK_JPEG_LOOKUP - length;

			for (int behind = 0;
				rest >= 0 && behind < 1 << rest && (code << rest) + behind < 1 << PMK_JPEG_LOOKUP;
				behind++)
				codes->lookup[(code << rest) + behind] = entry(codes, symbols[index], length);
		}
		codes->end[length] = code << (LONGEST - length);
		code *= 2;
	}
}

/* Search from the shortest code on: a short code without an entry in `lookup` is unusual, and must be found as such. */
uint32_t pmk_jpeg_codes_search(const struct pmk_jpeg_codes *codes, int seen)
{
	int length = 1;

	while (length <= LONGEST && seen >= codes->end[length])
		length++;
	if (length > LONGEST)
		return 0;
	return entry(codes, codes->symbols[((seen >> (LONGEST - length)) + codes->first[length]) & 255], length);
}

/* Copy data up to the next marker into the window, without the zero that is stuffed after each 0xff. Bytes that are in
 * `bits` stay, for pmk_jpeg_reader_rest. */
static void fill_window(struct pmk_jpeg_reader *r)
{
	size_t seen = r->count / 8, left = (size_t)(r->filled - r->at) + seen;

	memmove(r->window, r->at - seen, left);
	r->at = r->window + seen;
	r->filled = r->window + left;
	while (!r->ended && r->filled < r->window + 2 * PMK_JPEG_BLOCKS_BYTES) {
		size_t room = (size_t)(r->window + 2 * PMK_JPEG_BLOCKS_BYTES - r->filled),
		       data = (size_t)(r->end - r->next);
		size_t most = pmk_min_size(data, room);
		const uint8_t *stop = memchr(r->next, 0xff, most);
		size_t plain = stop ? (size_t)(stop - r->next) : most;

		memcpy(r->filled, r->next, plain);
		r->filled += plain;
		r->next += plain;
		if (stop && r->end - stop >= 2 && stop[1] == 0) {
			*r->filled++ = 0xff;
			r->next += 2;
		} else {
			r->ended = stop || r->next == r->end;
		}
	}
}

void pmk_jpeg_reader_start(struct pmk_jpeg_reader *r, const uint8_t *data, const uint8_t *end)
{
	r->next = data;
	r->end = end;
	r->ended = false;
	r->bits = 0;
	r->count = 0;
	r->at = r->filled = r->window;
}

/* Whole bytes of the window that no code has used. Negative: codes were decoded from bytes after the data. */
static ptrdiff_t left_of(const struct pmk_jpeg_reader *r)
{
	return r->filled - r->at + (ptrdiff_t)(r->count / 8);
}

bool pmk_jpeg_reader_blocks(struct pmk_jpeg_reader *r, struct pmk_jpeg_block *blocks, int count)
{
	if (r->filled - r->at < PMK_JPEG_BLOCKS_BYTES && !r->ended)
		fill_window(r);
	return r->read(r, blocks, count) && left_of(r) >= 0;
}

size_t pmk_jpeg_reader_rest(struct pmk_jpeg_reader *r, const uint8_t **rest)
{
	if (!r->ended)
		fill_window(r);
	*rest = r->at - r->count / 8;
	return (size_t)left_of(r);
}

/* The bits after the last code are all ones (T.81, F.1.2.3), or, from some cameras, all zeros. */
bool pmk_jpeg_reader_at_end(const struct pmk_jpeg_reader *r)
{
	unsigned count = r->count % 8;
	uint64_t padding = count ? r->bits >> (64 - count) : 0;

	return r->ended && left_of(r) == 0 && (padding == 0 || padding == (1u << count) - 1);
}

/* Markers below SOF0 do not exist, so that their bytes are spare ones. */
int pmk_jpeg_reader_marker(struct pmk_jpeg_reader *r)
{
	const uint8_t *at = r->next;

	while (r->end - at >= 2 && (at = memchr(at, 0xff, (size_t)(r->end - at - 1)))) {
		at++;
		if (*at >= SOF0 && *at != 0xff) {
			pmk_jpeg_reader_start(r, at + 1, r->end);
			return *at;
		}
	}
	return -1;
}

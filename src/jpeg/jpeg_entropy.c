/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_entropy.h"

#include "base/num.h"

#include <string.h>

enum { LONGEST = 16, MOST_DC = 11, MOST_AC = 10, RUN_OF_ZEROS = 0xf0 };

enum { END = 0x80 };

/* Zigzag order (T.81, A.3.6), indexed by the number of coefficients up to and including this one. The entries after the
 * first 65 are for a run of zeros that is too long. */
static const uint8_t natural[1 + 64 + 16] = {
	0,
	0,
	1,
	8,
	16,
	9,
	2,
	3,
	10,
	17,
	24,
	32,
	25,
	18,
	11,
	4,
	5,
	12,
	19,
	26,
	33,
	40,
	48,
	41,
	34,
	27,
	20,
	13,
	6,
	7,
	14,
	21,
	28,
	35,
	42,
	49,
	56,
	57,
	50,
	43,
	36,
	29,
	22,
	15,
	23,
	30,
	37,
	44,
	51,
	58,
	59,
	52,
	45,
	38,
	31,
	39,
	46,
	53,
	60,
	61,
	54,
	47,
	55,
	62,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
	63,
};

/* The table entry of a symbol whose code has `bits` bits; 0: unusual. */
static uint32_t entry(const struct pmk_jpeg_codes *codes, int symbol, int bits)
{
	int size = codes->ac ? symbol & 15 : symbol, skip = codes->ac ? (symbol >> 4) + 1 : 1;
	int end = 0;

	if (size > (codes->ac ? MOST_AC : MOST_DC))
		return 0;
	if (codes->ac && size == 0 && symbol != RUN_OF_ZEROS) {
		end = END;
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
static __attribute__((noinline)) uint32_t long_entry(const struct pmk_jpeg_codes *codes, int seen)
{
	int length = 1;

	while (length <= LONGEST && seen >= codes->end[length])
		length++;
	if (length > LONGEST)
		return 0;
	return entry(codes, codes->symbols[((seen >> (LONGEST - length)) + codes->first[length]) & 255], length);
}

/* Copy data up to the next marker into the window, without the zero that is stuffed after each 0xff. */
static void fill_window(struct pmk_jpeg_reader *r)
{
	size_t left = (size_t)(r->filled - r->at);

	memmove(r->window, r->at, left);
	r->at = r->window;
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

/* The state that each code changes. */
struct state {
	uint64_t bits;
	unsigned count; /* its lower six bits are valid */
	const uint8_t *at;
	const struct pmk_jpeg_codes *codes;
	struct pmk_jpeg_block *block;
	uint32_t have; /* coefficients of the block so far */
};

static inline __attribute__((always_inline)) void refill(struct state *s)
{
	uint64_t more;

	memcpy(&more, s->at, sizeof more);
	s->bits |= __builtin_bswap64(more) >> (s->count & 63);
	s->at += (~s->count & 63) >> 3;
	s->count |= 56;
}

/* The number after a code (T.81, F.2.2.1). If its first bit is 0, it is negative, and its bits are inverted. */
static inline __attribute__((always_inline)) int number(uint64_t bits, uint32_t e)
{
	uint64_t at = bits << (e >> 8 & 63), negative = ~(uint64_t)((int64_t)at >> 63);

	return (int)(((at ^ negative) >> 1 >> (e >> 16 & 63) ^ negative) - negative);
}

/* The end of a block is unpredictable, and mispredicted branches on it would cost more than all the rest. So the next
 * state is selected without a branch, in assembly because the compiler would use a branch. */
static inline __attribute__((always_inline)) bool read_code(struct state *s)
{
	uint32_t e = s->codes->lookup[s->bits >> (64 - PMK_JPEG_LOOKUP)];
	const struct pmk_jpeg_codes *dc = s->block[1].dc;
	struct pmk_jpeg_block *next = s->block + 1;

	if (__builtin_expect(!e, 0)) {
		e = long_entry(s->codes, (int)(s->bits >> (64 - LONGEST)));
		if (!e)
			return false;
	}
	s->have += e >> 24;
	s->block->coefficient[natural[s->have]] = (int16_t)number(s->bits, e);
	s->block->codes = s->have;
	s->bits <<= e & 63;
	s->count -= e;
	if (__builtin_expect(s->have >= 64, 0)) {
		if (s->have > 64)
			return false;
		e = END;
	}
	s->codes = s->block->ac;
	__asm__("testb %[end], %b[e]\n\tcmovne %[dc], %[codes]\n\tcmovne %[none], %[have]\n\tcmovne %[next], %[block]"
		: [codes] "+&r"(s->codes), [have] "+&r"(s->have), [block] "+&r"(s->block)
		: [e] "r"(e), [end] "i"(END), [dc] "rm"(dc), [none] "r"(0), [next] "r"(next)
		: "cc");
	return true;
}

bool pmk_jpeg_reader_blocks(struct pmk_jpeg_reader *r, struct pmk_jpeg_block *blocks, int count)
{
	struct state s = { .codes = blocks[0].dc, .block = blocks };
	const struct pmk_jpeg_block *end = blocks + count;

	if (r->filled - r->at < PMK_JPEG_BLOCKS_BYTES && !r->ended)
		fill_window(r);
	s.bits = r->bits;
	s.count = r->count;
	s.at = r->at;
	do {
		refill(&s);
		if (!read_code(&s))
			return false;
		if (s.block == end)
			break;
		if (!read_code(&s))
			return false;
	} while (s.block != end);
	r->bits = s.bits;
	r->count = s.count & 63;
	r->at = s.at;
	return left_of(r) >= 0;
}

bool pmk_jpeg_reader_marker(struct pmk_jpeg_reader *r, int marker, int spare)
{
	if (!r->ended)
		fill_window(r);
	while (r->end - r->next > 2 && r->next[0] == 0xff && r->next[1] == 0xff)
		r->next++; /* skip fill bytes (T.81, B.1.1.2) */
	if (!r->ended || 2 * left_of(r) > spare || r->end - r->next < 2 || r->next[0] != 0xff || r->next[1] != marker)
		return false;
	pmk_jpeg_reader_start(r, r->next + 2, r->end);
	return true;
}

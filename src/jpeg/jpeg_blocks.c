/* SPDX-License-Identifier: MIT */
/* Compiled for each level of the CPU. */
#include "jpeg/jpeg_entropy.h"

#include "base/dispatch.h"

#include <endian.h>
#include <string.h>

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
	s->bits |= be64toh(more) >> (s->count & 63);
	s->at += (~s->count & 63) >> 3;
	s->count |= 56;
}

/* The number after a code (T.81, F.2.2.1). If its first bit is 0, it is negative, and its bits are inverted. */
static inline __attribute__((always_inline)) int number(uint64_t bits, uint32_t e)
{
	uint64_t at = bits << (e >> 8 & 63), negative = ~(uint64_t)((int64_t)at >> 63);

	return (int)(((at ^ negative) >> 1 >> (e >> 16 & 63) ^ negative) - negative);
}

/* Go on to the next block if `e` ends this one. This is unpredictable, and mispredicted branches on it would cost more
 * than all the rest. So the next state is selected without a branch, in assembly because the compiler would use one. */
static inline __attribute__((always_inline)) void step(struct state *s, uint32_t e)
{
	const struct pmk_jpeg_codes *dc = s->block[1].dc;
	struct pmk_jpeg_block *next = s->block + 1;

	s->codes = s->block->ac;
#ifdef __x86_64__
	__asm__("testb %[end], %b[e]\n\tcmovne %[dc], %[codes]\n\tcmovne %[none], %[have]\n\tcmovne %[next], %[block]"
		: [codes] "+&r"(s->codes), [have] "+&r"(s->have), [block] "+&r"(s->block)
		: [e] "r"(e), [end] "i"(PMK_JPEG_END), [dc] "rm"(dc), [none] "r"(0), [next] "r"(next)
		: "cc");
#else
	if (e & PMK_JPEG_END) {
		s->codes = dc;
		s->have = 0;
		s->block = next;
	}
#endif
}

static inline __attribute__((always_inline)) bool read_code(struct state *s)
{
	uint32_t e = s->codes->lookup[s->bits >> (64 - PMK_JPEG_LOOKUP)];

	if (__builtin_expect(!e, 0)) {
		e = pmk_jpeg_codes_search(s->codes, (int)(s->bits >> (64 - PMK_JPEG_LONGEST)));
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
		e = PMK_JPEG_END;
	}
	step(s, e);
	return true;
}

bool LEVEL(pmk_jpeg_blocks)(struct pmk_jpeg_reader *r, struct pmk_jpeg_block *blocks, int count)
{
	struct state s = { .codes = blocks[0].dc, .block = blocks };
	const struct pmk_jpeg_block *end = blocks + count;

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
	return true;
}

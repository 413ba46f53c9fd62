/* SPDX-License-Identifier: MIT */
/* Kernels that combine person and backdrop pixel by pixel: blending, light, and the rim of the mask. */
#include "pixels/rows_kernel.h"
#include "pixels/vectors.h"

#include <string.h>

/* x / 255, rounded to the nearest, for x in 0..65025, given x + 128. */
static inline uint8_t over_255(uint16_t x)
{
	return (uint8_t)((uint16_t)(x + (x >> 8)) >> 8);
}

static inline uint8_t blended(uint8_t person, uint8_t behind, uint8_t alpha)
{
	return over_255((uint16_t)(person * alpha + behind * (255 - alpha) + 128));
}

void LEVEL(pmk_rows_blend)(
	const uint8_t *restrict person, const uint8_t *behind, const uint8_t *restrict alpha, uint8_t *out, int count)
{
	PMK_INDEPENDENT
	for (int i = 0; i < count; i++)
		out[i] = blended(person[i], behind[i], alpha[i]);
}

/* From full to limited range, as pmk_colour_row_to_limited. */
static inline uint8_t limited(uint8_t value, int plane)
{
	uint16_t scale = plane ? 224 : 219, offset = plane ? 3968 + 128 : 16 * 255 + 128;

	return over_255((uint16_t)(value * scale + offset));
}

void LEVEL(pmk_rows_blend_to_limited)(const uint8_t *restrict person, const uint8_t *behind,
	const uint8_t *restrict alpha, uint8_t *out, int count, int plane)
{
	PMK_INDEPENDENT
	for (int i = 0; i < count; i++)
		out[i] = blended(limited(person[i], plane), behind[i], alpha[i]);
}

void LEVEL(pmk_rows_to_limited)(const uint8_t *restrict row, uint8_t *restrict out, int count, int plane)
{
	for (int i = 0; i < count; i++)
		out[i] = limited(row[i], plane);
}

void LEVEL(pmk_rows_relight)(const uint8_t *restrict row, const int8_t *restrict grain, int gain, int offset,
	int amount, uint8_t *restrict out, int count, int plane)
{
	int16_t times = (int16_t)gain, share = (int16_t)amount, more = (int16_t)(offset + PMK_RELIGHT_LEVEL / 2),
		top = plane ? 240 - 128 : 235 - 128;

	for (int i = 0; i < count; i++) {
		int16_t v = (int16_t)(pmk_upper((int16_t)((row[i] - 128) * 128), times) +
			pmk_upper((int16_t)(grain[i] * 256), share) + more);

		v = (int16_t)(v >> 5);
		v = v < 16 - 128 ? 16 - 128 : v;
		v = v > top ? top : v;
		out[i] = (uint8_t)(v + 128);
	}
}

/* value share / 256, rounded down, for shares up to 256 and signed values of 13 bits, as the upper half of a 16-bit
 * product. The product is unsigned, which compilers vectorise better. */
static inline int16_t share_of(int16_t value, uint16_t share)
{
	uint16_t shifted = (uint16_t)((value + 4096) * 8), part = (uint16_t)(share * 32);

	return (int16_t)((uint16_t)((uint32_t)shifted * part >> 16) - 16 * share);
}

static inline int16_t mix_colours(int16_t a, int16_t b, int16_t part)
{
	return (int16_t)(a + (int16_t)(((int16_t)((b >> 3) - (a >> 3)) * part) >> 1));
}

/* The pixel without the room's colour, not yet in limited range. `own` is the share of the pixel's difference from the
 * expected mixture that is kept, in 1/256. */
static inline uint8_t clean(int16_t person, int16_t room, uint8_t pixel, uint16_t share, uint16_t own)
{
	int16_t mixed = (int16_t)(room + share_of((int16_t)(person - room), share));
	int16_t value = (int16_t)(person + share_of((int16_t)(16 * pixel - mixed), own));

	value = value < 0 ? 0 : value;
	value = (int16_t)((int16_t)(value + 8) >> 4);
	value = value > 255 ? 255 : value;
	return (uint8_t)((person | room) < 0 ? pixel : value);
}

/* Store the first `count` pixels of a block of 16. */
static inline void store(const uint8_t block[16], uint8_t *out, int count)
{
	int at = 0;

	if (count >= 16) {
		memcpy(out, block, 16);
		return;
	}
	if (count & 8) {
		memcpy(out, block, 8);
		at = 8;
	}
	if (count & 4) {
		memcpy(out + at, block + at, 4);
		at += 4;
	}
	for (; at < count; at++)
		out[at] = block[at];
}

typedef uint16_t words16 __attribute__((vector_size(32)));

static inline words16 words_of(const uint8_t *from)
{
	pmk_bytes16 bytes;

	memcpy(&bytes, from, sizeof bytes);
	return __builtin_convertvector(bytes, words16);
}

/* The same as blend and blend_to_limited. It is written with vectors because GCC uses none of sixteen elements here
 * with AVX2. */
static inline void blend_block(uint8_t block[16], int limits, const uint8_t *behind, const uint8_t *alpha)
{
	words16 person = words_of(block), share = words_of(alpha);
	uint16_t scale = limits ? 224 : 219, offset = limits ? 3968 + 128 : 16 * 255 + 128;
	pmk_bytes16 out;

	if (limits >= 0) {
		person = person * scale + offset;
		person = (person + (person >> 8)) >> 8;
	}
	person = person * share + words_of(behind) * (255 - share) + 128;
	out = __builtin_convertvector((person + (person >> 8)) >> 8, pmk_bytes16);
	memcpy(block, &out, sizeof out);
}

/* 255 becomes 256. */
static inline uint16_t in_256ths(uint8_t alpha)
{
	return (uint16_t)(alpha + (alpha >> 7));
}

static inline uint16_t squared(uint16_t share)
{
	return share == 256 ? 256 : (uint16_t)((uint16_t)(share * share) >> 8);
}

void LEVEL(pmk_rows_clean)(const int16_t *person_a, const int16_t *person_b, const int16_t *room_a,
	const int16_t *room_b, int part, int plane, const uint8_t *pixels, const uint8_t *alpha, const uint8_t *inner,
	uint8_t *out, int count)
{
	uint8_t block[16];

	for (int x = 0; x < count; x += 16) {
		for (int i = 0; i < 16; i++) {
			int16_t person = mix_colours(person_a[x + i], person_b[x + i], (int16_t)part),
				room = mix_colours(room_a[x + i], room_b[x + i], (int16_t)part);
			uint16_t share = in_256ths(alpha[x + i]), own = in_256ths(inner[x + i]), some = squared(own),
				 few = squared(some);
			uint8_t most = clean(person, room, pixels[x + i], share, plane ? some : own),
				least = clean(person, room, pixels[x + i], share, plane ? some : few);

			block[i] = most < least ? most : least;
		}
		store(block, out + x, count - x);
	}
}

void LEVEL(pmk_rows_rim)(const int16_t *person_a, const int16_t *person_b, const int16_t *room_a, const int16_t *room_b,
	int part, int limits, const uint8_t *pixels, const uint8_t *behind, const uint8_t *alpha, const uint8_t *inner,
	uint8_t *out, int count)
{
	uint8_t block[16];

	for (int x = 0; x < count; x += 16) {
		for (int i = 0; i < 16; i++) {
			uint16_t share = in_256ths(alpha[x + i]), own = in_256ths(inner[x + i]);

			block[i] = clean(mix_colours(person_a[x + i], person_b[x + i], (int16_t)part),
				mix_colours(room_a[x + i], room_b[x + i], (int16_t)part), pixels[x + i], share,
				squared(own));
		}
		blend_block(block, limits, behind + x, alpha + x);
		store(block, out + x, count - x);
	}
}

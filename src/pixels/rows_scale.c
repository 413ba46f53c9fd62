/* SPDX-License-Identifier: MIT */
/* Kernels that scale rows of pixels, and convert them to the network's numbers. */
#include "pixels/rows_kernel.h"
#include "pixels/vectors.h"

#include <string.h>

void LEVEL(pmk_rows_halve)(const uint8_t *restrict a, const uint8_t *restrict b, uint8_t *restrict out, int count)
{
	for (int i = 0; i < count; i++) {
		uint16_t pair_a, pair_b;

		memcpy(&pair_a, a + 2 * i, 2);
		memcpy(&pair_b, b + 2 * i, 2);
		out[i] = (uint8_t)((uint16_t)((pair_a & 255) + (pair_a >> 8) + (pair_b & 255) + (pair_b >> 8) + 2) >>
			2);
	}
}

void LEVEL(pmk_rows_mix)(
	const uint8_t *restrict a, const uint8_t *restrict b, int part, uint8_t *restrict out, int count)
{
	uint16_t wa = (uint16_t)(256 - part), wb = (uint16_t)part;

	for (int i = 0; i < count; i++)
		out[i] = (uint8_t)((uint16_t)(a[i] * wa + b[i] * wb + 128) >> 8);
}

#ifdef PMK_HAVE_PICK
typedef uint16_t words8 __attribute__((vector_size(16)));
typedef uint8_t bytes8 __attribute__((vector_size(8)));

/* One shuffle fetches both neighbours of four columns. */
void LEVEL(pmk_rows_stretch)(const uint8_t *from, const struct pmk_taps *taps, uint8_t *out, int count)
{
	for (int x = 0; x < count; x += 8, taps++) {
		pmk_bytes16 near[2], pair;
		words8 both, part;
		bytes8 result;

		memcpy(&near[0], from + taps->base[0], 16);
		memcpy(&near[1], from + taps->base[1], 16);
		memcpy(&pair, taps->pair, 16);
		memcpy(&part, taps->part, 16);
		both = __builtin_shufflevector(
			(words8)pmk_pick(near[0], pair), (words8)pmk_pick(near[1], pair), 0, 1, 2, 3, 12, 13, 14, 15);
		result = __builtin_convertvector(((both & 255) * (256 - part) + (both >> 8) * part + 128) >> 8, bytes8);
		memcpy(out + x, &result, 8);
	}
}
#else
void LEVEL(pmk_rows_stretch)(const uint8_t *from, const struct pmk_taps *taps, uint8_t *out, int count)
{
	for (int x = 0; x < count; x += 8, taps++) {
		for (int i = 0; i < 8; i++) {
			const uint8_t *near = from + taps->base[i / 4];
			out[x + i] = (uint8_t)((near[taps->pair[2 * i]] * (256 - taps->part[i]) +
						       near[taps->pair[2 * i + 1]] * taps->part[i] + 128) >>
				8);
		}
	}
}
#endif

void LEVEL(pmk_rows_to_floats)(const uint8_t *restrict from, float *restrict to, size_t count, float scale, float mean)
{
	for (size_t i = 0; i < count; i++)
		to[i] = (float)from[i] * scale + mean;
}

/* SPDX-License-Identifier: MIT */
#include "compose/rim_sums.h"

#include "pixels/cells.h"

#include <string.h>

enum {
	CELL = PMK_CELL,
	SURE = 4, /* alpha this close to 0 or 255 */
};

typedef uint8_t bytes8 __attribute__((vector_size(8)));

/* Four bytes from each of two rows. */
static pmk_rim_words four_of_two(const uint8_t *a, const uint8_t *b)
{
	bytes8 both;

	memcpy(&both, a, 4);
	memcpy((uint8_t *)&both + 4, b, 4);
	return __builtin_convertvector(both, pmk_rim_words);
}

/* Bytes 0, 2, 4 and 6 from each of two rows. */
static pmk_rim_words even_of_two(const uint8_t *a, const uint8_t *b)
{
	pmk_rim_words both;

	memcpy(&both, a, 8);
	memcpy((uint8_t *)&both + 8, b, 8);
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? both & 255 : both >> 8;
}

/* The sums of eight vectors, each over its lanes, in three steps that halve the number of vectors. */
static pmk_rim_words sums_of(const pmk_rim_words v[8])
{
	pmk_rim_words two[4], four[2];

	for (int i = 0; i < 4; i++)
		two[i] = __builtin_shufflevector(v[2 * i], v[2 * i + 1], 0, 8, 1, 9, 2, 10, 3, 11) +
			__builtin_shufflevector(v[2 * i], v[2 * i + 1], 4, 12, 5, 13, 6, 14, 7, 15);
	for (int i = 0; i < 2; i++)
		four[i] = __builtin_shufflevector(two[2 * i], two[2 * i + 1], 0, 1, 8, 9, 2, 3, 10, 11) +
			__builtin_shufflevector(two[2 * i], two[2 * i + 1], 4, 5, 12, 13, 6, 7, 14, 15);
	return __builtin_shufflevector(four[0], four[1], 0, 1, 2, 3, 8, 9, 10, 11) +
		__builtin_shufflevector(four[0], four[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

pmk_rim_words pmk_rim_sum(
	const struct pmk_image *f, const struct pmk_mask *mask, const struct pmk_mask *person, int cx, int cy)
{
	int lower = f->layout.chroma == PMK_CHROMA_420 ? 2 : 1, x = cx * CELL, y = cy * CELL, next = y + CELL / 2,
	    columns = mask->width - x;
	int other = next < mask->height ? next : y;
	size_t first = (size_t)y * (size_t)mask->stride, second = (size_t)other * (size_t)mask->stride;
	const uint8_t *alpha = mask->alpha + x, *own = person->alpha + x, *luma = f->plane[0] + x,
		      *u = f->plane[1] + x / 2, *v = f->plane[2] + x / 2;
	pmk_rim_words a = even_of_two(alpha + first, alpha + second), p = even_of_two(own + first, own + second);
	pmk_rim_words colour[4] = {
		even_of_two(luma + (size_t)y * (size_t)f->stride[0], luma + (size_t)other * (size_t)f->stride[0]),
		four_of_two(u + (size_t)(y / lower) * (size_t)f->stride[1],
			u + (size_t)(other / lower) * (size_t)f->stride[1]),
		four_of_two(v + (size_t)(y / lower) * (size_t)f->stride[2],
			v + (size_t)(other / lower) * (size_t)f->stride[2]),
		{ 1, 1, 1, 1, 1, 1, 1, 1 },
	};
	pmk_rim_words column = { 0, 2, 4, 6, 0, 2, 4, 6 },
		      there = (pmk_rim_words)(column < (uint16_t)(columns < CELL ? columns : CELL)), side[8];

	if (other == y)
		there &= (pmk_rim_words){ UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX };
	for (int i = 0; i < 4; i++) {
		side[i] = colour[i] & (pmk_rim_words)(p >= 255 - SURE) & there;
		side[i + 4] = colour[i] & (pmk_rim_words)(a <= SURE) & there;
	}
	return sums_of(side);
}

/* SPDX-License-Identifier: MIT */
/* Compiled once for each level of the CPU, which PMK_LEVEL names. The loops are written for the compiler to vectorise,
 * so they compute in the smallest type that holds their values. */
#include "base/dispatch.h"
#include "pixels/rows.h"
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

static void blend(
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

static void blend_to_limited(const uint8_t *restrict person, const uint8_t *behind, const uint8_t *restrict alpha,
	uint8_t *out, int count, int plane)
{
	PMK_INDEPENDENT
	for (int i = 0; i < count; i++)
		out[i] = blended(limited(person[i], plane), behind[i], alpha[i]);
}

static void to_limited(const uint8_t *restrict row, uint8_t *restrict out, int count, int plane)
{
	for (int i = 0; i < count; i++)
		out[i] = limited(row[i], plane);
}

/* Add every second byte of a word, then every second pair of bytes, so that no lane overflows. */
static inline uint16_t sum_of_8(const uint8_t *const line[PMK_CELL], ptrdiff_t at)
{
	const uint64_t bytes = 0x00ff00ff00ff00ff, pairs = 0x0000ffff0000ffff;
	uint64_t sum = 0;

	for (int i = 0; i < PMK_CELL; i++) {
		uint64_t word;

		memcpy(&word, line[i] + at, sizeof word);
		sum += (word & bytes) + (word >> 8 & bytes);
	}
	sum = (sum & pairs) + (sum >> 16 & pairs);
	return (uint16_t)(sum + (sum >> 32));
}

static inline uint16_t sum_of_4(const uint8_t *const line[PMK_CELL], ptrdiff_t at)
{
	const uint32_t bytes = 0x00ff00ff;
	uint32_t sum = 0;

	for (int i = 0; i < PMK_CELL; i++) {
		uint32_t word;

		memcpy(&word, line[i] + at, sizeof word);
		sum += (word & bytes) + (word >> 8 & bytes);
	}
	return (uint16_t)(2 * (sum + (sum >> 16)));
}

static void cell_sums(const uint8_t *pixels, int stride, int lines, int across, uint16_t *restrict sums, int count)
{
	const uint8_t *line[PMK_CELL];

	for (int i = 0; i < PMK_CELL; i++)
		line[i] = pixels + (ptrdiff_t)(i * lines / PMK_CELL) * stride;
	if (across == PMK_CELL) {
		for (int x = 0; x < count; x++)
			sums[x] = sum_of_8(line, x * (ptrdiff_t)PMK_CELL);
	} else {
		for (int x = 0; x < count; x++)
			sums[x] = sum_of_4(line, x * (ptrdiff_t)(PMK_CELL / 2));
	}
}

static void relight(const uint8_t *restrict row, const int8_t *restrict grain, int gain, int offset, int amount,
	uint8_t *restrict out, int count, int plane)
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

/* The pixel without the room's colour, not yet in limited range. */
static inline uint8_t clean(int16_t person, int16_t room, uint8_t pixel, uint8_t alpha)
{
	uint16_t share = (uint16_t)(alpha + (alpha >> 7));
	int16_t mixed = (int16_t)(room + share_of((int16_t)(person - room), share));
	int16_t value = (int16_t)(person + share_of((int16_t)(16 * pixel - mixed), share));

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

static void rim(const int16_t *person_a, const int16_t *person_b, const int16_t *room_a, const int16_t *room_b,
	int part, int limits, const uint8_t *pixels, const uint8_t *behind, const uint8_t *alpha, uint8_t *out,
	int count)
{
	uint8_t block[16];

	for (int x = 0; x < count; x += 16) {
		for (int i = 0; i < 16; i++)
			block[i] = clean(mix_colours(person_a[x + i], person_b[x + i], (int16_t)part),
				mix_colours(room_a[x + i], room_b[x + i], (int16_t)part), pixels[x + i], alpha[x + i]);
		blend_block(block, limits, behind + x, alpha + x);
		store(block, out + x, count - x);
	}
}

static void halve(const uint8_t *restrict a, const uint8_t *restrict b, uint8_t *restrict out, int count)
{
	for (int i = 0; i < count; i++) {
		uint16_t pair_a, pair_b;

		memcpy(&pair_a, a + 2 * i, 2);
		memcpy(&pair_b, b + 2 * i, 2);
		out[i] = (uint8_t)((uint16_t)((pair_a & 255) + (pair_a >> 8) + (pair_b & 255) + (pair_b >> 8) + 2) >>
			2);
	}
}

static void mix(const uint8_t *restrict a, const uint8_t *restrict b, int part, uint8_t *restrict out, int count)
{
	uint16_t wa = (uint16_t)(256 - part), wb = (uint16_t)part;

	for (int i = 0; i < count; i++)
		out[i] = (uint8_t)((uint16_t)(a[i] * wa + b[i] * wb + 128) >> 8);
}

#ifdef PMK_HAVE_PICK
typedef uint16_t words8 __attribute__((vector_size(16)));
typedef uint8_t bytes8 __attribute__((vector_size(8)));

/* One shuffle fetches both neighbours of four columns. */
static void stretch(const uint8_t *from, const struct pmk_taps *taps, uint8_t *out, int count)
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
static void stretch(const uint8_t *from, const struct pmk_taps *taps, uint8_t *out, int count)
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

static void to_floats(const uint8_t *restrict from, float *restrict to, size_t count, float scale, float mean)
{
	for (size_t i = 0; i < count; i++)
		to[i] = (float)from[i] * scale + mean;
}

static inline uint32_t weighted(uint16_t sum, uint16_t weight)
{
	return (uint16_t)((uint16_t)((uint16_t)(sum + 8) >> 4) * weight);
}

static void weigh(const uint16_t *restrict alpha, const uint16_t *restrict y, const uint16_t *restrict u,
	const uint16_t *restrict v, struct pmk_weighed *restrict out, int count)
{
	for (int i = 0; i < count; i++) {
		uint16_t weight = (uint16_t)((uint16_t)(4095 - (alpha[i] < 4095 ? alpha[i] : 4095)) >> 8);

		out[i].sum[0] = weighted(y[i], weight);
		out[i].sum[1] = weighted(u[i], weight);
		out[i].sum[2] = weighted(v[i], weight);
		out[i].sum[3] = (uint32_t)(4 * weight);
	}
}

typedef uint32_t numbers16 __attribute__((vector_size(64)));

static inline numbers16 four_from(const struct pmk_weighed *at)
{
	numbers16 four;

	memcpy(&four, at, sizeof four);
	return four;
}

static void box_sums(const struct pmk_box_window *boxes, int count, struct pmk_weighed *out, int width)
{
	for (int x = 0; x < width; x += 4) {
		numbers16 sums = { 0 };

		for (int k = 0; k < count; k++) {
			int left = x - boxes[k].half, right = x + boxes[k].half + 1;

			sums += four_from(boxes[k].bottom + right) - four_from(boxes[k].bottom + left) -
				four_from(boxes[k].top + right) + four_from(boxes[k].top + left);
		}
		memcpy(out + x, &sums, sizeof sums);
	}
}

static void weighted_means(const struct pmk_weighed *restrict sums, const float more[4], const float scale[3],
	const float offset[3], uint16_t *restrict y, uint16_t *restrict u, uint16_t *restrict v, int count)
{
	for (int i = 0; i < count; i++) {
		const uint32_t *s = sums[i].sum;
		float part = 1 / ((float)(int32_t)s[3] + more[3]);

		y[i] = (uint16_t)(int)(((float)(int32_t)s[0] + more[0]) * part * scale[0] + offset[0] + 0.5f);
		u[i] = (uint16_t)(int)(((float)(int32_t)s[1] + more[1]) * part * scale[1] + offset[1] + 0.5f);
		v[i] = (uint16_t)(int)(((float)(int32_t)s[2] + more[2]) * part * scale[2] + offset[2] + 0.5f);
	}
}

static void add_words(uint16_t *restrict sums, const uint16_t *restrict row, int count)
{
	for (int i = 0; i < count; i++)
		sums[i] = (uint16_t)(sums[i] + row[i]);
}

static void subtract_words(uint16_t *restrict sums, const uint16_t *restrict row, int count)
{
	for (int i = 0; i < count; i++)
		sums[i] = (uint16_t)(sums[i] - row[i]);
}

static void mean_words(const uint16_t *restrict from, int window, int parts, uint16_t *restrict out, int count)
{
	uint16_t half = (uint16_t)(parts / 2), share = (uint16_t)((65536 + parts / 2) / parts);

	for (int i = 0; i < count; i++)
		out[i] = from[i];
	for (int d = 1; d < window; d++) {
		for (int i = 0; i < count; i++)
			out[i] = (uint16_t)(out[i] + from[i + d]);
	}
	for (int i = 0; i < count; i++)
		out[i] = (uint16_t)((uint32_t)(uint16_t)(out[i] + half) * share >> 16);
}

/* A quadratic B-spline around the middle one of three values, which are at most 16320: the terms that all places share.
 * At the `j`th place from the middle, of `size` / 2, the two sides are spline_even plus and minus spline_odd. */
struct spline {
	int16_t here, rise, bend;
};

static inline struct spline spline_of(uint16_t before, uint16_t here, uint16_t after)
{
	return (struct spline){ (int16_t)here, (int16_t)(2 * (after - before)), (int16_t)(before + after - 2 * here) };
}

static inline int16_t spline_even(struct spline s, int j, int size)
{
	return (int16_t)(s.here +
		pmk_upper(s.bend, (int16_t)(8192 + 8192 * (2 * j + 1) * (2 * j + 1) / (size * size))));
}

static inline int16_t spline_odd(struct spline s, int j, int size)
{
	return pmk_upper(s.rise, (int16_t)(8192 * (2 * j + 1) / size));
}

static inline void widen_by(const uint16_t *restrict from, int size, uint16_t *restrict out, int count)
{
	for (int i = 0; i < count; i++) {
		struct spline s = spline_of(
			(uint16_t)(4 * from[i - 1]), (uint16_t)(4 * from[i]), (uint16_t)(4 * from[i + 1]));

#pragma GCC unroll 8
		for (int j = 0; j < size / 2; j++) {
			int16_t even = spline_even(s, j, size), odd = spline_odd(s, j, size);

			out[size * i + size / 2 - 1 - j] = (uint16_t)(even - odd);
			out[size * i + size / 2 + j] = (uint16_t)(even + odd);
		}
	}
}

static void widen(const uint16_t *from, int size, uint16_t *out, int count)
{
	if (size == 2 * PMK_CELL)
		widen_by(from, 2 * PMK_CELL, out, count);
	else if (size == PMK_CELL)
		widen_by(from, PMK_CELL, out, count);
	else
		widen_by(from, PMK_CELL / 2, out, count);
}

static inline void heighten_by(const uint16_t *restrict above, const uint16_t *restrict here,
	const uint16_t *restrict below, int size, uint8_t *restrict out, int stride, int count)
{
	int16_t half = 32 + 1; /* rounding to the nearest, and the average loss of two roundings down */

	PMK_INDEPENDENT
	for (int i = 0; i < count; i++) {
		struct spline s = spline_of(above[i], here[i], below[i]);

		s.here = (int16_t)(s.here + half);
#pragma GCC unroll 8
		for (int j = 0; j < size / 2; j++) {
			int16_t even = spline_even(s, j, size), odd = spline_odd(s, j, size);

			out[(size / 2 - 1 - j) * (ptrdiff_t)stride + i] = (uint8_t)((uint16_t)(even - odd) >> 6);
			out[(size / 2 + j) * (ptrdiff_t)stride + i] = (uint8_t)((uint16_t)(even + odd) >> 6);
		}
	}
}

static void heighten(const uint16_t *above, const uint16_t *here, const uint16_t *below, int size, uint8_t *out,
	int stride, int count)
{
	if (size == 2 * PMK_CELL)
		heighten_by(above, here, below, 2 * PMK_CELL, out, stride, count);
	else if (size == PMK_CELL)
		heighten_by(above, here, below, PMK_CELL, out, stride, count);
	else
		heighten_by(above, here, below, PMK_CELL / 2, out, stride, count);
}

extern const struct pmk_rows LEVEL(pmk_rows);
const struct pmk_rows LEVEL(pmk_rows) = {
	.blend = blend,
	.blend_to_limited = blend_to_limited,
	.to_limited = to_limited,
	.cell_sums = cell_sums,
	.relight = relight,
	.rim = rim,
	.halve = halve,
	.mix = mix,
	.stretch = stretch,
	.to_floats = to_floats,
	.weigh = weigh,
	.box_sums = box_sums,
	.weighted_means = weighted_means,
	.add_words = add_words,
	.subtract_words = subtract_words,
	.mean_words = mean_words,
	.widen = widen,
	.heighten = heighten,
};

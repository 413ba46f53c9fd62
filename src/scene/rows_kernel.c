/* SPDX-License-Identifier: MIT */
/* Compiled once for each level of the CPU; PMK_LEVEL names it. Loops that compilers make vectors of, in the smallest type that holds. */
#include "scene/kernel_level.h"
#include "scene/rows.h"

#include <string.h>

/* x / 255 to the nearest for x of 0..65025, given x + 128. */
static inline uint8_t over_255(uint16_t x)
{
	return (uint8_t)((uint16_t)(x + (x >> 8)) >> 8);
}

static inline uint8_t blended(uint8_t person, uint8_t behind, uint8_t alpha)
{
	return over_255((uint16_t)(person * alpha + behind * (255 - alpha) + 128));
}

static void blend(const uint8_t *restrict person, const uint8_t *restrict behind, const uint8_t *restrict alpha, uint8_t *restrict out, int count)
{
	for (int i = 0; i < count; i++)
		out[i] = blended(person[i], behind[i], alpha[i]);
}

static void blend_to_limited(const uint8_t *restrict person, const uint8_t *restrict behind, const uint8_t *restrict alpha,
	uint8_t *restrict out, int count, int plane)
{
	uint16_t scale = plane ? 224 : 219, offset = plane ? 3968 + 128 : 16 * 255 + 128;

	for (int i = 0; i < count; i++)
		out[i] = blended(over_255((uint16_t)(person[i] * scale + offset)), behind[i], alpha[i]);
}

static void relight(const uint8_t *restrict row, const int8_t *restrict grain, int gain, int offset, int amount, uint8_t *restrict out,
	int count, int plane)
{
	int16_t times = (int16_t)gain, share = (int16_t)amount, more = (int16_t)(offset + PMK_RELIGHT_LEVEL / 2), top = plane ? 240 - 128 : 235 - 128;

	for (int i = 0; i < count; i++) {
		int16_t v = (int16_t)(pmk_upper((int16_t)((row[i] - 128) * 128), times) + pmk_upper((int16_t)(grain[i] * 256), share) + more);

		v = (int16_t)(v >> 5);
		v = v < 16 - 128 ? 16 - 128 : v;
		v = v > top ? top : v;
		out[i] = (uint8_t)(v + 128);
	}
}

typedef uint8_t eight_bytes __attribute__((vector_size(8)));
typedef int16_t eight_shorts __attribute__((vector_size(16)));
typedef int32_t eight_ints __attribute__((vector_size(32)));

static inline __attribute__((always_inline)) eight_ints read_bytes(const uint8_t *from)
{
	eight_bytes bytes;

	memcpy(&bytes, from, sizeof bytes);
	return __builtin_convertvector(bytes, eight_ints);
}

static inline __attribute__((always_inline)) eight_ints mix_colours(const int16_t *a, const int16_t *b, int part)
{
	eight_shorts one, other;

	memcpy(&one, a, sizeof one);
	memcpy(&other, b, sizeof other);
	return __builtin_convertvector(one + ((((other >> 3) - (one >> 3)) * (int16_t)part) >> 1), eight_ints);
}

static inline __attribute__((always_inline)) eight_ints all_over_255(eight_ints x)	/* as over_255 */
{
	return (x + (x >> 8)) >> 8;
}

static inline __attribute__((always_inline)) void rim_eight(const int16_t *person_a, const int16_t *person_b, const int16_t *room_a, const int16_t *room_b, int part,
	int limits, const uint8_t *pixels, const uint8_t *behind, const uint8_t *alpha, uint8_t *out)
{
	eight_ints person = mix_colours(person_a, person_b, part), room = mix_colours(room_a, room_b, part);
	eight_ints pixel = read_bytes(pixels), a = read_bytes(alpha), share = a + (a >> 7), unknown = (person | room) < 0;
	eight_ints value = person + ((share * (16 * pixel - ((share * person + (256 - share) * room) >> 8))) >> 8);
	eight_bytes result;

	value &= ~(value < 0);
	value = (value + 8) >> 4;
	value = (value & (value <= 255)) | (255 & (value > 255));
	value = (value & ~unknown) | (pixel & unknown);
	if (limits >= 0)
		value = all_over_255(value * (limits ? 224 : 219) + (limits ? 3968 + 128 : 16 * 255 + 128));
	value = all_over_255(value * a + read_bytes(behind) * (255 - a) + 128);
	result = __builtin_convertvector(value, eight_bytes);
	memcpy(out, &result, sizeof result);
}

static void rim(const int16_t *person_a, const int16_t *person_b, const int16_t *room_a, const int16_t *room_b, int part, int limits,
	const uint8_t *pixels, const uint8_t *behind, const uint8_t *alpha, uint8_t *out, int count)
{
	int16_t few[4][8] = { { 0 } };
	uint8_t bytes[4][8] = { { 0 } };

	for (int x = 0; x + 8 <= count; x += 8) {
		uint64_t word;

		memcpy(&word, alpha + x, sizeof word);
		if (word + 1 > 1)	/* else all room, or all person: as it is */
			rim_eight(person_a + x, person_b + x, room_a + x, room_b + x, part, limits, pixels + x, behind + x, alpha + x, out + x);
	}
	if (count % 8 == 0)
		return;
	for (int i = 0, x = count / 8 * 8; x < count; i++, x++) {
		few[0][i] = person_a[x];
		few[1][i] = person_b[x];
		few[2][i] = room_a[x];
		few[3][i] = room_b[x];
		bytes[0][i] = pixels[x];
		bytes[1][i] = behind[x];
		bytes[2][i] = alpha[x];
	}
	rim_eight(few[0], few[1], few[2], few[3], part, limits, bytes[0], bytes[1], bytes[2], bytes[3]);
	memcpy(out + count / 8 * 8, bytes[3], (size_t)(count % 8));
}

static void halve(const uint8_t *restrict a, const uint8_t *restrict b, uint8_t *restrict out, int count)
{
	for (int i = 0; i < count; i++) {
		uint16_t pair_a, pair_b;

		memcpy(&pair_a, a + 2 * i, 2);
		memcpy(&pair_b, b + 2 * i, 2);
		out[i] = (uint8_t)((uint16_t)((pair_a & 255) + (pair_a >> 8) + (pair_b & 255) + (pair_b >> 8) + 2) >> 2);
	}
}

static void mix(const uint8_t *restrict a, const uint8_t *restrict b, int part, uint8_t *restrict out, int count)
{
	uint16_t wa = (uint16_t)(256 - part), wb = (uint16_t)part;

	for (int i = 0; i < count; i++)
		out[i] = (uint8_t)((uint16_t)(a[i] * wa + b[i] * wb + 128) >> 8);
}

#if (defined(__SSSE3__) || defined(__aarch64__)) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint16_t words8 __attribute__((vector_size(16)));
typedef uint8_t bytes8 __attribute__((vector_size(8)));

/* One shuffle brings both neighbours of four columns. */
static void stretch(const uint8_t *from, const struct pmk_look *looks, uint8_t *out, int count)
{
	for (int x = 0; x < count; x += 8, looks++) {
		bytes16 near[2], pair;
		words8 both, part;
		bytes8 result;

		memcpy(&near[0], from + looks->base[0], 16);
		memcpy(&near[1], from + looks->base[1], 16);
		memcpy(&pair, looks->pair, 16);
		memcpy(&part, looks->part, 16);
		both = __builtin_shuffle((words8)__builtin_shuffle(near[0], pair), (words8)__builtin_shuffle(near[1], pair),
			(words8){ 0, 1, 2, 3, 12, 13, 14, 15 });
		result = __builtin_convertvector(((both & 255) * (256 - part) + (both >> 8) * part + 128) >> 8, bytes8);
		memcpy(out + x, &result, 8);
	}
}
#else
static void stretch(const uint8_t *from, const struct pmk_look *looks, uint8_t *out, int count)
{
	for (int x = 0; x < count; x += 8, looks++) {
		for (int i = 0; i < 8; i++) {
			const uint8_t *near = from + looks->base[i / 4];
			out[x + i] = (uint8_t)((near[looks->pair[2 * i]] * (256 - looks->part[i]) + near[looks->pair[2 * i + 1]] * looks->part[i] + 128) >> 8);
		}
	}
}
#endif

static void to_floats(const uint8_t *restrict from, float *restrict to, size_t count, float scale, float mean)
{
	for (size_t i = 0; i < count; i++)
		to[i] = (float)from[i] * scale + mean;
}

static void room_weights(const uint8_t *restrict alpha, uint8_t *restrict weights, int count)
{
	for (int i = 0; i < count; i++)
		weights[i] = alpha[i] < 128 ? (uint8_t)((uint8_t)(255 - 2 * alpha[i]) >> 4) : 0;
}

/* Two neighbours of 16 bits are one number of 32. */
static void weighted_blocks(const uint8_t *restrict weights_a, const uint8_t *restrict weights_b, const uint8_t *restrict a,
	const uint8_t *restrict b, uint32_t *restrict sums, int count)
{
	for (int i = 0; i < count; i++) {
		uint16_t left = (uint16_t)(weights_a[2 * i] * a[2 * i] + weights_b[2 * i] * b[2 * i]);
		uint16_t right = (uint16_t)(weights_a[2 * i + 1] * a[2 * i + 1] + weights_b[2 * i + 1] * b[2 * i + 1]);

		sums[i] = (uint32_t)left + right;
	}
}

static void box_sums(const uint32_t *restrict top, const uint32_t *restrict bottom, int half, uint32_t *restrict sums, int count)
{
	for (int i = 0; i < count; i++)
		sums[i] += bottom[i + half + 1] - bottom[i - half] - top[i + half + 1] + top[i - half];
}

static void weighted_means(const uint32_t *restrict values, const uint32_t *restrict weights, float more_values, float more_weights,
	float scale, float offset, uint16_t *restrict out, int count)
{
	for (int i = 0; i < count; i++) {
		float value = ((float)(int32_t)values[i] + more_values) / ((float)(int32_t)weights[i] + more_weights);

		out[i] = (uint16_t)(int)(value * scale + offset + 0.5f);
	}
}

static void add_words(uint16_t *restrict sums, const uint16_t *restrict row, int count)
{
	for (int i = 0; i < count; i++)
		sums[i] = (uint16_t)(sums[i] + row[i]);
}

static void take_words(uint16_t *restrict sums, const uint16_t *restrict row, int count)
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

static void widen(const uint16_t *restrict from, uint16_t *restrict out, int count)
{
	for (int i = 0; i < count; i++) {
		uint16_t here = (uint16_t)(3 * from[i]);

		out[2 * i] = (uint16_t)(here + from[i - 1]);
		out[2 * i + 1] = (uint16_t)(here + from[i + 1]);
	}
}

static void between_words(const uint16_t *restrict near, const uint16_t *restrict far, int shift, uint16_t *restrict out, int count)
{
	uint16_t half = (uint16_t)(1 << (shift - 1));

	for (int i = 0; i < count; i++)
		out[i] = (uint16_t)((uint16_t)(3 * near[i] + far[i] + half) >> shift);
}

static void between_bytes(const uint16_t *restrict near, const uint16_t *restrict far, uint8_t *restrict out, int count)
{
	for (int i = 0; i < count; i++)
		out[i] = (uint8_t)((uint16_t)(3 * near[i] + far[i] + 128) >> 8);
}

extern const struct pmk_rows LEVEL(pmk_rows);
const struct pmk_rows LEVEL(pmk_rows) = {
	.blend = blend,
	.blend_to_limited = blend_to_limited,
	.relight = relight,
	.rim = rim,
	.halve = halve,
	.mix = mix,
	.stretch = stretch,
	.to_floats = to_floats,
	.room_weights = room_weights,
	.weighted_blocks = weighted_blocks,
	.box_sums = box_sums,
	.weighted_means = weighted_means,
	.add_words = add_words,
	.take_words = take_words,
	.mean_words = mean_words,
	.widen = widen,
	.between_words = between_words,
	.between_bytes = between_bytes,
};

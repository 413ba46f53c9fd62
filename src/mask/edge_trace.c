/* SPDX-License-Identifier: MIT */
/* Turns the result of the guided filter for blocks into the alpha of pixels. */
#include "mask/edge_kernel.h"
#include "pixels/vectors.h"

#include <string.h>

enum { CHUNK = 16 }; /* px */

static int16_t fixed(float value)
{
	value = value < -PMK_EDGE_MOST ? -PMK_EDGE_MOST : value;
	value = value > PMK_EDGE_MOST ? PMK_EDGE_MOST : value;
	return (int16_t)((int)(value + 32768.5f) - 32768);
}

void LEVEL(pmk_edge_blocks)(const float *restrict gain, const float *restrict offset, int count, float sure,
	int16_t *restrict fixed_gain, int16_t *restrict fixed_offset, uint8_t *restrict kind)
{
	float stretch = 255 / (1 - 2 * sure);

	for (int x = 0; x < count; x++) {
		float g = gain[x], r = offset[x], least = g < 0 ? g + r : r, most = g < 0 ? r : g + r;

		fixed_gain[x] = fixed(g * stretch * (1024 / 255.0f));
		fixed_offset[x] = fixed((r - sure) * stretch * 2);
		kind[x] = (uint8_t)(most <= sure ? PMK_EDGE_ROOM : least >= 1 - sure ? PMK_EDGE_PERSON : PMK_EDGE_RIM);
	}
}

#ifdef PMK_HAVE_PICK
static void gather_eight(const int16_t *near, const struct pmk_edge_taps *taps, int16_t *left, int16_t *right)
{
	pmk_bytes16 from, at_left, at_right;

	memcpy(&from, near, 16);
	memcpy(&at_left, taps->left, 16);
	memcpy(&at_right, taps->right, 16);
	at_left = pmk_pick(from, at_left);
	at_right = pmk_pick(from, at_right);
	memcpy(left, &at_left, 16);
	memcpy(right, &at_right, 16);
}
#else
static void gather_eight(const int16_t *near, const struct pmk_edge_taps *taps, int16_t *left, int16_t *right)
{
	for (int i = 0; i < 8; i++) {
		left[i] = near[taps->left[2 * i] / 2];
		right[i] = near[taps->right[2 * i] / 2];
	}
}
#endif

void LEVEL(pmk_edge_gather)(
	const int16_t *from, const struct pmk_edge_taps *taps, int first, int end, int16_t *left, int16_t *right)
{
	for (int x = first / 8 * 8; x < end; x += 8)
		gather_eight(from + taps[x / 8].base, &taps[x / 8], left + x, right + x);
}

void LEVEL(pmk_edge_mix)(
	const int16_t *a, const int16_t *restrict b, const int16_t *restrict part, int16_t *out, int count)
{
	for (int i = 0; i < count; i++)
		out[i] = (int16_t)(a[i] + 2 * pmk_upper((int16_t)(b[i] - a[i]), part[i]));
}

static inline void rim_pixels(const int16_t *restrict gain_a, const int16_t *restrict gain_b,
	const int16_t *restrict offset_a, const int16_t *restrict offset_b, int part, const uint8_t *restrict luma,
	uint8_t *restrict alpha, int count)
{
	int16_t weight = (int16_t)part;

	for (int i = 0; i < count; i++) {
		int16_t gain = (int16_t)(gain_a[i] + 2 * pmk_upper((int16_t)(gain_b[i] - gain_a[i]), weight));
		int16_t offset = (int16_t)(offset_a[i] + 2 * pmk_upper((int16_t)(offset_b[i] - offset_a[i]), weight));
		/* 1024 * 128 / 65536 = 2, so it is in 1/2 alpha */
		int16_t value = (int16_t)((int16_t)(pmk_upper(gain, (int16_t)(luma[i] << 7)) + offset + 1) >> 1);

		value = value < 0 ? 0 : value;
		alpha[i] = (uint8_t)(value > 255 ? 255 : value);
	}
}

void LEVEL(pmk_edge_rim)(const int16_t *gain_a, const int16_t *gain_b, const int16_t *offset_a, const int16_t *offset_b,
	int part, const uint8_t *luma, uint8_t *alpha, int count)
{
	int whole = count / CHUNK * CHUNK;
	uint8_t chunk[CHUNK];

	rim_pixels(gain_a, gain_b, offset_a, offset_b, part, luma, alpha, whole);
	if (whole == count)
		return;
	rim_pixels(
		gain_a + whole, gain_b + whole, offset_a + whole, offset_b + whole, part, luma + whole, chunk, CHUNK);
	memcpy(alpha + whole, chunk, (size_t)(count - whole));
}

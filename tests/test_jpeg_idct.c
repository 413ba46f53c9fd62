/* SPDX-License-Identifier: MIT */
/* Tests of the inverse DCT at each level of this CPU against its plain form, bit for bit: blocks of each kind, with
 * coefficients of pictures and with the largest that there are. tests/arm64.sh runs it for arm64. */
#include "unit.h"

#include "base/cpu.h"
#include "base/num.h"
#include "jpeg/jpeg_fast.h"

enum { MOST = 9, WIDE = 24, AROUND = 0x5a };

static uint32_t seed = 1;

static int random_below(int limit)
{
	return (int)(unit_random(&seed) % (uint32_t)limit);
}

/* Outputs 0 to 3 of the 1-D transform as sums of its inputs, times 2^13. Outputs 7 to 4 are the same with the odd
 * inputs negated. */
static const int multiplier[4][8] = {
	{ 8192, 11363, 10703, 9633, 8192, 6437, 4433, 2260 },
	{ 8192, 9633, 4433, -2259, -8192, -11362, -10704, -6436 },
	{ 8192, 6437, -4433, -11362, -8192, 2261, 10704, 9633 },
	{ 8192, 2260, -10703, -6436, 8192, 9633, -4433, -11363 },
};

/* Transform eight numbers that are `apart` from each other. */
static void transform_line(int16_t *line, int apart, int shift)
{
	int64_t made[8];

	for (int i = 0; i < 8; i++) {
		made[i] = (int64_t)1 << (shift - 1);
		for (int k = 0; k < 8; k++)
			made[i] += (i > 3 && k % 2 ? -1 : 1) * (int64_t)multiplier[i > 3 ? 7 - i : i][k] *
				line[k * apart];
	}
	for (int i = 0; i < 8; i++)
		line[i * apart] = (int16_t)pmk_clamp_i64(made[i] >> shift, INT16_MIN, INT16_MAX);
}

static void plain(const int16_t coefficient[64], const int16_t step[64], uint8_t samples[64])
{
	int16_t numbers[64];

	for (int i = 0; i < 64; i++)
		numbers[i] = (int16_t)(coefficient[i] * step[i]);
	for (int x = 0; x < 8; x++)
		transform_line(numbers + x, 8, 11);
	for (int y = 0; y < 8; y++)
		transform_line(numbers + 8 * y, 1, 18);
	for (int i = 0; i < 64; i++)
		samples[i] = (uint8_t)(pmk_clamp(numbers[i], -128, 127) + 128);
}

/* The coefficients that a block of each kind may have. */
static const uint64_t kinds[PMK_JPEG_KINDS] = { 1,
	1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 16 | 1 << 17 | 1 << 24, UINT64_MAX };

/* As in a picture: the first ones are the largest. In one of three rounds any that 16 bits can hold, or the ends. */
static int16_t random_coefficient(int round, int at)
{
	int most = 1024 / (1 + at);

	if (round % 3)
		return (int16_t)(random_below(4) ? random_below(2 * most + 1) - most : 0);
	return random_below(2) ? (int16_t)random_below(1 << 16) : random_below(2) ? INT16_MIN : INT16_MAX;
}

static void check_round(pmk_jpeg_transform *transform, int kind, int round)
{
	static struct pmk_jpeg_block blocks[MOST];
	static uint8_t canvas[MOST * 8][WIDE], expected[MOST * 8][WIDE];
	static const int16_t none[64];
	struct pmk_jpeg_block *list[MOST] = { 0 };
	struct pmk_jpeg_quant quant;
	uint8_t samples[64];
	int count = round % (MOST + 1);

	for (int i = 0; i < 64; i++)
		quant.step[i] = (int16_t)(round % 2 ? 1 + random_below(255) : 1 + i / 8);
	memset(canvas, AROUND, sizeof canvas);
	memset(expected, AROUND, sizeof expected);
	for (int b = 0; b < count; b++) {
		list[b] = &blocks[count - 1 - b];
		for (int i = 0; i < 64; i++)
			list[b]->coefficient[i] = kinds[kind] >> i & 1 ? random_coefficient(round, i) : 0;
		list[b]->out = &canvas[8 * b][8];
		list[b]->stride = WIDE;
		plain(list[b]->coefficient, quant.step, samples);
		for (int y = 0; y < 8; y++)
			memcpy(&expected[8 * b + y][8], samples + 8 * y, 8);
	}
	transform(list, count, &quant);
	assert_memory_equal(canvas, expected, sizeof canvas);
	for (int b = 0; b < count; b++)
		assert_memory_equal(blocks[b].coefficient, none, sizeof none);
}

static void test_same_as_the_plain_form(void **state)
{
	for (int level = 0; level < PMK_CPU_LEVELS; level++) {
		if (!pmk_cpu_has((enum pmk_cpu_level)level))
			continue;
		assert_int_equal(pmk_cpu_force(pmk_cpu_name((enum pmk_cpu_level)level)), 0);
		for (int kind = 0; kind < PMK_JPEG_KINDS; kind++) {
			for (int round = 0; round < 2000; round++)
				check_round(pmk_jpeg_fast()->transform[kind], kind, round);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_the_plain_form),
	};

	if (!pmk_jpeg_fast()) {
		puts("skipped: there are no transforms for this CPU");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

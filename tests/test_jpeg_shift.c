/* SPDX-License-Identifier: MIT */
/* Shifts of the means of blocks between two pictures: what only a wrong bit makes, and what a scene makes. */
#include "jpeg/jpeg_shift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ACROSS = 40, DOWN = 22, COUNT = ACROSS * DOWN, QUANT = 16 };

static int16_t before[COUNT], now[COUNT];
static uint32_t seed;

static int random_below(int most)
{
	seed = seed * 1664525 + 1013904223;
	return (int)((seed >> 8) % (uint32_t)most);
}

/* Two pictures of one scene, with a little noise. */
static struct pmk_jpeg_pair pictures(int interval)
{
	seed = 1;
	for (int i = 0; i < COUNT; i++) {
		before[i] = (int16_t)(random_below(120) - 60);
		now[i] = (int16_t)(before[i] + random_below(3) - 1);
	}
	return (struct pmk_jpeg_pair){ now, before, QUANT, QUANT, COUNT, ACROSS, interval };
}

static void shift(int from, int to, int by)
{
	for (int i = from; i < to; i++)
		now[i] = (int16_t)(now[i] + by);
}

static void move(int row, int column, int rows, int columns)
{
	for (int i = 0; i < rows * columns; i++)
		now[(row + i / columns) * ACROSS + column + i % columns] = (int16_t)(random_below(120) - 60);
}

static void expect(const struct pmk_jpeg_pair *pair, int at, int by)
{
	struct pmk_jpeg_shift s = { 0 };

	assert_true(pmk_jpeg_shift_find(pair, &s));
	assert_in_range(s.at, at - 1 > 0 ? at - 1 : 0, at + 1);
	assert_in_range(s.height + 1000, by * QUANT - QUANT + 1000, by * QUANT + QUANT + 1000);
}

static void expect_none(const struct pmk_jpeg_pair *pair)
{
	struct pmk_jpeg_shift s;

	assert_false(pmk_jpeg_shift_find(pair, &s));
}

static void test_to_the_end(void **state)
{
	static const int begins[] = { 1, 39, 40, 41, 300, 500, COUNT - ACROSS, COUNT - 10, COUNT - 4 };

	for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
		struct pmk_jpeg_pair pair = pictures(0);

		shift(begins[i], COUNT, 4);
		expect(&pair, begins[i], 4);
		pair = pictures(COUNT);
		shift(begins[i], COUNT, -9);
		expect(&pair, begins[i], -9);
	}
}

static void test_to_the_end_of_an_interval(void **state)
{
	static const int intervals[] = { ACROSS, ACROSS / 2, 7, 3 * ACROSS, ACROSS + 3 };

	for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
		struct pmk_jpeg_pair pair = pictures(intervals[i]);
		int from = 4 * intervals[i], to = from + intervals[i];

		shift(from + 1, to, 5);
		expect(&pair, from + 1, 5);
	}
}

static void test_while_a_person_moves(void **state)
{
	struct pmk_jpeg_pair pair = pictures(0);

	move(6, 10, 16, 10);
	expect_none(&pair);
	shift(9 * ACROSS + 5, COUNT, 6);
	expect(&pair, 9 * ACROSS + 5, 6);
}

/* The unit of DC may change from picture to picture. */
static void test_other_units(void **state)
{
	struct pmk_jpeg_pair pair = pictures(0);

	for (int i = 0; i < COUNT; i++)
		now[i] = (int16_t)(now[i] * 2);
	pair.quant_now = QUANT / 2;
	expect_none(&pair);
	shift(500, COUNT, 10);
	expect(&pair, 500, 5);
}

static void test_scenes(void **state)
{
	struct pmk_jpeg_pair pair = pictures(0);

	expect_none(&pair);
	shift(400, COUNT, 2); /* too little to be seen */
	expect_none(&pair);
	pair = pictures(0);
	move(0, 0, DOWN, ACROSS); /* a cut */
	expect_none(&pair);
	pair = pictures(0);
	move(DOWN - 6, 0, 6, ACROSS); /* something large comes in from below */
	expect_none(&pair);
	pair = pictures(0);
	for (int i = 10 * ACROSS; i < COUNT; i++) /* a flash, seen by the lower rows only */
		now[i] = (int16_t)(now[i] + (now[i] + 64) / 4);
	expect_none(&pair);
	pair = pictures(0);
	for (int y = 8; y < DOWN; y++) /* a plain thing in front of a plain wall */
		shift(y * ACROSS + 20, (y + 1) * ACROSS, 9);
	expect_none(&pair);
}

/* All of a plain picture may change; not all of another one. */
static void test_whole_pictures(void **state)
{
	struct pmk_jpeg_pair pair = pictures(0);

	shift(0, COUNT, 8);
	expect(&pair, 0, 8);
	for (int i = 0; i < COUNT; i++)
		before[i] = 10, now[i] = 30;
	expect_none(&pair);
}

/* The last blocks changed by unequal amounts: no shift begins anywhere. */
static void test_slope(void **state)
{
	static const int slope[] = { 150, 100, 50, 0, 0 };
	struct pmk_jpeg_pair pair = pictures(0);

	for (int i = 0; i < COUNT; i++)
		now[i] = before[i];
	for (int i = 0; i < 5; i++)
		shift(COUNT - 5 + i, COUNT - 4 + i, slope[i]);
	expect_none(&pair);
}

static void test_same(void **state)
{
	struct pmk_jpeg_shift a = { 100, 64 }, b = { 102, 70 }, far = { 140, 64 }, other = { 100, -64 };

	assert_true(pmk_jpeg_shift_same(&a, &b));
	assert_false(pmk_jpeg_shift_same(&a, &far));
	assert_false(pmk_jpeg_shift_same(&a, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_to_the_end),
		cmocka_unit_test(test_to_the_end_of_an_interval),
		cmocka_unit_test(test_while_a_person_moves),
		cmocka_unit_test(test_other_units),
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_whole_pictures),
		cmocka_unit_test(test_slope),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

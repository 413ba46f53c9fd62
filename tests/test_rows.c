/* SPDX-License-Identifier: MIT */
/* scene/rows at every level of this machine, against what the header says: random and extreme values, odd lengths and places. */
#include "unit.h"

#include "image/convert.h"
#include "scene/filter.h"
#include "scene/rows.h"

#include <math.h>

enum { MOST = 301, ROOM = 2 * MOST + 64, GUARD = 0xa5 };

/* Random bytes, a quarter of them 0 or 255. */
static void fill(uint8_t *row, size_t count, uint32_t *seed)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t r = unit_random(seed);
		row[i] = r % 8 == 0 ? 0 : r % 8 == 1 ? 255 : (uint8_t)(r >> 8);
	}
}

/* Each level that this machine has, on each length from 0 to MOST; `check` gets random rows and a row of guards to write to. */
typedef void check_rows(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count);

static void on_all(check_rows *check)
{
	uint8_t a[ROOM], b[ROOM], c[ROOM], out[ROOM];
	uint32_t seed = 3;

	for (int level = 0; level < PMK_CPU_LEVELS; level++) {
		if (!pmk_cpu_has((enum pmk_cpu_level)level))
			continue;
		for (int count = 0; count <= MOST; count++) {
			int skew = count % 5;
			fill(a, sizeof a, &seed);
			fill(b, sizeof b, &seed);
			fill(c, sizeof c, &seed);
			memset(out, GUARD, sizeof out);
			check(pmk_rows_of((enum pmk_cpu_level)level), a + skew, b + 2, c + skew / 2, out + 1, count);
		}
	}
}

static void check_blend(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	uint8_t limited[MOST];

	rows->blend(a, b, c, out, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(out[i], (a[i] * c[i] + b[i] * (255 - c[i]) + 127) / 255);
	assert_int_equal(out[count], GUARD);
	for (int plane = 0; plane < 2; plane++) {
		pmk_convert_row_to_limited(a, limited, count, plane);
		rows->blend_to_limited(a, b, c, out, count, plane);
		for (int i = 0; i < count; i++)
			assert_int_equal(out[i], (limited[i] * c[i] + b[i] * (255 - c[i]) + 127) / 255);
		assert_int_equal(out[count], GUARD);
	}
}

static void check_halve(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	rows->halve(a, b, out, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(out[i], (a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1] + 2) / 4);
	assert_int_equal(out[count], GUARD);
	rows->halve(a, a, out, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(out[i], (a[2 * i] + a[2 * i + 1] + 1) / 2);
}

static void check_mix(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	for (int part = 0; part < 256; part += part < 4 ? 1 : 84) {
		rows->mix(a, b, part, out, count);
		for (int i = 0; i < count; i++)
			assert_int_equal(out[i], (a[i] * (256 - part) + b[i] * part + 128) / 256);
		assert_int_equal(out[count], GUARD);
	}
}

static void check_floats(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	float to[MOST + 1];

	to[count] = 7;
	rows->to_floats(a, to, (size_t)count, 2.0f / 255, -1);
	for (int i = 0; i < count; i++)
		assert_true(to[i] == (float)a[i] * (2.0f / 255) - 1);
	assert_true(to[count] == 7);
}

/* A row of `count` to other widths. */
static void check_stretch(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	static const int widths[] = { 1, 7, 8, 17, 100, 250, 333, 600 };
	struct pmk_look looks[ROOM / 8];
	int place[ROOM];
	uint8_t from[ROOM];

	for (size_t k = 0; count > 0 && k < sizeof widths / sizeof widths[0]; k++) {
		int to = widths[k], end = (to + 7) / 8 * 8;
		for (int x = 0; x < to; x++)
			place[x] = pmk_filter_place(x, count, to);
		memcpy(from, a, sizeof from / 2);
		from[count] = from[count - 1];
		if (!pmk_look_make(looks, place, to)) {
			assert_true(count > to);
			continue;
		}
		out[end] = GUARD;
		rows->stretch(from, looks, out, to);
		for (int x = 0; x < to; x++) {
			int left = place[x] / 256, part = place[x] % 256;
			assert_int_equal(out[x], (from[left] * (256 - part) + from[left + 1] * part + 128) / 256);
		}
		assert_int_equal(out[end], GUARD);
	}
}

static void test_blend(void **state)
{
	on_all(check_blend);
}

static void test_halve(void **state)
{
	on_all(check_halve);
}

static void test_mix(void **state)
{
	on_all(check_mix);
}

static void test_stretch(void **state)
{
	on_all(check_stretch);
}

static void test_floats(void **state)
{
	on_all(check_floats);
}

/* Every blend of the 2^24 there are. */
static void test_every_blend(void **state)
{
	uint8_t person[256], behind[256], alpha[256], out[256];

	for (int i = 0; i < 256; i++)
		alpha[i] = (uint8_t)i;
	for (int level = 0; level < PMK_CPU_LEVELS; level++) {
		if (!pmk_cpu_has((enum pmk_cpu_level)level))
			continue;
		for (int pair = 0; pair < 65536; pair++) {
			int wrong = 0;
			memset(person, pair >> 8, sizeof person);
			memset(behind, pair & 255, sizeof behind);
			pmk_rows_of((enum pmk_cpu_level)level)->blend(person, behind, alpha, out, 256);
			for (int i = 0; i < 256; i++)
				wrong += out[i] != (person[i] * alpha[i] + behind[i] * (255 - alpha[i]) + 127) / 255;
			assert_int_equal(wrong, 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blend),
		cmocka_unit_test(test_every_blend),
		cmocka_unit_test(test_halve),
		cmocka_unit_test(test_mix),
		cmocka_unit_test(test_stretch),
		cmocka_unit_test(test_floats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

static void check_relight(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	static const struct { int gain, offset, amount; } tries[] = { { PMK_RELIGHT_GAIN, 0, 0 }, { 0, 0, 0 }, { 32767, 8000, 2047 }, { 32767, -8000, 2047 },
		{ 11000, 333, 0 }, { 19000, -1200, 700 } };
	const int8_t *grain = (const int8_t *)b;

	for (size_t n = 0; n < sizeof tries / sizeof tries[0]; n++) {
		for (int plane = 0; plane < 2; plane++) {
			int top = plane ? 240 : 235;

			rows->relight(a, grain, tries[n].gain, tries[n].offset, tries[n].amount, out, count, plane);
			for (int i = 0; i < count; i++) {
				double v = (a[i] - 128) * (double)tries[n].gain / PMK_RELIGHT_GAIN + 128 + (double)tries[n].offset / PMK_RELIGHT_LEVEL +
					grain[i] * (double)tries[n].amount / PMK_RELIGHT_GRAIN;
				v = v < 16 ? 16 : v > top ? top : v;
				assert_true(n == 0 ? out[i] == (int)v : fabs(out[i] - v) < 1);
			}
			assert_int_equal(out[count], GUARD);
		}
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

static void test_relight(void **state)
{
	on_all(check_relight);
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

/* Blur's weights, sums and means. */
static void check_weights(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	uint8_t weight_a[ROOM] = { 0 }, weight_b[ROOM] = { 0 };
	uint32_t sums[MOST + 1], table[2][MOST + 20];

	rows->room_weights(a, weight_a, 2 * count);
	rows->room_weights(b, weight_b, 2 * count);
	assert_int_equal(weight_a[2 * count], 0);
	for (int i = 0; i < 2 * count; i++)
		assert_int_equal(weight_a[i], a[i] < 128 ? (255 - 2 * a[i]) / 16 : 0);
	sums[count] = 5;
	rows->weighted_blocks(weight_a, weight_b, b, c, sums, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(sums[i], weight_a[2 * i] * b[2 * i] + weight_a[2 * i + 1] * b[2 * i + 1] + weight_b[2 * i] * c[2 * i] +
			weight_b[2 * i + 1] * c[2 * i + 1]);
	assert_int_equal(sums[count], 5);
	for (int i = 0; i < count + 20; i++) {
		table[0][i] = a[i] * 50000000u;
		table[1][i] = b[i] * 70000000u;
	}
	rows->box_sums(table[0] + 9, table[1] + 9, 8, sums, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(sums[i], weight_a[2 * i] * b[2 * i] + weight_a[2 * i + 1] * b[2 * i + 1] + weight_b[2 * i] * c[2 * i] +
			weight_b[2 * i + 1] * c[2 * i + 1] + table[1][i + 18] - table[1][i + 1] - table[0][i + 18] + table[0][i + 1]);
	assert_int_equal(sums[count], 5);
}

static void check_means(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	uint32_t values[MOST] = { 0 }, weights[MOST] = { 0 };
	uint16_t to[MOST + 1];

	to[count] = GUARD;
	for (int i = 0; i < count; i++) {
		weights[i] = a[i] * 1000u;
		values[i] = weights[i] * b[i];
	}
	rows->weighted_means(values, weights, 100.0f * 77, 100, 16, 3, to, count);
	for (int i = 0; i < count; i++)
		assert_true(fabs(to[i] - 3 - 16 * (values[i] + 7700.0) / (weights[i] + 100.0)) < 0.51);
	assert_int_equal(to[count], GUARD);
}

static void check_words(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	uint16_t from[MOST + 20], sums[MOST + 1] = { 0 }, to[MOST + 1];

	for (int i = 0; i < count + 20; i++)
		from[i] = (uint16_t)(a[i] * 16);
	sums[count] = to[count] = GUARD;
	for (int k = 0; k < 7; k++)
		rows->add_words(sums, from + k, count);
	rows->take_words(sums, from + 3, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(sums[i], from[i] + from[i + 1] + from[i + 2] + from[i + 4] + from[i + 5] + from[i + 6]);
	assert_int_equal(sums[count], GUARD);
	for (int parts = 3; parts <= 15; parts += 2) {
		rows->mean_words(from, parts, parts, to, count);
		for (int i = 0; i < count; i++) {
			int sum = 0, same = 1;
			for (int d = 0; d < parts; d++) {
				sum += from[i + d];
				same &= from[i + d] == from[i];
			}
			assert_true(fabs(to[i] - (double)sum / parts) <= 0.8);
			assert_true(!same || to[i] == from[i]);
		}
		assert_int_equal(to[count], GUARD);
	}
	for (int value = 0; value <= 4080; value += count ? 4080 : 1) {	/* every value once, with no neighbours to differ from */
		uint16_t sum = (uint16_t)(value * 15), mean;
		rows->mean_words(&sum, 1, 15, &mean, 1);
		assert_int_equal(mean, value);
	}
}

static void check_steps(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	uint16_t near[MOST + 2], far[MOST + 2], wide[2 * MOST + 1], to[MOST + 1];

	for (int i = 0; i < count + 2; i++)
		near[i] = (uint16_t)(a[i] * 16);
	wide[2 * count] = GUARD;
	rows->widen(near + 1, wide, count);
	for (int i = 0; i < count; i++) {
		assert_int_equal(wide[2 * i], 3 * near[i + 1] + near[i]);
		assert_int_equal(wide[2 * i + 1], 3 * near[i + 1] + near[i + 2]);
	}
	assert_int_equal(wide[2 * count], GUARD);
	for (int i = 0; i < count; i++) {
		near[i] = (uint16_t)(a[i] * 64);
		far[i] = (uint16_t)(b[i] * 64);
	}
	to[count] = GUARD;
	for (int shift = 2; shift <= 8; shift += 2) {
		rows->between_words(near, far, shift, to, count);
		for (int i = 0; i < count; i++)
			assert_int_equal(to[i], (3 * near[i] + far[i] + (1 << (shift - 1))) >> shift);
		assert_int_equal(to[count], GUARD);
	}
	rows->between_bytes(near, far, out, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(out[i], (3 * a[i] + b[i] + 2) / 4);
	assert_int_equal(out[count], GUARD);
}

static void test_weights(void **state)
{
	on_all(check_weights);
}

static void test_means(void **state)
{
	on_all(check_means);
}

static void test_words(void **state)
{
	on_all(check_words);
}

static void test_steps(void **state)
{
	on_all(check_steps);
}

static double window_mean(const double *plane, int width, int height, int x, int y, int radius)
{
	double sum = 0;
	int count = 0;

	for (int j = y - radius; j <= y + radius; j++) {
		for (int i = x - radius; i <= x + radius; i++) {
			if (i < 0 || i >= width || j < 0 || j >= height)
				continue;
			sum += plane[(size_t)j * (size_t)width + (size_t)i];
			count++;
		}
	}
	return sum / count;
}

/* The guided filter as the paper has it, in double precision, nothing kept from one pixel to the next. */
static void guided(const float *p, const float *guide, int width, int height, int radius, double epsilon, double *result)
{
	size_t count = (size_t)width * (size_t)height;
	double *plane = malloc(6 * count * sizeof *plane), *a = plane + 4 * count, *b = plane + 5 * count;

	for (size_t i = 0; i < count; i++) {
		plane[i] = guide[i];
		plane[count + i] = p[i];
		plane[2 * count + i] = (double)guide[i] * p[i];
		plane[3 * count + i] = (double)guide[i] * guide[i];
	}
	for (size_t i = 0; i < count; i++) {
		double mean[4];
		for (size_t k = 0; k < 4; k++)
			mean[k] = window_mean(plane + k * count, width, height, (int)(i % (size_t)width), (int)(i / (size_t)width), radius);
		a[i] = (mean[2] - mean[0] * mean[1]) / (mean[3] - mean[0] * mean[0] + epsilon);
		b[i] = mean[1] - a[i] * mean[0];
	}
	for (size_t i = 0; i < count; i++) {
		int x = (int)(i % (size_t)width), y = (int)(i / (size_t)width);
		double q = window_mean(a, width, height, x, y, radius) * guide[i] + window_mean(b, width, height, x, y, radius);
		result[i] = q < 0 ? 0 : q > 1 ? 1 : q;
	}
	free(plane);
}

/* pmk_filter_guided at every level: random, flat and extreme pictures of odd and tiny sizes. */
static void test_guided(void **state)
{
	static const struct { int width, height, radius; } tries[] = { { 1, 1, 3 }, { 3, 50, 3 }, { 50, 2, 4 }, { 37, 23, 3 }, { 64, 48, 1 }, { 101, 90, 7 } };
	const size_t most = 101 * 90;
	float *p = malloc(most * sizeof *p), *guide = malloc(most * sizeof *guide), *work = malloc(most * sizeof *work);
	double *truth = malloc(most * sizeof *truth);
	uint32_t seed = 17;

	for (int n = 0; n < 18; n++) {
		int w = tries[n / 3].width, h = tries[n / 3].height, radius = tries[n / 3].radius;
		size_t count = (size_t)w * (size_t)h;

		for (size_t i = 0; i < count; i++) {
			guide[i] = n % 3 == 1 ? 1 : (float)(unit_random(&seed) % 256) / 255;
			p[i] = n % 3 == 2 ? (float)(unit_random(&seed) % 2) : (float)(unit_random(&seed) % 1000) / 999;
		}
		guided(p, guide, w, h, radius, 1e-3, truth);
		for (int level = 0; level < PMK_CPU_LEVELS; level++) {
			float *scratch;
			if (!pmk_cpu_has((enum pmk_cpu_level)level))
				continue;
			assert_int_equal(pmk_cpu_force(pmk_cpu_name((enum pmk_cpu_level)level)), 0);
			scratch = malloc(pmk_filter_guided_scratch(w, h, radius) * sizeof *scratch);
			memcpy(work, p, count * sizeof *p);
			pmk_filter_guided(work, guide, w, h, radius, 1e-3f, scratch);
			for (size_t i = 0; i < count; i++)
				assert_true(fabs(work[i] - truth[i]) < 2e-4);
			free(scratch);
		}
	}
	assert_int_equal(pmk_cpu_force("auto"), 0);
	free(truth);
	free(work);
	free(guide);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blend),
		cmocka_unit_test(test_every_blend),
		cmocka_unit_test(test_relight),
		cmocka_unit_test(test_halve),
		cmocka_unit_test(test_mix),
		cmocka_unit_test(test_stretch),
		cmocka_unit_test(test_floats),
		cmocka_unit_test(test_guided),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_means),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

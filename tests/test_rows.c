/* SPDX-License-Identifier: MIT */
/* Tests of pixels/rows at every level of this machine against its header, with random and extreme values, odd lengths
 * and odd addresses. */
#include "unit.h"

#include "base/num.h"
#include "image/colour.h"
#include "mask/filter.h"
#include "pixels/rows.h"

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

/* Run `check` at each level of this machine with each length from 0 to MOST. It gets random rows, and an output row
 * filled with GUARD. */
typedef void check_rows(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count);

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

static void check_blend(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	uint8_t limited[MOST], in_place[MOST];

	rows->blend(a, b, c, out, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(out[i], (a[i] * c[i] + b[i] * (255 - c[i]) + 127) / 255);
	assert_int_equal(out[count], GUARD);
	memcpy(in_place, b, (size_t)count);
	rows->blend(a, in_place, c, in_place, count);
	assert_memory_equal(in_place, out, (size_t)count);
	for (int plane = 0; plane < 2; plane++) {
		pmk_colour_row_to_limited(a, limited, count, plane);
		rows->to_limited(a, out, count, plane);
		assert_int_equal(memcmp(out, limited, (size_t)count), 0);
		assert_int_equal(out[count], GUARD);
		rows->blend_to_limited(a, b, c, out, count, plane);
		for (int i = 0; i < count; i++)
			assert_int_equal(out[i], (limited[i] * c[i] + b[i] * (255 - c[i]) + 127) / 255);
		assert_int_equal(out[count], GUARD);
		memcpy(in_place, b, (size_t)count);
		rows->blend_to_limited(a, in_place, c, in_place, count, plane);
		assert_memory_equal(in_place, out, (size_t)count);
	}
}

static void check_relight(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	static const struct {
		int gain, offset, amount;
	} tries[] = { { PMK_RELIGHT_GAIN, 0, 0 }, { 0, 0, 0 }, { 32767, 8000, 2047 }, { 32767, -8000, 2047 },
		{ 11000, 333, 0 }, { 19000, -1200, 700 } };
	const int8_t *grain = (const int8_t *)b;

	for (size_t n = 0; n < sizeof tries / sizeof tries[0]; n++) {
		for (int plane = 0; plane < 2; plane++) {
			int top = plane ? 240 : 235;

			rows->relight(a, grain, tries[n].gain, tries[n].offset, tries[n].amount, out, count, plane);
			for (int i = 0; i < count; i++) {
				double v = (a[i] - 128) * (double)tries[n].gain / PMK_RELIGHT_GAIN + 128 +
					(double)tries[n].offset / PMK_RELIGHT_LEVEL +
					grain[i] * (double)tries[n].amount / PMK_RELIGHT_GRAIN;
				v = v < 16 ? 16 : v > top ? top : v;
				assert_true(n == 0 ? out[i] == (int)v : fabs(out[i] - v) < 1);
			}
			assert_int_equal(out[count], GUARD);
		}
	}
}

static void check_halve(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	rows->halve(a, b, out, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(out[i], (a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1] + 2) / 4);
	assert_int_equal(out[count], GUARD);
	rows->halve(a, a, out, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(out[i], (a[2 * i] + a[2 * i + 1] + 1) / 2);
}

static void check_mix(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	for (int part = 0; part < 256; part += part < 4 ? 1 : 84) {
		rows->mix(a, b, part, out, count);
		for (int i = 0; i < count; i++)
			assert_int_equal(out[i], (a[i] * (256 - part) + b[i] * part + 128) / 256);
		assert_int_equal(out[count], GUARD);
	}
}

static void check_floats(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	float to[MOST + 1];

	to[count] = 7;
	rows->to_floats(a, to, (size_t)count, 2.0f / 255, -1);
	for (int i = 0; i < count; i++)
		assert_true(to[i] == (float)a[i] * (2.0f / 255) - 1);
	assert_true(to[count] == 7);
}

/* Stretch a row of `count` pixels to other widths. */
static void check_stretch(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	static const int widths[] = { 1, 7, 8, 17, 100, 250, 333, 600 };
	struct pmk_taps taps[ROOM / 8];
	int place[ROOM];
	uint8_t from[ROOM];

	for (size_t k = 0; count > 0 && k < sizeof widths / sizeof widths[0]; k++) {
		int to = widths[k], end = (to + 7) / 8 * 8;
		for (int x = 0; x < to; x++)
			place[x] = pmk_filter_place(x, count, to);
		memcpy(from, a, sizeof from / 2);
		from[count] = from[count - 1];
		if (!pmk_taps_make(taps, place, to)) {
			assert_true(count > 4 * to);
			continue;
		}
		out[end] = GUARD;
		rows->stretch(from, taps, out, to);
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

/* Each of the 2^24 possible blends. */
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

static unsigned colour_light(int colour, int luma)
{
	return (unsigned)((int)floor((((colour + 8) / 16 - 512) * luma + 128) / 256.0) + 2048);
}

static void check_weigh(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	uint16_t sums[4][MOST] = { { 0 } };
	struct pmk_weighed to[MOST + 1];

	for (int i = 0; i < count; i++) {
		sums[3][i] = (uint16_t)(a[i] * (b[i] % 2 ? 64 : 16));
		for (int k = 0; k < 3; k++)
			sums[k][i] = (uint16_t)(b[i + k] * 64 - (b[i + k] ? c[i] % 64 : 0));
		for (unsigned k = 0; k < 4; k++)
			to[i].sum[k] = 1000 * k + c[i];
	}
	to[count].sum[0] = GUARD;
	rows->weigh(sums[3], sums[0], sums[1], sums[2], to, count);
	for (int i = 0; i < count; i++) {
		unsigned share = sums[3][i] < 4096 ? (4095u - sums[3][i]) / 256 : 0;
		unsigned weight = share > 10 ? 3 * (share - 10) : share > 0;
		int luma = (sums[0][i] + 8) / 16;

		assert_int_equal(to[i].sum[0], c[i] + (unsigned)((luma * luma + 128) / 256) * weight);
		assert_int_equal(to[i].sum[1], 1000 + c[i] + colour_light(sums[1][i], luma) * weight);
		assert_int_equal(to[i].sum[2], 2000 + c[i] + colour_light(sums[2][i], luma) * weight);
		assert_int_equal(to[i].sum[3], 3000 + c[i] + 4 * weight);
	}
	assert_int_equal(to[count].sum[0], GUARD);
}

static void check_boxes(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	enum { PAD = 9, LINES = 4 };
	static struct pmk_weighed table[LINES][MOST + 2 * PAD + 4], to[MOST + 4];
	const struct pmk_box_window boxes[] = { { table[0] + PAD, table[1] + PAD, 8 },
		{ table[1] + PAD, table[3] + PAD, 0 }, { table[2] + PAD, table[3] + PAD, 3 } };
	int end = (count + 3) / 4 * 4;

	for (int y = 0; y < LINES; y++) {
		for (int i = 0; i < count + 2 * PAD; i++) {
			for (int k = 0; k < 4; k++)
				table[y][i].sum[k] = a[i] * 50000000u * (unsigned)y + b[i + y] * 70000u + c[i + k];
		}
	}
	for (int n = 0; n <= 3; n++) {
		to[end].sum[0] = GUARD;
		rows->box_sums(boxes, n, to, count);
		for (int i = 0; i < count; i++) {
			for (int k = 0; k < 4; k++) {
				uint32_t sum = 0;

				for (int m = 0; m < n; m++) {
					const struct pmk_weighed *top = boxes[m].top + i, *bottom = boxes[m].bottom + i;
					int half = boxes[m].half;
					sum += bottom[half + 1].sum[k] - bottom[-half].sum[k] - top[half + 1].sum[k] +
						top[-half].sum[k];
				}
				assert_int_equal(to[i].sum[k], sum);
			}
		}
		assert_true(end >= MOST + 4 || to[end].sum[0] == GUARD);
	}
}

static void check_means(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	static const float more[4] = { 7700, 0, 25500, 100 }, scale[3] = { 16, 12, 14 }, offset[3] = { 3, 0, 40 };
	struct pmk_weighed sums[MOST] = { { { 0 } } };
	uint16_t to[3][MOST + 1];

	for (int i = 0; i < count; i++) {
		sums[i].sum[3] = a[i] * 1000u;
		for (int k = 0; k < 3; k++)
			sums[i].sum[k] = sums[i].sum[3] * b[i + k];
	}
	for (int k = 0; k < 3; k++)
		to[k][count] = GUARD;
	rows->weighted_means(sums, more, scale, offset, to[0], to[1], to[2], count);
	for (int k = 0; k < 3; k++) {
		for (int i = 0; i < count; i++)
			assert_true(fabs(to[k][i] - offset[k] -
					    scale[k] * (sums[i].sum[k] + (double)more[k]) / (sums[i].sum[3] + 100.0)) <
				0.51);
		assert_int_equal(to[k][count], GUARD);
	}
}

/* The quadratic B-spline of three values at `t` / 32 from the middle one, -15..15. */
static double spline(double before, double here, double after, int t)
{
	double u = t / 32.0;

	return here * (0.75 - u * u) + before * (0.5 - u) * (0.5 - u) / 2 + after * (0.5 + u) * (0.5 + u) / 2;
}

static void check_widen(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	uint16_t from[MOST + 2], wide[2 * PMK_CELL * MOST + 1];

	for (int i = 0; i < count + 2; i++)
		from[i] = (uint16_t)(b[i] % 2 ? a[i] * 16 : a[0] * 16);
	for (int size = PMK_CELL / 2; size <= 2 * PMK_CELL; size *= 2) {
		wide[size * count] = GUARD;
		rows->widen(from + 1, size, wide, count);
		for (int i = 0; i < size * count; i++) {
			const uint16_t *at = from + i / size;
			bool same = at[0] == at[1] && at[1] == at[2];
			double truth = 4 * spline(at[0], at[1], at[2], (2 * (i % size) + 1 - size) * (16 / size));
			assert_true(fabs(wide[i] - truth) <= (same ? 0 : 2));
		}
		assert_int_equal(wide[size * count], GUARD);
	}
}

static void check_heighten(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	enum { STRIDE = MOST + 5 };
	uint16_t from[3][MOST];
	uint8_t pixels[2 * PMK_CELL * STRIDE];

	for (int i = 0; i < count; i++) {
		from[0][i] = (uint16_t)(a[i] * 64);
		from[1][i] = (uint16_t)(b[i] * 64 + (b[i] < 255 ? c[i] % 64 : 0));
		from[2][i] = (uint16_t)(c[i] * 64);
	}
	for (int size = PMK_CELL / 2; size <= 2 * PMK_CELL; size *= 2) {
		memset(pixels, GUARD, sizeof pixels);
		rows->heighten(from[0], from[1], from[2], size, pixels, STRIDE, count);
		for (int y = 0; y < size; y++) {
			for (int i = 0; i < count; i++) {
				double truth = spline(from[0][i], from[1][i], from[2][i],
						       (2 * y + 1 - size) * (16 / size)) /
					64;
				assert_true(fabs(pixels[y * STRIDE + i] - truth) <= 0.5 + 2.0 / 64);
			}
			assert_int_equal(pixels[y * STRIDE + count], GUARD);
		}
	}
}

static void test_weighed(void **state)
{
	on_all(check_weigh);
	on_all(check_boxes);
	on_all(check_means);
}

static void test_enlarging(void **state)
{
	on_all(check_widen);
	on_all(check_heighten);
}

/* A mixed pixel without the room's colour, as rows.h and rim.h define it, computed without limits on the size of
 * numbers. `own` is the share of the pixel that is kept, in 1/256. */
static int cleaned(int person, int room, int pixel, int alpha, int own, int limits)
{
	uint8_t value = (uint8_t)pixel;
	int share = alpha + alpha / 128;

	if (person >= 0 && room >= 0) {
		int sum = person +
			(int)floor(own * (16 * pixel - floor((share * person + (256 - share) * room) / 256.0)) / 256.0);
		value = (uint8_t)(sum < 0 ? 0 : (sum + 8) / 16 > 255 ? 255 : (sum + 8) / 16);
	}
	if (limits >= 0)
		pmk_colour_row_to_limited(&value, &value, 1, limits);
	return value;
}

static int16_t mixed(int16_t a, int16_t b, int part)
{
	return (int16_t)(a + (int)floor((floor(b / 8.0) - floor(a / 8.0)) * part / 2.0));
}

/* Alpha, or less. */
static void make_inner(const uint8_t *alpha, uint8_t *inner, int count)
{
	for (int i = 0; i < count; i++)
		inner[i] = (uint8_t)(i % 3 ? alpha[i] : alpha[i] / (1 + i % 4));
}

static void check_rim(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	uint8_t in_place[MOST + 15] = { 0 }, inner[MOST + 15] = { 0 };
	int16_t colours[4][MOST + 15] = { { 0 } }; /* person, room; of two rows of cells each */

	for (int i = 0; i < count; i++) {
		bool unknown = a[i] == 0 && b[i] > 128;
		for (int k = 0; k < 4; k++)
			colours[k][i] = unknown && k / 2 == i % 2 ? -1 : (int16_t)((k % 2 ? a[i + k] : b[i + k]) * 16);
	}
	make_inner(c, inner, count);
	for (int limits = -1; limits < 2; limits++) {
		int part = (count + limits + 1) % 16;

		rows->rim(colours[0], colours[1], colours[2], colours[3], part, limits, a, b, c, inner, out, count);
		for (int i = 0; i < count; i++) {
			int person = mixed(colours[0][i], colours[1][i], part),
			    room = mixed(colours[2][i], colours[3][i], part), own = inner[i] + inner[i] / 128;
			assert_int_equal(out[i],
				(cleaned(person, room, a[i], c[i], own * own / 256, limits) * c[i] +
					b[i] * (255 - c[i]) + 127) /
					255);
		}
		assert_int_equal(out[count], GUARD);
		memcpy(in_place, b, (size_t)count);
		rows->rim(colours[0], colours[1], colours[2], colours[3], part, limits, a, in_place, c, inner, in_place,
			count);
		assert_memory_equal(in_place, out, (size_t)count);
	}
}

static void check_clean(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	uint8_t in_place[ROOM] = { 0 }, inner[MOST + 15] = { 0 };
	int16_t colours[4][MOST + 15] = { { 0 } };
	int part = count % 16;

	for (int i = 0; i < count; i++) {
		for (int k = 0; k < 4; k++)
			colours[k][i] = a[i] == 0 && b[i] > 128 ? -1 : (int16_t)((k % 2 ? a[i + k] : b[i + k]) * 16);
	}
	make_inner(c, inner, count);
	for (int plane = 0; plane < 2; plane++) {
		rows->clean(colours[0], colours[1], colours[2], colours[3], part, plane, a, c, inner, out, count);
		for (int i = 0; i < count; i++) {
			int person = mixed(colours[0][i], colours[1][i], part),
			    room = mixed(colours[2][i], colours[3][i], part);
			int own = inner[i] + inner[i] / 128, some = own * own / 256, few = some * some / 256;
			int value = plane ? cleaned(person, room, a[i], c[i], some, -1) :
					    pmk_min(cleaned(person, room, a[i], c[i], own, -1),
						    cleaned(person, room, a[i], c[i], few, -1));

			assert_int_equal(out[i], value);
			assert_true(inner[i] < 255 || out[i] == a[i]);
		}
		assert_int_equal(out[count], GUARD);
		memcpy(in_place, a, (size_t)count + 15);
		rows->clean(colours[0], colours[1], colours[2], colours[3], part, plane, in_place, c, inner, in_place,
			count);
		assert_memory_equal(in_place, out, (size_t)count);
	}
}

/* A memory is near the row where it is random, in half of the cases. */
static void check_settle(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	const struct pmk_settle how = { .least = 4096, .noise = 150, .width = 120, .slope = (INT16_MAX - 4096) / 120 };
	int16_t memory[MOST + 1], moved[MOST + 1], lines[3][MOST + 2] = { { 0 } };

	for (int i = 0; i < count; i++) {
		int near = pmk_clamp(a[i] * PMK_SETTLE_LEVEL + (b[i] - 128) * 4, 0, 255 * 128);

		memory[i] = (int16_t)(b[i] % 5 == 0 ? PMK_SETTLE_NONE : b[i] % 2 ? b[i] * PMK_SETTLE_LEVEL : near);
	}
	for (int y = 0; y < 3; y++) {
		lines[y][count + 1] = GUARD;
		rows->differ(y == 1 ? a : c, memory, lines[y] + 1, count);
		for (int i = 0; i < count; i++)
			assert_int_equal(lines[y][i + 1],
				memory[i] < 0 ? 0 : ((y == 1 ? a : c)[i] * PMK_SETTLE_LEVEL - memory[i]) >> 4);
		assert_int_equal(lines[y][count + 1], GUARD);
		lines[y][count + 1] = 0;
	}
	memcpy(moved, memory, sizeof memory);
	moved[count] = GUARD;
	rows->settle(a, c, lines[0] + 1, lines[1] + 1, lines[2] + 1, &how, moved, count);
	for (int i = 0; i < count; i++) {
		int sum = 0, value = a[i] * PMK_SETTLE_LEVEL, size, share;

		for (int k = 0; k < 9; k++)
			sum += lines[k / 3][i + k % 3];
		size = pmk_max(abs(sum), 3 * abs(lines[1][i + 1]));
		share = how.least + pmk_clamp(size - how.noise, 0, how.width) * how.slope;
		if (c[i] < 255)
			assert_int_equal(moved[i], PMK_SETTLE_NONE);
		else if (memory[i] < 0)
			assert_int_equal(moved[i], value);
		else
			assert_true(fabs(moved[i] - (memory[i] + (value - memory[i]) * (share / 32768.0))) <= 1 ||
				moved[i] == value);
	}
	assert_int_equal(moved[count], GUARD);
}

static void check_cell_sums(
	const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out, int count)
{
	enum { STRIDE = PMK_CELL * MOST + 3 };
	static uint8_t pixels[PMK_CELL * STRIDE];
	uint16_t sums[MOST + 1];
	int lines = count % PMK_CELL + 1;

	for (int y = 0; y < PMK_CELL; y++) {
		for (int x = 0; x < PMK_CELL * count; x++)
			pixels[y * STRIDE + x] = c[x / PMK_CELL] % 4 == 0 ? 0 :
				c[x / PMK_CELL] % 4 == 1                  ? 255 :
									    (uint8_t)(a[x % 97] + y * b[x % 101]);
	}
	for (int across = PMK_CELL / 2; across <= PMK_CELL; across *= 2) {
		sums[count] = GUARD;
		rows->cell_sums(pixels, STRIDE, lines, across, sums, count);
		for (int i = 0; i < count; i++) {
			int sum = 0;

			for (int k = 0; k < PMK_CELL * across; k++)
				sum += pixels[k / across * lines / PMK_CELL * STRIDE + i * across + k % across] *
					(PMK_CELL / across);
			assert_int_equal(sums[i], sum);
		}
		assert_int_equal(sums[count], GUARD);
	}
}

static void test_cell_sums(void **state)
{
	on_all(check_cell_sums);
}

static void test_rim(void **state)
{
	on_all(check_rim);
	on_all(check_clean);
}

static void test_settle(void **state)
{
	on_all(check_settle);
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
		cmocka_unit_test(test_cell_sums),
		cmocka_unit_test(test_rim),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_weighed),
		cmocka_unit_test(test_enlarging),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* mask/guide and mask/trace: compared with their definitions, at every level of this machine, and tested for what they
 * are meant to achieve. */
#include "unit.h"

#include "base/num.h"
#include "mask/edge.h"
#include "mask/guide.h"
#include "mask/refine.h"
#include "mask/trace.h"

#include <math.h>

enum { W = 37, H = 21, BLOCKS_W = (W + 1) / 2, BLOCKS_H = (H + 1) / 2, BLOCKS = BLOCKS_W * BLOCKS_H };
enum { PERSON_W = BLOCKS_W - 4 }; /* blocks: further right, there is nobody */

static void fill_image(struct pmk_image *image, uint32_t seed)
{
	for (int p = 0; p < 3; p++) {
		for (int i = 0; i < image->stride[p] * pmk_layout_plane_height(&image->layout, p); i++)
			image->plane[p][i] = (uint8_t)unit_random(&seed);
	}
}

static double around(const double *values, int x, int y)
{
	double sum = 0;
	int count = 0;

	for (int j = y - 2; j <= y + 2; j++) {
		for (int i = x - 2; i <= x + 2; i++) {
			if (i >= 0 && j >= 0 && i < BLOCKS_W && j < BLOCKS_H) {
				sum += values[j * BLOCKS_W + i];
				count++;
			}
		}
	}
	return sum / count;
}

static void mean_of(const double *a, const double *b, double *out)
{
	double product[BLOCKS];

	for (int i = 0; i < BLOCKS; i++)
		product[i] = a[i] * (b ? b[i] : 1);
	for (int i = 0; i < BLOCKS; i++)
		out[i] = around(product, i % BLOCKS_W, i / BLOCKS_W);
}

/* Gaussian elimination, 3 x 3. */
static void solve(double m[3][4])
{
	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 3; j++) {
			double part = m[j][i] / m[i][i];
			for (int k = 0; j != i && k < 4; k++)
				m[j][k] -= part * m[i][k];
		}
	}
}

/* One round as the paper has it, with chroma applied: gain of luma, and the offset. */
static void plain_round(double guide[3][BLOCKS], const double *p, double *gain, double *offset)
{
	static const double epsilon[3] = { 1e-3, 3e-4, 3e-4 };
	double mean[3][BLOCKS], cross[3][3][BLOCKS], with[3][BLOCKS], mean_p[BLOCKS], a[3][BLOCKS], b[BLOCKS],
		smooth[BLOCKS];

	mean_of(p, NULL, mean_p);
	for (int i = 0; i < 3; i++) {
		mean_of(guide[i], NULL, mean[i]);
		mean_of(guide[i], p, with[i]);
		for (int j = 0; j < 3; j++)
			mean_of(guide[i], guide[j], cross[i][j]);
	}
	for (int at = 0; at < BLOCKS; at++) {
		double m[3][4];
		for (int i = 0; i < 3; i++) {
			for (int j = 0; j < 3; j++)
				m[i][j] = cross[i][j][at] - mean[i][at] * mean[j][at] + (i == j ? epsilon[i] : 0);
			m[i][3] = with[i][at] - mean[i][at] * mean_p[at];
		}
		solve(m);
		b[at] = mean_p[at];
		for (int i = 0; i < 3; i++) {
			a[i][at] = m[i][3] / m[i][i];
			b[at] -= a[i][at] * mean[i][at];
		}
	}
	mean_of(a[0], NULL, gain);
	mean_of(b, NULL, offset);
	for (int i = 1; i < 3; i++) {
		mean_of(a[i], NULL, smooth);
		for (int at = 0; at < BLOCKS; at++)
			offset[at] += smooth[at] * guide[i][at];
	}
}

/* If more than .4 of the blocks around are within .2 of .5 (less up to .35), a block is made steeper, up to four times.
 * In a film, moving blocks do not count, and others .85 times. */
static void plain_steepen(const double guide[BLOCKS], const float *still, double gain[BLOCKS], double offset[BLOCKS])
{
	double soft[BLOCKS], around[BLOCKS];

	for (int i = 0; i < BLOCKS; i++) {
		double d = fabs(gain[i] * guide[i] + offset[i] - 0.5);
		soft[i] = fmin(fmax((0.35 - d) / 0.15, 0), 1) * (still ? 0.85 * (double)still[i] : 1);
	}
	mean_of(soft, NULL, around);
	for (int i = 0; i < BLOCKS; i++) {
		double by = 1 + 3 * fmin(fmax((around[i] - 0.4) / 0.6, 0), 1);
		gain[i] *= by;
		offset[i] = (offset[i] - 0.5) * by + 0.5;
	}
}

static void read_guide(const struct pmk_image *small, double guide[3][BLOCKS])
{
	for (int y = 0; y < BLOCKS_H; y++) {
		for (int x = 0; x < BLOCKS_W; x++) {
			int at = y * BLOCKS_W + x, right = 2 * x + 1 < W ? 2 * x + 1 : 2 * x,
			    low = 2 * y + 1 < H ? 2 * y + 1 : 2 * y;
			const uint8_t *a = small->plane[0] + 2 * y * small->stride[0],
				      *b = small->plane[0] + low * small->stride[0];
			guide[0][at] = (a[2 * x] + a[right] + b[2 * x] + b[right]) / 1020.0;
			for (int p = 1; p < 3; p++)
				guide[p][at] = (small->plane[p][y * small->stride[p] + x] - 128) / 255.0;
		}
	}
}

static void check_levels(
	struct pmk_guide *g, const struct pmk_image *small, const float start[BLOCKS], double expected[2][BLOCKS])
{
	float blocks[BLOCKS], first[2][BLOCKS];

	for (int level = 0; level < PMK_CPU_LEVELS; level++) {
		if (!pmk_cpu_has((enum pmk_cpu_level)level))
			continue;
		memcpy(blocks, start, sizeof blocks);
		pmk_edge_kernels_of((enum pmk_cpu_level)level)->guide(g, blocks, small);
		for (int i = 0; i < BLOCKS; i++) {
			assert_true(fabs(g->gain[i] - expected[0][i]) < 4e-3);
			assert_true(fabs(g->offset[i] - expected[1][i]) < 4e-3);
		}
		if (level == 0) {
			memcpy(first[0], g->gain, sizeof first[0]);
			memcpy(first[1], g->offset, sizeof first[1]);
		}
		assert_memory_equal(first[0], g->gain, sizeof first[0]);
		assert_memory_equal(first[1], g->offset, sizeof first[1]);
	}
}

/* Two rounds of the paper's formula, then haze is cleared, at every level. Nothing is left further than a block from
 * where a person may be. All levels give the same bits. */
static void test_guide_is_the_formula(void **state)
{
	struct pmk_layout layout = { .width = W, .height = H };
	double guide[3][BLOCKS], p[BLOCKS], gain[BLOCKS], offset[BLOCKS];
	float start[BLOCKS], still[BLOCKS];
	struct pmk_guide g;
	struct pmk_image small;
	uint32_t seed = 7;

	assert_int_equal(pmk_image_alloc(&small, &layout), 0);
	assert_int_equal(pmk_guide_init(&g, W, H), 0);
	fill_image(&small, 5);
	for (int i = 0; i < BLOCKS; i++)
		p[i] = start[i] = i % BLOCKS_W < PERSON_W ? (float)(unit_random(&seed) % 1000 + 1) / 1000 : 0;
	for (int i = 0; i < BLOCKS; i++)
		still[i] = (float)(unit_random(&seed) % 1001) / 1000;
	read_guide(&small, guide);
	plain_round(guide, p, gain, offset);
	for (int i = 0; i < BLOCKS; i++)
		p[i] = fmin(fmax(gain[i] * guide[0][i] + offset[i], 0), 1);
	plain_round(guide, p, gain, offset);
	for (int film = 0; film < 2; film++) {
		double steep[2][BLOCKS];

		memcpy(steep[0], gain, sizeof gain);
		memcpy(steep[1], offset, sizeof offset);
		g.still = film ? still : NULL;
		plain_steepen(guide[0], g.still, steep[0], steep[1]);
		for (int i = 0; i < BLOCKS; i++) {
			if (i % BLOCKS_W > PERSON_W)
				steep[0][i] = steep[1][i] = 0;
		}
		check_levels(&g, &small, start, steep);
	}
	pmk_guide_finish(&g);
	pmk_image_free(&small);
}

/* If there is nobody, the result is exactly 0, whatever the picture shows, even if somebody is far away. */
static void test_guide_of_nobody(void **state)
{
	static const int sizes[][2] = { { 1, 1 }, { 2, 3 }, { 5, 9 }, { 8, 8 }, { 64, 36 } };
	float blocks[32 * 32];

	for (int n = 0; n < 5; n++) {
		struct pmk_layout layout = { .width = sizes[n][0], .height = sizes[n][1] };
		struct pmk_image small;
		struct pmk_guide g;

		assert_int_equal(pmk_image_alloc(&small, &layout), 0);
		assert_int_equal(pmk_guide_init(&g, layout.width, layout.height), 0);
		fill_image(&small, 9);
		memset(blocks, 0, sizeof blocks);
		if (n == 4) {
			for (int y = 0; y < g.height; y++)
				blocks[y * g.width] = 1;
		}
		pmk_guide_run(&g, blocks, &small);
		for (int i = 0; i < g.width * g.height; i++) {
			if (n < 4 || i % g.width > 1)
				assert_true(g.gain[i] == 0 && g.offset[i] == 0);
		}
		pmk_guide_finish(&g);
		pmk_image_free(&small);
	}
}

static double between(const float *values, double x, double y)
{
	double fx = fmin(fmax(x, 0), BLOCKS_W - 1), fy = fmin(fmax(y, 0), BLOCKS_H - 1);
	int ix = (int)fx, iy = (int)fy, jx = ix + 1 < BLOCKS_W ? ix + 1 : ix, jy = iy + 1 < BLOCKS_H ? iy + 1 : iy;
	double a = values[iy * BLOCKS_W + ix] * (1 - fx + ix) + values[iy * BLOCKS_W + jx] * (fx - ix);
	double b = values[jy * BLOCKS_W + ix] * (1 - fx + ix) + values[jy * BLOCKS_W + jx] * (fx - ix);

	return a * (1 - fy + iy) + b * (fy - iy);
}

/* The mean over 3x3 pixels with weights 1, 2, 1 each way; beyond the picture its edge is repeated. */
static double mean_luma(const struct pmk_image *image, int x, int y)
{
	double sum = 0;

	for (int j = -1; j <= 1; j++) {
		for (int i = -1; i <= 1; i++) {
			int px = pmk_clamp(x + i, 0, image->layout.width - 1),
			    py = pmk_clamp(y + j, 0, image->layout.height - 1);

			sum += (2 - abs(i)) * (2 - abs(j)) * image->plane[0][py * image->stride[0] + px];
		}
	}
	return sum / 16;
}

/* Compared with the formula in floats, for views inside, outside and across the picture, large and small; the same at
 * every level; of the luma itself, and half and wholly calmed. */
static void test_trace_is_the_formula(void **state)
{
	static const struct pmk_rect views[] = { { 0, 0, 203, 101 }, { 20, 10, 120, 60 }, { -30, -20, 190, 90 },
		{ 60, 50, 300, 200 }, { 4, 4, 24, 12 } };
	float gain[BLOCKS], offset[BLOCKS];
	struct pmk_layout layout = { .width = 203, .height = 101 };
	struct pmk_image picture;
	struct pmk_mask mask;
	uint32_t seed = 11;

	assert_int_equal(pmk_image_alloc(&picture, &layout), 0);
	assert_int_equal(pmk_mask_alloc(&mask, layout.width, layout.height), 0);
	fill_image(&picture, 3);
	for (int i = 0; i < BLOCKS; i++) {
		int x = i % BLOCKS_W;
		gain[i] = x < 4 || x > 13 ? 0 : (float)(unit_random(&seed) % 2001) / 1000 - 1;
		offset[i] = x < 4 ? 0 : x > 13 ? 1 : (float)(unit_random(&seed) % 2001) / 1000 - 0.5f;
	}
	for (size_t n = 0; n < 3 * sizeof views / sizeof views[0]; n++) {
		struct pmk_trace *trace;
		const struct pmk_rect *v = &views[n / 3];
		double calm = (double)(n % 3) / 2;

		assert_int_equal(pmk_trace_create(W, H, layout.width, layout.height, 0.25f, &trace), 0);
		pmk_trace_calm(trace, calm);
		memset(mask.alpha, 0xaa, (size_t)mask.stride * (size_t)mask.height);
		pmk_trace_run(trace, gain, offset, v, picture.plane[0], picture.stride[0], &mask);
		for (int y = 0; y < layout.height; y++) {
			for (int x = 0; x < layout.width; x++) {
				double cx = (x - v->x + 0.5) * W / v->width / 2 - 0.5,
				       cy = (y - v->y + 0.5) * H / v->height / 2 - 0.5;
				double itself = picture.plane[0][y * picture.stride[0] + x];
				double luma = (itself + calm * (mean_luma(&picture, x, y) - itself)) / 255;
				double p = (between(gain, cx, cy) * luma + between(offset, cx, cy) - 0.25) / 0.5 * 255;
				int alpha = mask.alpha[y * mask.stride + x];

				if (x < v->x || y < v->y || x >= v->x + v->width || y >= v->y + v->height)
					assert_int_equal(alpha, 0);
				else
					/* 1/256 of a block is up to 4 levels in each direction here */
					assert_true(fabs(fmin(fmax(p, 0), 255) - alpha) < 9);
			}
		}
		pmk_trace_destroy(trace);
	}
	pmk_mask_free(&mask);
	pmk_image_free(&picture);
}

/* Each row kernel at every level, compared with the base level, on random and extreme values. */
static void test_levels_agree(void **state)
{
	enum { N = 157 };
	const struct pmk_edge_kernels *base = pmk_edge_kernels_of(PMK_CPU_BASE);
	static int16_t rows[5][N + 16], want[N], got[N], want_offset[N], got_offset[N];
	static uint8_t luma[N + 16], want_alpha[N], got_alpha[N];
	static float gain[N], offset[N];
	uint32_t seed = 13;

	for (int level = 1; level < PMK_CPU_LEVELS; level++) {
		const struct pmk_edge_kernels *k;
		if (!pmk_cpu_has((enum pmk_cpu_level)level))
			continue;
		k = pmk_edge_kernels_of((enum pmk_cpu_level)level);
		for (int count = 0; count <= N; count++) {
			for (int i = 0; i < N; i++) {
				for (int r = 0; r < 4; r++) {
					uint32_t v = unit_random(&seed);
					rows[r][i] = (int16_t)(v % 8 == 0 ? PMK_EDGE_MOST :
							v % 8 == 1        ? -PMK_EDGE_MOST :
									    (int)(v >> 8) % PMK_EDGE_MOST);
				}
				rows[4][i] = (int16_t)(unit_random(&seed) % 32768);
				luma[i] = (uint8_t)unit_random(&seed);
				gain[i] = (float)(int)(unit_random(&seed) % 4001) / 100 - 20;
				offset[i] = i % 3 ? (float)(int)(unit_random(&seed) % 4001) / 1000 - 2 : (float)(i % 2);
			}
			base->mix(rows[0], rows[1], rows[4], want, count);
			k->mix(rows[0], rows[1], rows[4], got, count);
			assert_memory_equal(want, got, (size_t)count * sizeof *want);
			base->rim(rows[0], rows[1], rows[2], rows[3], 128 * (count % 256), luma, want_alpha, count);
			k->rim(rows[0], rows[1], rows[2], rows[3], 128 * (count % 256), luma, got_alpha, count);
			assert_memory_equal(want_alpha, got_alpha, (size_t)count);
			base->blocks(gain, offset, count, 0.25f, want, want_offset, want_alpha);
			k->blocks(gain, offset, count, 0.25f, got, got_offset, got_alpha);
			assert_memory_equal(want, got, (size_t)count * sizeof *want);
			assert_memory_equal(want_offset, got_offset, (size_t)count * sizeof *want);
			assert_memory_equal(want_alpha, got_alpha, (size_t)count);
		}
	}
}

/* An edge that only colour shows, with the same luma on both sides, is found. At the camera's resolution, an edge of
 * luma is sharper than the network's pixels. */
static void test_refine_follows_colour_and_luma(void **state)
{
	enum { N = 64, BIG = 256, EDGE = 117 };
	struct pmk_refine_settings settings = {
		.mode = PMK_REFINE_GUIDED, .threshold = -1, .erode = -1, .dilate = -1, .feather = -1
	};
	struct pmk_layout at_network = { .width = N, .height = N }, at_camera = { .width = BIG, .height = BIG };
	struct pmk_image small, picture;
	struct pmk_mask mask;
	static float p[N * N];

	assert_int_equal(pmk_image_alloc(&small, &at_network), 0);
	assert_int_equal(pmk_image_alloc(&picture, &at_camera), 0);
	assert_int_equal(pmk_mask_alloc(&mask, BIG, BIG), 0);
	for (int way = 0; way < 2; way++) {
		struct pmk_refine *refine;
		int wrong = 0, worst = 0;

		for (int plane = 0; plane < 3; plane++) {
			bool edge = way ? plane == 0 : plane == 1;
			int big = plane ? BIG / 2 : BIG, n = plane ? N / 2 : N, scale = big / n,
			    at = plane ? EDGE / 2 : EDGE;
			for (int y = 0; y < big; y++) {
				for (int x = 0; x < big; x++)
					picture.plane[plane][y * picture.stride[plane] + x] =
						(uint8_t)(edge && x >= at ? 170 : 110);
			}
			for (int y = 0; y < n; y++) {
				for (int x = 0; x < n; x++) {
					int inside = (x + 1) * scale - at;
					inside = inside < 0 ? 0 : inside > scale ? scale : inside;
					small.plane[plane][y * small.stride[plane] + x] = (uint8_t)(110 +
						(edge ? 60 * inside / scale : 0));
				}
			}
		}
		/* the network sees the edge softly and a little off */
		for (int i = 0; i < N * N; i++)
			p[i] = fminf(fmaxf(((float)(i % N) - EDGE / 4.0f + 1) / 6 + 0.5f, 0), 1);
		assert_int_equal(pmk_refine_create(&settings, N, N, BIG, BIG, &refine), 0);
		pmk_refine_run(refine, p, &(struct pmk_rect){ 0, 0, BIG, BIG }, &small, &picture, &mask);
		for (int y = 0; y < BIG; y++) {
			for (int x = 0; x < BIG; x++) {
				int off = abs(mask.alpha[y * mask.stride + x] - (x >= EDGE ? 255 : 0));
				wrong += off;
				if (x < EDGE - 2 || x > EDGE + 1)
					worst = off > worst ? off : worst;
			}
		}
		if (way) /* luma: exact to the pixel */
			assert_true(worst <= 32 && wrong < 64 * BIG);
		else /* colour: exact to a block, 8 px */
			assert_true(wrong < 4 * 255 * BIG);
		pmk_refine_destroy(refine);
	}
	pmk_mask_free(&mask);
	pmk_image_free(&picture);
	pmk_image_free(&small);
}

/* Light comes around the rim from behind: alpha only falls, most at the rim and not at all deep inside. 0 is off. */
static void test_light_wraps_around(void **state)
{
	enum { N = 32, BIG = 240 };
	struct pmk_refine_settings settings = {
		.mode = PMK_REFINE_NONE, .threshold = -1, .erode = -1, .dilate = -1, .feather = -1
	};
	struct pmk_mask mask[2];
	float p[N * N];

	for (int way = 0; way < 2; way++) {
		struct pmk_refine *refine;

		settings.light_wrap = way * 0.4;
		for (int i = 0; i < N * N; i++)
			p[i] = i % N >= N / 2;
		assert_int_equal(pmk_mask_alloc(&mask[way], BIG, BIG), 0);
		assert_int_equal(pmk_refine_create(&settings, N, N, BIG, BIG, &refine), 0);
		pmk_refine_run(refine, p, &(struct pmk_rect){ 0, 0, BIG, BIG }, NULL, NULL, &mask[way]);
		pmk_refine_destroy(refine);
	}
	for (int y = 0; y < BIG; y++) {
		const uint8_t *plain = mask[0].alpha + y * mask[0].stride, *lit = mask[1].alpha + y * mask[1].stride;
		for (int x = 0; x < BIG; x++)
			assert_true(lit[x] <= plain[x] && (x < BIG / 2 + 14 || lit[x] == plain[x]));
		assert_true(lit[BIG / 2 + 2] + 20 < plain[BIG / 2 + 2]);
	}
	for (int way = 0; way < 2; way++)
		pmk_mask_free(&mask[way]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guide_is_the_formula),
		cmocka_unit_test(test_guide_of_nobody),
		cmocka_unit_test(test_trace_is_the_formula),
		cmocka_unit_test(test_levels_agree),
		cmocka_unit_test(test_refine_follows_colour_and_luma),
		cmocka_unit_test(test_light_wraps_around),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Compiled once for each level of the CPU; PMK_LEVEL names it. Loops that compilers make vectors of. No running sums: what is 0
 * near by stays exactly 0. */
#include "scene/edge_kernel.h"
#include "scene/kernel_level.h"

#include <string.h>

enum { RADIUS = 2, LINES = 2 * RADIUS + 1, ROUNDS = 2 };	/* cells; how often the filter runs */
static const float EPSILON = 1e-3f;	/* of a colour in 0..1: below this variance it is noise */
static const float CHROMA_EPSILON = 3e-4f;	/* colour varies less than light */

/* The planes, by what they hold. Variances and covariances of Y, U and V first, then turned into their inverse. */
enum { Y, U, V, MEAN_Y, MEAN_U, MEAN_V, YY, YU, YV, UU, UV, VV, BY_Y, BY_U, BY_V, MEAN, PRODUCT, PLANES };
_Static_assert((int)PLANES == (int)PMK_GUIDE_PLANES, "a plane for each");

/* Sums of 2x2 pixels, times a quarter of 1/255. */
static void read_pairs(const uint8_t *restrict a, const uint8_t *restrict b, float *restrict out, int count)
{
	for (int x = 0; x < count; x++)
		out[x] = (float)(a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1]) * (1 / 1020.0f);
}

static void read_signed(const uint8_t *restrict row, float *restrict out, int count)
{
	for (int x = 0; x < count; x++)
		out[x] = (float)(row[x] - 128) * (1 / 255.0f);
}

static void read_luma(const struct pmk_guide *g, const struct pmk_image *small, float *out)
{
	int width = small->layout.width, height = small->layout.height;

	for (int y = 0; y < g->height; y++, out += g->width) {
		const uint8_t *a = small->plane[0] + (size_t)(2 * y) * (size_t)small->stride[0], *b = 2 * y + 1 < height ? a + small->stride[0] : a;

		read_pairs(a, b, out, width / 2);
		if (width % 2)
			out[g->width - 1] = (float)(a[width - 1] + b[width - 1]) * (1 / 510.0f);
	}
}

static void read_chroma(const struct pmk_guide *g, const struct pmk_image *small, int plane, float *out)
{
	for (int y = 0; y < g->height; y++, out += g->width)
		read_signed(small->plane[plane] + (size_t)y * (size_t)small->stride[plane], out, g->width);
}

/* Sums of row[x - RADIUS .. x + RADIUS] inside the row. */
static void sum_across(const float *restrict row, float *restrict sums, int count)
{
	for (int x = RADIUS; x < count - RADIUS; x++)
		sums[x] = row[x - 2] + row[x - 1] + row[x] + row[x + 1] + row[x + 2];
	for (int x = 0; x < count; x = x == RADIUS - 1 && count > 2 * RADIUS ? count - RADIUS : x + 1) {
		float sum = 0;

		for (int i = x < RADIUS ? 0 : x - RADIUS; i <= x + RADIUS && i < count; i++)
			sum += row[i];
		sums[x] = sum;
	}
}

static void mean_down(float *const lines[LINES], const float *restrict share, float rows, float *restrict out, int count)
{
	const float *a = lines[0], *b = lines[1], *c = lines[2], *d = lines[3], *e = lines[4];

	for (int x = 0; x < count; x++)
		out[x] = (a[x] + b[x] + c[x] + d[x] + e[x]) * (share[x] * rows);
}

static void multiply(const float *restrict a, const float *restrict b, float *restrict out, int count)
{
	for (int x = 0; x < count; x++)
		out[x] = a[x] * b[x];
}

static int inside(int at, int count)
{
	return (at + RADIUS < count ? at + RADIUS : count - 1) - (at > RADIUS ? at - RADIUS : 0) + 1;
}

/* Mean over a square; `to` is another plane. */
static void mean(struct pmk_guide *g, const float *from, float *to)
{
	int w = g->width, h = g->height;

	for (int i = 0; i < LINES; i++)
		memset(g->line[i], 0, (size_t)w * sizeof *to);
	for (int y = 0; y < h + RADIUS; y++) {
		float *line = g->line[y % LINES];

		if (y < h)
			sum_across(from + (size_t)y * (size_t)w, line, w);
		else
			memset(line, 0, (size_t)w * sizeof *to);
		if (y >= RADIUS)
			mean_down(g->line, g->share, 1.0f / (float)inside(y - RADIUS, h), to + (size_t)(y - RADIUS) * (size_t)w, w);
	}
}

/* to = mean(a b) - mean a mean b */
static void covariance(struct pmk_guide *g, const float *a, const float *b, const float *mean_a, const float *mean_b, float *to)
{
	size_t count = (size_t)g->width * (size_t)g->height;

	/* a whole plane at once: a row that was only just written is slow to read a little shifted */
	multiply(a, b, g->plane[PRODUCT], (int)count);
	mean(g, g->plane[PRODUCT], to);
	for (size_t i = 0; i < count; i++)
		to[i] -= mean_a[i] * mean_b[i];
}

/* In place: the symmetric matrix of each cell, epsilon added to its diagonal, becomes its inverse (by cofactors). */
static void invert(float *restrict yy, float *restrict yu, float *restrict yv, float *restrict uu, float *restrict uv, float *restrict vv,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float a = yy[i] + EPSILON, b = yu[i], c = yv[i], d = uu[i] + CHROMA_EPSILON, e = uv[i], f = vv[i] + CHROMA_EPSILON;
		float first = d * f - e * e, second = c * e - b * f, third = b * e - c * d;
		float part = 1 / (a * first + b * second + c * third);

		yy[i] = first * part;
		yu[i] = second * part;
		yv[i] = third * part;
		uu[i] = (a * f - c * c) * part;
		uv[i] = (b * c - a * e) * part;
		vv[i] = (a * d - b * b) * part;
	}
}

static void read_guide(struct pmk_guide *g, const struct pmk_image *small)
{
	read_luma(g, small, g->plane[Y]);
	read_chroma(g, small, 1, g->plane[U]);
	read_chroma(g, small, 2, g->plane[V]);
	for (int i = 0; i < 3; i++)
		mean(g, g->plane[Y + i], g->plane[MEAN_Y + i]);
	for (int i = 0, to = YY; i < 3; i++) {
		for (int j = i; j < 3; j++, to++)
			covariance(g, g->plane[Y + i], g->plane[Y + j], g->plane[MEAN_Y + i], g->plane[MEAN_Y + j], g->plane[to]);
	}
	invert(g->plane[YY], g->plane[YU], g->plane[YV], g->plane[UU], g->plane[UV], g->plane[VV], (size_t)g->width * (size_t)g->height);
}

/* `inverse`: planes YY to VV. Covariances of Y, U and V with the probability to coefficients, in place, and `rest` from the mean
 * probability to the constant. */
static void solve(float *const inverse[6], const float *restrict mean_y, const float *restrict mean_u, const float *restrict mean_v,
	float *restrict by_y, float *restrict by_u, float *restrict by_v, float *restrict rest, size_t count)
{
	const float *restrict yy = inverse[0], *restrict yu = inverse[1], *restrict yv = inverse[2];
	const float *restrict uu = inverse[3], *restrict uv = inverse[4], *restrict vv = inverse[5];

	for (size_t i = 0; i < count; i++) {
		float cy = by_y[i], cu = by_u[i], cv = by_v[i];
		float y = yy[i] * cy + yu[i] * cu + yv[i] * cv;
		float u = yu[i] * cy + uu[i] * cu + uv[i] * cv;
		float v = yv[i] * cy + uv[i] * cu + vv[i] * cv;

		by_y[i] = y;
		by_u[i] = u;
		by_v[i] = v;
		rest[i] -= y * mean_y[i] + u * mean_u[i] + v * mean_v[i];
	}
}

/* gain and rest of every cell from its probability. */
static void fit(struct pmk_guide *g, const float *cells)
{
	size_t count = (size_t)g->width * (size_t)g->height;
	const float *u = g->plane[U], *v = g->plane[V], *by_u, *by_v;
	float *rest = g->rest;

	mean(g, cells, g->plane[MEAN]);
	for (int i = 0; i < 3; i++)
		covariance(g, g->plane[Y + i], cells, g->plane[MEAN_Y + i], g->plane[MEAN], g->plane[BY_Y + i]);
	solve(&g->plane[YY], g->plane[MEAN_Y], g->plane[MEAN_U], g->plane[MEAN_V], g->plane[BY_Y], g->plane[BY_U], g->plane[BY_V], g->plane[MEAN], count);
	mean(g, g->plane[BY_Y], g->gain);
	by_u = g->plane[BY_Y];
	mean(g, g->plane[BY_U], g->plane[BY_Y]);
	by_v = g->plane[BY_U];
	mean(g, g->plane[BY_V], g->plane[BY_U]);
	mean(g, g->plane[MEAN], rest);
	for (size_t i = 0; i < count; i++)
		rest[i] += by_u[i] * u[i] + by_v[i] * v[i];
}

static void guide(struct pmk_guide *g, float *cells, const struct pmk_image *small)
{
	size_t count = (size_t)g->width * (size_t)g->height;

	read_guide(g, small);
	fit(g, cells);
	for (int round = 1; round < ROUNDS; round++) {
		for (size_t i = 0; i < count; i++) {
			float q = g->gain[i] * g->plane[Y][i] + g->rest[i];
			cells[i] = q < 0 ? 0 : q > 1 ? 1 : q;
		}
		fit(g, cells);
	}
}

static int16_t fixed(float value)
{
	value = value < -PMK_EDGE_MOST ? -PMK_EDGE_MOST : value;
	value = value > PMK_EDGE_MOST ? PMK_EDGE_MOST : value;
	return (int16_t)((int)(value + 32768.5f) - 32768);
}

static void cells(const float *restrict gain, const float *restrict rest, int count, float sure, int16_t *restrict fixed_gain,
	int16_t *restrict fixed_rest, uint8_t *restrict kind)
{
	float stretch = 255 / (1 - 2 * sure);

	for (int x = 0; x < count; x++) {
		float g = gain[x], r = rest[x], least = g < 0 ? g + r : r, most = g < 0 ? r : g + r;

		fixed_gain[x] = fixed(g * stretch * (1024 / 255.0f));
		fixed_rest[x] = fixed((r - sure) * stretch * 2);
		kind[x] = (uint8_t)(most <= sure ? PMK_EDGE_ROOM : least >= 1 - sure ? PMK_EDGE_PERSON : PMK_EDGE_RIM);
	}
}

#if (defined(__SSSE3__) || defined(__aarch64__)) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
typedef uint8_t bytes16 __attribute__((vector_size(16)));

static void look_at_eight(const int16_t *near, const struct pmk_edge_look *look, int16_t *left, int16_t *right)
{
	bytes16 from, at_left, at_right;

	memcpy(&from, near, 16);
	memcpy(&at_left, look->left, 16);
	memcpy(&at_right, look->right, 16);
	at_left = __builtin_shuffle(from, at_left);
	at_right = __builtin_shuffle(from, at_right);
	memcpy(left, &at_left, 16);
	memcpy(right, &at_right, 16);
}
#else
static void look_at_eight(const int16_t *near, const struct pmk_edge_look *look, int16_t *left, int16_t *right)
{
	for (int i = 0; i < 8; i++) {
		left[i] = near[look->left[2 * i] / 2];
		right[i] = near[look->right[2 * i] / 2];
	}
}
#endif

static void look(const int16_t *from, const struct pmk_edge_look *looks, int first, int end, int16_t *left, int16_t *right)
{
	for (int x = first / 8 * 8; x < end; x += 8)
		look_at_eight(from + looks[x / 8].base, &looks[x / 8], left + x, right + x);
}

static void mix(const int16_t *a, const int16_t *restrict b, const int16_t *restrict part, int16_t *out, int count)
{
	for (int i = 0; i < count; i++)
		out[i] = (int16_t)(a[i] + 2 * pmk_upper((int16_t)(b[i] - a[i]), part[i]));
}

static void rim(const int16_t *restrict gain_a, const int16_t *restrict gain_b, const int16_t *restrict rest_a, const int16_t *restrict rest_b,
	int part, const uint8_t *restrict luma, uint8_t *restrict alpha, int count)
{
	int16_t weight = (int16_t)part;

	for (int i = 0; i < count; i++) {
		int16_t gain = (int16_t)(gain_a[i] + 2 * pmk_upper((int16_t)(gain_b[i] - gain_a[i]), weight));
		int16_t rest = (int16_t)(rest_a[i] + 2 * pmk_upper((int16_t)(rest_b[i] - rest_a[i]), weight));
		int16_t value = (int16_t)((int16_t)(pmk_upper(gain, (int16_t)(luma[i] << 7)) + rest + 1) >> 1);	/* 10 + 7 - 16 bits: 1/2 alpha */

		value = value < 0 ? 0 : value;
		alpha[i] = (uint8_t)(value > 255 ? 255 : value);
	}
}

extern const struct pmk_edge_kernels LEVEL(pmk_edge_kernels);
const struct pmk_edge_kernels LEVEL(pmk_edge_kernels) = {
	.guide = guide,
	.cells = cells,
	.look = look,
	.mix = mix,
	.rim = rim,
};

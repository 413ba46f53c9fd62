/* SPDX-License-Identifier: MIT */
/* The guided filter. It has no running sums, so that zeros with only zeros nearby stay exactly 0. */
#include "base/num.h"
#include "mask/edge_kernel.h"

#include <string.h>

enum { RADIUS = 2, LINES = 2 * RADIUS + 1, ROUNDS = 2 }; /* in blocks; how often the filter runs */
static const float EPSILON = 1e-3f; /* of luma in 0..1: a variance below this is noise */
static const float CHROMA_EPSILON = 3e-4f; /* of chroma, which varies less than luma */
/* a block is soft up to UNSURE from 0.5, and from SURE on it is not; what is wider than hair has MANY soft blocks
 * around it, and not only FEW */
static const float UNSURE = 0.2f, SURE = 0.35f, FEW = 0.4f, MANY = 1;
static const float IN_FILM = 0.85f; /* of the softness */
static const float STEEPEST = 4; /* times as steep, in the midst of haze */
static const float MOST_GAIN = 7; /* fixed point has room for 8 (edge.h) */

/* The planes. YY to VV are first the variances and covariances of Y, U and V, then the inverse of their matrix. */
enum { Y, U, V, MEAN_Y, MEAN_U, MEAN_V, YY, YU, YV, UU, UV, VV, BY_Y, BY_U, BY_V, MEAN, NEAR, PLANES };
_Static_assert((int)PLANES == (int)PMK_GUIDE_PLANES, "a plane for each");

/* The mean of 2x2 pixels, in 0..1. */
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
		const uint8_t *a = small->plane[0] + (size_t)(2 * y) * (size_t)small->stride[0],
			      *b = 2 * y + 1 < height ? a + small->stride[0] : a;

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

/* Sums of row[x - RADIUS .. x + RADIUS]; there are zeros outside the row. */
static void sum_across(const float *restrict row, float *restrict sums, int count)
{
	for (int x = 0; x < count; x++)
		sums[x] = row[x - 2] + row[x - 1] + row[x] + row[x + 1] + row[x + 2];
}

static void mean_down(
	float *const lines[LINES], int first, const float *restrict share, float rows, float *restrict out, int count)
{
	const float *a = lines[0] + first, *b = lines[1] + first, *c = lines[2] + first, *d = lines[3] + first,
		    *e = lines[4] + first;

	share += first;
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
	return pmk_min(at + RADIUS, count - 1) - pmk_max(at - RADIUS, 0) + 1;
}

/* The mean over a square of plane a, or of a times b. `to` may be a. */
struct mean {
	const float *a, *b;
	float *to;
};

static void clear(float *row, int first, int end)
{
	memset(row + first, 0, (size_t)(end - first) * sizeof *row);
}

static void enter_row(struct pmk_guide *g, const struct mean *means, int count, int y)
{
	struct pmk_guide_span s = g->span[y];
	size_t from = (size_t)y * (size_t)g->width + (size_t)s.first;
	int size = s.end - s.first;

	for (int i = 0; i < count; i++) {
		if (means[i].b)
			multiply(means[i].a + from, means[i].b + from, g->row[i] + s.first, size);
		else
			memcpy(g->row[i] + s.first, means[i].a + from, (size_t)size * sizeof(float));
		clear(g->row[i], s.first - RADIUS, s.first);
		clear(g->row[i], s.end, s.end + RADIUS);
	}
	/* in a loop of its own: reading a row at a small shift is slow right after it was written */
	for (int i = 0; i < count; i++)
		sum_across(g->row[i] + s.first, g->line[i][y % LINES] + s.first, size);
}

/* Compute several means at once. `finish` does what needs all of them for a row, while the row is in the nearest cache.
 * Everything outside the spans counts as 0. */
static void run_means(struct pmk_guide *g, const struct mean *means, int count,
	void (*finish)(struct pmk_guide *g, size_t row, int size))
{
	int h = g->height;

	for (int i = 0; i < count * LINES; i++)
		clear(g->line[i / LINES][i % LINES], 0, g->width);
	for (int y = 0; y < h + RADIUS; y++) {
		struct pmk_guide_span s;
		size_t to;

		for (int i = 0; i < count && y >= LINES; i++)
			clear(g->line[i][y % LINES], 0, g->width);
		if (y < h)
			enter_row(g, means, count, y);
		if (y < RADIUS)
			continue;
		s = g->span[y - RADIUS];
		to = (size_t)(y - RADIUS) * (size_t)g->width + (size_t)s.first;
		for (int i = 0; i < count; i++)
			mean_down(g->line[i], s.first, g->share, 1.0f / (float)inside(y - RADIUS, h), means[i].to + to,
				s.end - s.first);
		finish(g, to, s.end - s.first);
	}
}

/* Turn ab, the mean of a b, into the covariance. */
static void centre(const float *restrict mean_a, const float *restrict mean_b, float *restrict ab, int count)
{
	for (int x = 0; x < count; x++)
		ab[x] -= mean_a[x] * mean_b[x];
}

/* In place: add epsilon to the diagonal of the symmetric matrix of each block, and invert it (by cofactors). */
static void invert(float *restrict yy, float *restrict yu, float *restrict yv, float *restrict uu, float *restrict uv,
	float *restrict vv, int count)
{
	for (int i = 0; i < count; i++) {
		float a = yy[i] + EPSILON, b = yu[i], c = yv[i], d = uu[i] + CHROMA_EPSILON, e = uv[i],
		      f = vv[i] + CHROMA_EPSILON;
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

static void invert_row(struct pmk_guide *g, size_t row, int size)
{
	for (int i = 0, to = YY; i < 3; i++) {
		for (int j = i; j < 3; j++, to++)
			centre(g->plane[MEAN_Y + i] + row, g->plane[MEAN_Y + j] + row, g->plane[to] + row, size);
	}
	invert(g->plane[YY] + row, g->plane[YU] + row, g->plane[YV] + row, g->plane[UU] + row, g->plane[UV] + row,
		g->plane[VV] + row, size);
}

static void read_guide(struct pmk_guide *g, const struct pmk_image *small)
{
	float *const *p = g->plane;
	const struct mean means[] = {
		{ p[Y], NULL, p[MEAN_Y] },
		{ p[U], NULL, p[MEAN_U] },
		{ p[V], NULL, p[MEAN_V] },
		{ p[Y], p[Y], p[YY] },
		{ p[Y], p[U], p[YU] },
		{ p[Y], p[V], p[YV] },
		{ p[U], p[U], p[UU] },
		{ p[U], p[V], p[UV] },
		{ p[V], p[V], p[VV] },
	};

	_Static_assert(sizeof means / sizeof *means == PMK_GUIDE_ROWS, "rows for the most means there are");
	read_luma(g, small, p[Y]);
	read_chroma(g, small, 1, p[U]);
	read_chroma(g, small, 2, p[V]);
	run_means(g, means, PMK_GUIDE_ROWS, invert_row);
}

/* Turn the covariances of Y, U and V with the probability into coefficients, in place, and `offset` from the mean
 * probability into the constant. `inverse` is the planes YY to VV. */
static void solve(float *const inverse[6], size_t row, const float *restrict mean_y, const float *restrict mean_u,
	const float *restrict mean_v, float *restrict by_y, float *restrict by_u, float *restrict by_v,
	float *restrict offset, int count)
{
	const float *restrict yy = inverse[0] + row, *restrict yu = inverse[1] + row, *restrict yv = inverse[2] + row;
	const float *restrict uu = inverse[3] + row, *restrict uv = inverse[4] + row, *restrict vv = inverse[5] + row;

	for (int i = 0; i < count; i++) {
		float cy = by_y[i], cu = by_u[i], cv = by_v[i];
		float y = yy[i] * cy + yu[i] * cu + yv[i] * cv;
		float u = yu[i] * cy + uu[i] * cu + uv[i] * cv;
		float v = yv[i] * cy + uv[i] * cu + vv[i] * cv;

		by_y[i] = y;
		by_u[i] = u;
		by_v[i] = v;
		offset[i] -= y * mean_y[i] + u * mean_u[i] + v * mean_v[i];
	}
}

static void solve_row(struct pmk_guide *g, size_t row, int size)
{
	float *const *p = g->plane;

	for (int i = 0; i < 3; i++)
		centre(p[MEAN_Y + i] + row, p[MEAN] + row, p[BY_Y + i] + row, size);
	solve(&p[YY], row, p[MEAN_Y] + row, p[MEAN_U] + row, p[MEAN_V] + row, p[BY_Y] + row, p[BY_U] + row,
		p[BY_V] + row, p[MEAN] + row, size);
}

/* Add chroma's share of the probability, which is the same for every luma of a block. */
static void add_chroma(const float *restrict by_u, const float *restrict u, const float *restrict by_v,
	const float *restrict v, float *restrict offset, int count)
{
	for (int i = 0; i < count; i++)
		offset[i] += by_u[i] * u[i] + by_v[i] * v[i];
}

static void add_chroma_row(struct pmk_guide *g, size_t row, int size)
{
	float *const *p = g->plane;

	add_chroma(p[BY_U] + row, p[U] + row, p[BY_V] + row, p[V] + row, g->offset + row, size);
}

/* Compute gain and offset of every block from its probability. */
static void fit(struct pmk_guide *g, const float *blocks)
{
	float *const *p = g->plane;
	const struct mean covariances[] = {
		{ blocks, NULL, p[MEAN] },
		{ p[Y], blocks, p[BY_Y] },
		{ p[U], blocks, p[BY_U] },
		{ p[V], blocks, p[BY_V] },
	};
	const struct mean coefficients[] = {
		{ p[BY_Y], NULL, g->gain },
		{ p[BY_U], NULL, p[BY_U] },
		{ p[BY_V], NULL, p[BY_V] },
		{ p[MEAN], NULL, g->offset },
	};

	run_means(g, covariances, 4, solve_row);
	run_means(g, coefficients, 4, add_chroma_row);
}

/* The columns from the first to the last that is not 0. */
static struct pmk_guide_span span_of(const float *row, int count)
{
	struct pmk_guide_span s = { 0, count };

	while (s.end > 0 && row[s.end - 1] == 0)
		s.end--;
	while (s.first < s.end && row[s.first] == 0)
		s.first++;
	return s;
}

/* Find what blocks that are not 0 can reach, rounded to whole vectors. */
static void find_spans(struct pmk_guide *g, const float *blocks)
{
	enum { REACH = ROUNDS * 2 * RADIUS, STEP = 16 };

	for (int y = 0; y < g->height; y++)
		g->span[y] = (struct pmk_guide_span){ g->width, 0 };
	for (int y = 0; y < g->height; y++) {
		struct pmk_guide_span s = span_of(blocks + (size_t)y * (size_t)g->width, g->width);
		int first = pmk_max(s.first - REACH, 0) / STEP * STEP, end = pmk_align_up(s.end + REACH, STEP);

		for (int i = pmk_max(y - REACH, 0); s.end && i <= y + REACH && i < g->height; i++) {
			g->span[i].first = pmk_min(first, g->span[i].first);
			g->span[i].end = pmk_max(end, g->span[i].end);
		}
	}
	for (int y = 0; y < g->height; y++) {
		struct pmk_guide_span *s = &g->span[y];

		s->end = pmk_min(s->end, g->width);
		s->first = pmk_min(s->first, s->end);
	}
}

/* Find the blocks where a person may be, and those around them: 1, elsewhere 0. */
static void find_near(struct pmk_guide *g, const float *blocks)
{
	int w = g->width;
	float *restrict down = g->row[0], *restrict near = g->plane[NEAR];

	clear(down, -1, 0);
	clear(down, w, w + 1);
	for (int y = 0; y < g->height; y++, blocks += w, near += w) {
		const float *above = y > 0 ? blocks - w : blocks, *below = y + 1 < g->height ? blocks + w : blocks;

		for (int x = 0; x < w; x++)
			down[x] = above[x] + blocks[x] + below[x];
		for (int x = 0; x < w; x++)
			near[x] = down[x - 1] + down[x] + down[x + 1] > 0 ? 1 : 0;
	}
}

static void sharpen(const float *restrict gain, const float *restrict luma, const float *restrict offset,
	float *restrict blocks, int count)
{
	for (int i = 0; i < count; i++) {
		float q = gain[i] * luma[i] + offset[i];

		blocks[i] = q < 0 ? 0 : q > 1 ? 1 : q;
	}
}

/* How soft each block is, 0 to 1. */
static void find_soft(const float *restrict gain, const float *restrict luma, const float *restrict offset,
	float *restrict soft, int count)
{
	for (int i = 0; i < count; i++) {
		float d = gain[i] * luma[i] + offset[i] - 0.5f, s = (SURE - (d < 0 ? -d : d)) * (1 / (SURE - UNSURE));

		soft[i] = s < 0 ? 0 : s > 1 ? 1 : s;
	}
}

/* In a film, what moves is soft because it moves, and all that is steep flickers more. */
static void calm(const float *restrict still, float *restrict soft, int count)
{
	for (int i = 0; i < count; i++)
		soft[i] *= IN_FILM * still[i];
}

static void steepen(const float *restrict around, const float *restrict near, float *restrict gain,
	float *restrict offset, int count)
{
	for (int i = 0; i < count; i++) {
		float part = (around[i] - FEW) * (1 / (MANY - FEW)), size = gain[i] < 0 ? -gain[i] : gain[i], by, most;

		part = part < 0 ? 0 : part > 1 ? 1 : part;
		by = 1 + (STEEPEST - 1) * part;
		most = MOST_GAIN / (size + 1e-6f);
		by = by > most ? most : by;
		by = by < 1 ? 1 : by;
		gain[i] *= by * near[i];
		offset[i] = ((offset[i] - 0.5f) * by + 0.5f) * near[i];
	}
}

static void steepen_row(struct pmk_guide *g, size_t row, int size)
{
	steepen(g->plane[MEAN] + row, g->plane[NEAR] + row, g->gain + row, g->offset + row, size);
}

/* Hair and what moves are soft in a narrow band. Where all is soft around, it is haze: the network is not sure of a
 * piece of furniture. There, what is nearer to room becomes room, and what is nearer to person, person. The places
 * between the two, at 0.5, stay where they are. */
static void clear_haze(struct pmk_guide *g)
{
	const struct mean around[] = { { g->plane[BY_Y], NULL, g->plane[MEAN] } };

	find_soft(g->gain, g->plane[Y], g->offset, g->plane[BY_Y], g->width * g->height);
	if (g->still)
		calm(g->still, g->plane[BY_Y], g->width * g->height);
	run_means(g, around, 1, steepen_row);
}

void LEVEL(pmk_edge_guide)(struct pmk_guide *g, float *blocks, const struct pmk_image *small)
{
	size_t count = (size_t)g->width * (size_t)g->height;

	find_spans(g, blocks);
	find_near(g, blocks);
	memset(g->gain, 0, count * sizeof *g->gain);
	memset(g->offset, 0, count * sizeof *g->offset);
	read_guide(g, small);
	fit(g, blocks);
	for (int round = 1; round < ROUNDS; round++) {
		sharpen(g->gain, g->plane[Y], g->offset, blocks, (int)count);
		fit(g, blocks);
	}
	clear_haze(g);
}

/* SPDX-License-Identifier: MIT */
#include "mask/trace.h"

#include "base/mem.h"
#include "base/num.h"
#include "mask/edge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 5, CALM_ONE = 256 };

struct run {
	int first, end; /* target columns */
	enum pmk_edge_kind kind;
};

struct pmk_trace {
	const struct pmk_edge_kernels *kernels;
	int width, height; /* px, of the network */
	int columns, rows; /* in blocks of 2x2 of these */
	int mask_width, mask_height;
	float sure;
	struct pmk_rect view;
	int left, right; /* target columns inside the view */
	int *index; /* the left block of each target column */
	int16_t *part; /* the weight of the right block, in 1/32768 */
	struct pmk_edge_taps *taps; /* one for each eight target columns */
	bool wide; /* whether every eight columns fit into one of them */
	int *begin; /* for i of 0..columns: the first target column whose left block is at least i */
	int16_t *gain, *offset; /* of each block; each row ends with its last block again */
	uint8_t *kind;
	uint8_t *between; /* the kinds between two rows of blocks */
	/* gain and offset of two rows of blocks at the target's width; the last line is scratch for right neighbours */
	int16_t *line[LINES];
	int calm; /* 0..CALM_ONE: how much of the luma is its mean over 3x3 pixels */
	uint16_t *sums; /* of three rows of luma, with one more column at each end */
	uint8_t *calmed; /* a row of luma */
	struct run *run; /* between two rows of blocks */
	int runs;
};

int pmk_trace_create(int width, int height, int mask_width, int mask_height, float sure, struct pmk_trace **trace)
{
	struct pmk_trace *t = calloc(1, sizeof *t);
	size_t blocks;
	bool missing = false;

	if (!t)
		return -ENOMEM;
	t->kernels = pmk_edge_kernels();
	t->width = width;
	t->height = height;
	t->columns = (width + 1) / 2;
	t->rows = (height + 1) / 2;
	t->mask_width = mask_width;
	t->mask_height = mask_height;
	t->sure = sure;
	blocks = (size_t)(t->columns + 1) * (size_t)t->rows;
	missing |= !(t->index = pmk_mem_alloc((size_t)mask_width * sizeof *t->index));
	missing |= !(t->part = pmk_mem_alloc((size_t)mask_width * sizeof *t->part));
	missing |= !(t->begin = pmk_mem_alloc((size_t)(t->columns + 1) * sizeof *t->begin));
	missing |= !(t->gain = pmk_mem_alloc(blocks * sizeof *t->gain));
	missing |= !(t->offset = pmk_mem_alloc(blocks * sizeof *t->offset));
	missing |= !(t->kind = pmk_mem_alloc(blocks));
	missing |= !(t->between = pmk_mem_alloc((size_t)t->columns));
	missing |= !(t->run = pmk_mem_alloc((size_t)(t->columns + 1) * sizeof *t->run));
	missing |= !(t->taps = pmk_mem_alloc(((size_t)mask_width + 7) / 8 * sizeof *t->taps));
	missing |= !(t->sums = pmk_mem_alloc(((size_t)mask_width + 2) * sizeof *t->sums));
	missing |= !(t->calmed = pmk_mem_alloc((size_t)mask_width + 16));
	for (int i = 0; i < LINES; i++)
		missing |= !(t->line[i] = pmk_mem_alloc(((size_t)mask_width + 16) * sizeof *t->line[i]));
	if (missing) {
		pmk_trace_destroy(t);
		return -ENOMEM;
	}
	*trace = t;
	return 0;
}

void pmk_trace_destroy(struct pmk_trace *t)
{
	if (!t)
		return;
	free(t->index);
	free(t->part);
	free(t->begin);
	free(t->gain);
	free(t->offset);
	free(t->kind);
	free(t->between);
	free(t->run);
	free(t->taps);
	free(t->sums);
	free(t->calmed);
	for (int i = 0; i < LINES; i++)
		free(t->line[i]);
	free(t);
}

/* The place of pixel `at` of `size` among the blocks of two of `count` network pixels, between centres, in 1/256 block.
 */
static int place_of(int at, int count, int size)
{
	int64_t place = ((2 * (int64_t)at + 1) * count * 64 + size / 2) / size - 128,
		most = ((count + 1) / 2 - 1) * 256;

	return (int)pmk_clamp_i64(place, 0, most);
}

/* False if eight columns need more blocks than PMK_EDGE_TAPS_BLOCKS: the picture is hardly larger than the blocks. */
static bool make_taps(struct pmk_trace *t)
{
	for (int x = 0; x < t->mask_width; x++) {
		struct pmk_edge_taps *taps = &t->taps[x / 8];
		int at = x < t->left  ? t->left :
			x >= t->right ? t->right - 1 :
					x,
		    left = t->index[at], place = 2 * (x % 8);

		if (x % 8 == 0)
			*taps = (struct pmk_edge_taps){ .base = left };
		left -= taps->base;
		if (left + 1 >= PMK_EDGE_TAPS_BLOCKS)
			return false;
		taps->left[place] = (uint8_t)(2 * left);
		taps->left[place + 1] = (uint8_t)(2 * left + 1);
		taps->right[place] = (uint8_t)(2 * left + 2);
		taps->right[place + 1] = (uint8_t)(2 * left + 3);
	}
	return true;
}

static void set_view(struct pmk_trace *t, const struct pmk_rect *view)
{
	int i = 0;

	if (memcmp(&t->view, view, sizeof *view) == 0)
		return;
	t->view = *view;
	t->left = pmk_max(view->x, 0);
	t->right = pmk_min(view->x + view->width, t->mask_width);
	for (int x = t->left; x < t->right; x++) {
		int place = place_of(x - view->x, t->width, view->width);

		t->index[x] = place / 256;
		t->part[x] = (int16_t)(place % 256 * 128);
		while (i <= t->index[x])
			t->begin[i++] = x;
	}
	while (i <= t->columns)
		t->begin[i++] = t->right;
	t->wide = make_taps(t);
}

static void read_blocks(struct pmk_trace *t, const float *gain, const float *offset)
{
	int n = t->columns;

	for (int y = 0; y < t->rows; y++, gain += n, offset += n) {
		size_t row = (size_t)y * (size_t)(n + 1);

		t->kernels->blocks(gain, offset, n, t->sure, t->gain + row, t->offset + row, t->kind + row);
		t->gain[row + (size_t)n] = t->gain[row + (size_t)n - 1];
		t->offset[row + (size_t)n] = t->offset[row + (size_t)n - 1];
		t->kind[row + (size_t)n] = t->kind[row + (size_t)n - 1];
	}
}

/* Find the kind between each block of two rows and the next one. */
static void find_kinds(const uint8_t *restrict above, const uint8_t *restrict below, uint8_t *restrict kind, int count)
{
	for (int i = 0; i < count; i++) {
		uint8_t other = (uint8_t)((above[i] ^ above[i + 1]) | (above[i] ^ below[i]) |
			(above[i] ^ below[i + 1]));

		kind[i] = other ? PMK_EDGE_RIM : above[i];
	}
}

/* Find the kinds between two rows of blocks, as runs of target columns. */
static void find_runs(struct pmk_trace *t, int above, int below)
{
	size_t pitch = (size_t)(t->columns + 1);

	find_kinds(t->kind + pitch * (size_t)above, t->kind + pitch * (size_t)below, t->between, t->columns);
	t->runs = 0;
	for (int i = 0, next; i < t->columns; i = next) {
		for (next = i + 1; next < t->columns && t->between[next] == t->between[i];)
			next++;
		if (t->begin[i] < t->begin[next])
			t->run[t->runs++] = (struct run){ t->begin[i], t->begin[next],
				(enum pmk_edge_kind)t->between[i] };
	}
}

/* Stretch a row of blocks to the target's width, in the runs of the pair that are rim. */
static void widen(const struct pmk_trace *t, const int16_t *blocks, int16_t *line)
{
	int16_t *right = t->line[LINES - 1];

	for (int i = 0; i < t->runs; i++) {
		const struct run *run = &t->run[i];

		if (run->kind != PMK_EDGE_RIM)
			continue;
		if (t->wide)
			t->kernels->gather(blocks, t->taps, run->first, run->end, line, right);
		for (int x = run->first; !t->wide && x < run->end; x++) {
			line[x] = blocks[t->index[x]];
			right[x] = blocks[t->index[x] + 1];
		}
	}
	/* not before now, because the loop above also writes beside a run */
	for (int i = 0; i < t->runs; i++) {
		int x = t->run[i].first;

		if (t->run[i].kind == PMK_EDGE_RIM)
			t->kernels->mix(line + x, right + x, t->part + x, line + x, t->run[i].end - x);
	}
}

/* Stretch a pair of rows: lines 0 and 1 are gain, lines 2 and 3 offset. */
static void widen_pair(struct pmk_trace *t, int above, int below)
{
	size_t pitch = (size_t)(t->columns + 1);

	find_runs(t, above, below);
	widen(t, t->gain + pitch * (size_t)above, t->line[0]);
	widen(t, t->gain + pitch * (size_t)below, t->line[1]);
	widen(t, t->offset + pitch * (size_t)above, t->line[2]);
	widen(t, t->offset + pitch * (size_t)below, t->line[3]);
}

static void sum_down(const uint8_t *restrict a, const uint8_t *restrict b, const uint8_t *restrict c,
	uint16_t *restrict sums, int count)
{
	for (int x = 0; x < count; x++)
		sums[x] = (uint16_t)(a[x] + 2 * b[x] + c[x]);
}

/* `sums` begins one column earlier than `luma`. */
static void mix_means(
	const uint16_t *restrict sums, const uint8_t *restrict luma, int calm, uint8_t *restrict out, int count)
{
	for (int x = 0; x < count; x++) {
		int mean = sums[x] + 2 * sums[x + 1] + sums[x + 2];

		out[x] = (uint8_t)((16 * luma[x] * (CALM_ONE - calm) + mean * calm + 8 * CALM_ONE) / (16 * CALM_ONE));
	}
}

/* The luma of row y, mixed with its mean over 3x3 pixels in the columns of the run. */
static const uint8_t *calm_row(const struct pmk_trace *t, const uint8_t *luma, int stride, int y, const struct run *run)
{
	int w = t->mask_width, first = pmk_max(run->first - 1, 0), end = pmk_min(run->end + 1, w);
	const uint8_t *row = luma + (size_t)y * (size_t)stride, *above = y > 0 ? row - stride : row,
		      *below = y + 1 < t->mask_height ? row + stride : row;

	sum_down(above + first, row + first, below + first, t->sums + 1 + first, end - first);
	t->sums[0] = t->sums[1];
	if (end == w)
		t->sums[w + 1] = t->sums[w];
	mix_means(t->sums + run->first, row + run->first, t->calm, t->calmed + run->first, run->end - run->first);
	return t->calmed;
}

static void trace_row(const struct pmk_trace *t, int part, const uint8_t *luma, int stride, int y, uint8_t *alpha)
{
	const uint8_t *row = luma + (size_t)y * (size_t)stride;

	memset(alpha, 0, (size_t)t->left);
	for (int i = 0; i < t->runs; i++) {
		int x = t->run[i].first, count = t->run[i].end - x;

		if (t->run[i].kind == PMK_EDGE_RIM && t->calm)
			row = calm_row(t, luma, stride, y, &t->run[i]);
		if (t->run[i].kind == PMK_EDGE_RIM)
			t->kernels->rim(t->line[0] + x, t->line[1] + x, t->line[2] + x, t->line[3] + x, part, row + x,
				alpha + x, count);
		else
			memset(alpha + x, t->run[i].kind == PMK_EDGE_PERSON ? 255 : 0, (size_t)count);
	}
	memset(alpha + t->right, 0, (size_t)(t->mask_width - t->right));
}

void pmk_trace_calm(struct pmk_trace *t, double share)
{
	t->calm = (int)(pmk_clamp_double(share, 0, 1) * CALM_ONE + 0.5);
}

void pmk_trace_run(struct pmk_trace *t, const float *gain, const float *offset, const struct pmk_rect *view,
	const uint8_t *luma, int luma_stride, struct pmk_mask *mask)
{
	int last = -1;

	set_view(t, view);
	read_blocks(t, gain, offset);
	for (int y = 0; y < t->mask_height; y++) {
		uint8_t *alpha = mask->alpha + (size_t)y * (size_t)mask->stride;
		int place, above;

		if (y < view->y || y >= view->y + view->height) {
			memset(alpha, 0, (size_t)t->mask_width);
			continue;
		}
		place = place_of(y - view->y, t->height, view->height);
		above = place / 256;
		if (above != last)
			widen_pair(t, above, pmk_min(above + 1, t->rows - 1));
		last = above;
		trace_row(t, place % 256 * 128, luma, luma_stride, y, alpha);
	}
}

/* SPDX-License-Identifier: MIT */
/* Convolutions whose weights mix channels. All are made of spans: pixels of a row that share a list of taps. */
#include "base/num.h"
#include "model/own/kernel_level.h"

#include <string.h>

enum { MAX_PIXELS = 8, MAX_VECTORS = 3 };

struct span {
	const float *x, *bias, *add; /* add may be NULL */
	float *y;
	size_t x_step, y_step, add_step; /* floats from pixel to pixel */
	const struct pmk_tap *taps;
	int tap_count, pixels;
	enum pmk_step_activation activation; /* the caller applies SIGMOID */
};

typedef void span_run(const struct span *s, const float *weights);

/* Block sizes and tiles fit the registers: 32 with AVX-512 and on arm64, otherwise 16. */
#ifdef __AVX512F__
#define LANES 8
#include "model/own/conv_tile.inc"
SPAN(1, 8)
SPAN(3, 8)
#undef LANES
#define LANES 16
#include "model/own/conv_tile.inc"
SPAN(1, 8)
SPAN(2, 8)
SPAN(3, 8)
static span_run *const spans[] = { NULL, span1x8, span1x16, span3x8, span2x16, NULL, span3x16 };

/* Avoid blocks of a single group, which are the slowest. */
int LEVEL(pmk_kernel_block)(int groups)
{
	static const int few[] = { 0, 1, 2, 3, 4, 3, 6, 4, 4 };

	return groups <= 8 ? few[groups] : 6;
}
#elif defined(__AVX__)
#define LANES 8
#include "model/own/conv_tile.inc"
SPAN(1, 8)
SPAN(2, 6)
SPAN(3, 4)
static span_run *const spans[] = { NULL, span1x8, span2x8, span3x8 };

int LEVEL(pmk_kernel_block)(int groups)
{
	return groups == 4 || groups == 2 ? 2 : groups >= 3 ? 3 : groups;
}
#else
#define LANES 4
#include "model/own/conv_tile.inc"
#ifdef __aarch64__
SPAN(2, 8)
#else
SPAN(2, 4)
#endif
static span_run *const spans[] = { NULL, span2x4 };

int LEVEL(pmk_kernel_block)(int groups)
{
	return 1;
}
#endif
/* Channels are padded to eight, so sixteen lanes may not fit. */
#ifdef __AVX512F__
#define PLAIN(name) name##8
#else
#define PLAIN(name) V(name)
#endif

/* Run all channels of a span, block by block. */
static void run_span(const struct pmk_step *step, struct span s, const float *weights)
{
	int left = (int)pmk_padded(step->outputs) / PMK_PAD;

	while (left) {
		int groups = LEVEL(pmk_kernel_block)(left), channels = groups * PMK_PAD;

		spans[groups](&s, weights);
		weights += (size_t)step->depth * (size_t)channels;
		s.bias += channels;
		s.y += channels;
		s.add = s.add ? s.add + channels : NULL;
		left -= groups;
	}
}

/* List the taps of a window, with its top left corner at (row, column), that are inside the picture. Adjacent taps are
 * merged. */
static int list_taps(const struct pmk_step *step, int row, int column, struct pmk_tap *taps)
{
	const struct pmk_nhwc *x = &step->x;
	int count = 0;

	for (int i = 0; i < step->kernel_h; i++) {
		int at_y = row + i * step->dilation_h;

		for (int j = 0; at_y >= 0 && at_y < x->h && j < step->kernel_w; j++) {
			int at_x = column + j * step->dilation_w;
			struct pmk_tap tap = { (ptrdiff_t)at_y * (ptrdiff_t)x->row +
					(ptrdiff_t)at_x * (ptrdiff_t)x->pixel,
				(i * step->kernel_w + j) * x->c, x->c };

			if (at_x < 0 || at_x >= x->w)
				continue;
			if (count && taps[count - 1].at + taps[count - 1].run == tap.at &&
				taps[count - 1].depth + taps[count - 1].run == tap.depth)
				taps[count - 1].run += x->c;
			else
				taps[count++] = tap;
		}
	}
	return count;
}

/* Find the columns [from, to) of the result whose windows are inside the picture. */
static void find_inside(const struct pmk_step *step, int *from, int *to)
{
	int last = step->x.w - 1 - (step->kernel_w - 1) * step->dilation_w + step->left;

	*from = pmk_clamp((step->left + step->stride_w - 1) / step->stride_w, 0, step->y.w);
	*to = last < 0 ? *from : pmk_clamp(last / step->stride_w + 1, *from, step->y.w);
}

/* Run columns [from, to) of a row of the result, whose windows share the taps. */
static void run_part(const struct pmk_step *step, const struct span *row, int top, int from, int to,
	const struct pmk_scratch *scratch)
{
	struct span s = *row;

	if (from == to)
		return;
	s.taps = scratch->taps;
	s.tap_count = list_taps(step, top, from * step->stride_w - step->left, scratch->taps);
	s.pixels = to - from;
	s.y += (size_t)from * s.y_step;
	if (s.add)
		s.add += (size_t)from * s.add_step;
	run_span(step, s, step->scaled ? step->scaled : step->weights);
}

static float *row_of(const struct pmk_nhwc *t, int row)
{
	return t->at + (size_t)(row / t->h) * t->image + (size_t)(row % t->h) * t->row;
}

/* Interpolate between two rows of `t`; writes up to a vector more. */
static void lerp_rows(const struct pmk_nhwc *t, int image, struct pmk_lerp down, float *to)
{
	const float *top = t->at + (size_t)image * t->image + (size_t)down.first * t->row;
	const float *bottom = t->at + (size_t)image * t->image + (size_t)down.second * t->row;
	size_t count = (size_t)t->w * t->pixel;

	for (size_t i = 0; i < count; i += LANES)
		V(store)(to + i, V(load)(top + i) + (V(load)(bottom + i) - V(load)(top + i)) * down.part);
}

/* Compute a vector of channels from c on, of a row of x * scale + pre. */
static void mix_channels(const struct pmk_step *step, const float *x, const float *pre, size_t c, float *to)
{
	const size_t channels = pmk_padded(step->x.c), x_pixel = step->x.pixel, pre_pixel = step->pre.pixel;
	const V(vec) scale = V(load)(step->scale + c);
	const struct pmk_lerp *columns = step->columns;

	x += c;
	pre += c;
	to += c;
	for (int i = 0; i < step->x.w; i++, x += x_pixel, to += channels) {
		V(vec) left = V(load)(pre + (size_t)(columns ? columns[i].first : i) * pre_pixel);

		if (columns)
			left += (V(load)(pre + (size_t)columns[i].second * pre_pixel) - left) * columns[i].part;
		V(store)(to, V(load)(x) * scale + left);
	}
}

/* Compute a row of x * scale + pre; `spare` is for an interpolated row of pre. It runs from the last channels to the
 * first, because a vector that is wider than the remaining channels spills into the front of the next pixel. */
static void mix_row(const struct pmk_step *step, int row, float *to, float *spare)
{
	const float *x = row_of(&step->x, row), *pre = spare;

	if (step->rows)
		lerp_rows(&step->pre, row / step->x.h, step->rows[row % step->x.h], spare);
	else
		pre = row_of(&step->pre, row);
	for (size_t c = (pmk_padded(step->x.c) - 1) / LANES * LANES; c < pmk_padded(step->x.c); c -= LANES)
		mix_channels(step, x, pre, c, to);
}

static void keep_channels(const struct pmk_nhwc *y, int row, const float *from, size_t step)
{
	float *to = row_of(y, row);

	for (int i = 0; i < y->w; i++)
		memcpy(to + (size_t)i * y->pixel, from + (size_t)i * step, (size_t)y->c * sizeof *to);
}

/* For an activation that is too long for a tile, or a row that is not padded. */
static void activate_row(const struct pmk_nhwc *y, float *row, enum pmk_step_activation activation)
{
	size_t count = (size_t)y->w * y->pixel;

	for (size_t i = 0; activation != PMK_STEP_NONE && i < count; i += LANES)
		V(store_some)(row + i, V(activate)(V(load)(row + i), activation), count - i);
}

static bool is_padded(const struct pmk_nhwc *t)
{
	return t->pixel % PMK_PAD == 0;
}

/* A result that is not padded is computed in scratch memory, and its channels are copied. */
void LEVEL(pmk_kernel_conv)(const struct pmk_step *step, int first, int last, const struct pmk_scratch *scratch)
{
	size_t padded = pmk_padded(step->y.c);
	float *spare = scratch->row + (is_padded(&step->y) ? 0 : (size_t)step->y.w * padded);
	float *mixed = spare + (size_t)step->pre.w * step->pre.pixel;
	int from, to;

	find_inside(step, &from, &to);
	for (int row = first; row < last; row++) {
		int top = row % step->y.h * step->stride_h - step->top;
		struct span s = { .x = step->x.at + (size_t)(row / step->y.h) * step->x.image,
			.bias = step->bias,
			.x_step = (size_t)step->stride_w * step->x.pixel,
			.activation = step->activation };

		s.y = is_padded(&step->y) ? row_of(&step->y, row) : scratch->row;
		s.y_step = is_padded(&step->y) ? step->y.pixel : padded;
		if (step->add.at) {
			s.add = row_of(&step->add, row);
			s.add_step = step->add.pixel;
		}
		if (step->pre.at) {
			mix_row(step, row, mixed, spare);
			s.x = mixed;
			s.x_step = pmk_padded(step->x.c);
			top = 0;
		}
		for (int i = 0; i < from; i++)
			run_part(step, &s, top, i, i + 1, scratch);
		run_part(step, &s, top, from, to, scratch);
		for (int i = to; i < step->y.w; i++)
			run_part(step, &s, top, i, i + 1, scratch);
		if (!is_padded(&step->y))
			keep_channels(&step->y, row, scratch->row, padded);
		if (step->activation == PMK_STEP_SIGMOID)
			activate_row(&step->y, row_of(&step->y, row), PMK_STEP_SIGMOID);
	}
}

/* List the inputs whose windows cover the pixel (row, column) of the result before cropping. */
static int list_covering(const struct pmk_step *step, int row, int column, struct pmk_tap *taps)
{
	const struct pmk_nhwc *x = &step->x;
	int count = 0;

	for (int i = 0; i < step->kernel_h; i++) {
		int y_from = row - i;

		if (y_from < 0 || y_from % step->stride_h || y_from / step->stride_h >= x->h)
			continue;
		for (int j = 0; j < step->kernel_w; j++) {
			int x_from = column - j;

			if (x_from >= 0 && x_from % step->stride_w == 0 && x_from / step->stride_w < x->w)
				taps[count++] = (struct pmk_tap){ (ptrdiff_t)(y_from / step->stride_h) *
							(ptrdiff_t)x->row +
						(ptrdiff_t)(x_from / step->stride_w) * (ptrdiff_t)x->pixel,
					(i * step->kernel_w + j) * x->c, x->c };
		}
	}
	return count;
}

void LEVEL(pmk_kernel_transpose)(const struct pmk_step *step, int first, int last, const struct pmk_scratch *scratch)
{
	size_t padded = pmk_padded(step->y.c);

	for (int row = first; row < last; row++) {
		for (int i = 0; i < step->y.w; i++) {
			struct span s = { .x = step->x.at + (size_t)(row / step->y.h) * step->x.image,
				.bias = step->bias,
				.taps = scratch->taps,
				.y = scratch->row + (size_t)i * padded,
				.activation = step->activation,
				.pixels = 1 };

			s.tap_count = list_covering(step, row % step->y.h + step->top, i + step->left, scratch->taps);
			run_span(step, s, step->weights);
		}
		keep_channels(&step->y, row, scratch->row, padded);
		if (step->activation == PMK_STEP_SIGMOID)
			activate_row(&step->y, row_of(&step->y, row), PMK_STEP_SIGMOID);
	}
}

/* Distribute a row of blocks to one row of pixels; `from` is the part of the first block that belongs to this row. */
static void deal_row(const struct pmk_nhwc *y, int blocks, int width, const float *from, size_t step, float *to)
{
	if (width == 2 && y->pixel == 1) {
		for (int i = 0; i < blocks; i++) {
			to[2 * i] = from[(size_t)i * step];
			to[2 * i + 1] = from[(size_t)i * step + 1];
		}
		return;
	}
	for (int i = 0; i < blocks; i++) {
		for (int j = 0; j < width; j++)
			memcpy(to + (size_t)(i * width + j) * y->pixel, from + (size_t)i * step + (size_t)(j * y->c),
				(size_t)y->c * sizeof *to);
	}
}

void LEVEL(pmk_kernel_transpose_blocks)(
	const struct pmk_step *step, int first, int last, const struct pmk_scratch *scratch)
{
	const struct pmk_tap tap = { 0, 0, step->x.c };
	size_t padded = pmk_padded(step->outputs);

	for (int row = first; row < last; row++) {
		struct span s = { .x = row_of(&step->x, row),
			.x_step = step->x.pixel,
			.bias = step->bias,
			.taps = &tap,
			.tap_count = 1,
			.y = scratch->row,
			.y_step = padded,
			.pixels = step->x.w };

		run_span(step, s, step->weights);
		for (int i = 0; i < step->kernel_h; i++) {
			float *to = row_of(&step->y, row * step->kernel_h + i);

			deal_row(&step->y, step->x.w, step->kernel_w,
				scratch->row + (size_t)(i * step->kernel_w * step->y.c), padded, to);
			activate_row(&step->y, to, step->activation);
		}
	}
}

void LEVEL(pmk_kernel_scale_weights)(
	const struct pmk_step *step, int first, int last, const struct pmk_scratch *scratch)
{
	const float *from = step->weights;
	float *to = step->scaled;

	for (int left = (int)pmk_padded(step->outputs) / PMK_PAD; left;) {
		int groups = LEVEL(pmk_kernel_block)(left);

		for (int k = 0; k < step->depth; k++) {
			for (int c = 0; c < groups * PMK_PAD;
				c += PMK_PLAIN_LANES, from += PMK_PLAIN_LANES, to += PMK_PLAIN_LANES)
				PLAIN(store)(to, PLAIN(load)(from) * step->scale[k]);
		}
		left -= groups;
	}
}

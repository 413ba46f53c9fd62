/* SPDX-License-Identifier: MIT */
#include "find/prepare.h"

#include "base/mem.h"
#include "base/num.h"
#include "pixels/rows.h"

#include <errno.h>
#include <libyuv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HALVE_FROM = 3, HALVINGS = 13 }; /* after so many halvings PMK_IMAGE_MAX_PX is 1 */
/* a darker mean than DARK is lifted to it, unless that takes a smaller power */
static const double DARK = 0.27, LEAST_POWER = 0.4;
static const double TOE = 0.03; /* limits the slope at black, where there is noise */

struct pmk_prepare {
	int width, height; /* px, of the network's input */
	float scale, mean; /* the network is given byte * scale + mean */
	int stride; /* of each plane */
	/* Y at the network's size, U and V at half of it, rounded up: cameras give no more colour than that */
	uint8_t *plane[3];
	struct pmk_image small; /* these planes as an image */
	uint8_t *rgb; /* rows without padding */
	/* rows of a plane after each halving: an even one and an odd one */
	uint8_t *half[HALVINGS][2];
	int held[HALVINGS][2]; /* their numbers; -1: none */
	uint8_t *row; /* as wide as the widest picture, and what may be read beyond it */
	int *place; /* where each column of the input is sampled, in 1/256 px */
	struct pmk_taps *taps; /* the same for eight columns at a time */
	const struct pmk_rows *rows;
};

int pmk_prepare_create(const struct pmk_model_card *card, struct pmk_prepare **prepare)
{
	struct pmk_prepare *p = calloc(1, sizeof *p);
	size_t bytes;

	if (!p)
		return -ENOMEM;
	p->width = card->input_width;
	p->height = card->input_height;
	p->stride = pmk_align_up(p->width, PMK_MEM_ALIGN);
	bytes = (size_t)p->stride * (size_t)p->height;
	for (int i = 0; i < 3; i++)
		p->plane[i] = pmk_mem_alloc(bytes);
	p->rgb = pmk_mem_alloc((size_t)p->width * (size_t)p->height * 3);
	p->row = pmk_mem_alloc(PMK_IMAGE_MAX_PX + 16);
	p->place = pmk_mem_alloc((size_t)p->width * sizeof *p->place);
	p->taps = pmk_mem_alloc(((size_t)p->width + 7) / 8 * sizeof *p->taps);
	/* two rows of each width: 1/2, 1/4, ... of the widest row */
	p->half[0][0] = pmk_mem_alloc(2 * PMK_IMAGE_MAX_PX);
	p->rows = pmk_rows();
	if (!p->plane[0] || !p->plane[1] || !p->plane[2] || !p->rgb || !p->row || !p->place || !p->taps ||
		!p->half[0][0]) {
		pmk_prepare_destroy(p);
		return -ENOMEM;
	}
	for (int i = 1; i < 2 * HALVINGS; i++)
		p->half[i / 2][i % 2] = p->half[(i - 1) / 2][(i - 1) % 2] + (PMK_IMAGE_MAX_PX >> (1 + (i - 1) / 2));
	p->small = (struct pmk_image){ .layout = { .width = p->width, .height = p->height, .chroma = PMK_CHROMA_420 },
		.plane = { p->plane[0], p->plane[1], p->plane[2] },
		.stride = { p->stride, p->stride, p->stride } };
	p->scale = card->scale / 255;
	p->mean = card->mean;
	*prepare = p;
	return 0;
}

void pmk_prepare_destroy(struct pmk_prepare *p)
{
	if (!p)
		return;
	for (int i = 0; i < 3; i++)
		free(p->plane[i]);
	free(p->rgb);
	free(p->half[0][0]);
	free(p->row);
	free(p->place);
	free(p->taps);
	free(p);
}

/* libyuv writes B, G, R. If U and V are swapped and the matrix is mirrored, the same call writes R, G, B. */
static const struct YuvConstants *swapped_matrix(const struct pmk_layout *layout)
{
	if (layout->matrix == PMK_MATRIX_BT709)
		return layout->range == PMK_RANGE_FULL ? &kYvuF709Constants : &kYvuH709Constants;
	return layout->range == PMK_RANGE_FULL ? &kYvuJPEGConstants : &kYvuI601Constants;
}

/* The part of a line of a plane that is looked at. The view may begin before the plane and end after it. */
struct span {
	int first, count; /* px, of the view */
	int from, inside; /* px, of the part of it that is in the plane; `inside` after the halvings */
	int halved; /* how often */
};

static struct span span_of(int first, int count, int plane)
{
	int from = pmk_max(first, 0), end = pmk_min(first + count, plane);

	return (struct span){ first, count, from, end - from, 0 };
}

/* The place of pixel `at` of a line of `to` pixels in the part, between pixel centres, in 1/256 px. */
static int place_in(const struct span *s, int at, int to)
{
	int64_t part = ((2 * (int64_t)at + 1) * s->count + 2 * (int64_t)(s->first - s->from) * to) * 128;
	int64_t unit = (int64_t)to << s->halved, place = (part + unit / 2) / unit - 128, most = (s->inside - 1) * 256;

	return (int)(part < 0 || place < 0 ? 0 : place > most ? most : place);
}

/* Make row y of the part after so many halvings. Only rows that are asked for are made. */
static const uint8_t *row_at(struct pmk_prepare *p, const uint8_t *from, int stride, int width, int halved, int y)
{
	uint8_t *row;

	if (!halved)
		return from + (size_t)y * (size_t)stride;
	row = p->half[halved - 1][y % 2];
	if (p->held[halved - 1][y % 2] != y)
		p->rows->halve(row_at(p, from, stride, width, halved - 1, 2 * y),
			row_at(p, from, stride, width, halved - 1, 2 * y + 1), row, width >> halved);
	p->held[halved - 1][y % 2] = y;
	return row;
}

/* Scale bilinearly, between rows first. libyuv does the same but allocates memory each time. `from` is the plane's part
 * that is looked at, plane_width wide before any halving. */
static void sample(struct pmk_prepare *p, const uint8_t *from, int stride, int plane_width, const struct span *across,
	const struct span *down, uint8_t *to, int to_width, int to_height)
{
	int width = across->inside;
	bool fit;

	memset(p->held, -1, sizeof p->held);
	for (int x = 0; x < to_width; x++)
		p->place[x] = place_in(across, x, to_width);
	fit = pmk_taps_make(p->taps, p->place, to_width);
	for (int y = 0; y < to_height; y++) {
		int at = place_in(down, y, to_height), above = at / 256, below = pmk_min(above + 1, down->inside - 1);
		uint8_t *out = to + (size_t)y * p->stride;

		p->rows->mix(row_at(p, from, stride, plane_width, down->halved, above),
			row_at(p, from, stride, plane_width, down->halved, below), at % 256, p->row, width);
		p->row[width] = p->row[width - 1];
		if (fit)
			p->rows->stretch(p->row, p->taps, out, to_width);
		for (int x = 0; !fit && x < to_width; x++) {
			const uint8_t *pair = p->row + p->place[x] / 256;
			int part = p->place[x] % 256;
			out[x] = (uint8_t)((pair[0] * (256 - part) + pair[1] * part + 128) >> 8);
		}
	}
}

static void halve(struct span *s)
{
	s->inside /= 2;
	s->halved++;
}

/* Halve while the view is at least HALVE_FROM times the input's size, then scale the rest bilinearly. The network finds
 * a better edge in a crisp picture than in a smooth one. */
static void shrink(struct pmk_prepare *p, const struct pmk_image *image, const struct pmk_rect *view, int plane)
{
	int thinner = plane ? 2 : 1, lower = plane && image->layout.chroma == PMK_CHROMA_420 ? 2 : 1;
	struct span across = span_of(view->x / thinner, (view->width + thinner - 1) / thinner,
		pmk_layout_plane_width(&image->layout, plane));
	struct span down = span_of(
		view->y / lower, (view->height + lower - 1) / lower, pmk_layout_plane_height(&image->layout, plane));
	int to_width = plane ? (p->width + 1) / 2 : p->width, to_height = plane ? (p->height + 1) / 2 : p->height;
	int stride = image->stride[plane], width = across.inside;
	const uint8_t *from = image->plane[plane] + (size_t)down.from * (size_t)stride + across.from;

	while (across.count >> across.halved >= HALVE_FROM * to_width &&
		down.count >> down.halved >= HALVE_FROM * to_height && across.inside > 1 && down.inside > 1) {
		halve(&across);
		halve(&down);
	}
	sample(p, from, stride, width, &across, &down, p->plane[plane], to_width, to_height);
}

void pmk_prepare_scale(struct pmk_prepare *p, const struct pmk_image *image, const struct pmk_rect *view)
{
	for (int i = 0; i < 3; i++)
		shrink(p, image, view, i);
}

/* The mean luma of the planes, 0 for black to 1 for white. */
static double mean_luma(const struct pmk_prepare *p, enum pmk_range range)
{
	double black = range == PMK_RANGE_LIMITED ? 16 : 0, white = range == PMK_RANGE_LIMITED ? 235 : 255, mean;
	uint64_t sum = 0;

	for (int y = 0; y < p->height; y++) {
		const uint8_t *row = p->plane[0] + (size_t)y * (size_t)p->stride;
		uint32_t part = 0;

		for (int x = 0; x < p->width; x++)
			part += row[x];
		sum += part;
	}
	mean = (double)sum / p->width / p->height;
	return fmax((mean - black) / (white - black), 1 / 255.0);
}

/* Lift R, G and B of a dark picture by a power function, which is the identity where the mean is DARK. */
static void lift(struct pmk_prepare *p, double mean)
{
	double power = fmax(log(DARK) / log(mean), LEAST_POWER);
	double low = pow(TOE, power), high = pow(1 + TOE, power);
	size_t count = (size_t)p->width * (size_t)p->height * 3;
	uint8_t curve[256];

	for (int i = 0; i < 256; i++)
		curve[i] = (uint8_t)(255 * (pow(i / 255.0 + TOE, power) - low) / (high - low) + 0.5);
	for (size_t i = 0; i < count; i++)
		p->rgb[i] = curve[p->rgb[i]];
}

void pmk_prepare_run(struct pmk_prepare *p, const struct pmk_image *image, const struct pmk_rect *view, float *input)
{
	size_t count = (size_t)p->width * (size_t)p->height * 3;
	double mean;

	pmk_prepare_scale(p, image, view);
	mean = mean_luma(p, image->layout.range);
	I420ToRGB24Matrix(p->plane[0], p->stride, p->plane[2], p->stride, p->plane[1], p->stride, p->rgb, p->width * 3,
		swapped_matrix(&image->layout), p->width, p->height);
	if (mean < DARK)
		lift(p, mean);
	p->rows->to_floats(p->rgb, input, count, p->scale, p->mean);
}

const struct pmk_image *pmk_prepare_small(const struct pmk_prepare *p)
{
	return &p->small;
}

/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/plate/plate_parts.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { BINS = 16 };
static const float ROOM = 0.1f, PERSON = 0.9f; /* what is sure */
static const float CLAIMED = 0.5f; /* more likely a person than room */
static const float UNSURE = 0.02f; /* less than this makes no alpha */
static const float MOST_SURE = 0.999f; /* a network's 1 is no proof against all that was seen before */
static const float WORN = 1.0f / 25; /* of the person: a colour of so much is the person's */
static const float FADED = 0.9f; /* of the person's colours: what stays from look to look */

/* of the columns of a row of cells, in network pixels */
struct ends {
	float least[PMK_IMAGE_MAX_PX], most[PMK_IMAGE_MAX_PX];
};

static float *bin_of(const struct pmk_plate *p, int y, int u, int v)
{
	return &p->worn[(pmk_clamp(y, 0, 255) >> 4) * BINS * BINS + (pmk_clamp(u - 96, 0, 63) >> 2) * BINS +
		(pmk_clamp(v - 96, 0, 63) >> 2)];
}

/* Whether the cell has a colour of the person. A quarter of a bin to each side belongs to it. */
static bool is_worn(const struct pmk_plate *p, int i)
{
	float most = 0;

	for (int k = 0; k < 8; k++)
		most = fmaxf(most,
			*bin_of(p, p->now[0][i] + (k & 1 ? 4 : -4), p->now[1][i] + (k & 2 ? 1 : -1),
				p->now[2][i] + (k & 4 ? 1 : -1)));
	return most > WORN * p->worn_cells;
}

void pmk_plate_remember_colours(struct pmk_plate *p)
{
	for (int i = 0; i < PMK_PLATE_COLOURS; i++)
		p->worn[i] *= FADED;
	p->worn_cells *= FADED;
	for (int i = 0; i < p->columns * p->rows; i++) {
		if (p->vote[i] >= 0 || p->same[i])
			continue;
		*bin_of(p, p->now[0][i], p->now[1][i], p->now[2][i]) += 1;
		p->worn_cells += 1;
	}
}

/* The first pixel of a line of `count`, which covers `size` px from `start` on, whose middle is not before px `from`.
 */
static int pixel_from(int from, int start, int size, int count)
{
	return pmk_clamp((int)ceil((double)(from - start) * count / size - 0.5), 0, count);
}

/* The least and the most of each column of `height` rows. */
static void find_ends(const float *restrict p, int stride, int height, struct ends *restrict e)
{
	for (int x = 0; x < stride; x++)
		e->least[x] = e->most[x] = p[x];
	for (int y = 1; y < height; y++) {
		p += stride;
		for (int x = 0; x < stride; x++) {
			e->least[x] = p[x] < e->least[x] ? p[x] : e->least[x];
			e->most[x] = p[x] > e->most[x] ? p[x] : e->most[x];
		}
	}
}

static int8_t vote_of(const struct ends *e, int first, int end, float *most)
{
	float least = 1, high = 0;

	for (int x = first; x < end; x++) {
		least = e->least[x] < least ? e->least[x] : least;
		high = e->most[x] > high ? e->most[x] : high;
	}
	*most = high;
	return high < ROOM ? 1 : least > PERSON ? -1 : 0;
}

/* Weigh the pixels of a cell. Returns the vote that this makes. */
static int8_t weigh_cell(float *p, int stride, int width, int height, float odds)
{
	float most = 0;

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			float *q = p + y * stride + x, sure = fminf(*q, MOST_SURE);
			*q = sure / (sure + (1 - sure) * odds);
			most = fmaxf(most, *q);
		}
	}
	return most < ROOM;
}

/* The cells of row y; `pixel` has the first network pixel of each column of cells. */
static void weigh_row(struct pmk_plate *p, int y, const int *pixel, float *probability, int stride, int height)
{
	struct ends ends;

	find_ends(probability, stride, height, &ends);
	for (int x = 0; x < p->columns; x++) {
		int i = y * p->columns + x, width = pixel[x + 1] - pixel[x];
		float most;
		int8_t vote;

		if (!width)
			continue;
		vote = vote_of(&ends, pixel[x], pixel[x + 1], &most);
		p->claimed[i] |= most > CLAIMED;
		if (most > UNSURE && p->nats[i] && (p->fixed[i] == PMK_PLATE_FIXED || !is_worn(p, i))) {
			int8_t after = weigh_cell(probability + pixel[x], stride, width, height, expf(p->nats[i]));
			vote = vote ? vote : after;
		}
		p->vote[i] = vote;
	}
}

/* The first network pixel of each column of cells, and the end of the last one. */
static void find_columns(const struct pmk_plate *p, const struct pmk_rect *view, int width, int *pixel)
{
	assert(width <= PMK_IMAGE_MAX_PX);
	for (int x = 0; x <= p->columns; x++)
		pixel[x] = pixel_from(x << p->halved, view->x, view->width, width);
}

/* The first network pixel of row y of cells. */
static int first_row(const struct pmk_plate *p, const struct pmk_rect *view, int y, int height)
{
	return pixel_from(y << p->halved, view->y, view->height, height);
}

void pmk_plate_weigh(struct pmk_plate *p, const struct pmk_rect *view, float *probability, int width, int height)
{
	int pixel[PMK_IMAGE_MAX_PX / 2 + 1];

	find_columns(p, view, width, pixel);
	for (int y = 0; y < p->rows; y++) {
		int top = first_row(p, view, y, height), bottom = first_row(p, view, y + 1, height);

		if (top < bottom)
			weigh_row(p, y, pixel, probability + (size_t)top * (size_t)width, width, bottom - top);
	}
	if (p->hangings) {
		pmk_plate_mark_hangings(p);
		pmk_plate_clear_hangings(p, view, probability, width, height);
	}
}

void pmk_plate_overrule(
	const struct pmk_plate *p, const struct pmk_rect *view, float *probability, int width, int height)
{
	int pixel[PMK_IMAGE_MAX_PX / 2 + 1];

	find_columns(p, view, width, pixel);
	for (int y = 0; y < p->rows; y++) {
		int top = first_row(p, view, y, height), bottom = first_row(p, view, y + 1, height);
		float *row = probability + (size_t)top * (size_t)width;

		for (int x = 0, i = y * p->columns; top < bottom && x < p->columns; x++, i++) {
			if (p->fixed[i] == PMK_PLATE_FIXED && p->nats[i] && pixel[x] < pixel[x + 1])
				weigh_cell(
					row + pixel[x], width, pixel[x + 1] - pixel[x], bottom - top, expf(p->nats[i]));
		}
	}
}

void pmk_plate_clear_hangings(
	const struct pmk_plate *p, const struct pmk_rect *view, float *probability, int width, int height)
{
	int pixel[PMK_IMAGE_MAX_PX / 2 + 1];

	find_columns(p, view, width, pixel);
	for (int y = 0; y < p->rows; y++) {
		int top = first_row(p, view, y, height), bottom = first_row(p, view, y + 1, height);

		for (int x = 0, i = y * p->columns; x < p->columns; x++, i++) {
			if (!p->hung[i])
				continue;
			for (int row = top; row < bottom; row++)
				memset(probability + (size_t)row * (size_t)width + pixel[x], 0,
					(size_t)(pixel[x + 1] - pixel[x]) * sizeof *probability);
		}
	}
}

/* Fill a part of a picture of three channels with its mean. */
static void flatten(float *input, int stride, int left, int right, int top, int bottom)
{
	for (int k = 0; k < 3 && left < right && top < bottom; k++) {
		float sum = 0;

		for (int y = top; y < bottom; y++) {
			for (int x = left; x < right; x++)
				sum += input[(y * stride + x) * 3 + k];
		}
		sum /= (float)((right - left) * (bottom - top));
		for (int y = top; y < bottom; y++) {
			for (int x = left; x < right; x++)
				input[(y * stride + x) * 3 + k] = sum;
		}
	}
}

void pmk_plate_flatten_hangings(
	const struct pmk_plate *p, const struct pmk_rect *view, float *input, int width, int height)
{
	for (int k = 0; k < p->hangings; k++) {
		const struct pmk_hanging *h = &p->hanging[k];
		const int from[2] = { h->left, h->right_begin }, to[2] = { h->left_end, h->right + 1 };
		int s = p->halved, top = pixel_from(h->top << s, view->y, view->height, height),
		    bottom = pixel_from((h->bottom + 1) << s, view->y, view->height, height);

		for (int n = 0; n < 2; n++)
			flatten(input, width, pixel_from(from[n] << s, view->x, view->width, width),
				pixel_from(to[n] << s, view->x, view->width, width), top, bottom);
	}
}

/* SPDX-License-Identifier: MIT */
#include "find/study.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LESS = 1.2, MORE = 1.35; /* margins of the views, as shares of the box */
static const double UPPER = 0.4; /* of the person's height, from the top: head and raised hands */
static const double ABOVE = 0.1; /* of the person's height: a hand above the head, too */
static const float VISIBLE = 0.25f; /* a hand that a look is not sure of is in the box of head and hands, too */
static const double LEAST = 0.01; /* of the person's height: columns with less do not widen that box */
static const double BORDER = 0.04; /* of a look's side: there its weight falls */
static const double LEAST_WEIGHT = 0.001; /* at the border itself, where there is no other look */
static const float BEND = 0.35f; /* of a surety */

/* The place of a row or column of the joined look in another look. */
struct pmk_study_tap {
	int at;
	float part; /* 0..1: of the next pixel */
	float weight; /* 0: outside the look */
};

int pmk_study_init(struct pmk_study *s, int width, int height)
{
	size_t count = (size_t)width * (size_t)height;

	*s = (struct pmk_study){ .width = width, .height = height };
	s->sum = pmk_mem_alloc(count * sizeof *s->sum);
	s->weight = pmk_mem_alloc(count * sizeof *s->weight);
	s->across = pmk_mem_alloc((size_t)width * sizeof *s->across);
	if (s->sum && s->weight && s->across)
		return 0;
	pmk_study_finish(s);
	return -ENOMEM;
}

void pmk_study_finish(struct pmk_study *s)
{
	free(s->sum);
	free(s->weight);
	free(s->across);
	*s = (struct pmk_study){ 0 };
}

/* The box of head and hands: as wide as what is visible of the person in the upper part. */
static struct pmk_box upper_box(
	const struct pmk_study *s, const struct pmk_box *people, const struct pmk_rect *seen, const float *probability)
{
	double across = (double)seen->width / s->width, down = (double)seen->height / s->height;
	double height = people->bottom - people->top, end = people->top + UPPER * height;
	int first = pmk_max((int)((people->top - ABOVE * height - seen->y) / down), 0);
	int behind = pmk_min((int)((end - seen->y) / down) + 1, s->height);
	struct pmk_box box = { people->right, people->top, people->left, end };

	for (int x = 0; x < s->width; x++) {
		int rows = 0;

		for (int y = first; y < behind; y++)
			rows += probability[(size_t)y * (size_t)s->width + (size_t)x] > VISIBLE;
		if (rows * down <= LEAST * height)
			continue;
		box.left = fmin(box.left, seen->x + x * across);
		box.right = fmax(box.right, seen->x + (x + 1) * across);
	}
	return box;
}

int pmk_study_plan(const struct pmk_study *s, const struct pmk_view *view, const struct pmk_rect *seen,
	const float *probability, struct pmk_rect part[PMK_STUDY_PARTS], struct pmk_rect *joined)
{
	struct pmk_box upper;

	*joined = *seen;
	if (view->wide)
		return pmk_view_tiles(view, part);
	upper = upper_box(s, &view->people, seen, probability);
	part[0] = pmk_view_inside(view, &view->people, LESS);
	part[1] = pmk_view_inside(view, &view->people, MORE);
	part[2] = pmk_view_inside(view, &upper, LESS);
	*joined = part[1];
	return 3;
}

void pmk_study_begin(struct pmk_study *s, const struct pmk_rect *view, int picture_width, int picture_height)
{
	size_t count = (size_t)s->width * (size_t)s->height;

	s->view = *view;
	s->picture_width = picture_width;
	s->picture_height = picture_height;
	memset(s->sum, 0, count * sizeof *s->sum);
	memset(s->weight, 0, count * sizeof *s->weight);
}

/* The place of pixel `at` of a line of `count` pixels of the view `first`, `size` in the same line of the look `from`,
 * `length`; `side` is the picture's. */
static struct pmk_study_tap tap_of(int at, int count, int first, int size, int from, int length, int side)
{
	double px = first + (at + 0.5) * size / count, place = (px - from) * count / length - 0.5;
	double before = from <= 0 ? 1 : (px - from) / (BORDER * length),
	       behind = from + length >= side ? 1 : (from + length - px) / (BORDER * length);
	struct pmk_study_tap tap = { 0 };

	if (px < from || px > from + length)
		return tap;
	place = fmin(fmax(place, 0), count - 1);
	tap.at = (int)place;
	tap.part = (float)(place - tap.at);
	tap.weight = (float)fmin(fmax(fmin(before, behind), LEAST_WEIGHT), 1);
	return tap;
}

static void add_row(struct pmk_study *s, const struct pmk_study_tap *down, const float *probability, size_t to)
{
	const float *a = probability + (size_t)down->at * (size_t)s->width,
		    *b = down->at + 1 < s->height ? a + s->width : a;

	for (int x = 0; x < s->width; x++) {
		const struct pmk_study_tap *t = &s->across[x];
		int left = t->at, right = pmk_min(left + 1, s->width - 1);
		float upper = a[left] + t->part * (a[right] - a[left]),
		      lower = b[left] + t->part * (b[right] - b[left]);
		float d = upper + down->part * (lower - upper) - 0.5f, weight = down->weight * t->weight;

		s->sum[to + (size_t)x] += weight * d / (BEND - d * d);
		s->weight[to + (size_t)x] += weight;
	}
}

void pmk_study_add(struct pmk_study *s, const struct pmk_rect *part, const float *probability, float weight)
{
	for (int x = 0; x < s->width; x++)
		s->across[x] = tap_of(x, s->width, s->view.x, s->view.width, part->x, part->width, s->picture_width);
	for (int y = 0; y < s->height; y++) {
		struct pmk_study_tap down = tap_of(
			y, s->height, s->view.y, s->view.height, part->y, part->height, s->picture_height);

		down.weight *= weight;
		if (down.weight > 0)
			add_row(s, &down, probability, (size_t)y * (size_t)s->width);
	}
}

/* The inverse of the surety x = d / (BEND - d^2): the root of x d^2 + d - x BEND that is within -0.5 .. 0.5. */
void pmk_study_end(const struct pmk_study *s, float *probability)
{
	for (size_t i = 0; i < (size_t)s->width * (size_t)s->height; i++) {
		float x = s->weight[i] > 0 ? s->sum[i] / s->weight[i] : 0;
		float p = 0.5f + 2 * x * BEND / (1 + sqrtf(1 + 4 * x * x * BEND));

		p = p < 0 ? 0 : p > 1 ? 1 : p;
		probability[i] = s->weight[i] > 0 ? p : 0;
	}
}

void pmk_study_mirror(float *pixels, int width, int height, int channels)
{
	for (int y = 0; y < height; y++, pixels += (size_t)width * (size_t)channels) {
		for (int x = 0; x < width / 2; x++) {
			float *left = pixels + x * channels, *right = pixels + (width - 1 - x) * channels;

			for (int i = 0; i < channels; i++) {
				float kept = left[i];

				left[i] = right[i];
				right[i] = kept;
			}
		}
	}
}

/* SPDX-License-Identifier: MIT */
#include "find/hands/hands.h"

#include "base/mem.h"
#include "base/num.h"
#include "find/hands/hands_parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SQUARES[] = { 0.35, 0.6 }; /* sides, of the people's height */
static const float STUDIED = 6, CLOSER = 6; /* weights: six looks were joined; a closer one counts as much */
static const double COLOURS = 0.6, PARTS = 0.4, FADE = 0.05; /* of their height: down to where */

int pmk_hands_init(struct pmk_hands *h, int width, int height)
{
	struct pmk_layout layout = { .width = width, .height = height };
	size_t count = pmk_align_up_size((size_t)width * (size_t)height, 16);
	float *at = pmk_mem_alloc((PMK_DOUBTS * (PMK_HANDS_LOOKS + 1) + 2) * count * sizeof *at);
	int err = at ? 0 : -ENOMEM;

	*h = (struct pmk_hands){ .width = width, .height = height, .block = at };
	if (!err)
		err = pmk_colours_init(&h->colours, width, height);
	for (int k = 0; !err && k < PMK_DOUBTS; k++) {
		err = pmk_image_alloc(&h->part[k].small, &layout);
		h->part[k].probability = at;
		at += count;
		for (int i = 0; i < PMK_HANDS_LOOKS; i++, at += count)
			h->look[k][i] = at;
	}
	h->before = at;
	h->after = at ? at + count : NULL;
	if (err)
		pmk_hands_finish(h);
	return err;
}

void pmk_hands_finish(struct pmk_hands *h)
{
	for (int k = 0; k < PMK_DOUBTS; k++)
		pmk_image_free(&h->part[k].small);
	pmk_colours_finish(&h->colours);
	free(h->block);
	*h = (struct pmk_hands){ 0 };
}

struct pmk_box pmk_hands_square(const struct pmk_view *view, const struct pmk_doubt *doubt, int i)
{
	double half = SQUARES[i / 2] * (view->people.bottom - view->people.top) / 2, across = half * view->shape;

	return (struct pmk_box){ doubt->x - across, doubt->y - half, doubt->x + across, doubt->y + half };
}

int pmk_hands_look(struct pmk_hands *h, const struct pmk_view *view, const struct pmk_hands_eye *eye,
	const struct pmk_doubt *doubt, int k, int i)
{
	struct pmk_box box = pmk_hands_square(view, doubt, i);
	const float *look;
	int err;

	h->rect[k][i] = pmk_view_inside(view, &box, 1);
	err = eye->look(eye->context, &h->rect[k][i], i % 2, &look);
	if (!err)
		memcpy(h->look[k][i], look, (size_t)h->width * (size_t)h->height * sizeof *look);
	return err;
}

/* Join what was seen with the closer looks first..end - 1, for the part `at` of the picture; the larger one of that and
 * of what was seen is left in h->after. */
static void join(struct pmk_hands *h, struct pmk_study *s, const struct pmk_view *view, const struct pmk_rect *at,
	const struct pmk_rect *seen, const float *probability, int first, int end)
{
	pmk_study_begin(s, at, view->width, view->height);
	pmk_study_add(s, seen, probability, STUDIED);
	pmk_study_end(s, h->before);
	for (int k = first; k < end; k++) {
		for (int i = 0; i < PMK_HANDS_LOOKS; i++)
			pmk_study_add(s, &h->rect[k][i], h->look[k][i], CLOSER * h->sure[k]);
	}
	pmk_study_end(s, h->after);
	for (int i = 0; i < h->width * h->height; i++)
		h->after[i] = fmaxf(h->before[i], h->after[i]);
}

/* Judge the looks at doubt k. */
static void judge(struct pmk_hands *h, struct pmk_study *s, const struct pmk_view *view, const struct pmk_rect *seen,
	const float *probability, int k)
{
	h->sure[k] = 1;
	join(h, s, view, seen, seen, probability, k, k + 1);
	h->sure[k] = (float)pmk_doubt_hand(probability, h->after, h->width, h->height, seen, &view->people);
}

/* Decide doubts in a look at `at` by its colours. */
static void weigh(struct pmk_hands *h, const struct pmk_view *view, const struct pmk_rect *at,
	const struct pmk_image *small, float *probability)
{
	double tall = view->people.bottom - view->people.top, end = view->people.top + COLOURS * tall - at->y;

	pmk_colours_weigh(&h->colours, small, probability, (end - FADE * tall) * h->height / at->height,
		end * h->height / at->height);
}

/* Give a part as it is seen closer, down to where hands may be. */
static void give(struct pmk_hands *h, struct pmk_study *s, const struct pmk_view *view, const struct pmk_hands_eye *eye,
	const struct pmk_rect *seen, const float *probability, int doubts)
{
	struct pmk_closer *part = &h->part[h->count];
	double tall = view->people.bottom - view->people.top, end = view->people.top + PARTS * tall;

	part->view = h->rect[h->count++][PMK_HANDS_LOOKS - 1];
	join(h, s, view, &part->view, seen, probability, 0, doubts);
	memcpy(part->probability, h->after, (size_t)h->width * (size_t)h->height * sizeof *probability);
	pmk_image_copy(&part->small, eye->scale(eye->context, &part->view));
	weigh(h, view, &part->view, &part->small, part->probability);
	for (int y = 0; y < h->height; y++) {
		double px = part->view.y + (y + 0.5) * part->view.height / h->height;
		float share = (float)fmin(fmax((end - px) / (FADE * tall), 0), 1);

		for (int x = 0; x < h->width; x++)
			part->probability[(size_t)y * (size_t)h->width + (size_t)x] *= share;
	}
}

void pmk_hands_decide(struct pmk_hands *h, struct pmk_study *s, const struct pmk_view *view,
	const struct pmk_hands_eye *eye, const struct pmk_rect *seen, float *probability, int doubts)
{
	h->count = 0;
	for (int k = 0; k < doubts; k++)
		judge(h, s, view, seen, probability, k);
	while (h->count < doubts)
		give(h, s, view, eye, seen, probability, doubts);
	if (doubts) {
		join(h, s, view, seen, seen, probability, 0, doubts);
		memcpy(probability, h->after, (size_t)h->width * (size_t)h->height * sizeof *probability);
	}
	weigh(h, view, seen, eye->scale(eye->context, seen), probability);
}

int pmk_hands_study(struct pmk_hands *h, struct pmk_study *s, const struct pmk_view *view,
	const struct pmk_hands_eye *eye, const struct pmk_rect *seen, float *probability)
{
	struct pmk_doubt doubt[PMK_DOUBTS];
	int doubts = pmk_doubt_find(probability, h->width, h->height, seen, &view->people, false, doubt), err;

	for (int k = 0; k < doubts; k++) {
		for (int i = 0; i < PMK_HANDS_LOOKS; i++) {
			err = pmk_hands_look(h, view, eye, &doubt[k], k, i);
			if (err)
				return err;
		}
	}
	pmk_hands_decide(h, s, view, eye, seen, probability, doubts);
	return 0;
}

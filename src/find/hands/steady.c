/* SPDX-License-Identifier: MIT */
#include "find/hands/steady.h"

#include "base/mem.h"
#include "base/num.h"
#include "find/hands/hands_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DUE_NS = 33000000 }; /* a look is due each time */
enum { OFTEN = 4 }; /* times until doubts are sought again */
enum { REST = 2 }; /* times without a look for each look of a study */
static const float COVER = 0.01f; /* what the look at the view weighs beside those of the study, which know no plate */
enum { STUDY = 2 * PMK_STUDY_PARTS }; /* looks, of which every second is mirrored */

int pmk_hands_steady_init(struct pmk_hands_steady *f, int width, int height)
{
	size_t count = pmk_align_up_size((size_t)width * (size_t)height, 16);
	int err;

	*f = (struct pmk_hands_steady){ .block = pmk_mem_alloc(3 * count * sizeof *f->seen) };
	if (!f->block)
		return -ENOMEM;
	f->seen = f->block;
	f->now = f->seen + count;
	f->found = f->now + count;
	err = pmk_hands_memory_init(&f->memory, width, height);
	if (err)
		pmk_hands_steady_finish(f);
	return err;
}

void pmk_hands_steady_finish(struct pmk_hands_steady *f)
{
	pmk_hands_memory_finish(&f->memory);
	free(f->block);
	*f = (struct pmk_hands_steady){ 0 };
}

void pmk_hands_steady_forget(struct pmk_hands_steady *f)
{
	pmk_hands_memory_forget(&f->memory, &(struct pmk_rect){ 0 });
	f->looks = 0;
	f->wait = OFTEN;
	f->skipped = 0;
}

void pmk_hands_steady_skip(struct pmk_hands_steady *f)
{
	f->skipped++;
}

/* The blocks of the larger square around a doubt. */
static struct pmk_hands_blocks around(
	const struct pmk_hands_steady *f, const struct pmk_view *view, const struct pmk_doubt *doubt)
{
	struct pmk_box box = pmk_hands_square(view, doubt, PMK_HANDS_LOOKS - 1);

	return pmk_hands_memory_blocks(&f->memory, &box);
}

static bool is_still(const struct pmk_hands_steady *f, const struct pmk_view *view)
{
	struct pmk_hands_blocks b = around(f, view, &f->asked);
	bool still = pmk_hands_memory_is_still(&f->memory, &b);

	for (int k = 0; still && k < f->doubts; k++) {
		b = around(f, view, &f->doubt[k]);
		still = pmk_hands_memory_is_still(&f->memory, &b);
	}
	return still;
}

/* Choose a doubt that stands still, and has not been studied as it is. A view of the first sight will move soon. */
static bool choose(struct pmk_hands_steady *f, const struct pmk_view *view, const struct pmk_image *small,
	const float *probability)
{
	const struct pmk_hands_memory *m = &f->memory;
	struct pmk_doubt doubt[PMK_DOUBTS];
	int doubts;

	if (f->wait > 0 || view->rough)
		return false;
	f->wait = OFTEN;
	pmk_hands_memory_compare(&f->memory, small);
	doubts = pmk_doubt_find(probability, m->width, m->height, &m->view, &view->people, true, doubt);
	for (int k = 0; k < doubts; k++) {
		struct pmk_hands_blocks b = around(f, view, &doubt[k]);

		f->asked = doubt[k];
		if (pmk_hands_memory_is_still(m, &b) && !pmk_hands_memory_is_known(m, &b))
			return true;
	}
	return false;
}

/* Begin a study. Its looks may not cover the whole view: there, the look that there is counts. */
static void begin(struct pmk_hands_steady *f, struct pmk_study *s, const struct pmk_view *view,
	const struct pmk_image *small, const float *probability)
{
	const struct pmk_hands_memory *m = &f->memory;
	struct pmk_rect joined;

	f->doubts = 0;
	memcpy(f->seen, probability, (size_t)m->width * (size_t)m->height * sizeof *f->seen);
	pmk_hands_memory_begin(&f->memory, small);
	pmk_study_plan(s, view, &m->view, probability, f->part, &joined);
	pmk_study_begin(s, &m->view, view->width, view->height);
	pmk_study_add(s, &m->view, probability, COVER);
}

static void end(struct pmk_hands_steady *f, struct pmk_hands *h, struct pmk_study *s, const struct pmk_view *view,
	const struct pmk_hands_eye *eye)
{
	struct pmk_hands_blocks b = around(f, view, &f->asked);

	pmk_hands_decide(h, s, view, eye, &f->memory.view, f->found, f->doubts);
	pmk_hands_memory_keep(&f->memory, &b, f->seen, f->found);
	for (int k = 0; k < f->doubts; k++) {
		b = around(f, view, &f->doubt[k]);
		pmk_hands_memory_keep(&f->memory, &b, f->seen, f->found);
	}
	pmk_hands_memory_keep_parts(&f->memory, h);
}

static void stop(struct pmk_hands_steady *f)
{
	f->wait = REST * f->looks;
	f->looks = 0;
}

/* Take the next look of the study. */
static int look(struct pmk_hands_steady *f, struct pmk_hands *h, struct pmk_study *s, const struct pmk_view *view,
	const struct pmk_hands_eye *eye)
{
	const struct pmk_hands_memory *m = &f->memory;
	int i = f->looks++, closer = i - STUDY, err;
	const float *probability;

	if (closer >= 0)
		return pmk_hands_look(h, view, eye, &f->doubt[closer / PMK_HANDS_LOOKS], closer / PMK_HANDS_LOOKS,
			closer % PMK_HANDS_LOOKS);
	err = eye->look(eye->context, &f->part[i / 2], i % 2, &probability);
	if (err)
		return err;
	pmk_study_add(s, &f->part[i / 2], probability, 1);
	if (f->looks < STUDY)
		return 0;
	pmk_study_end(s, f->found);
	f->doubts = pmk_doubt_find(f->found, m->width, m->height, &m->view, &view->people, false, f->doubt);
	return 0;
}

static bool is_done(const struct pmk_hands_steady *f)
{
	return f->looks >= STUDY && f->looks == STUDY + f->doubts * PMK_HANDS_LOOKS;
}

/* Begin a study, go on with it, or end it. Not all looks that are due are taken if pictures come seldom: one that takes
 * long would make the next one longer. */
static int study(struct pmk_hands_steady *f, struct pmk_hands *h, struct pmk_study *s, const struct pmk_view *view,
	const struct pmk_hands_eye *eye, const struct pmk_image *small, int due, float **probability)
{
	int err = 0;

	if (f->looks) {
		pmk_hands_memory_compare(&f->memory, small);
		if (!is_still(f, view))
			stop(f);
	}
	f->wait -= due;
	if (!f->looks && !choose(f, view, small, *probability)) {
		/* the next picture may be the one that is compared with this */
		if (f->wait <= due)
			pmk_hands_memory_begin(&f->memory, small);
		return 0;
	}
	if (!f->looks)
		begin(f, s, view, small, *probability);
	memcpy(f->now, *probability, (size_t)f->memory.width * (size_t)f->memory.height * sizeof *f->now);
	*probability = f->now;
	for (int k = 0; !err && !is_done(f) && k < due && k <= f->skipped; k++)
		err = look(f, h, s, view, eye);
	if (!err && !is_done(f))
		return 0;
	if (!err)
		end(f, h, s, view, eye);
	stop(f);
	return err;
}

int pmk_hands_steady_run(struct pmk_hands_steady *f, struct pmk_hands *h, struct pmk_study *s,
	const struct pmk_view *view, const struct pmk_hands_eye *eye, const struct pmk_rect *seen,
	const struct pmk_image *small, uint64_t now_ns, float **probability)
{
	struct pmk_hands_memory *m = &f->memory;
	uint64_t passed = (now_ns - f->last_ns) / DUE_NS;
	int due = (int)pmk_min(passed, OFTEN), err = 0;

	f->last_ns = passed > OFTEN ? now_ns : f->last_ns + passed * DUE_NS;
	if (memcmp(seen, &m->view, sizeof *seen) != 0) {
		pmk_hands_steady_forget(f);
		pmk_hands_memory_forget(m, seen);
		pmk_hands_memory_begin(m, small);
	} else {
		pmk_hands_memory_check(m, small, now_ns);
		if (due)
			err = study(f, h, s, view, eye, small, due, probability);
		f->skipped = 0;
	}
	if (err)
		return err;
	pmk_hands_memory_recall(m, eye, *probability);
	pmk_hands_memory_recall_parts(m, h, eye);
	return 0;
}

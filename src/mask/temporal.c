/* SPDX-License-Identifier: MIT */
#include "mask/temporal.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float FOLLOW = 0.25f; /* without luma, a change of this much is motion and is followed completely */
enum {
	/* sums over 3x3 samples of the change of luma: up to NOISE is noise, from MOTION on it is followed at once */
	NOISE = 6 * 9,
	MOTION = 16 * 9,
	CUT = 40, /* mean change of luma: another scene */
};

int pmk_temporal_init(struct pmk_temporal *t, int width, int height, float strength)
{
	size_t count = pmk_align_up_size((size_t)width * (size_t)height, 64);
	float *block = pmk_mem_alloc(count * (2 * sizeof *block + 3) + ((size_t)width + 2) * sizeof *t->sums);

	if (!block)
		return -ENOMEM;
	*t = (struct pmk_temporal){ .strength = strength,
		.width = width,
		.height = height,
		.last = block,
		.moved = block + count,
		.block = block };
	t->luma = (uint8_t *)(block + 2 * count);
	t->moved_luma = t->luma + count;
	t->known = t->moved_luma + count;
	t->sums = (uint16_t *)(t->known + count);
	return 0;
}

void pmk_temporal_finish(struct pmk_temporal *t)
{
	free(t->block);
	*t = (struct pmk_temporal){ 0 };
}

void pmk_temporal_reset(struct pmk_temporal *t)
{
	t->primed = false;
}

void pmk_temporal_inherit(struct pmk_temporal *t, struct pmk_temporal *from)
{
	float strength = t->strength, its_strength = from->strength;
	struct pmk_temporal memory = *from;

	if (t->width != from->width || t->height != from->height || its_strength <= 0)
		return;
	*from = *t;
	from->strength = its_strength;
	pmk_temporal_reset(from);
	*t = memory;
	t->strength = strength;
}

/* The sample of a line of `count` samples of the old view that contains the middle of sample `at` of the new view; -1:
 * outside. */
static int sample_before(int at, int count, int first, int size, int old_first, int old_size)
{
	/* in 1 / (2 count) px */
	int64_t middle = (2 * (int64_t)at + 1) * size + 2 * (int64_t)count * (first - old_first);

	if (middle < 0 || middle >= 2 * (int64_t)count * old_size)
		return -1;
	return (int)(middle / (2 * (int64_t)old_size));
}

/* Move the memory to where it would be if the last view had been this one. */
static void follow_view(struct pmk_temporal *t, const struct pmk_rect *view)
{
	float *last = t->last;
	uint8_t *luma = t->luma;

	for (int y = 0; y < t->height; y++) {
		int from_y = sample_before(y, t->height, view->y, view->height, t->view.y, t->view.height);

		for (int x = 0; x < t->width; x++) {
			int from_x = sample_before(x, t->width, view->x, view->width, t->view.x, t->view.width);
			size_t to = (size_t)y * (size_t)t->width + (size_t)x,
			       from = (size_t)from_y * (size_t)t->width + (size_t)from_x;
			bool known = from_x >= 0 && from_y >= 0 && t->known[from_y >= 0 && from_x >= 0 ? from : 0];

			t->moved[to] = known ? last[from] : -1;
			t->moved_luma[to] = known ? luma[from] : 0;
		}
	}
	t->last = t->moved;
	t->moved = last;
	t->luma = t->moved_luma;
	t->moved_luma = luma;
	for (size_t i = 0; i < (size_t)t->width * (size_t)t->height; i++)
		t->known[i] = t->last[i] >= 0 ? 255 : 0;
	t->view = *view;
}

/* The brightness of this luma over that of the last, in 1/256; 0: nothing is known, or they are too far apart. */
static int light_change(const struct pmk_temporal *t, const uint8_t *luma)
{
	uint64_t now = 0, before = 0;

	for (int y = 0; y < t->height; y++) {
		size_t row = (size_t)y * (size_t)t->width;
		uint32_t row_now = 0, row_before = 0;

		for (int x = 0; x < t->width; x++) {
			row_now += luma[row + (size_t)x] & t->known[row + (size_t)x];
			row_before += t->luma[row + (size_t)x] & t->known[row + (size_t)x];
		}
		now += row_now;
		before += row_before;
	}
	if (!before || now > 8 * before || before > 8 * now)
		return 0;
	return (int)((now * 256 + before / 2) / before);
}

/* The change of luma, after the last luma has been brought to the present brightness: at most 255, and 255 where the
 * memory has nothing. Returns the sum of the known ones. In 16 bits, because compilers can take the upper half of a
 * product. */
static uint32_t step_row(const uint8_t *restrict luma, const uint8_t *restrict before, const uint8_t *restrict known,
	uint16_t light, uint8_t *restrict step, int count)
{
	uint32_t sum = 0;

	for (int x = 0; x < count; x++) {
		uint16_t lit = (uint16_t)((uint32_t)(uint16_t)(before[x] << 8) * light >> 16);
		int16_t off = (int16_t)(luma[x] - lit);

		off = (int16_t)(off < 0 ? -off : off);
		step[x] = (uint8_t)(off > 255 ? 255 : off);
	}
	for (int x = 0; x < count; x++) {
		sum += step[x] & known[x];
		step[x] = (uint8_t)(step[x] | (uint8_t)~known[x]);
	}
	return sum;
}

/* Find the change of luma of each sample; false at a cut. */
static bool find_steps(struct pmk_temporal *t, const uint8_t *luma, uint8_t *step)
{
	int light = light_change(t, luma);
	uint64_t sum = 0, known = 0;

	for (int y = 0; y < t->height; y++) {
		size_t row = (size_t)y * (size_t)t->width;
		uint32_t samples = 0;

		sum += step_row(luma + row, t->luma + row, t->known + row, (uint16_t)light, step + row, t->width);
		for (int x = 0; x < t->width; x++)
			samples += t->known[row + (size_t)x] & 1;
		known += samples;
	}
	return light && sum < CUT * known;
}

/* How still each sample of a row is, 0..1, from the changes of the 3x3 samples around it. At the edges the last sample
 * is repeated. */
static void find_still(const struct pmk_temporal *t, const uint8_t *step, int y, float *restrict still)
{
	int w = t->width;
	const uint8_t *b = step + (size_t)y * (size_t)w, *a = y ? b - w : b, *c = y + 1 < t->height ? b + w : b;
	uint16_t *restrict sums = t->sums + 1;

	for (int x = 0; x < w; x++)
		sums[x] = (uint16_t)(a[x] + b[x] + c[x]);
	sums[-1] = sums[0];
	sums[w] = sums[w - 1];
	for (int x = 0; x < w; x++) {
		float share = (float)(MOTION - (sums[x - 1] + sums[x] + sums[x + 1])) * (1.0f / (MOTION - NOISE));

		share = share < 0 ? 0 : share;
		still[x] = share > 1 ? 1 : share;
	}
}

static void smooth(float *p, const float *last, const float *still, float strength, float follow, int count)
{
	for (int x = 0; x < count; x++) {
		float change = p[x] - last[x], share = 1 - fabsf(change) * follow;

		p[x] -= strength * still[x] * (share < 0 ? 0 : share) * change;
	}
}

/* Whether there was anything to compare with. */
static bool smooth_by_luma(struct pmk_temporal *t, float *probability, const uint8_t *luma)
{
	uint8_t *step = t->moved_luma;

	if (!find_steps(t, luma, step))
		return false;
	for (int y = 0; y < t->height; y++) {
		size_t row = (size_t)y * (size_t)t->width;

		find_still(t, step, y, t->moved + row);
		smooth(probability + row, t->last + row, t->moved + row, t->strength, 1, t->width);
	}
	return true;
}

static void smooth_without_luma(struct pmk_temporal *t, float *probability)
{
	for (int x = 0; x < t->width; x++)
		t->moved[x] = 0.4f;
	for (int y = 0; y < t->height; y++) {
		size_t row = (size_t)y * (size_t)t->width;

		smooth(probability + row, t->last + row, t->moved, t->strength, 1 / FOLLOW, t->width);
	}
}

void pmk_temporal_run(struct pmk_temporal *t, float *probability, const uint8_t *luma, const struct pmk_rect *view)
{
	size_t count = (size_t)t->width * (size_t)t->height;
	bool same_kind = t->primed && t->guided == (luma != NULL);

	t->still = NULL;
	if (t->strength <= 0)
		return;
	if (same_kind && memcmp(view, &t->view, sizeof *view) != 0)
		follow_view(t, view);
	if (same_kind && luma)
		t->still = smooth_by_luma(t, probability, luma) ? t->moved : NULL;
	else if (same_kind)
		/* the memory is -1 where nothing is known: too far from any probability to be kept */
		smooth_without_luma(t, probability);
	memcpy(t->last, probability, count * sizeof *probability);
	if (luma)
		memcpy(t->luma, luma, count);
	memset(t->known, 255, count);
	t->view = *view;
	t->guided = luma != NULL;
	t->primed = true;
}

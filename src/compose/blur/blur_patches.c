/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "compose/blur/blur_parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { WEIGHTS = PMK_BLUR_VALUES, FINE = 64 /* of a mean, per level */, LEVEL = 256 /* of what is shown */ };
enum { GREY = 128 * FINE, GREY_LIGHT = 2048 * 64 };
enum {
	WIDER = 3 /* times 1 2 1 */,
	WIDENED = 16 * 16 * 16,
	NEARER = 10 /* how much more the near counts */,
	LEAST = 256,
	SLOWEST = LEVEL / 16 /* the end of a way is not seen, but computed */
};

static const uint64_t APPROACH_NS = 200 * PMK_MS_NS;
/* of a number, in levels; steps of colour are seen sooner, and letters are of light and shade */
static const int STEP[PMK_BLUR_VALUES] = { PMK_BLUR_STEP, PMK_BLUR_STEP / 2, PMK_BLUR_STEP / 2 };

static int allocate(struct pmk_blur *b)
{
	struct pmk_blur_patches *p = &b->patches;
	size_t count = (size_t)p->most, cells = (size_t)b->width * (size_t)b->step * PMK_BLUR_LARGER;
	bool missing = false;

	missing |= !(p->across = pmk_mem_alloc(cells * sizeof *p->across));
	missing |= !(p->line = pmk_mem_alloc(cells * sizeof *p->line));
	missing |= !(p->taps_across = pmk_mem_alloc((size_t)b->width * sizeof *p->taps_across));
	missing |= !(p->taps_down = pmk_mem_alloc((size_t)b->height * sizeof *p->taps_down));
	missing |= !(p->seen = pmk_mem_alloc(count * sizeof *p->seen));
	missing |= !(p->own = pmk_mem_alloc(count * sizeof *p->own));
	missing |= !(p->near = pmk_mem_alloc(count * sizeof *p->near));
	missing |= !(p->far = pmk_mem_alloc(count * sizeof *p->far));
	missing |= !(p->spare = pmk_mem_alloc(count * sizeof *p->spare));
	missing |= !(p->patch = pmk_mem_alloc(count * sizeof *p->patch));
	for (int i = 0; i < PMK_BLUR_VALUES; i++)
		missing |= !(p->wide[i] = pmk_mem_alloc((size_t)p->most_rows * (size_t)b->width * sizeof *p->wide[i]));
	return missing ? -ENOMEM : 0;
}

/* As many as lie on a frame of the picture's shape, and twice that for other shapes. */
int pmk_blur_patches_init(struct pmk_blur *b)
{
	const struct pmk_layout *l = &b->picture.layout;
	double shape = (double)pmk_max(l->width, l->height) / pmk_min(l->width, l->height);

	b->patches.most_rows = (int)(2 * pmk_max(1, l->height / l->width) / b->share) + 1;
	b->patches.most = (int)(2 * shape / (b->share * b->share)) + 1;
	return allocate(b);
}

/* Whole cells, and not less than what is promised. */
static int choose_size(const struct pmk_blur *b, int width, int height)
{
	return pmk_max(1, (int)ceil(b->share * pmk_min(width, height) / PMK_CELL - 1e-9));
}

bool pmk_blur_patches_lay(struct pmk_blur *b, int width, int height)
{
	struct pmk_blur_patches *p = &b->patches;
	int across = (width + PMK_CELL - 1) / PMK_CELL, down = (height + PMK_CELL - 1) / PMK_CELL;

	if (p->width == width && p->height == height)
		return false;
	p->width = width;
	p->height = height;
	p->size = choose_size(b, width, height);
	do {
		p->columns = pmk_max(1, across / p->size);
		p->rows = pmk_max(1, down / p->size);
	} while ((p->columns * p->rows > p->most || p->rows > p->most_rows) && p->size++);
	p->left = pmk_max(0, across - p->columns * p->size) / 2;
	p->above = pmk_max(0, down - p->rows * p->size) / 2;
	for (int x = 0; x < across; x++)
		p->across[x] = pmk_clamp((x - p->left) / p->size, 0, p->columns - 1);
	return true;
}

void pmk_blur_patches_finish(struct pmk_blur *b)
{
	struct pmk_blur_patches *p = &b->patches;

	free(p->across);
	free(p->line);
	free(p->taps_across);
	free(p->taps_down);
	free(p->seen);
	free(p->own);
	free(p->near);
	free(p->far);
	free(p->spare);
	free(p->patch);
	for (int i = 0; i < PMK_BLUR_VALUES; i++)
		free(p->wide[i]);
}

/* Light, 4 Y^2 and 4 (C - 128) Y + GREY_LIGHT, becomes values in limited range, in 1/FINE of a level. */
static void develop(int mean[PMK_BLUR_VALUES], enum pmk_range range)
{
	bool full = range == PMK_RANGE_FULL;
	int luma = (int)(sqrtf((float)mean[0]) * (FINE / 2) + 0.5f), least = pmk_max(luma, FINE);

	mean[0] = full ? luma * 219 / 255 + 16 * FINE : luma;
	for (int i = 1; i < PMK_BLUR_VALUES; i++) {
		int colour = (mean[i] - GREY_LIGHT) * (FINE * FINE / 4) / least;

		mean[i] = GREY + (full ? colour * 224 / 255 : colour);
	}
}

static void gather(struct pmk_blur *b)
{
	for (size_t k = 0; k < pmk_blur_count(b); k++) {
		const struct pmk_blur_patch *patch = &b->patches.patch[k];
		uint64_t *sum = b->patches.own[k].sum, worth = (uint64_t)patch->worth;

		for (int i = 0; i < PMK_BLUR_VALUES; i++)
			sum[i] = (uint64_t)patch->light[i] * worth;
		sum[WEIGHTS] = worth;
	}
}

/* out = before + 2 here + after; beyond the border is nothing. */
static void mix_three(const struct pmk_blur_sums *before, const struct pmk_blur_sums *here,
	const struct pmk_blur_sums *after, struct pmk_blur_sums *out)
{
	for (int i = 0; i <= WEIGHTS; i++)
		out->sum[i] = (before ? before->sum[i] : 0) + 2 * here->sum[i] + (after ? after->sum[i] : 0);
}

/* 1 2 1 each way; the sums become 16 times as large. `to` may be `from`. */
static void smooth(struct pmk_blur_patches *p, const struct pmk_blur_sums *from, struct pmk_blur_sums *to)
{
	int last = p->columns - 1, bottom = p->rows - 1;

	for (int y = 0; y <= bottom; y++) {
		const struct pmk_blur_sums *row = from + (size_t)y * (size_t)p->columns;
		struct pmk_blur_sums *out = p->spare + (size_t)y * (size_t)p->columns;

		for (int x = 0; x <= last; x++)
			mix_three(x ? row + x - 1 : NULL, row + x, x < last ? row + x + 1 : NULL, out + x);
	}
	for (int y = 0; y <= bottom; y++) {
		const struct pmk_blur_sums *row = p->spare + (size_t)y * (size_t)p->columns;
		struct pmk_blur_sums *out = to + (size_t)y * (size_t)p->columns;

		for (int x = 0; x <= last; x++)
			mix_three(y ? row + x - p->columns : NULL, row + x, y < bottom ? row + x + p->columns : NULL,
				out + x);
	}
}

/* The mean light of all the room, or grey if there is none. */
static void find_mean(const struct pmk_blur *b, uint64_t mean[PMK_BLUR_VALUES])
{
	uint64_t all[WEIGHTS + 1] = { 0 };

	for (size_t k = 0; k < pmk_blur_count(b); k++) {
		for (int i = 0; i <= WEIGHTS; i++)
			all[i] += b->patches.near[k].sum[i];
	}
	for (int i = 0; i < PMK_BLUR_VALUES; i++)
		mean[i] = all[WEIGHTS] ? all[i] / all[WEIGHTS] : i ? GREY_LIGHT : 4 * 128 * 128;
}

/* The number changes only if the mean is more than a step and a level away. */
static void hold(struct pmk_blur_patch *patch, int i, int mean, bool anew)
{
	int step = STEP[i] * FINE, away = mean - patch->number[i] * step;

	if (anew || abs(away) > step + FINE)
		patch->number[i] = (int16_t)((mean + step / 2) / step);
}

static bool approach(struct pmk_blur_patch *patch, int i, int share)
{
	int most = i ? 240 : 235, target = pmk_clamp(patch->number[i] * STEP[i], 16, most) * LEVEL;
	int away = target - patch->shown[i], move = pmk_max(abs(away) * share / PMK_BLUR_WHOLE, SLOWEST);

	patch->shown[i] += pmk_clamp(away, -move, move);
	return away != 0;
}

/* Of one patch, of which the far counts little and the mean of all, `all`, least. */
static void find_light(
	const struct pmk_blur_patches *p, size_t k, const uint64_t all[PMK_BLUR_VALUES], int mean[PMK_BLUR_VALUES])
{
	const uint64_t *near = p->near[k].sum, *far = p->far[k].sum;
	const uint64_t least = (uint64_t)PMK_BLUR_WORTH * 16 * WIDENED / LEAST;
	uint64_t worth = near[WEIGHTS] * NEARER * WIDENED + far[WEIGHTS] + least;

	for (int i = 0; i < PMK_BLUR_VALUES; i++)
		mean[i] = (int)((near[i] * NEARER * WIDENED + far[i] + all[i] * least + worth / 2) / worth);
}

bool pmk_blur_patches_run(struct pmk_blur *b, enum pmk_range range, uint64_t passed_ns, bool anew)
{
	struct pmk_blur_patches *p = &b->patches;
	int share = anew ? PMK_BLUR_WHOLE : pmk_blur_share(passed_ns, APPROACH_NS);
	uint64_t all[PMK_BLUR_VALUES];
	bool changes = anew;

	gather(b);
	smooth(p, p->own, p->near);
	find_mean(b, all);
	smooth(p, p->near, p->far);
	for (int n = 1; n < WIDER; n++)
		smooth(p, p->far, p->far);
	for (size_t k = 0; k < pmk_blur_count(b); k++) {
		int mean[PMK_BLUR_VALUES];

		find_light(p, k, all, mean);
		develop(mean, range);
		for (int i = 0; i < PMK_BLUR_VALUES; i++) {
			hold(&p->patch[k], i, mean[i], anew);
			changes |= approach(&p->patch[k], i, share);
		}
	}
	return changes;
}

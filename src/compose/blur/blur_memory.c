/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "compose/blur/blur_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WEIGHTS = PMK_BLUR_VALUES, WHOLE = PMK_BLUR_WHOLE, FULL_WEIGHT = 4 * 15 /* of a cell of room */ };

static const uint64_t FOLLOW_NS = 150 * PMK_MS_NS; /* memory follows the room within about that time */
static const uint64_t FADE_NS = 100 * PMK_MS_NS; /* what is hidden loses 1/16 of its worth each */
static const uint64_t CUTS_NS = 500 * PMK_MS_NS; /* no cut follows another sooner: that would be a camera that moves */
enum { FADE = 16, CUT = 12 /* levels that the room changes by, on average, where another scene begins */ };

/* The processor does not prefetch eight rows at once by itself. */
static void expect(const uint8_t *pixels, int bytes)
{
	for (int i = 0; i < bytes; i += PMK_MEM_ALIGN)
		__builtin_prefetch(pixels + i, 0, 2);
}

/* The sums of alpha of a row of cells. A column that the picture cuts off does not count. */
static const uint16_t *alpha_of(struct pmk_blur *b, const struct pmk_blur_sight *sight, int columns, int y)
{
	const struct pmk_mask *m = sight->mask;
	int whole = sight->image->layout.width / PMK_CELL;

	if (sight->cells)
		return sight->cells->alpha + (size_t)y * (size_t)columns;
	b->rows->cell_sums(m->alpha + (size_t)(y * PMK_CELL) * (size_t)m->stride, m->stride,
		pmk_min(m->height - y * PMK_CELL, PMK_CELL), PMK_CELL, b->alpha, whole);
	if (whole < columns)
		b->alpha[whole] = PMK_CELL_FULL;
	return b->alpha;
}

/* Add the room of a row of cells to the line. */
static void weigh_cells(struct pmk_blur *b, const struct pmk_blur_sight *sight, int columns, int y)
{
	const struct pmk_image *frame = sight->image;

	for (int i = 0; i < PMK_BLUR_VALUES; i++) {
		int across = b->full[i].across / b->step, down = b->full[i].down / b->step;
		int left = pmk_layout_plane_height(&frame->layout, i) - y * down, stride = frame->stride[i];
		const uint8_t *pixels = frame->plane[i] + (size_t)(y * down) * (size_t)stride;

		if (left >= 2 * down)
			expect(pixels + down * stride, down * stride);
		b->rows->cell_sums(
			pixels, stride, pmk_min(left, down), across, b->cells[i], frame->layout.width / PMK_CELL);
	}
	b->rows->weigh(alpha_of(b, sight, columns, y), b->cells[0], b->cells[1], b->cells[2], b->patches.line, columns);
}

/* Take in the room that this frame shows. */
static void look(struct pmk_blur *b, const struct pmk_blur_sight *sight)
{
	struct pmk_blur_patches *p = &b->patches;
	int columns = (p->width + PMK_CELL - 1) / PMK_CELL, rows = (p->height + PMK_CELL - 1) / PMK_CELL;

	memset(p->seen, 0, pmk_blur_count(b) * sizeof *p->seen);
	for (int row = 0, y = 0; row < p->rows; row++) {
		int end = row == p->rows - 1 ? rows : p->above + (row + 1) * p->size;
		struct pmk_weighed *seen = p->seen + (size_t)row * (size_t)p->columns;

		memset(p->line, 0, (size_t)columns * sizeof *p->line);
		for (; y < end; y++)
			weigh_cells(b, sight, columns, y);
		for (int x = 0; x < columns; x++) {
			for (int i = 0; i <= WEIGHTS; i++)
				seen[p->across[x]].sum[i] += p->line[x].sum[i];
		}
	}
}

static int worth_of(const struct pmk_blur *b, const struct pmk_weighed *seen)
{
	uint64_t whole = FULL_WEIGHT * (uint64_t)(b->patches.size * b->patches.size);
	uint64_t worth = seen->sum[WEIGHTS] * (uint64_t)PMK_BLUR_WORTH / whole;

	return worth < PMK_BLUR_WORTH ? (int)worth : PMK_BLUR_WORTH;
}

static int light_of(const struct pmk_weighed *seen, int i)
{
	return (int)(seen->sum[i] * (uint64_t)(4 * 64) / seen->sum[WEIGHTS]);
}

/* Whether the room has changed so much, on average, that this is another scene. */
static bool is_cut(const struct pmk_blur *b)
{
	float change = 0, known = 0;

	for (size_t k = 0; k < pmk_blur_count(b); k++) {
		const struct pmk_weighed *seen = &b->patches.seen[k];
		const struct pmk_blur_patch *patch = &b->patches.patch[k];

		if (!seen->sum[WEIGHTS] || !patch->worth)
			continue;
		known++;
		change += fabsf(sqrtf((float)light_of(seen, 0)) - sqrtf((float)patch->light[0])) / 2;
	}
	return change > known * CUT;
}

/* A patch of which less is room than was last time is not looked at: part of it is the person's. What is kept fades, so
 * that this does not last. */
static void keep(struct pmk_blur_patch *patch, const struct pmk_weighed *seen, int worth, int share, int fades)
{
	int part = patch->worth ? share : WHOLE;

	if (worth < patch->worth) {
		for (int n = 0; n < fades; n++)
			patch->worth -= patch->worth / FADE;
		return;
	}
	for (int i = 0; i < PMK_BLUR_VALUES && worth; i++)
		patch->light[i] += (light_of(seen, i) - patch->light[i]) * part / WHOLE;
	patch->worth = worth;
}

bool pmk_blur_remember(struct pmk_blur *b, const struct pmk_blur_sight *sight, uint64_t passed_ns, bool alone)
{
	bool anew;
	int fades;

	look(b, sight);
	b->uncut_ns += passed_ns;
	anew = alone || (b->uncut_ns >= CUTS_NS && is_cut(b));
	b->unfaded_ns = anew ? 0 : b->unfaded_ns + passed_ns;
	fades = (int)(b->unfaded_ns / FADE_NS);
	b->unfaded_ns %= FADE_NS;
	for (size_t k = 0; k < pmk_blur_count(b); k++) {
		struct pmk_blur_patch *patch = &b->patches.patch[k];

		patch->worth = anew ? 0 : patch->worth;
		keep(patch, &b->patches.seen[k], worth_of(b, &b->patches.seen[k]), pmk_blur_share(passed_ns, FOLLOW_NS),
			fades);
	}
	if (anew)
		b->uncut_ns = alone ? CUTS_NS : 0;
	return anew;
}

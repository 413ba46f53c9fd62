/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "compose/blur/blur_parts.h"

#include <math.h>

enum { ONE = 4096, SHIFT = 12, TAPS = PMK_BLUR_TAPS };

/* A cubic B-spline: it lies between its values, and has no corners. Beyond the border the last patch goes on. `first`
 * and `size`: px of the first place, between its sides, and from place to place; `before`: cells before the patches. */
static void set_taps(
	const struct pmk_blur *b, struct pmk_blur_taps *taps, int count, double first, double size, int before, int of)
{
	for (int i = 0; i < count; i++) {
		double place = ((first + i * size) / PMK_CELL - before) / b->patches.size - 0.5,
		       f = place - floor(place);
		int patch = (int)floor(place) - 1;
		int *w = taps[i].weight;

		w[0] = (int)((1 - f) * (1 - f) * (1 - f) / 6 * ONE + 0.5);
		w[1] = (int)((4 - 6 * f * f + 3 * f * f * f) / 6 * ONE + 0.5);
		w[3] = (int)(f * f * f / 6 * ONE + 0.5);
		w[2] = ONE - w[0] - w[1] - w[3];
		for (int k = 0; k < TAPS; k++)
			taps[i].patch[k] = pmk_clamp(patch + k, 0, of - 1);
	}
}

bool pmk_blur_spline_aim(struct pmk_blur *b, const struct pmk_blur_sight *sight, bool other_patches)
{
	const struct pmk_blur_patches *p = &b->patches;
	double across = b->step * PMK_CELL * sight->scale_x, down = b->step * PMK_CELL * sight->scale_y;

	if (!other_patches && b->left == sight->left && b->top == sight->top && b->scale_x == sight->scale_x &&
		b->scale_y == sight->scale_y)
		return false;
	b->left = sight->left;
	b->top = sight->top;
	b->scale_x = sight->scale_x;
	b->scale_y = sight->scale_y;
	set_taps(b, p->taps_across, b->width, b->left + across / 2, across, p->left, p->columns);
	set_taps(b, p->taps_down, b->height, b->top + down / 2, down, p->above, p->rows);
	return true;
}

static void widen(const struct pmk_blur *b, int i, int row)
{
	const struct pmk_blur_patches *p = &b->patches;
	const struct pmk_blur_patch *patch = p->patch + (size_t)row * (size_t)p->columns;
	int *to = p->wide[i] + (size_t)row * (size_t)b->width;

	for (int x = 0; x < b->width; x++) {
		const struct pmk_blur_taps *t = &p->taps_across[x];
		int sum = ONE / 2;

		for (int k = 0; k < TAPS; k++)
			sum += patch[t->patch[k]].shown[i] * t->weight[k];
		to[x] = sum >> SHIFT;
	}
}

static void heighten(const struct pmk_blur *b, int i, int y)
{
	const struct pmk_blur_patches *p = &b->patches;
	const struct pmk_blur_taps *t = &p->taps_down[y];
	const int *row[TAPS];
	uint16_t *to = pmk_blur_row(&b->small[i], y);
	int shift = SHIFT + 4; /* from 1/256 to 1/PMK_BLUR_UNIT */

	for (int k = 0; k < TAPS; k++)
		row[k] = p->wide[i] + (size_t)t->patch[k] * (size_t)b->width;
	for (int x = 0; x < b->width; x++) {
		int sum = row[0][x] * t->weight[0] + row[1][x] * t->weight[1] + row[2][x] * t->weight[2] +
			row[3][x] * t->weight[3];

		to[x] = (uint16_t)((sum + (1 << (shift - 1))) >> shift);
	}
	to[-1] = to[0];
	to[b->width] = to[b->width - 1];
}

void pmk_blur_spline(struct pmk_blur *b)
{
	for (int i = 0; i < PMK_BLUR_VALUES; i++) {
		for (int row = 0; row < b->patches.rows; row++)
			widen(b, i, row);
		for (int y = 0; y < b->height; y++)
			heighten(b, i, y);
	}
}

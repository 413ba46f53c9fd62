/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "compose/portrait/portrait_parts.h"

#include <math.h>
#include <string.h>

typedef uint32_t weighed __attribute__((vector_size(16))); /* as struct pmk_weighed */

/* A step more or less of a small disc is much, so the places that it covers in part decide: from about a third on they
 * belong to it. Rows of equal width are one band. */
void pmk_portrait_cut_disc(struct pmk_portrait *p, double radius)
{
	double reach = radius + 0.3;
	int most = (int)reach;

	p->band_count = 0;
	p->pad = 0;
	for (int y = -most; y <= most; y++) {
		int half = (int)sqrt(reach * reach - y * y);
		struct pmk_portrait_band *before = p->band_count ? &p->band[p->band_count - 1] : NULL;

		if (before && (before->half == half || p->band_count == PMK_PORTRAIT_BANDS))
			before->last = y;
		else
			p->band[p->band_count++] = (struct pmk_portrait_band){ y, y, half };
		p->pad = pmk_max(p->pad, half + 1);
	}
}

static struct pmk_weighed *sums_row(const struct pmk_portrait *p, int y)
{
	return p->sums + (size_t)y * (size_t)pmk_portrait_sums_stride(p) + p->pad;
}

/* How much a place counts, in 1/16: nearly as much as it is bright, which is what light does with a display's values;
 * what is almost white is surely brighter than that. */
static void make_weights(uint32_t weights[256])
{
	for (int y = 0; y < 256; y++)
		weights[y] = (uint32_t)(16 + y / 3 + pmk_max(y - 215, 0) * 5);
}

/* A summed-area table: at (x, y) is the sum of all that is above y and left of x. The sums wrap around; their
 * differences are right, since no disc sums up to 2^31. */
static void sum_up(struct pmk_portrait *p)
{
	uint32_t weights[256];

	make_weights(weights);
	for (int y = 0; y < p->height; y++) {
		const struct pmk_weighed *above = sums_row(p, y);
		const pmk_spot *spots = p->level[0].spots + (size_t)y * (size_t)p->width;
		struct pmk_weighed *to = sums_row(p, y + 1);
		weighed sum = { 0 }, up, now;

		for (int x = 0; x < p->width; x++) {
			weighed spot = __builtin_convertvector(spots[x], weighed);

			spot[3] = 1;
			sum += spot * weights[spots[x][0] / PMK_PORTRAIT_UNIT];
			memcpy(&up, &above[x + 1], sizeof up);
			now = up + sum;
			memcpy(&to[x + 1], &now, sizeof now);
		}
		for (int x = p->width + 1; x < p->width + p->pad + 4; x++)
			to[x] = to[p->width];
	}
}

static void sum_disc(struct pmk_portrait *p, int y)
{
	struct pmk_box_window boxes[PMK_PORTRAIT_BANDS];
	int count = 0;

	for (int i = 0; i < p->band_count; i++) {
		int top = pmk_clamp(y + p->band[i].first, 0, p->height);
		int bottom = pmk_clamp(y + p->band[i].last + 1, 0, p->height);

		if (top < bottom)
			boxes[count++] = (struct pmk_box_window){ sums_row(p, top), sums_row(p, bottom),
				p->band[i].half };
	}
	p->rows->box_sums(boxes, count, p->line, p->width);
}

static void to_bytes(const uint16_t *restrict words, uint8_t *restrict bytes, int count)
{
	for (int x = 0; x < count; x++)
		bytes[x] = (uint8_t)words[x];
}

void pmk_portrait_spread(struct pmk_portrait *p, enum pmk_range range)
{
	bool full = range == PMK_RANGE_FULL;
	float scale[PMK_PORTRAIT_PLANES], offset[PMK_PORTRAIT_PLANES];
	const float none[PMK_PORTRAIT_PLANES + 1] = { 0 };

	for (int i = 0; i < PMK_PORTRAIT_PLANES; i++) {
		float part = full ? (i ? 224.0f : 219.0f) / 255 : 1;

		scale[i] = part / PMK_PORTRAIT_UNIT;
		offset[i] = full ? (i ? 128 - 128 * part : 16) : 0;
	}
	sum_up(p);
	for (int y = 0; y < p->height; y++) {
		sum_disc(p, y);
		p->rows->weighted_means(p->line, none, scale, offset, p->means[0], p->means[1], p->means[2], p->width);
		for (int i = 0; i < PMK_PORTRAIT_PLANES; i++)
			to_bytes(p->means[i], p->plane[i].blurred + (size_t)y * (size_t)p->stride, p->width);
	}
}

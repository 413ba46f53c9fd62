/* SPDX-License-Identifier: MIT */
#include "compose/rim_parts.h"

#include "base/num.h"

#include <string.h>

typedef int32_t ints8 __attribute__((vector_size(32)));
typedef float floats8 __attribute__((vector_size(32)));

static bool complete(shorts8 colour)
{
	uint64_t halves[2];

	memcpy(halves, &colour, sizeof halves);
	return !((halves[0] | halves[1]) & 0x8000800080008000);
}

/* The person counts as far as the inner mask goes. Each sum is computed once. */
static pmk_rim_words own_sum(struct pmk_rim *r, int cx, int cy)
{
	size_t at = (size_t)cy * (size_t)r->columns + (size_t)cx;

	if (!(r->summed[at] & OWN))
		r->sums[at].own = pmk_rim_sum(r->frame, r->mask, r->narrowed[at] ? &r->inner : r->mask, cx, cy);
	r->summed[at] |= OWN;
	return r->sums[at].own;
}

static const struct pmk_rim_cell *row_sums(struct pmk_rim *r, int cx, int cy)
{
	size_t at = (size_t)cy * (size_t)r->columns + (size_t)cx;
	struct pmk_rim_cell *s = &r->sums[at];

	if (r->summed[at] & ROW)
		return s;
	s->far = s->touching = (pmk_rim_words){ 0 };
	for (int x = pmk_max(cx - REACH, 0); x <= pmk_min(cx + REACH, r->columns - 1); x++) {
		pmk_rim_words own = own_sum(r, x, cy);

		s->far += own;
		if (x >= cx - 1 && x <= cx + 1)
			s->touching += own;
	}
	r->summed[at] |= ROW;
	return s;
}

/* Set the colours for which there are enough pixels. */
static void set_means(pmk_rim_words sums, shorts8 *colour)
{
	pmk_rim_words count = __builtin_shufflevector(sums, sums, 3, 3, 3, 3, 7, 7, 7, 7);
	shorts8 enough = count >= LEAST;
	floats8 divisor = __builtin_convertvector((count & (pmk_rim_words)enough) - (pmk_rim_words)~enough, floats8),
		mean = (__builtin_convertvector(sums, floats8) * 16 + 0.5f) / divisor; /* exactly the quotient */

	*colour = (__builtin_convertvector(__builtin_convertvector(mean, ints8), shorts8) & enough) |
		(*colour & ~enough);
}

/* Find the means that can be found around cell `at`: the person's is of the cells that touch it, if that is enough.
 * False: one of the sides has none. */
static bool mean_around(struct pmk_rim *r, int at)
{
	int cx = at % r->columns, cy = at / r->columns;
	pmk_rim_words far = { 0 }, touching = { 0 };

	for (int y = pmk_max(cy - REACH, 0); y <= pmk_min(cy + REACH, r->rows - 1); y++) {
		const struct pmk_rim_cell *s = row_sums(r, cx, y);

		far += s->far;
		if (y >= cy - 1 && y <= cy + 1)
			touching += s->touching;
	}
	for (int i = 0; touching[COUNT] >= LEAST && i <= COUNT; i++)
		far[i] = touching[i];
	set_means(far, &r->colour[at]);
	return complete(r->colour[at]);
}

/* The same of all that the mask takes for a person, as far as its edge. */
static void rough_mean_around(struct pmk_rim *r, int at)
{
	int cx = at % r->columns, cy = at / r->columns;
	pmk_rim_words all = { 0 };

	for (int y = pmk_max(cy - REACH, 0); y <= pmk_min(cy + REACH, r->rows - 1); y++) {
		for (int x = pmk_max(cx - REACH, 0); x <= pmk_min(cx + REACH, r->columns - 1); x++)
			all += pmk_rim_sum(r->frame, r->mask, r->mask, x, y);
	}
	set_means(all, &r->colour[at]);
}

/* The mean of what is known at the cells that touch cell `at`; where nothing is, its own. */
static shorts8 mean_of_known(const struct pmk_rim *r, int at)
{
	int cx = at % r->columns, cy = at / r->columns;
	shorts8 own = r->colour[at], count = { 0 }, mean;
	ints8 sum = { 0 };

	for (int y = pmk_max(cy - 1, 0); y <= pmk_min(cy + 1, r->rows - 1); y++) {
		for (int x = pmk_max(cx - 1, 0); x <= pmk_min(cx + 1, r->columns - 1); x++) {
			size_t k = (size_t)y * (size_t)r->columns + (size_t)x;
			shorts8 known = r->near[k] ? r->colour[k] >= 0 : (shorts8){ 0 };

			sum += __builtin_convertvector(r->colour[k] & known, ints8);
			count -= known;
		}
	}
	for (int i = 0; i < 2 * (COUNT + 1); i++)
		mean[i] = own[i] >= 0 || !count[i] ? own[i] : (int16_t)((sum[i] + count[i] / 2) / count[i]);
	return mean;
}

/* Spread colours from cell to cell to those that have none, each time by one cell, so that none lies beside a cell
 * without: that would be seen as a stair. Returns how many stay without because none is in reach. */
static int spread(struct pmk_rim *r, int missing)
{
	bool changed = true;

	while (missing && changed) {
		int left = 0;

		changed = false;
		for (int i = 0; i < missing; i++)
			r->found[i] = mean_of_known(r, r->missing[i]);
		for (int i = 0; i < missing; i++) {
			int at = r->missing[i];

			changed |= memcmp(&r->colour[at], &r->found[i], sizeof r->found[i]) != 0;
			r->colour[at] = r->found[i];
			if (!complete(r->found[i]))
				r->missing[left++] = at;
		}
		missing = left;
	}
	return missing;
}

/* Colours are interpolated between the middles of cells, so those around a mixed cell are needed, too. A person
 * who is all rim has a colour from the mask as it is. */
void pmk_rim_find_colours(struct pmk_rim *r)
{
	int missing = 0, count = r->columns * r->rows;

	pmk_rim_mark_near(r, r->near);
	memset(r->summed, 0, (size_t)count);
	for (int at = 0; at < count; at++) {
		if (!r->near[at])
			continue;
		r->colour[at] = ~(shorts8){ 0 };
		if (!mean_around(r, at))
			r->missing[missing++] = at;
	}
	missing = spread(r, missing);
	for (int i = 0; i < missing; i++)
		rough_mean_around(r, r->missing[i]);
	spread(r, missing);
}

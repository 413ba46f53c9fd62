/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_shift.h"

#include "base/num.h"

#include <stdlib.h>

/* eighths of a level: the least shift; what noise changes; how much blocks of a whole picture vary */
enum { LEAST = 6 * 8, NOISE = 2 * 8, VARIED = 40 * 8 };
enum { LAST = 5 }; /* MCUs at the end of an interval, whose median change is the shift, if there is one */
enum { SHORTEST = 4, FEW = 8 }; /* MCUs: of a shift; too few to tell what is around it */

/* MCUs that changed by the shift, and those that did not change. */
struct tally {
	int shifted, still, count;
};

static int change(const struct pmk_jpeg_pair *p, int at)
{
	return p->now[at] * p->quant_now - p->before[at] * p->quant_before;
}

static int noise_of(const struct pmk_jpeg_pair *p)
{
	return pmk_max(NOISE, pmk_max(p->quant_now, p->quant_before));
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int median_change(const struct pmk_jpeg_pair *p, int from, int to)
{
	int changes[LAST], count = 0;

	for (int i = from; i < to && count < LAST; i++)
		changes[count++] = change(p, i);
	qsort(changes, (size_t)count, sizeof *changes, compare);
	return changes[count / 2];
}

static struct tally tally(const struct pmk_jpeg_pair *p, int from, int to, int height)
{
	struct tally t = { .count = pmk_max(to - from, 0) };
	int noise = noise_of(p);

	for (int i = from; i < to; i++) {
		int d = change(p, i);

		t.still += abs(d) <= noise;
		t.shifted += abs(d - height) <= noise;
	}
	return t;
}

/* Where the shift begins: before it most do not change, and from there on most change by `height`. */
static int begin_of(const struct pmk_jpeg_pair *p, int from, int to, int height)
{
	int noise = noise_of(p), score = 0, best = 0, at = to;

	for (int i = to - 1; i >= from; i--) {
		int d = change(p, i);

		score += (abs(d - height) <= noise) - (abs(d) <= noise);
		if (score >= best) {
			best = score;
			at = i;
		}
	}
	return at;
}

static bool is_varied(const struct pmk_jpeg_pair *p)
{
	int least = INT16_MAX, most = INT16_MIN;

	for (int i = 0; i < p->count; i++) {
		least = pmk_min(least, p->now[i]);
		most = pmk_max(most, p->now[i]);
	}
	return (most - least) * p->quant_now >= VARIED;
}

/* Whether `some` are `percent` of all, or more. */
static bool is_part(int some, int percent, int all)
{
	return 100 * some >= percent * all;
}

static bool stands_still(const struct tally *t, int percent)
{
	return is_part(t->still, percent, t->count) && !is_part(t->shifted, 10, t->count + 1);
}

/* Something moves in most pictures, so most blocks must do; nearly all around, if the shift is short. */
static bool is_shift(const struct pmk_jpeg_pair *p, int at, int end, int height)
{
	int length = end - at, row = p->across, around = pmk_max(length, 2 * row);
	struct tally in = tally(p, at, end, height), behind = tally(p, end, pmk_min(end + row, p->count), height);
	struct tally before = tally(p, pmk_max(at - around, 0), at, height);
	int most = length < row ? 70 : 60, quiet = length < row ? 85 : 50;

	if (length < SHORTEST || is_part(in.still, 10, length))
		return false;
	if (before.count + behind.count < FEW)
		return is_part(in.shifted, 85, length) && is_varied(p);
	return is_part(in.shifted, most, length) && stands_still(&before, quiet) && stands_still(&behind, quiet);
}

bool pmk_jpeg_shift_find(const struct pmk_jpeg_pair *p, struct pmk_jpeg_shift *shift)
{
	int interval = p->interval > 0 && p->interval < p->count ? p->interval : p->count;

	for (int from = 0; from < p->count; from += interval) {
		int to = pmk_min(from + interval, p->count);
		int height = median_change(p, pmk_max(to - LAST, from), to), at;

		if (abs(height) < pmk_max(LEAST, 3 * noise_of(p)))
			continue;
		at = begin_of(p, from, to, height);
		if (at == to)
			continue;
		height = median_change(p, pmk_max(to - LAST, at), to);
		if (!is_shift(p, at, to, height))
			continue;
		*shift = (struct pmk_jpeg_shift){ .at = at, .height = height };
		return true;
	}
	return false;
}

bool pmk_jpeg_shift_same(const struct pmk_jpeg_shift *a, const struct pmk_jpeg_shift *b)
{
	return abs(a->at - b->at) < FEW && abs(a->height - b->height) <= NOISE;
}

/* SPDX-License-Identifier: MIT */
#include "framing/subject.h"

#include "base/num.h"

enum { POINTS = 160, MOST = 2 * POINTS, LEAST = 2 };
static const double CORE_COLUMN = 0.3, CORE_ROW = 0.2; /* of the fullest one */

/* Find the first of `counts` that is `least` or more, and the end after the last. False: there is none. */
static bool span(const int *counts, int n, double least, int *first, int *end)
{
	int a = 0, b = n;

	while (a < n && counts[a] < least)
		a++;
	while (b > a && counts[b - 1] < least)
		b--;
	*first = a;
	*end = b;
	return a < b;
}

/* The same for those that hold at least a share of what the fullest one does. */
static void core(const int *counts, int n, double share, int *first, int *end)
{
	int most = 0;

	for (int i = 0; i < n; i++)
		most = pmk_max(most, counts[i]);
	span(counts, n, share * most, first, end);
}

struct pmk_subject pmk_subject_find(const struct pmk_mask *mask)
{
	int step = pmk_max((pmk_max(mask->width, mask->height) + POINTS - 1) / POINTS, 1);
	int columns = (mask->width + step - 1) / step, rows = (mask->height + step - 1) / step;
	int in_column[MOST] = { 0 }, in_row[MOST] = { 0 }, left, right, top, bottom;
	struct pmk_subject found = { 0 };

	for (int y = 0; y < rows; y++) {
		const uint8_t *alpha = mask->alpha + (size_t)y * (size_t)step * (size_t)mask->stride;

		for (int x = 0; x < columns; x++) {
			int person = alpha[x * step] > 127;

			in_row[y] += person;
			in_column[x] += person;
		}
	}
	if (!span(in_column, columns, LEAST, &left, &right) || !span(in_row, rows, LEAST, &top, &bottom))
		return found;
	found.box = (struct pmk_box){ left * step, top * step, pmk_min(right * step, mask->width),
		pmk_min(bottom * step, mask->height) };
	core(in_column, columns, CORE_COLUMN, &left, &right);
	core(in_row, rows, CORE_ROW, &top, &bottom);
	found.core = (struct pmk_box){ left * step, top * step, right * step, bottom * step };
	return found;
}

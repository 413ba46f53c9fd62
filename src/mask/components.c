/* SPDX-License-Identifier: MIT */
#include "mask/components.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_CORE = 8, LEAST_SHARE = 20, CHUNK = 16 };

int pmk_components_init(struct pmk_components *s, int width, int height)
{
	struct pmk_components made = { .width = width, .height = height };

	made.run = pmk_mem_alloc((size_t)(width + 1) / 2 * (size_t)height * sizeof *made.run);
	if (!made.run)
		return -ENOMEM;
	*s = made;
	return 0;
}

void pmk_components_finish(struct pmk_components *s)
{
	free(s->run);
	*s = (struct pmk_components){ 0 };
}

static int root_of(struct pmk_components *s, int run)
{
	while (s->run[run].parent != run) {
		s->run[run].parent = s->run[s->run[run].parent].parent; /* halve the path for the next search */
		run = s->run[run].parent;
	}
	return run;
}

static void join(struct pmk_components *s, int a, int b)
{
	a = root_of(s, a);
	b = root_of(s, b);
	s->run[pmk_max(a, b)].parent = pmk_min(a, b);
}

static int count_above(const float *p, float limit) /* of CHUNK pixels */
{
	int count = 0;

	for (int i = 0; i < CHUNK; i++)
		count += p[i] > limit;
	return count;
}

/* Take the run that begins at x, and move x behind it. Most pixels are in the middle of a large run. */
static struct pmk_components_run take_run(const float *row, int width, float sure, int *x)
{
	struct pmk_components_run run = { .begin = *x };

	while (*x < width && row[*x] > sure) {
		if (*x + CHUNK <= width && count_above(row + *x, sure) == CHUNK) {
			run.core += count_above(row + *x, 0.5f);
			*x += CHUNK;
		} else {
			run.core += row[*x] > 0.5f;
			++*x;
		}
	}
	run.end = *x;
	return run;
}

static void skip_room(const float *row, int width, float sure, int *x)
{
	while (*x + CHUNK <= width && count_above(row + *x, sure) == 0)
		*x += CHUNK;
	while (*x < width && row[*x] <= sure)
		++*x;
}

/* Join the runs first..end - 1 of a row with those of the row above, which come before them. */
static void join_rows(struct pmk_components *s, int above, int first, int end)
{
	for (int i = first; i < end; i++) {
		while (above < first && s->run[above].end <= s->run[i].begin)
			above++;
		for (int k = above; k < first && s->run[k].begin < s->run[i].end; k++)
			join(s, i, k);
	}
}

/* Find all runs of pixels that may be person, and join them. Returns how many there are. */
static int find_runs(struct pmk_components *s, const float *probability, float sure)
{
	int count = 0, above = 0, first = 0;

	for (int y = 0; y < s->height; y++, above = first, first = count) {
		const float *row = probability + (size_t)y * (size_t)s->width;

		for (int x = 0; skip_room(row, s->width, sure, &x), x < s->width; count++) {
			s->run[count] = take_run(row, s->width, sure, &x);
			s->run[count].y = y;
			s->run[count].parent = count;
		}
		join_rows(s, above, first, count);
	}
	return count;
}

void pmk_components_run(struct pmk_components *s, float *probability, float sure)
{
	int count = find_runs(s, probability, sure), most = 0, least;

	for (int i = 0; i < count; i++) { /* a root comes before all other runs of its component */
		int root = root_of(s, i);
		if (root != i)
			s->run[root].core += s->run[i].core;
	}
	for (int i = 0; i < count; i++)
		most = s->run[i].parent == i && s->run[i].core > most ? s->run[i].core : most;
	least = pmk_max(most / LEAST_SHARE, LEAST_CORE);
	for (int i = 0; i < count; i++) {
		const struct pmk_components_run *run = &s->run[i];
		if (s->run[root_of(s, i)].core < least)
			memset(probability + (size_t)run->y * (size_t)s->width + run->begin, 0,
				(size_t)(run->end - run->begin) * sizeof *probability);
	}
}

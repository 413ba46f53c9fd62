/* SPDX-License-Identifier: MIT */
#include "scene/islands.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>

enum { LEAST_CORE = 8, LEAST_SHARE = 20 };

int pmk_islands_init(struct pmk_islands *s, int width, int height)
{
	size_t count = (size_t)width * (size_t)height;
	struct pmk_islands made = { .width = width, .height = height };

	made.label = pmk_mem_alloc(count * sizeof *made.label);
	made.parent = pmk_mem_alloc(count * sizeof *made.parent);
	made.core = pmk_mem_alloc(count * sizeof *made.core);
	if (!made.label || !made.parent || !made.core) {
		pmk_islands_finish(&made);
		return -ENOMEM;
	}
	*s = made;
	return 0;
}

void pmk_islands_finish(struct pmk_islands *s)
{
	free(s->label);
	free(s->parent);
	free(s->core);
	*s = (struct pmk_islands){ 0 };
}

static int root_of(struct pmk_islands *s, int label)
{
	while (s->parent[label] != label) {
		s->parent[label] = s->parent[s->parent[label]];	/* halve the way for the next time */
		label = s->parent[label];
	}
	return label;
}

/* The island of the pixel to the left or above; where both have one, they become one. */
static int join(struct pmk_islands *s, int left, int above)
{
	int a, b;

	if (left < 0 || above < 0)
		return left < 0 ? above : left;
	a = root_of(s, left);
	b = root_of(s, above);
	s->parent[a > b ? a : b] = a < b ? a : b;
	return a < b ? a : b;
}

/* A label for each pixel that may be person; how many labels there are. */
static int label_all(struct pmk_islands *s, const float *probability, float sure)
{
	int count = 0;

	for (int y = 0; y < s->height; y++) {
		for (int x = 0; x < s->width; x++) {
			size_t at = (size_t)y * (size_t)s->width + (size_t)x;
			int label = -1;

			if (probability[at] > sure) {
				label = join(s, x ? s->label[at - 1] : -1, y ? s->label[at - (size_t)s->width] : -1);
				if (label < 0) {
					label = count++;
					s->parent[label] = label;
					s->core[label] = 0;
				}
			}
			s->label[at] = label;
		}
	}
	return count;
}

void pmk_islands_run(struct pmk_islands *s, float *probability, float sure)
{
	size_t pixels = (size_t)s->width * (size_t)s->height;
	int count = label_all(s, probability, sure), most = 0, least;

	if (count < 2)
		return;
	for (size_t i = 0; i < pixels; i++) {
		if (probability[i] > 0.5f)
			s->core[root_of(s, s->label[i])]++;
	}
	for (int i = 0; i < count; i++)
		most = s->core[i] > most ? s->core[i] : most;
	least = most / LEAST_SHARE > LEAST_CORE ? most / LEAST_SHARE : LEAST_CORE;
	for (size_t i = 0; i < pixels; i++) {
		if (s->label[i] >= 0 && s->core[root_of(s, s->label[i])] < least)
			probability[i] = 0;
	}
}

/* SPDX-License-Identifier: MIT */
/* Holes in a film: where its file is damaged, and pictures are missing that nothing else tells of.
 *
 * The one rule: a pause between two pictures is a hole only where the reader of the file, or its decoder, noticed a
 * fault just before, and only one for each time that happens: many films have pauses of their own. Of a fault that is
 * noticed when the file is opened, it is the first pause. Positions are those of media.h. */
#ifndef PMK_MEDIA_FILM_HOLES_H
#define PMK_MEDIA_FILM_HOLES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { PMK_HOLES_TOLD = 3, PMK_HOLES_TEXT = 160 };

#define PMK_HOLE_LEAST_NS INT64_C(100000000) /* what is shorter is told as a number of pictures */

struct pmk_hole {
	int64_t from_ns, to_ns; /* the end of the last picture before it, and the beginning of the next one */
};

struct pmk_holes {
	int64_t faults; /* noticed so far, whether they made a hole or not */
	int64_t count, missing_ns;
	struct pmk_hole first[PMK_HOLES_TOLD], last; /* the first of them, and the last */
};

/* What of it comes after the last one, unless that is too short. Whether it was added. */
static inline bool pmk_holes_add(struct pmk_holes *holes, int64_t from_ns, int64_t to_ns)
{
	if (holes->count && from_ns < holes->last.to_ns)
		from_ns = holes->last.to_ns;
	if (to_ns - from_ns < PMK_HOLE_LEAST_NS)
		return false;
	holes->last = (struct pmk_hole){ from_ns, to_ns };
	if (holes->count < PMK_HOLES_TOLD)
		holes->first[holes->count] = holes->last;
	holes->count++;
	holes->missing_ns += to_ns - from_ns;
	return true;
}

/* The next one after the first *seen, NULL: there is none. Those between the first few and the last are not told. */
static inline const struct pmk_hole *pmk_holes_next(const struct pmk_holes *holes, int64_t *seen)
{
	if (*seen >= holes->count)
		return NULL;
	if (*seen < PMK_HOLES_TOLD)
		return &holes->first[(*seen)++];
	*seen = holes->count;
	return &holes->last;
}

/* "3.1 s are missing (4.9 to 8.0 s)" */
static inline const char *pmk_holes_print(const struct pmk_holes *holes, char text[PMK_HOLES_TEXT])
{
	int used = snprintf(text, PMK_HOLES_TEXT, "%.1f s are missing (", (double)holes->missing_ns / 1e9);

	for (int i = 0; i < PMK_HOLES_TOLD && i < holes->count; i++)
		used += snprintf(text + used, (size_t)(PMK_HOLES_TEXT - used), "%s%.1f to %.1f s", i ? ", " : "",
			(double)holes->first[i].from_ns / 1e9, (double)holes->first[i].to_ns / 1e9);
	snprintf(
		text + used, (size_t)(PMK_HOLES_TEXT - used), holes->count > PMK_HOLES_TOLD ? ", and elsewhere)" : ")");
	return text;
}

#endif

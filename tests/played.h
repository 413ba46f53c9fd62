/* SPDX-License-Identifier: MIT */
/* A backdrop of a test's own: it gives the picture that the test puts into it. */
#ifndef PMK_TESTS_PLAYED_H
#define PMK_TESTS_PLAYED_H

#include "compose/backdrop.h"

#include <stdlib.h>

struct played {
	struct pmk_backdrop base;
	struct pmk_image picture; /* a view of the test's */
	bool moves; /* no picture is promised to stay */
	bool fresh; /* nor is the next one */
};

static inline const struct pmk_image *played_begin(
	struct pmk_backdrop *backdrop, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	struct played *p = (struct played *)backdrop;

	*stays = !p->moves && !p->fresh;
	p->fresh = false;
	return &p->picture;
}

static inline void played_destroy(struct pmk_backdrop *backdrop)
{
	free(backdrop);
}

static const struct pmk_backdrop_impl played_impl = { .begin = played_begin, .destroy = played_destroy };

/* `picture` keeps its planes until destroy. */
static inline struct played *played_create(const struct pmk_image *picture, bool moves)
{
	struct played *p = calloc(1, sizeof *p);

	*p = (struct played){
		.base = { .impl = &played_impl, .cover = *picture }, .picture = *picture, .moves = moves
	};
	return p;
}

#endif

/* SPDX-License-Identifier: MIT */
/* A backdrop that moves: an animated picture or a film, played in a loop (player.h). */
#include "compose/backdrop.h"
#include "compose/film/player.h"

#include <errno.h>
#include <stdlib.h>

struct film_backdrop {
	struct pmk_backdrop base;
	struct pmk_player *player;
};

static const struct pmk_image *begin(
	struct pmk_backdrop *backdrop, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	struct film_backdrop *b = (struct film_backdrop *)backdrop;

	if (frame->position_ns >= 0)
		return pmk_player_at(b->player, frame->position_ns, stays);
	return pmk_player_live(b->player, frame->time_ns, stays);
}

static void destroy(struct pmk_backdrop *backdrop)
{
	struct film_backdrop *b = (struct film_backdrop *)backdrop;

	pmk_player_close(b->player);
	pmk_image_free(&b->base.cover);
	free(b);
}

static const struct pmk_backdrop_impl film_impl = { .begin = begin, .destroy = destroy };

int pmk_backdrop_film_open(
	const char *path, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	struct film_backdrop *b = calloc(1, sizeof *b);
	int err;

	if (!b)
		return -ENOMEM;
	b->base.impl = &film_impl;
	err = pmk_image_alloc(&b->base.cover, layout);
	if (!err)
		err = pmk_player_open(path, fit, layout, &b->player);
	if (err) {
		destroy(&b->base);
		return err;
	}
	pmk_image_copy(&b->base.cover, pmk_player_first(b->player));
	*backdrop = &b->base;
	return 0;
}

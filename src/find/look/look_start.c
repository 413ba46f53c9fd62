/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/look/look_parts.h"

#include <math.h>

enum { PATIENCE = 3 }; /* pictures: within so many, nearly everybody stirs who is in front of a camera */
enum {
	SMALL = 50
}; /* of the picture's pixels, less than one in so many is taken for people: the room is nearly empty */

/* The block of a look at `length` px from `from` on that has px `at`, or is nearest to it. */
static int block_at(double at, int from, int length, int count, int size)
{
	return pmk_clamp((int)((at - from) * count / length), 0, count - 1) / size;
}

/* Clear what is nearest to a group that is not shown, in a look at `part`. The groups are those of a look at `view`. */
static void clear(const struct pmk_groups *g, const struct pmk_rect *view, const bool *shown,
	const struct pmk_rect *part, float *probability)
{
	int column[PMK_IMAGE_MAX_PX];

	for (int x = 0; x < g->width; x++)
		column[x] = block_at(
			part->x + (x + 0.5) * part->width / g->width, view->x, view->width, g->width, g->size);
	for (int y = 0; y < g->height; y++) {
		int row = block_at(
			part->y + (y + 0.5) * part->height / g->height, view->y, view->height, g->height, g->size);
		const uint16_t *label = g->label + (size_t)row * (size_t)g->columns;

		for (int x = 0; x < g->width; x++, probability++)
			*probability = shown[label[column[x]] - 1] ? *probability : 0;
	}
}

/* The group that is most likely a person in front of the camera: large, and in the middle. */
static int foremost(const struct pmk_view *v, const struct pmk_groups *g, const struct pmk_rect *seen)
{
	double most = -1;
	int best = 0;

	for (int k = 0; k < g->count; k++) {
		const struct pmk_box *b = &g->group[k].box;
		double middle = (b->left + b->right) / 2 * g->size / g->width * seen->width + seen->x;
		double weight = g->group[k].blocks * (1 - fabs(2 * middle / v->width - 1));

		if (weight <= most)
			continue;
		most = weight;
		best = k;
	}
	return best;
}

/* Whether less than 2 % of the picture is taken for people, after all that is known to be nobody: somebody far away, or
 * a thing. */
static bool is_nearly_empty(const struct pmk_look *l, const struct pmk_sight *seen)
{
	int pixels = l->tiles.width * l->tiles.height, taken = 0;

	for (int i = 0; i < pixels; i++)
		taken += seen->probability[i] > 0.5f;
	return (double)taken / pixels * seen->view.width * seen->view.height * SMALL <
		(double)l->where.width * l->where.height;
}

/* Whom to show: who stirs, or is trusted; and the foremost, unless others stir by now. Who is foremost by then while
 * nobody stirs is trusted. In a room that is nearly empty, only who stirs, and is trusted from then on. Returns how
 * many are not shown. */
static int choose(
	const struct pmk_look *l, const struct pmk_groups *g, const struct pmk_rect *seen, bool empty, bool *shown)
{
	int first = foremost(&l->where, g, seen), hidden = g->count;
	bool early = l->plate->watched < PATIENCE;

	pmk_plate_find_alive(l->plate, g, seen, shown);
	for (int k = 0; k < g->count; k++) {
		hidden -= shown[k];
		if (shown[k] && empty)
			pmk_plate_trust(l->plate, g, seen, k);
	}
	if (empty || shown[first] || (hidden < g->count && !early))
		return hidden;
	shown[first] = true;
	if (!early)
		pmk_plate_trust(l->plate, g, seen, first);
	return hidden - 1;
}

void pmk_look_hold_back(struct pmk_look *l, struct pmk_sight *sight)
{
	bool shown[PMK_GROUPS_MOST], empty = is_nearly_empty(l, sight);
	struct pmk_groups groups;
	int hidden;

	if (!pmk_plate_is_starting(l->plate) && !empty)
		return;
	pmk_groups_find(&groups, sight->probability, l->tiles.width, l->tiles.height);
	pmk_groups_split(&groups);
	if (!groups.count)
		return;
	hidden = choose(l, &groups, &sight->view, empty, shown);
	pmk_plate_hold_back(l->plate, &groups, &sight->view, shown);
	if (!hidden)
		return;
	pmk_groups_spread(&groups);
	clear(&groups, &sight->view, shown, &sight->view, sight->probability);
	for (int k = 0; k < sight->closer_count; k++)
		clear(&groups, &sight->view, shown, &sight->closer[k].view, sight->closer[k].probability);
}

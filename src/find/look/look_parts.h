/* SPDX-License-Identifier: MIT */
/* The inside of a look, for look*.c only. */
#ifndef PMK_FIND_LOOK_LOOK_PARTS_H
#define PMK_FIND_LOOK_LOOK_PARTS_H

#include "find/guest.h"
#include "find/hands/hands.h"
#include "find/hands/steady.h"
#include "find/hold/hold.h"
#include "find/look.h"
#include "find/plate.h"
#include "find/prepare.h"
#include "find/study.h"
#include "find/tiles.h"
#include "find/view.h"

struct pmk_look_network {
	struct pmk_model model;
	struct pmk_engine *engine;
	struct pmk_prepare *prepare;
	float *probability;
};

struct pmk_look {
	struct pmk_look_network view, search; /* search may be empty */
	bool apart; /* `search` looks at the whole; otherwise, `view` takes all looks */
	struct pmk_tiles tiles;
	struct pmk_view where;
	struct pmk_guest guest;
	struct pmk_hold hold;
	struct pmk_plate *plate; /* of the present run; or NULL */
	struct pmk_study study;
	struct pmk_hands hands;
	struct pmk_hands_steady steady;
	float *before; /* the previous look, at first sight */
	bool alone; /* no picture came before: this one is studied */
	struct pmk_rect keep_out[PMK_ZONES];
	int keep_out_count;
};

/* Look at `rect`, or at its mirror image; the result, in network->probability, is the right way round again. */
int pmk_look_at(struct pmk_look *look, struct pmk_look_network *network, const struct pmk_image *image,
	const struct pmk_rect *rect, bool mirrored, struct pmk_sight *sight);

/* Nobody is found in the zones to keep out. */
void pmk_look_keep_out(
	const struct pmk_look *look, const struct pmk_rect *rect, float *probability, int width, int height);

/* Whether the network sees as many pixels as it gives probabilities. */
bool pmk_look_sees_its_size(const struct pmk_look *look);

/* Join the last look with the previous one, which was at the view `before`: they err in different places. */
void pmk_look_join(struct pmk_look *look, const struct pmk_rect *before, struct pmk_sight *sight);

/* Look at the people in several ways, and join what is seen. */
int pmk_look_study(struct pmk_look *look, const struct pmk_image *image, struct pmk_sight *sight);

/* In live video: study what may be a hand, from time to time, and put what was found in place of what was seen. */
int pmk_look_steady(struct pmk_look *look, const struct pmk_image *image, uint64_t now_ns, struct pmk_sight *sight);

/* At a start, when it is not known who never moves: of several people, show who matters most, and hold the others back
 * until they move. In a room that is nearly empty, always hold back whoever never moved. Lowers what was seen, also
 * closer. Not for a picture that stands alone. */
void pmk_look_hold_back(struct pmk_look *look, struct pmk_sight *sight);

#endif

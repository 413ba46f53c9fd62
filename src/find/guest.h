/* SPDX-License-Identifier: MIT */
/* Looks at somebody who comes in while others are followed. A network sees a small person beside a large one badly, or
 * not at all, in a view of both; in a view of the newcomer alone it does. So the newcomer gets a look of his own, which
 * is joined to the others' look by the larger probability, until he has gone, is hidden, or cannot be told from them.
 *
 * Where he is, the clean plate tells first: what does not look as it did, and is no part of those who are followed. If
 * nobody is there, the next such looks come after 1, 1, 2, 4 and 8 pictures.
 *
 * The one rule: a guest is outside the box of those who are followed; where the two overlap, their own look counts.
 * What the other looks see in the guest's place is left to the guest's. One thread. */
#ifndef PMK_FIND_GUEST_H
#define PMK_FIND_GUEST_H

#include "find/view.h"

struct pmk_guest {
	int width, height; /* px, of the network */
	bool found; /* somebody is followed */
	struct pmk_box box; /* px: where; what the plate says while nobody is */
	struct pmk_rect view; /* what to look at */
	int missed; /* looks in a row that did not find who was found */
	int tries, wait; /* looks in a row that found nobody new, and pictures until the next one */
	int quiet; /* pictures in a row in which nothing was new */
	float *joined;
};

int pmk_guest_init(struct pmk_guest *guest, int width, int height) __attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_guest_finish(struct pmk_guest *guest); /* a zeroed struct is allowed */
void pmk_guest_forget(struct pmk_guest *guest); /* at a cut */

/* Set to 0 what a look at `rect` sees in the guest's place. */
void pmk_guest_leave_out(const struct pmk_guest *guest, const struct pmk_view *view, const struct pmk_rect *rect,
	float *probability, int width, int height);

/* Whether guest->view is to be looked at in this picture, after those whom `view` follows. `novel` is what the plate
 * says; empty: nothing. Counts the picture. */
bool pmk_guest_wants_look(struct pmk_guest *guest, const struct pmk_view *view, const struct pmk_box *novel);

/* Take in that look, and join it: `probability` covers *seen, which becomes larger. Returns the joined look, or
 * `probability` if there is nobody. */
float *pmk_guest_see(struct pmk_guest *guest, const struct pmk_view *view, const float *look, struct pmk_rect *seen,
	float *probability);

#endif

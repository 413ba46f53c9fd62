/* SPDX-License-Identifier: MIT */
/* Specks out: what the network half takes for a person somewhere in the room (a poster, a coat) and is not joined to
 * one.
 *
 * An island is a set of pixels that are not surely room, joined by their sides. It stays when enough of it is more
 * likely person than room: at least a twentieth of the largest island's such pixels, and at least 8. One thread. */
#ifndef PMK_MASK_ISLANDS_H
#define PMK_MASK_ISLANDS_H

/* Pixels begin..end - 1 of row y that are not surely room. Joined runs lead to the same one by `parent` (union-find).
 */
struct pmk_islands_run {
	int y, begin, end, parent;
	int core; /* pixels above 0.5; of all of the island in the first run of it */
};

struct pmk_islands {
	int width, height; /* px */
	struct pmk_islands_run *run; /* room for as many as there can be */
};

/* -ENOMEM */
int pmk_islands_init(struct pmk_islands *islands, int width, int height) __attribute__((warn_unused_result));
void pmk_islands_finish(struct pmk_islands *islands); /* a zeroed one is fine too */

/* Set the probability of small islands to 0, in place. Pixels of at most `sure` are room and join nothing. */
void pmk_islands_run(struct pmk_islands *islands, float *probability, float sure);

#endif

/* SPDX-License-Identifier: MIT */
/* Removes specks: small connected components that the network half takes for a person somewhere in the room (a poster,
 * a coat) and that touch no person.
 *
 * A component is a set of pixels that are not surely room and touch by their sides. It stays if it has enough pixels
 * that are more likely person than room: at least 8, and at least a twentieth of those of the component that has most.
 * One thread. */
#ifndef PMK_MASK_COMPONENTS_H
#define PMK_MASK_COMPONENTS_H

/* A run: pixels begin..end - 1 of row y, which are not surely room. Runs of one component lead to the same run through
 * `parent` (union-find). */
struct pmk_components_run {
	int y, begin, end, parent;
	int core; /* pixels above 0.5; in the first run of a component, those of the whole component */
};

struct pmk_components {
	int width, height; /* px */
	struct pmk_components_run *run; /* as many as there can be */
};

/* -ENOMEM */
int pmk_components_init(struct pmk_components *components, int width, int height) __attribute__((warn_unused_result));
void pmk_components_finish(struct pmk_components *components); /* a zeroed struct is allowed */

/* Set the probability of small components to 0, in place. Pixels of at most `sure` are room and connect nothing. */
void pmk_components_run(struct pmk_components *components, float *probability, float sure);

#endif

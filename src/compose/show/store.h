/* SPDX-License-Identifier: MIT */
/* Backdrops that are made before anybody asks for them, so that a change to one of them takes no time.
 *
 * The one rule: what is taken is what pmk_backdrop_create would make at that moment; a file that has changed since is
 * not given out. A thread of the store makes them one after another, with pauses, as far as the memory allows. All that
 * is noticed of it is a warning about a file that cannot be shown.
 *
 *	pmk_store_want(store, specs, count, fit, true);	// in the order in which they may be asked for
 *	backdrop = pmk_store_take(store, spec, fit);
 *	if (!backdrop)
 *		err = pmk_backdrop_create(spec, fit, &layout, &backdrop); */
#ifndef PMK_COMPOSE_SHOW_STORE_H
#define PMK_COMPOSE_SHOW_STORE_H

#include "compose/backdrop.h"

enum { PMK_STORE_MOST = 96 << 20 }; /* bytes; what has a decoder counts as a half */

struct pmk_store;

/* For backdrops of `layout`. The thread starts with the first wish. -ENOMEM. */
int pmk_store_create(const struct pmk_layout *layout, struct pmk_store **store) __attribute__((warn_unused_result));
void pmk_store_destroy(struct pmk_store *store); /* waits for what is being made; NULL is fine */

/* Have these ready from now on, and no others; what is there already is not made again. `make` false: none is made. The
 * texts are copied. If memory or a thread is missing, there are fewer. [any thread] */
void pmk_store_want(struct pmk_store *store, const char *const *specs, int count, enum pmk_fit fit, bool make);

/* A backdrop that is the caller's, or NULL: it is not there. Does not wait. [any thread] */
struct pmk_backdrop *pmk_store_take(struct pmk_store *store, const char *spec, enum pmk_fit fit)
	__attribute__((warn_unused_result));

/* How many are ready. [any thread] */
int pmk_store_ready(struct pmk_store *store);

#endif

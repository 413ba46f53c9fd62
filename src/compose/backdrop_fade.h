/* SPDX-License-Identifier: MIT */
/* The cross-fade: a backdrop that comes in over the one before it, and then is nothing but the new one.
 *
 * The one rule: each pixel is a mix of what the two backdrops show of the same frame, or of what the fade itself showed
 * last. So it holds nothing that they might not show, and the cover is the new one's from the start.
 *
 *	err = pmk_backdrop_fade_create(new, ms, &fade);		// any thread, slow
 *	rest = pmk_backdrop_fade_start(fade, old, now_ns);	// the composer's thread, between two frames
 *	pmk_backdrop_destroy(rest);				// any thread
 *
 * The part of the new one grows evenly with the time of the frames: 0 at now_ns, all of it `ms` later, or at once if
 * the time runs backwards. A fade that begins while another one runs begins from the mix that was shown last; however
 * many begin, each stands on one picture. When it is over, a thread of its own frees what is not needed any more. */
#ifndef PMK_COMPOSE_BACKDROP_FADE_H
#define PMK_COMPOSE_BACKDROP_FADE_H

#include "compose/backdrop.h"

enum { PMK_FADE_MOST_MS = 5000 };

/* Takes over `to`, also on failure. -ENOMEM, or the error of starting a thread, which is logged. */
int pmk_backdrop_fade_create(struct pmk_backdrop *to, int ms, struct pmk_backdrop **fade)
	__attribute__((warn_unused_result));

/* Begin to fade from `from`, which the fade takes over; it has the same layout. Call it once. Returns what the caller
 * is to destroy, or NULL. It does not allocate or block. */
struct pmk_backdrop *pmk_backdrop_fade_start(struct pmk_backdrop *fade, struct pmk_backdrop *from, uint64_t now_ns)
	__attribute__((warn_unused_result));

#endif

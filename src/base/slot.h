/* SPDX-License-Identifier: MIT */
/* A one-item hand-over between two threads: latest wins, so that latency is bounded by construction. Never a queue.
 *
 * The one rule: the slot owns the item from put until take; an item that is overtaken goes to `drop`. */
#ifndef PMK_BASE_SLOT_H
#define PMK_BASE_SLOT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct pmk_slot {
	pthread_mutex_t lock;
	pthread_cond_t ready;
	void *item;
	bool closed, nudged;
	void (*drop)(void *item);
	uint64_t overtaken; /* items dropped because a newer one came */
};

int pmk_slot_init(struct pmk_slot *slot, void (*drop)(void *item)) __attribute__((warn_unused_result));
void pmk_slot_finish(struct pmk_slot *slot); /* drops the item inside; no thread may be waiting */

/* Put `item` in, dropping the one inside. On a closed slot the item is dropped. [producer thread] */
void pmk_slot_put(struct pmk_slot *slot, void *item);

/* Take the item, waiting until deadline_ns. NULL when the time is over, the slot is closed, or it was nudged. [consumer
 * thread] */
void *pmk_slot_take(struct pmk_slot *slot, uint64_t deadline_ns);

/* Let one take, this or the next, return at once, with what is inside: there is something else to look at. [any thread]
 */
void pmk_slot_nudge(struct pmk_slot *slot);

/* Wake the consumer; from now on take gives what is still inside, then NULL. [any thread] */
void pmk_slot_close(struct pmk_slot *slot);

uint64_t pmk_slot_overtaken(struct pmk_slot *slot); /* [any thread] */

#endif

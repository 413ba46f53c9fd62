/* SPDX-License-Identifier: MIT */
/* A hand-over of one item between two threads. The newest item wins, so latency is bounded by construction. It is never
 * a queue.
 *
 * The one rule: the slot owns the item from put until take. It gives an item that is replaced by a newer one to `drop`.
 */
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
	uint64_t replaced; /* items dropped because a newer one came before they were taken */
};

int pmk_slot_init(struct pmk_slot *slot, void (*drop)(void *item)) __attribute__((warn_unused_result));
void pmk_slot_finish(struct pmk_slot *slot); /* drops the item inside; no thread may be waiting in take */

/* Put `item` in and drop the one inside. A closed slot drops `item`. True: there was one inside. [producer thread] */
bool pmk_slot_put(struct pmk_slot *slot, void *item);

/* Take the item; wait for one until deadline_ns (CLOCK_MONOTONIC). NULL: none has come by then, or the empty slot was
 * closed or nudged. [consumer thread] */
void *pmk_slot_take(struct pmk_slot *slot, uint64_t deadline_ns);

/* Make one take, the current or the next, return at once with the item inside or NULL: the consumer has something else
 * to do. [any thread] */
void pmk_slot_nudge(struct pmk_slot *slot);

/* Wake the consumer; from now on take returns the item that is still inside, then NULL. [any thread] */
void pmk_slot_close(struct pmk_slot *slot);

uint64_t pmk_slot_replaced(struct pmk_slot *slot); /* [any thread] */

#endif

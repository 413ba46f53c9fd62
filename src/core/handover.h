/* SPDX-License-Identifier: MIT */
/* Hands one item of work to another thread, which does it between two iterations of its loop, and waits until it is
 * done.
 *
 * The one rule: an item belongs to the other thread from take to done, and to the offering thread before and after. One
 * thread offers, one item at a time. */
#ifndef PMK_CORE_HANDOVER_H
#define PMK_CORE_HANDOVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pmk_handover {
	pthread_mutex_t lock;
	pthread_cond_t done;
	void *_Atomic item; /* NULL: no item waits */
	bool finished; /* the last item is done */
	bool closed; /* the other thread takes no more */
};

void pmk_handover_init(struct pmk_handover *handover);
void pmk_handover_finish(struct pmk_handover *handover);

/* Then wake the other thread and call wait. [offering thread] */
void pmk_handover_offer(struct pmk_handover *handover, void *item);
/* 0: it is done. -ETIMEDOUT: the other thread has not taken the item within `within_ns`, and it is taken back;
 * -ECANCELED: nor will it, likewise. Once taken, it is waited for however long it takes. [offering thread] */
int pmk_handover_wait(struct pmk_handover *handover, uint64_t within_ns) __attribute__((warn_unused_result));

/* Whether an item waits; this is one atomic load. [the other thread] */
static inline bool pmk_handover_waits(struct pmk_handover *handover)
{
	return atomic_load(&handover->item) != NULL;
}
/* NULL: no item waits; otherwise call done afterwards. [the other thread] */
void *pmk_handover_take(struct pmk_handover *handover);
void pmk_handover_done(struct pmk_handover *handover); /* [the other thread] */
void pmk_handover_close(struct pmk_handover *handover); /* The thread ends. [the other thread] */

#endif

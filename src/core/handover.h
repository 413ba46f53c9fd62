/* SPDX-License-Identifier: MIT */
/* Something that another thread is to do between two of its turns, and waiting until it has done it.
 *
 * The one rule: what is offered belongs to the other thread from take to done, and to the one that offers before and
 * afterwards. One thing at a time, by one thread. */
#ifndef PMK_CORE_HANDOVER_H
#define PMK_CORE_HANDOVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pmk_handover {
	pthread_mutex_t lock;
	pthread_cond_t done;
	void *_Atomic item; /* NULL: nothing waits */
	bool finished; /* what was offered last is done */
};

void pmk_handover_init(struct pmk_handover *handover);
void pmk_handover_finish(struct pmk_handover *handover);

/* Then wake the other thread, and wait. [the one that offers] */
void pmk_handover_offer(struct pmk_handover *handover, void *item);
/* 0 when it is done; -ETIMEDOUT when the other thread has not taken it after `within_ns`: it is taken back. One that it
 * has taken is waited for. [the one that offers] */
int pmk_handover_wait(struct pmk_handover *handover, uint64_t within_ns) __attribute__((warn_unused_result));

/* Whether something waits; costs nothing. [the other thread] */
static inline bool pmk_handover_waits(struct pmk_handover *handover)
{
	return atomic_load(&handover->item) != NULL;
}
void *pmk_handover_take(struct pmk_handover *handover); /* NULL: nothing waits. Then: done. [the other thread] */
void pmk_handover_done(struct pmk_handover *handover); /* [the other thread] */

#endif

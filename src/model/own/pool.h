/* SPDX-License-Identifier: MIT */
/* Threads that share the rows of one step, and sleep when there is nothing to share: next to a busy program they do not
 * take its core.
 *
 * The one rule: nobody waits for a thread that has not begun. The caller does what others have not taken, and waits
 * only for what they have. One caller at a time. */
#ifndef PMK_MODEL_OWN_POOL_H
#define PMK_MODEL_OWN_POOL_H

struct pmk_pool;

/* `thread` is 0 for the caller and below the pool's threads. */
typedef void pmk_pool_work(const void *user, int first, int last, int thread);

/* 0, -ENOMEM, -EAGAIN */
int pmk_pool_create(int threads, struct pmk_pool **pool) __attribute__((warn_unused_result));
void pmk_pool_destroy(struct pmk_pool *pool); /* NULL is fine */

/* Call `work` for all of [0, parts), in pieces. Returns when all is done. */
void pmk_pool_run(struct pmk_pool *pool, pmk_pool_work *work, const void *user, int parts);

#endif

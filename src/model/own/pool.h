/* SPDX-License-Identifier: MIT */
/* A pool of threads that share the rows of one step. They sleep when there is nothing to do, instead of spinning, so
 * that they do not take cores from other programs.
 *
 * The one rule: the caller never waits for a thread that has not begun. It does what the threads have not taken, and
 * waits only for what they have taken. One caller at a time. */
#ifndef PMK_MODEL_OWN_POOL_H
#define PMK_MODEL_OWN_POOL_H

struct pmk_pool;

/* Do parts [first, last). `thread` is 0 for the caller, and less than the pool's number of threads. */
typedef void pmk_pool_work(const void *user, int first, int last, int thread);

/* `threads` counts the caller. 0; -ENOMEM; -EAGAIN: the threads cannot be started. */
int pmk_pool_create(int threads, struct pmk_pool **pool) __attribute__((warn_unused_result));
void pmk_pool_destroy(struct pmk_pool *pool); /* NULL is allowed */

/* Call `work` for pieces of [0, parts), by the caller and the threads. Returns when all are done. */
void pmk_pool_run(struct pmk_pool *pool, pmk_pool_work *work, const void *user, int parts);

#endif

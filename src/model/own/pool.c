/* SPDX-License-Identifier: MIT */
#include "model/own/pool.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

enum { PIECES = 4 }; /* per thread, so that a late or slow thread does fewer */

struct worker {
	struct pmk_pool *pool;
	pthread_t thread;
	int number;
};

struct pmk_pool {
	pthread_mutex_t lock;
	pthread_cond_t work_left, all_done;
	pmk_pool_work *work;
	const void *user;
	int parts, next, piece,
		busy; /* next: first part not taken; piece: parts per piece; busy: workers with a piece */
	bool stop;
	int threads, started;
	struct worker workers[]; /* threads - 1 of them */
};

/* Do one piece. The caller holds the lock, which is released during the work. */
static void do_piece(struct pmk_pool *pool, int thread)
{
	pmk_pool_work *work = pool->work;
	const void *user = pool->user;
	int first = pool->next, last = pool->parts - first > pool->piece ? first + pool->piece : pool->parts;

	pool->next = last;
	pthread_mutex_unlock(&pool->lock);
	work(user, first, last, thread);
	pthread_mutex_lock(&pool->lock);
}

static void *worker_run(void *user)
{
	struct worker *worker = user;
	struct pmk_pool *pool = worker->pool;

	pthread_mutex_lock(&pool->lock);
	while (!pool->stop) {
		if (pool->next == pool->parts) {
			pthread_cond_wait(&pool->work_left, &pool->lock);
			continue;
		}
		pool->busy++;
		do_piece(pool, worker->number);
		if (--pool->busy == 0)
			pthread_cond_signal(&pool->all_done);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

int pmk_pool_create(int threads, struct pmk_pool **pool)
{
	struct pmk_pool *made = calloc(1, sizeof *made + (size_t)(threads - 1) * sizeof made->workers[0]);
	int err = 0;

	if (!made)
		return -ENOMEM;
	made->threads = threads;
	pthread_mutex_init(&made->lock, NULL);
	pthread_cond_init(&made->work_left, NULL);
	pthread_cond_init(&made->all_done, NULL);
	while (err == 0 && made->started < threads - 1) {
		struct worker *worker = &made->workers[made->started];

		*worker = (struct worker){ .pool = made, .number = made->started + 1 };
		err = pmk_log_thread(&worker->thread, worker_run, worker);
		made->started += err == 0;
	}
	if (err < 0)
		pmk_pool_destroy(made);
	else
		*pool = made;
	return err;
}

void pmk_pool_destroy(struct pmk_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stop = true;
	pthread_cond_broadcast(&pool->work_left);
	pthread_mutex_unlock(&pool->lock);
	for (int i = 0; i < pool->started; i++)
		pthread_join(pool->workers[i].thread, NULL);
	pthread_cond_destroy(&pool->all_done);
	pthread_cond_destroy(&pool->work_left);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

void pmk_pool_run(struct pmk_pool *pool, pmk_pool_work *work, const void *user, int parts)
{
	int pieces = PIECES * pool->threads;

	pthread_mutex_lock(&pool->lock);
	pool->work = work;
	pool->user = user;
	pool->parts = parts;
	pool->next = 0;
	pool->piece = (parts + pieces - 1) / pieces;
	pthread_cond_broadcast(&pool->work_left);
	while (pool->next < pool->parts)
		do_piece(pool, 0);
	while (pool->busy)
		pthread_cond_wait(&pool->all_done, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

/* SPDX-License-Identifier: MIT */
#include "core/handover.h"

#include "base/clock.h"

#include <errno.h>

void pmk_handover_init(struct pmk_handover *h)
{
	pthread_mutex_init(&h->lock, NULL);
	pmk_clock_cond_init(&h->done);
	atomic_init(&h->item, NULL);
	h->finished = h->closed = false;
}

void pmk_handover_finish(struct pmk_handover *h)
{
	pthread_cond_destroy(&h->done);
	pthread_mutex_destroy(&h->lock);
}

void pmk_handover_offer(struct pmk_handover *h, void *item)
{
	h->finished = false;
	atomic_store(&h->item, item);
}

int pmk_handover_wait(struct pmk_handover *h, uint64_t within_ns)
{
	struct timespec end = pmk_clock_timespec(pmk_clock_now_ns() + within_ns);
	int late = 0, err = 0;

	pthread_mutex_lock(&h->lock);
	while (!h->finished && !h->closed && !late)
		late = pthread_cond_timedwait(&h->done, &h->lock, &end);
	if (!h->finished && atomic_exchange(&h->item, NULL))
		err = h->closed ? -ECANCELED : -ETIMEDOUT;
	while (!h->finished && !err)
		pthread_cond_wait(&h->done, &h->lock);
	pthread_mutex_unlock(&h->lock);
	return err;
}

void *pmk_handover_take(struct pmk_handover *h)
{
	return atomic_exchange(&h->item, NULL);
}

void pmk_handover_done(struct pmk_handover *h)
{
	pthread_mutex_lock(&h->lock);
	h->finished = true;
	pthread_cond_signal(&h->done);
	pthread_mutex_unlock(&h->lock);
}

void pmk_handover_close(struct pmk_handover *h)
{
	pthread_mutex_lock(&h->lock);
	h->closed = true;
	pthread_cond_signal(&h->done);
	pthread_mutex_unlock(&h->lock);
}

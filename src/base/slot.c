/* SPDX-License-Identifier: MIT */
#include "base/slot.h"

#include "base/clock.h"

#include <errno.h>

int pmk_slot_init(struct pmk_slot *slot, void (*drop)(void *item))
{
	pthread_condattr_t attr;
	int err;

	*slot = (struct pmk_slot){ .drop = drop };
	err = pthread_mutex_init(&slot->lock, NULL);
	if (err)
		return -err;
	err = pthread_condattr_init(&attr);
	if (err)
		goto out_lock;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	err = pthread_cond_init(&slot->ready, &attr);
	pthread_condattr_destroy(&attr);
	if (err)
		goto out_lock;
	return 0;
out_lock:
	pthread_mutex_destroy(&slot->lock);
	return -err;
}

void pmk_slot_finish(struct pmk_slot *slot)
{
	if (slot->item)
		slot->drop(slot->item);
	slot->item = NULL;
	pthread_cond_destroy(&slot->ready);
	pthread_mutex_destroy(&slot->lock);
}

bool pmk_slot_put(struct pmk_slot *slot, void *item)
{
	bool replaced = false;
	void *old;

	pthread_mutex_lock(&slot->lock);
	if (slot->closed) {
		old = item;
	} else {
		old = slot->item;
		slot->item = item;
		replaced = old != NULL;
		slot->replaced += replaced;
		pthread_cond_signal(&slot->ready);
	}
	pthread_mutex_unlock(&slot->lock);
	if (old)
		slot->drop(old);
	return replaced;
}

void *pmk_slot_take(struct pmk_slot *slot, uint64_t deadline_ns)
{
	struct timespec until = pmk_clock_timespec(deadline_ns);
	void *item;

	pthread_mutex_lock(&slot->lock);
	while (!slot->item && !slot->closed && !slot->nudged) {
		if (pthread_cond_timedwait(&slot->ready, &slot->lock, &until) == ETIMEDOUT)
			break;
	}
	item = slot->item;
	slot->item = NULL;
	slot->nudged = false;
	pthread_mutex_unlock(&slot->lock);
	return item;
}

void pmk_slot_nudge(struct pmk_slot *slot)
{
	pthread_mutex_lock(&slot->lock);
	slot->nudged = true;
	pthread_cond_broadcast(&slot->ready);
	pthread_mutex_unlock(&slot->lock);
}

void pmk_slot_close(struct pmk_slot *slot)
{
	pthread_mutex_lock(&slot->lock);
	slot->closed = true;
	pthread_cond_broadcast(&slot->ready);
	pthread_mutex_unlock(&slot->lock);
}

uint64_t pmk_slot_replaced(struct pmk_slot *slot)
{
	uint64_t n;

	pthread_mutex_lock(&slot->lock);
	n = slot->replaced;
	pthread_mutex_unlock(&slot->lock);
	return n;
}

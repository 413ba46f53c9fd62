/* SPDX-License-Identifier: MIT */
#include "core/mask_view.h"

#include "base/clock.h"
#include "base/num.h"

#include <errno.h>
#include <libyuv.h>
#include <string.h>

static const uint64_t WANTED_NS = PMK_S_NS, WAIT_NS = 300 * PMK_MS_NS;

void pmk_mask_view_init(struct pmk_mask_view *v)
{
	pthread_mutex_init(&v->lock, NULL);
	pmk_clock_cond_init(&v->changed);
}

void pmk_mask_view_finish(struct pmk_mask_view *v)
{
	pthread_cond_destroy(&v->changed);
	pthread_mutex_destroy(&v->lock);
}

bool pmk_mask_view_is_wanted(const struct pmk_mask_view *v, uint64_t now_ns)
{
	return atomic_load_explicit(&v->wanted_ns, memory_order_relaxed) > now_ns;
}

static void scale(struct pmk_mask_view *v, const struct pmk_mask *mask)
{
	int side = pmk_max(mask->width, mask->height), most = pmk_min(side, PMK_MASK_VIEW_SIDE);

	v->width = pmk_max(mask->width * most / side, 1);
	v->height = pmk_max(mask->height * most / side, 1);
	ScalePlane(mask->alpha, mask->stride, mask->width, mask->height, v->alpha, v->width, v->width, v->height,
		kFilterBox);
}

void pmk_mask_view_take(struct pmk_mask_view *v, const struct pmk_mask *mask, uint64_t now_ns)
{
	pthread_mutex_lock(&v->lock);
	v->taken_ns = mask ? now_ns : 0;
	if (mask)
		scale(v, mask);
	pthread_cond_broadcast(&v->changed);
	pthread_mutex_unlock(&v->lock);
}

int pmk_mask_view_look(struct pmk_mask_view *v, struct pmk_mask *copy)
{
	uint64_t now = pmk_clock_now_ns();
	struct timespec until = pmk_clock_timespec(now + WAIT_NS);
	int err = 0;

	atomic_store(&v->wanted_ns, now + WANTED_NS);
	pthread_mutex_lock(&v->lock);
	while (v->taken_ns < now && err != ETIMEDOUT)
		err = pthread_cond_timedwait(&v->changed, &v->lock, &until);
	err = v->taken_ns < now ? -ENODATA : pmk_mask_alloc(copy, v->width, v->height);
	for (int y = 0; !err && y < v->height; y++)
		memcpy(copy->alpha + (size_t)y * copy->stride, v->alpha + (size_t)y * v->width, (size_t)v->width);
	pthread_mutex_unlock(&v->lock);
	return err;
}

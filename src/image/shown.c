/* SPDX-License-Identifier: MIT */
#include "image/shown_seal.h"

#include <assert.h>
#include <stdlib.h>

struct pmk_shown_pool {
	int count;
	struct pmk_shown shown[];
};

/* Memory that is never written costs nothing. */
static int alloc_alpha(struct pmk_mask *alpha, const struct pmk_layout *layout)
{
	*alpha = (struct pmk_mask){ .width = layout->width, .height = layout->height, .stride = layout->width };
	alpha->alpha = calloc((size_t)layout->height, (size_t)layout->width);
	return alpha->alpha ? 0 : -1;
}

struct pmk_shown_pool *pmk_shown_pool_create(int count, const struct pmk_layout *layout)
{
	struct pmk_shown_pool *pool = calloc(1, sizeof *pool + (size_t)count * sizeof pool->shown[0]);

	if (!pool)
		return NULL;
	pool->count = count;
	for (int i = 0; i < count; i++) {
		pool->shown[i].span = calloc((size_t)layout->height, sizeof *pool->shown[i].span);
		if (!pool->shown[i].span || pmk_image_alloc(&pool->shown[i].image, layout) ||
			alloc_alpha(&pool->shown[i].alpha, layout)) {
			pmk_shown_pool_destroy(pool);
			return NULL;
		}
	}
	return pool;
}

void pmk_shown_pool_destroy(struct pmk_shown_pool *pool)
{
	if (!pool)
		return;
	for (int i = 0; i < pool->count; i++) {
		assert(atomic_load(&pool->shown[i].users) == 0);
		pmk_image_free(&pool->shown[i].image);
		free(pool->shown[i].alpha.alpha);
		free(pool->shown[i].span);
	}
	free(pool);
}

struct pmk_shown *pmk_shown_pool_take(struct pmk_shown_pool *pool)
{
	for (int i = 0; i < pool->count; i++) {
		int idle = 0;

		if (atomic_compare_exchange_strong(&pool->shown[i].users, &idle, 1))
			return &pool->shown[i];
	}
	return NULL;
}

const struct pmk_image *pmk_shown_image(const struct pmk_shown *shown)
{
	return &shown->image;
}

const struct pmk_mask *pmk_shown_alpha(const struct pmk_shown *shown)
{
	return shown->transparent ? &shown->alpha : NULL;
}

uint64_t pmk_shown_time_ns(const struct pmk_shown *shown)
{
	return shown->time_ns;
}

int64_t pmk_shown_position_ns(const struct pmk_shown *shown)
{
	return shown->position_ns;
}

bool pmk_shown_is_cover(const struct pmk_shown *shown)
{
	return shown->cover;
}

void pmk_shown_ref(struct pmk_shown *shown)
{
	atomic_fetch_add(&shown->users, 1);
}

void pmk_shown_unref(struct pmk_shown *shown)
{
	int before;

	if (!shown)
		return;
	before = atomic_fetch_sub(&shown->users, 1);
	assert(before > 0);
}

/* SPDX-License-Identifier: MIT */
#include "compose/show/store.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "compose/show/stamp.h"
#include "media/media.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FILM_PICTURES = 6 };

static const uint64_t LEAST_PAUSE_NS = 30 * PMK_MS_NS;

struct item {
	char *spec;
	struct pmk_backdrop *made; /* NULL: not yet, taken, or it cannot be made */
	bool tried;
	struct pmk_stamp stamp; /* of the file, before it was read; of zeros: there is no file */
};

struct pmk_store {
	struct pmk_layout layout;
	size_t bytes; /* of one picture */
	pthread_mutex_t lock; /* protects what follows */
	pthread_cond_t order;
	pthread_t thread;
	bool running, stopping;
	bool makes; /* what is not there yet; else the thread waits */
	enum pmk_fit fit;
	struct item *items; /* as wanted */
	int count;
};

static struct item *find(struct item *items, int count, const char *spec)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(items[i].spec, spec) == 0)
			return &items[i];
	}
	return NULL;
}

/* Whether what was made of a spec with the fit `a` is what it would be with `b`. */
static bool is_same_fit(const char *spec, enum pmk_fit a, enum pmk_fit b)
{
	return a == b || !pmk_backdrop_fits(spec);
}

static void free_items(struct item *items, int count)
{
	for (int i = 0; i < count; i++) {
		pmk_backdrop_destroy(items[i].made);
		free(items[i].spec);
	}
	free(items);
}

/* --- the thread --- */

/* A film has a decoder, whose memory is not known, or a loop (film/loop.h): at most two of them. */
static size_t cost(const struct pmk_store *s, const struct pmk_backdrop *made)
{
	size_t decoded = FILM_PICTURES * s->bytes, least = PMK_STORE_MOST / 2;

	if (!made)
		return 0;
	return made->impl->pictures ? (size_t)made->impl->pictures * s->bytes : decoded > least ? decoded : least;
}

/* The first that is not made yet, while there is room; NULL: there is nothing to do. */
static struct item *next_item(struct pmk_store *s)
{
	size_t used = s->bytes;

	for (int i = 0; i < s->count; i++)
		used += cost(s, s->items[i].made);
	for (int i = 0; i < s->count && s->makes && used <= PMK_STORE_MOST; i++) {
		if (!s->items[i].tried)
			return &s->items[i];
	}
	return NULL;
}

/* Call it with the lock, which is given up meanwhile; the wishes may be others then. */
static void make(struct pmk_store *s, struct item *item)
{
	char *spec = strdup(item->spec);
	enum pmk_fit fit = s->fit;
	struct pmk_backdrop *made = NULL;
	struct pmk_stamp stamp;

	item->tried = true;
	if (!spec)
		return;
	pthread_mutex_unlock(&s->lock);
	stamp = pmk_stamp_of(spec);
	pmk_log_lower(true);
	if (pmk_backdrop_create(spec, fit, &s->layout, &made))
		made = NULL;
	pmk_log_lower(false);
	pthread_mutex_lock(&s->lock);
	item = find(s->items, s->count, spec);
	if (item && !item->made && is_same_fit(spec, s->fit, fit)) {
		item->made = made;
		item->stamp = stamp;
		made = NULL;
	}
	pthread_mutex_unlock(&s->lock);
	pmk_backdrop_destroy(made);
	free(spec);
	pthread_mutex_lock(&s->lock);
}

/* For as long as the work took, so that half of a core is left to what is shown, even if it can use only one. */
static void rest(struct pmk_store *s, uint64_t took_ns)
{
	struct timespec until = pmk_clock_timespec(pmk_clock_now_ns() + pmk_max_u64(took_ns, LEAST_PAUSE_NS));

	while (!s->stopping && pthread_cond_timedwait(&s->order, &s->lock, &until) == 0)
		;
}

static void *store_main(void *arg)
{
	struct pmk_store *s = arg;
	struct item *item;
	uint64_t begun;

	pthread_mutex_lock(&s->lock);
	while (!s->stopping) {
		item = next_item(s);
		if (item) {
			begun = pmk_clock_now_ns();
			make(s, item);
			rest(s, pmk_clock_now_ns() - begun);
			continue;
		}
		pmk_media_forget();
		pthread_cond_wait(&s->order, &s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* --- wishes --- */

/* Make items for the wishes out of what there is. Gives how many there are. */
static int renew(struct pmk_store *s, struct item *items, const char *const *specs, int count, enum pmk_fit fit)
{
	int made = 0;

	for (int i = 0; i < count; i++) {
		struct item *old = is_same_fit(specs[i], fit, s->fit) ? find(s->items, s->count, specs[i]) : NULL;
		struct item *item = &items[made];
		struct pmk_stamp stamp = pmk_stamp_of(specs[i]);

		*item = (struct item){ .spec = strdup(specs[i]) };
		if (!item->spec)
			continue;
		made++;
		if (!old || !old->tried || !pmk_stamp_equal(&old->stamp, &stamp))
			continue;
		item->made = old->made;
		item->stamp = old->stamp;
		item->tried = true;
		old->made = NULL;
	}
	return made;
}

void pmk_store_want(struct pmk_store *s, const char *const *specs, int count, enum pmk_fit fit, bool make)
{
	struct item *items = count ? calloc((size_t)count, sizeof *items) : NULL, *old;
	int made, old_count;

	if (count && !items)
		return;
	pthread_mutex_lock(&s->lock);
	made = renew(s, items, specs, count, fit);
	old = s->items;
	old_count = s->count;
	s->items = items;
	s->count = made;
	s->fit = fit;
	s->makes = make;
	if (made && make && !s->running)
		s->running = pmk_log_thread(&s->thread, store_main, s) == 0;
	pthread_cond_signal(&s->order);
	pthread_mutex_unlock(&s->lock);
	free_items(old, old_count);
}

struct pmk_backdrop *pmk_store_take(struct pmk_store *s, const char *spec, enum pmk_fit fit)
{
	struct pmk_stamp stamp = pmk_stamp_of(spec);
	struct pmk_backdrop *taken = NULL;
	struct item *item;

	pthread_mutex_lock(&s->lock);
	item = is_same_fit(spec, fit, s->fit) ? find(s->items, s->count, spec) : NULL;
	if (item && item->made && pmk_stamp_equal(&item->stamp, &stamp)) {
		if (item->made->impl->copy) {
			taken = item->made->impl->copy(item->made);
		} else {
			taken = item->made;
			item->made = NULL;
			item->tried = false;
			pthread_cond_signal(&s->order);
		}
	}
	pthread_mutex_unlock(&s->lock);
	return taken;
}

int pmk_store_ready(struct pmk_store *s)
{
	int ready = 0;

	pthread_mutex_lock(&s->lock);
	for (int i = 0; i < s->count; i++)
		ready += s->items[i].made != NULL;
	pthread_mutex_unlock(&s->lock);
	return ready;
}

/* --- create, destroy --- */

int pmk_store_create(const struct pmk_layout *layout, struct pmk_store **store)
{
	struct pmk_store *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->layout = *layout;
	for (int p = 0; p < 3; p++)
		s->bytes += (size_t)pmk_layout_plane_width(layout, p) * (size_t)pmk_layout_plane_height(layout, p);
	pthread_mutex_init(&s->lock, NULL);
	pmk_clock_cond_init(&s->order);
	*store = s;
	return 0;
}

void pmk_store_destroy(struct pmk_store *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_signal(&s->order);
	pthread_mutex_unlock(&s->lock);
	if (s->running)
		pthread_join(s->thread, NULL);
	free_items(s->items, s->count);
	pthread_cond_destroy(&s->order);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

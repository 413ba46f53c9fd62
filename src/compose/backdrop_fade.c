/* SPDX-License-Identifier: MIT */
#include "compose/backdrop_fade.h"

#include "base/clock.h"
#include "base/log.h"
#include "pixels/rows.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

enum state {
	WAITS, /* to be started */
	RUNS,
	OVER, /* it shows `to` */
	FROZEN, /* it is what another fade comes from, and shows its last mix */
};

struct fade {
	struct pmk_backdrop base; /* its cover shares the planes of the new one's */
	struct pmk_backdrop *from, *to;
	const struct pmk_rows *rows;
	enum state state;
	bool mixed; /* `mix` holds what was shown last */
	uint64_t start_ns, length_ns;
	struct pmk_image mix, written[2]; /* what `from` and `to` write, if they write */

	pthread_t thread;
	sem_t unneeded; /* the rest is the thread's from now on, except for what the state needs */
};

static const struct pmk_backdrop_impl fade_impl;

static struct fade *fade_of(struct pmk_backdrop *backdrop)
{
	return backdrop->impl == &fade_impl ? (struct fade *)backdrop : NULL;
}

/* --- the thread --- */

static void drop(struct pmk_backdrop **backdrop)
{
	pmk_backdrop_destroy(*backdrop);
	*backdrop = NULL;
}

static void *free_unneeded(void *arg)
{
	struct fade *f = arg;

	while (sem_wait(&f->unneeded))
		;
	drop(&f->from);
	pmk_image_free(&f->written[0]);
	pmk_image_free(&f->written[1]);
	if (f->state == FROZEN)
		drop(&f->to);
	else
		pmk_image_free(&f->mix);
	return NULL;
}

static void become(struct fade *f, enum state state)
{
	f->state = state;
	sem_post(&f->unneeded);
}

/* --- frames --- */

/* The whole picture that a backdrop shows behind a frame. */
static const struct pmk_image *picture_of(
	struct pmk_backdrop *b, const struct pmk_frame *frame, const struct pmk_cells *cells, struct pmk_image *written)
{
	bool stays = false;
	const struct pmk_image *picture = b->impl->begin(b, frame, cells, &stays);

	if (picture)
		return picture;
	for (int row = 0; row < cells->rows; row++)
		b->impl->write(b, row, written);
	return written;
}

/* `part` of 256 is the new one. */
static void mix(struct fade *f, const struct pmk_image *from, const struct pmk_image *to, int part)
{
	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&f->mix.layout, p);

		for (int y = 0; y < pmk_layout_plane_height(&f->mix.layout, p); y++)
			f->rows->mix(from->plane[p] + (size_t)y * from->stride[p],
				to->plane[p] + (size_t)y * to->stride[p], part,
				f->mix.plane[p] + (size_t)y * f->mix.stride[p], width);
	}
	f->mixed = true;
}

static const struct pmk_image *begin(
	struct pmk_backdrop *backdrop, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	struct fade *f = (struct fade *)backdrop;
	const struct pmk_image *from, *to;
	uint64_t passed;
	bool ends;

	if (f->state == FROZEN)
		return &f->mix;
	f->to->whole = backdrop->whole;
	passed = f->state == RUNS ? pmk_frame_moment_ns(frame) - f->start_ns : f->length_ns;
	if (passed < f->length_ns) {
		f->from->whole = backdrop->whole;
		from = picture_of(f->from, frame, cells, &f->written[0]);
		to = picture_of(f->to, frame, cells, &f->written[1]);
		mix(f, from, to, (int)(passed * 256 / f->length_ns));
		return &f->mix;
	}
	ends = f->state == RUNS;
	if (ends) {
		become(f, OVER);
		backdrop->transparent = f->to->transparent;
	}
	to = f->to->impl->begin(f->to, frame, cells, stays);
	*stays &= !ends; /* the previous picture was the mix */
	return to;
}

static void write(struct pmk_backdrop *backdrop, int row, struct pmk_image *out)
{
	struct fade *f = (struct fade *)backdrop;

	f->to->impl->write(f->to, row, out);
}

/* --- create, start, destroy --- */

static void set_fade(struct pmk_backdrop *backdrop, int ms)
{
	struct fade *f = (struct fade *)backdrop;

	pmk_backdrop_set_fade(f->to, ms);
}

static void destroy(struct pmk_backdrop *backdrop)
{
	struct fade *f = (struct fade *)backdrop;

	sem_post(&f->unneeded);
	pthread_join(f->thread, NULL);
	sem_destroy(&f->unneeded);
	pmk_backdrop_destroy(f->to);
	pmk_image_free(&f->mix);
	free(f);
}

static const struct pmk_backdrop_impl fade_impl = {
	.begin = begin, .write = write, .set_fade = set_fade, .destroy = destroy
};

static int create(struct fade *f, const struct pmk_layout *layout)
{
	int err = pmk_image_alloc(&f->mix, layout);

	for (int i = 0; i < 2 && !err; i++)
		err = pmk_image_alloc(&f->written[i], layout);
	if (err)
		return err;
	sem_init(&f->unneeded, 0, 0);
	err = pmk_log_thread(&f->thread, free_unneeded, f);
	if (err)
		pmk_error("cannot start a thread: %s", strerror(-err));
	return err;
}

int pmk_backdrop_fade_create(struct pmk_backdrop *to, int ms, struct pmk_backdrop **fade)
{
	struct fade *f = calloc(1, sizeof *f);
	int err = f ? create(f, &to->cover.layout) : -ENOMEM;

	if (err) {
		if (f) {
			pmk_image_free(&f->mix);
			pmk_image_free(&f->written[0]);
			pmk_image_free(&f->written[1]);
		}
		free(f);
		pmk_backdrop_destroy(to);
		return err;
	}
	f->base.impl = &fade_impl;
	f->base.cover = to->cover;
	f->base.cover.block = NULL;
	f->base.of_room = to->of_room;
	f->to = to;
	f->rows = pmk_rows();
	f->length_ns = (uint64_t)ms * PMK_MS_NS;
	*fade = &f->base;
	return 0;
}

struct pmk_backdrop *pmk_backdrop_fade_start(struct pmk_backdrop *fade, struct pmk_backdrop *from, uint64_t now_ns)
{
	struct fade *f = (struct fade *)fade, *before = fade_of(from);
	struct pmk_backdrop *rest = NULL;

	f->from = from;
	f->start_ns = now_ns;
	f->state = RUNS;
	if (!before || before->state != RUNS)
		return NULL;
	if (before->mixed) {
		become(before, FROZEN);
		return NULL;
	}
	f->from = before->from; /* nothing of the fade before was ever shown */
	before->from = NULL;
	rest = from;
	return rest;
}

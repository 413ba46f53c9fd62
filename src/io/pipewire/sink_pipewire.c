/* SPDX-License-Identifier: MIT */
#include "io/pipewire/sink_pipewire.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int pipewire_write(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	struct pmk_pipewire_sink *s = (struct pmk_pipewire_sink *)sink;

	if (!atomic_load(&s->streaming))
		return 0;
	pmk_pipewire_lock(s->pipewire);
	if (atomic_load(&s->streaming)) {
		pmk_pipewire_sink_put(s, pmk_shown_image(shown));
		s->written_ns = pmk_clock_now_ns();
	}
	pmk_pipewire_unlock(s->pipewire);
	return 0;
}

static enum pmk_watch pipewire_watched(struct pmk_sink *sink)
{
	struct pmk_pipewire_sink *s = (struct pmk_pipewire_sink *)sink;
	eventfd_t told;

	eventfd_read(s->watch_fd, &told);
	return atomic_load(&s->streaming) ? PMK_WATCH_SOMEBODY : PMK_WATCH_NOBODY;
}

static int pipewire_watch_fd(struct pmk_sink *sink, short *events)
{
	*events = POLLIN;
	return ((struct pmk_pipewire_sink *)sink)->watch_fd;
}

static int pipewire_rest(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct pmk_pipewire_sink *s = (struct pmk_pipewire_sink *)sink;

	pmk_pipewire_lock(s->pipewire);
	pmk_image_copy(&s->cover, pmk_shown_image(cover));
	if (!atomic_load(&s->streaming))
		pmk_pipewire_sink_cover(s);
	pmk_pipewire_unlock(s->pipewire);
	return 0;
}

static int pipewire_close(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct pmk_pipewire_sink *s = (struct pmk_pipewire_sink *)sink;

	if (s->pipewire) {
		pmk_pipewire_lock(s->pipewire);
		if (cover)
			pmk_image_copy(&s->cover, pmk_shown_image(cover));
		pmk_pipewire_sink_close_node(s);
		pmk_pipewire_unlock(s->pipewire);
	}
	pmk_pipewire_destroy(s->pipewire);
	pmk_image_free(&s->cover);
	if (s->watch_fd >= 0)
		close(s->watch_fd);
	free(s);
	return 0;
}

static const struct pmk_sink_impl pipewire_impl = {
	.write = pipewire_write,
	.close = pipewire_close,
	.watched = pipewire_watched,
	.watch_fd = pipewire_watch_fd,
	.rest = pipewire_rest,
};

static int prepare(struct pmk_pipewire_sink *s, const char *name, const struct pmk_sink_setup *setup,
	const struct pmk_shown *cover)
{
	int err;

	s->base.impl = &pipewire_impl;
	s->base.live = true;
	s->layout = setup->layout;
	s->width = setup->layout.width & ~1;
	s->height = setup->layout.height & ~1;
	s->fps = setup->fps > 0 ? setup->fps : 30;
	snprintf(s->node, sizeof(s->node), "%s", name && *name ? name : PMK_PIPEWIRE_NODE);
	snprintf(s->base.name, sizeof(s->base.name), "pipewire:%s %dx%d at %g/s", s->node, s->width, s->height, s->fps);
	s->watch_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->watch_fd < 0)
		return -errno;
	err = pmk_image_alloc(&s->cover, &setup->layout);
	if (err < 0)
		return err;
	pmk_image_copy(&s->cover, pmk_shown_image(cover));
	return pmk_pipewire_create(pmk_pipewire_sink_on_lost, s, &s->pipewire);
}

int pmk_sink_pipewire_open(
	const char *name, const struct pmk_sink_setup *setup, const struct pmk_shown *cover, struct pmk_sink **sink)
{
	struct pmk_pipewire_sink *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	err = prepare(s, name, setup, cover);
	if (err == 0) {
		pmk_pipewire_lock(s->pipewire);
		err = pmk_pipewire_sink_open_node(s);
		pmk_pipewire_unlock(s->pipewire);
	}
	if (err < 0) {
		err = pmk_pipewire_report(s->base.name, err);
		pipewire_close(&s->base, NULL);
		return err;
	}
	*sink = &s->base;
	return 0;
}

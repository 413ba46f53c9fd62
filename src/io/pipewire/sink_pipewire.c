/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <pipewire/pipewire.h>
#include <spa/pod/builder.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "image/convert.h"
#include "image/fourcc.h"
#include "io/pipewire/pipewire.h"
#include "io/pipewire/pipewire_format.h"
#include "io/sink.h"

enum { RING_MOST = 64 }; /* no stream of libpipewire's has more */

static const uint64_t READY_NS = 2 * PMK_S_NS; /* for the daemon to make the node */
static const uint64_t RETRY_FIRST_NS = 100 * PMK_MS_NS, RETRY_MOST_NS = 500 * PMK_MS_NS;
/* a new reader is shown the cover when nothing was written for so long */
static const uint64_t SILENT_NS = 100 * PMK_MS_NS;

/* A camera node of the daemon: a stream that drives its readers, one picture at each write. The readers share one
 * format, which the first of them chooses, and one ring of buffers, which the daemon makes when that one comes and
 * takes away some seconds after the last has gone. So buffers hold the cover from add_buffer on, and again whenever
 * nobody reads.
 *
 * Only the size of the composed picture is offered: a smaller one that the first reader took would be what all others
 * get. */
struct pipewire_sink {
	struct pmk_sink base;
	struct pmk_pipewire *pipewire;
	char node[96];
	struct pmk_layout layout; /* of what write is given */
	int width, height; /* px, of what readers get: even */
	double fps;
	int watch_fd; /* an eventfd */
	atomic_bool streaming; /* somebody reads; changed under the lock only */
	/* The rest belongs to the connection's lock. */
	struct pmk_image cover;
	struct pw_stream *stream; /* NULL while the daemon is gone */
	struct spa_hook hook;
	struct spa_source *retry;
	uint64_t pause_ns; /* before the next try to come back */
	bool lost; /* said */
	bool closing; /* it does not come back */
	uint32_t fourcc; /* agreed on; 0: none */
	size_t bytes; /* of a picture */
	struct pw_buffer *buffers[RING_MOST];
	int count;
	uint64_t sequence, written_ns;
	/* A picture that is sent before all readers took the last one is given to them in its place. So one that is
	 * written while a round is under way is held until that is over. A reader that is stopped ends no round, so no
	 * round has more than one and a half periods, and then, until one ends again, three quarters of one: a second
	 * picture to hold rarely comes so soon. */
	uint64_t round_ns; /* when the round began, 0: none is under way */
	bool stuck; /* a round did not end in time, and none has since */
	struct pw_buffer *held;
	struct spa_source *hold;
};

static void paint(const struct pipewire_sink *s, const struct pmk_image *image, struct pw_buffer *buffer)
{
	struct spa_data *data = &buffer->buffer->datas[0];
	struct pmk_image view = *image;
	int err;

	data->chunk->offset = 0;
	data->chunk->flags = 0;
	data->chunk->stride = pmk_fourcc_stride(s->fourcc, s->width);
	data->chunk->size = data->data && s->fourcc && data->maxsize >= s->bytes ? (uint32_t)s->bytes : 0;
	if (!data->chunk->size)
		return;
	assert(pmk_layout_equal(&view.layout, &s->layout));
	view.layout.width = s->width;
	view.layout.height = s->height;
	err = pmk_convert_to_raw(&view, s->fourcc, data->data, s->bytes);
	assert(err == 0);
}

static void cover_all(struct pipewire_sink *s)
{
	for (int i = 0; i < s->count; i++)
		paint(s, &s->cover, s->buffers[i]);
}

static void set_timer(struct pipewire_sink *s, struct spa_source *timer, uint64_t wait_ns)
{
	struct timespec when = pmk_clock_timespec(wait_ns);

	pw_loop_update_timer(pmk_pipewire_loop(s->pipewire), timer, &when, NULL, false);
}

/* On to the readers. Without a picture, too, a round gives back the buffer that was sent last. */
static void begin_round(struct pipewire_sink *s, struct pw_buffer *buffer)
{
	if (buffer)
		pw_stream_queue_buffer(s->stream, buffer);
	s->round_ns = pmk_clock_now_ns();
	pw_stream_trigger_process(s->stream);
}

static void let_go(struct pipewire_sink *s)
{
	struct pw_buffer *buffer = s->held;

	s->held = NULL;
	if (buffer)
		begin_round(s, buffer);
}

/* How much longer the round may take that is under way; 0 when none is, or it has had its time. */
static uint64_t time_for_round(struct pipewire_sink *s, uint64_t now)
{
	uint64_t period = (uint64_t)(PMK_S_NS / s->fps), age = now - s->round_ns, most;

	if (!s->round_ns)
		return 0;
	s->stuck |= age >= period * 3 / 2;
	most = s->stuck ? period * 3 / 4 : period * 3 / 2;
	return age < most ? most - age : 0;
}

/* The picture into the next free buffer, or over the one that is held, and on its way. When no buffer is free it is
 * lost. */
static void put(struct pipewire_sink *s, const struct pmk_image *image)
{
	struct pw_buffer *buffer = s->held ? s->held : pw_stream_dequeue_buffer(s->stream);
	uint64_t now = pmk_clock_now_ns(), wait_ns;
	struct spa_meta_header *header;

	s->sequence++;
	if (buffer) {
		paint(s, image, buffer);
		header = spa_buffer_find_meta_data(buffer->buffer, SPA_META_Header, sizeof(*header));
		if (header)
			*header = (struct spa_meta_header){ .pts = (int64_t)now, .seq = s->sequence };
	}
	if (s->held)
		return;
	wait_ns = time_for_round(s, now);
	if (buffer && wait_ns) {
		s->held = buffer;
		set_timer(s, s->hold, wait_ns);
		return;
	}
	begin_round(s, buffer);
}

/* --- callbacks, on the connection's thread --- */

static void on_round_over(void *user)
{
	struct pipewire_sink *s = user;

	s->round_ns = 0;
	s->stuck = false;
	let_go(s);
}

static void on_held_enough(void *user, uint64_t expirations)
{
	struct pipewire_sink *s = user;

	s->stuck = true;
	let_go(s);
}

static void set_streaming(struct pipewire_sink *s, bool streaming)
{
	if (atomic_exchange(&s->streaming, streaming) == streaming)
		return;
	eventfd_write(s->watch_fd, 1);
	if (!streaming && s->held)
		pw_stream_queue_buffer(s->stream, s->held);
	s->held = NULL;
	s->round_ns = 0;
	if (!streaming)
		cover_all(s);
	else if (pmk_clock_now_ns() - s->written_ns > SILENT_NS)
		put(s, &s->cover);
}

static void come_back(struct pipewire_sink *s)
{
	if (s->closing)
		return;
	set_streaming(s, false);
	if (!s->lost)
		pmk_warn("%s: PipeWire has gone; the camera is back as soon as it is", s->base.name);
	s->lost = true;
	set_timer(s, s->retry, s->pause_ns);
}

static void on_lost(void *user)
{
	come_back(user);
}

static void on_state(void *user, enum pw_stream_state before, enum pw_stream_state state, const char *error)
{
	struct pipewire_sink *s = user;

	pmk_debug("%s: %s%s%s", s->base.name, pw_stream_state_as_string(state), error ? ": " : "", error ? error : "");
	set_streaming(s, state == PW_STREAM_STATE_STREAMING);
	if (state == PW_STREAM_STATE_ERROR ||
		(state == PW_STREAM_STATE_UNCONNECTED && before >= PW_STREAM_STATE_PAUSED))
		come_back(s);
	if (state >= PW_STREAM_STATE_PAUSED) {
		s->pause_ns = RETRY_FIRST_NS;
		if (s->lost)
			pmk_info("%s: PipeWire is back", s->base.name);
		s->lost = false;
	}
	pmk_pipewire_wake(s->pipewire);
}

static void on_param(void *user, uint32_t id, const struct spa_pod *param)
{
	struct pipewire_sink *s = user;
	const struct spa_pod *params[PMK_PIPEWIRE_BUFFER_PARAMS];
	uint8_t memory[1024];
	struct pmk_device_mode mode;
	struct pmk_layout layout;
	int stride;

	if (id != SPA_PARAM_Format)
		return;
	s->fourcc = 0;
	if (!param)
		return;
	if (pmk_pipewire_format_read(param, &mode, &layout) < 0 || mode.width != s->width || mode.height != s->height) {
		pw_stream_set_error(s->stream, -EINVAL, "not a format that was offered");
		return;
	}
	s->fourcc = mode.fourcc;
	stride = pmk_fourcc_stride(mode.fourcc, s->width);
	s->bytes = pmk_fourcc_bytes(mode.fourcc, s->width, s->height, stride);
	pmk_pipewire_buffers_build(memory, sizeof(memory), s->bytes, stride, params);
	pw_stream_update_params(s->stream, params, PMK_PIPEWIRE_BUFFER_PARAMS);
}

static void on_add_buffer(void *user, struct pw_buffer *buffer)
{
	struct pipewire_sink *s = user;

	if (s->count == RING_MOST) {
		pw_stream_set_error(s->stream, -ENOSPC, "too many buffers");
		return;
	}
	s->buffers[s->count++] = buffer;
	paint(s, &s->cover, buffer);
}

/* A reader may keep its mapping for as long as it likes. */
static void on_remove_buffer(void *user, struct pw_buffer *buffer)
{
	struct pipewire_sink *s = user;

	for (int i = 0; i < s->count; i++) {
		if (s->buffers[i] != buffer)
			continue;
		s->held = s->held == buffer ? NULL : s->held;
		paint(s, &s->cover, buffer);
		s->buffers[i] = s->buffers[--s->count];
		return;
	}
}

static const struct pw_stream_events stream_events = {
	PW_VERSION_STREAM_EVENTS,
	.state_changed = on_state,
	.param_changed = on_param,
	.add_buffer = on_add_buffer,
	.remove_buffer = on_remove_buffer,
	.trigger_done = on_round_over,
};

/* --- coming and going, under the lock --- */

static struct pw_properties *properties(const struct pipewire_sink *s)
{
	return pw_properties_new(PW_KEY_MEDIA_CLASS, "Video/Source", PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY,
		"Capture", PW_KEY_MEDIA_ROLE, "Camera", PW_KEY_NODE_NAME, s->node, PW_KEY_NODE_NICK, s->node,
		PW_KEY_NODE_DESCRIPTION, s->node, PW_KEY_NODE_VIRTUAL, "true", PMK_PIPEWIRE_MARK, "true", NULL);
}

/* RT_PROCESS though nothing is done there: without it each round leaves a call of "process" for the connection's thread
 * in a queue that only one thread may write to, and the data thread writes to it already.
 *
 * Readers pad the chroma rows of widths that are no multiple of 8 in different ways, so such a width has no I420. */
static int connect_stream(struct pipewire_sink *s)
{
	static const enum pw_stream_flags flags = PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_MAP_BUFFERS |
		PW_STREAM_FLAG_RT_PROCESS;
	uint8_t memory[2048];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
	struct pmk_device_mode mode = {
		.fourcc = PMK_FOURCC_YU12, .width = s->width, .height = s->height, .fps = s->fps
	};
	const struct spa_pod *offers[2];
	uint32_t count = 0;

	if (s->width % 8 == 0)
		offers[count++] = pmk_pipewire_format_build(&builder, &mode);
	mode.fourcc = PMK_FOURCC_YUYV;
	offers[count++] = pmk_pipewire_format_build(&builder, &mode);
	return pw_stream_connect(s->stream, PW_DIRECTION_OUTPUT, PW_ID_ANY, flags, offers, count);
}

static int connect_node(struct pipewire_sink *s)
{
	int err = pmk_pipewire_connect(s->pipewire);

	if (err < 0)
		return err;
	s->stream = pw_stream_new(pmk_pipewire_core(s->pipewire), s->node, properties(s));
	if (!s->stream)
		return -ENOMEM;
	spa_zero(s->hook);
	pw_stream_add_listener(s->stream, &s->hook, &stream_events, s);
	return connect_stream(s);
}

/* The stream out of our hands, with the cover in all its buffers; NULL when there is none. */
static struct pw_stream *leave_stream(struct pipewire_sink *s)
{
	struct pw_stream *stream = s->stream;

	if (stream)
		spa_hook_remove(&s->hook);
	cover_all(s);
	s->count = 0;
	s->held = NULL;
	s->stream = NULL;
	s->fourcc = 0;
	return stream;
}

static void on_retry(void *user, uint64_t expirations)
{
	struct pipewire_sink *s = user;
	struct pw_stream *stream;

	if (s->closing)
		return;
	set_streaming(s, false);
	stream = leave_stream(s);
	if (stream)
		pmk_pipewire_destroy_stream(s->pipewire, stream);
	pmk_pipewire_disconnect(s->pipewire);
	s->pause_ns = pmk_min_u64(2 * s->pause_ns, RETRY_MOST_NS);
	if (connect_node(s) < 0)
		set_timer(s, s->retry, s->pause_ns);
}

/* --- the output thread's --- */

static int pipewire_write(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	struct pipewire_sink *s = (struct pipewire_sink *)sink;

	if (!atomic_load(&s->streaming))
		return 0;
	pmk_pipewire_lock(s->pipewire);
	if (atomic_load(&s->streaming)) {
		put(s, pmk_shown_image(shown));
		s->written_ns = pmk_clock_now_ns();
	}
	pmk_pipewire_unlock(s->pipewire);
	return 0;
}

static enum pmk_watch pipewire_watched(struct pmk_sink *sink)
{
	struct pipewire_sink *s = (struct pipewire_sink *)sink;
	eventfd_t told;

	eventfd_read(s->watch_fd, &told);
	return atomic_load(&s->streaming) ? PMK_WATCH_SOMEBODY : PMK_WATCH_NOBODY;
}

static int pipewire_watch_fd(struct pmk_sink *sink, short *events)
{
	*events = POLLIN;
	return ((struct pipewire_sink *)sink)->watch_fd;
}

static int pipewire_rest(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct pipewire_sink *s = (struct pipewire_sink *)sink;

	pmk_pipewire_lock(s->pipewire);
	pmk_image_copy(&s->cover, pmk_shown_image(cover));
	if (!atomic_load(&s->streaming))
		cover_all(s);
	pmk_pipewire_unlock(s->pipewire);
	return 0;
}

static void close_node(struct pipewire_sink *s)
{
	struct pw_stream *stream;

	if (atomic_load(&s->streaming)) {
		put(s, &s->cover);
		let_go(s);
	}
	s->closing = true;
	atomic_store(&s->streaming, false);
	stream = leave_stream(s);
	if (stream)
		pmk_pipewire_destroy_stream(s->pipewire, stream);
	if (s->retry)
		pw_loop_destroy_source(pmk_pipewire_loop(s->pipewire), s->retry);
	if (s->hold)
		pw_loop_destroy_source(pmk_pipewire_loop(s->pipewire), s->hold);
	pmk_pipewire_disconnect(s->pipewire);
}

static int pipewire_close(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct pipewire_sink *s = (struct pipewire_sink *)sink;

	if (s->pipewire) {
		pmk_pipewire_lock(s->pipewire);
		if (cover)
			pmk_image_copy(&s->cover, pmk_shown_image(cover));
		close_node(s);
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

static int open_node(struct pipewire_sink *s)
{
	uint64_t deadline = pmk_clock_now_ns() + READY_NS;
	int err;

	s->retry = pw_loop_add_timer(pmk_pipewire_loop(s->pipewire), on_retry, s);
	s->hold = pw_loop_add_timer(pmk_pipewire_loop(s->pipewire), on_held_enough, s);
	if (!s->retry || !s->hold)
		return -ENOMEM;
	err = connect_node(s);
	while (err == 0 && (!s->stream || pw_stream_get_state(s->stream, NULL) < PW_STREAM_STATE_PAUSED)) {
		if (!pmk_pipewire_wait(s->pipewire, deadline))
			err = -ETIMEDOUT;
	}
	return err;
}

static int prepare(
	struct pipewire_sink *s, const char *name, const struct pmk_sink_setup *setup, const struct pmk_shown *cover)
{
	int err;

	s->base.impl = &pipewire_impl;
	s->base.live = true;
	s->layout = setup->layout;
	s->width = setup->layout.width & ~1;
	s->height = setup->layout.height & ~1;
	s->fps = setup->fps > 0 ? setup->fps : 30;
	s->pause_ns = RETRY_FIRST_NS;
	snprintf(s->node, sizeof(s->node), "%s", name && *name ? name : PMK_PIPEWIRE_NODE);
	snprintf(s->base.name, sizeof(s->base.name), "pipewire:%s %dx%d at %g/s", s->node, s->width, s->height, s->fps);
	s->watch_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->watch_fd < 0)
		return -errno;
	err = pmk_image_alloc(&s->cover, &setup->layout);
	if (err < 0)
		return err;
	pmk_image_copy(&s->cover, pmk_shown_image(cover));
	return pmk_pipewire_create(on_lost, s, &s->pipewire);
}

int pmk_sink_pipewire_open(
	const char *name, const struct pmk_sink_setup *setup, const struct pmk_shown *cover, struct pmk_sink **sink)
{
	struct pipewire_sink *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	err = prepare(s, name, setup, cover);
	if (err == 0) {
		pmk_pipewire_lock(s->pipewire);
		err = open_node(s);
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

/* SPDX-License-Identifier: MIT */
#include "io/pipewire/sink_pipewire.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "image/fourcc.h"
#include "io/pipewire/pipewire_format.h"

#include <errno.h>
#include <spa/pod/builder.h>
#include <string.h>

static const uint64_t READY_NS = 2 * PMK_S_NS; /* for the daemon to create the node */
static const uint64_t RETRY_FIRST_NS = 100 * PMK_MS_NS, RETRY_MOST_NS = 500 * PMK_MS_NS;

/* --- callbacks, on the connection's thread --- */

static void come_back(struct pmk_pipewire_sink *s)
{
	if (s->closing)
		return;
	pmk_pipewire_sink_set_streaming(s, false);
	if (!s->lost)
		pmk_warn("%s: PipeWire has gone; the virtual camera returns when PipeWire does", s->base.name);
	s->lost = true;
	pmk_pipewire_sink_set_timer(s, s->retry, s->pause_ns);
}

void pmk_pipewire_sink_on_lost(void *user)
{
	come_back(user);
}

static void on_state(void *user, enum pw_stream_state before, enum pw_stream_state state, const char *error)
{
	struct pmk_pipewire_sink *s = user;

	pmk_debug("%s: %s%s%s", s->base.name, pw_stream_state_as_string(state), error ? ": " : "", error ? error : "");
	pmk_pipewire_sink_set_streaming(s, state == PW_STREAM_STATE_STREAMING);
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
	struct pmk_pipewire_sink *s = user;
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
	struct pmk_pipewire_sink *s = user;

	if (s->count == PMK_PIPEWIRE_RING_MOST) {
		pw_stream_set_error(s->stream, -ENOSPC, "too many buffers");
		return;
	}
	s->buffers[s->count++] = buffer;
	pmk_pipewire_sink_paint(s, &s->cover, buffer);
}

/* Paint the cover over it: a reader may keep its mapping for as long as it likes. */
static void on_remove_buffer(void *user, struct pw_buffer *buffer)
{
	struct pmk_pipewire_sink *s = user;

	for (int i = 0; i < s->count; i++) {
		if (s->buffers[i] != buffer)
			continue;
		s->held = s->held == buffer ? NULL : s->held;
		pmk_pipewire_sink_paint(s, &s->cover, buffer);
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
	.trigger_done = pmk_pipewire_sink_on_round_over,
};

/* --- connecting and closing, under the lock --- */

static struct pw_properties *properties(const struct pmk_pipewire_sink *s)
{
	const char *title = strcmp(s->node, "potemkin") == 0 ? "Potemkin" : s->node; /* as people read it */

	return pw_properties_new(PW_KEY_MEDIA_CLASS, "Video/Source", PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY,
		"Capture", PW_KEY_MEDIA_ROLE, "Camera", PW_KEY_NODE_NAME, s->node, PW_KEY_NODE_NICK, title,
		PW_KEY_NODE_DESCRIPTION, title, PW_KEY_APP_NAME, "Potemkin", PW_KEY_APP_ICON_NAME, "potemkin",
		PW_KEY_DEVICE_ICON_NAME, "potemkin", PW_KEY_NODE_VIRTUAL, "true", PMK_PIPEWIRE_MARK, "true", NULL);
}

/* RT_PROCESS is set although nothing is done in "process". Without it, each round queues a call of "process" for the
 * connection's thread, in a queue that allows only one thread to write, and the data thread is writing to it already.
 *
 * Readers pad the chroma rows differently if the width is not a multiple of 8, so I420 is not offered for such a width.
 */
static int connect_stream(struct pmk_pipewire_sink *s)
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

static int connect_node(struct pmk_pipewire_sink *s)
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

/* Detach the stream from the sink, and put the cover into all its buffers. NULL: there is no stream. */
static struct pw_stream *detach_stream(struct pmk_pipewire_sink *s)
{
	struct pw_stream *stream = s->stream;

	if (stream)
		spa_hook_remove(&s->hook);
	pmk_pipewire_sink_cover(s);
	s->count = 0;
	s->held = NULL;
	s->stream = NULL;
	s->fourcc = 0;
	return stream;
}

static void on_retry(void *user, uint64_t expirations)
{
	struct pmk_pipewire_sink *s = user;
	struct pw_stream *stream;

	if (s->closing)
		return;
	pmk_pipewire_sink_set_streaming(s, false);
	stream = detach_stream(s);
	if (stream)
		pmk_pipewire_destroy_stream(s->pipewire, stream);
	pmk_pipewire_disconnect(s->pipewire);
	s->pause_ns = pmk_min_u64(2 * s->pause_ns, RETRY_MOST_NS);
	if (connect_node(s) < 0)
		pmk_pipewire_sink_set_timer(s, s->retry, s->pause_ns);
}

void pmk_pipewire_sink_close_node(struct pmk_pipewire_sink *s)
{
	struct pw_stream *stream;

	if (atomic_load(&s->streaming)) {
		pmk_pipewire_sink_put(s, &s->cover);
		pmk_pipewire_sink_send_held(s);
	}
	s->closing = true;
	atomic_store(&s->streaming, false);
	stream = detach_stream(s);
	if (stream)
		pmk_pipewire_destroy_stream(s->pipewire, stream);
	if (s->retry)
		pw_loop_destroy_source(pmk_pipewire_loop(s->pipewire), s->retry);
	if (s->hold)
		pw_loop_destroy_source(pmk_pipewire_loop(s->pipewire), s->hold);
	pmk_pipewire_disconnect(s->pipewire);
}

int pmk_pipewire_sink_open_node(struct pmk_pipewire_sink *s)
{
	uint64_t deadline = pmk_clock_now_ns() + READY_NS;
	int err;

	s->pause_ns = RETRY_FIRST_NS;
	s->retry = pw_loop_add_timer(pmk_pipewire_loop(s->pipewire), on_retry, s);
	s->hold = pw_loop_add_timer(pmk_pipewire_loop(s->pipewire), pmk_pipewire_sink_on_round_late, s);
	if (!s->retry || !s->hold)
		return -ENOMEM;
	err = connect_node(s);
	while (err == 0 && (!s->stream || pw_stream_get_state(s->stream, NULL) < PW_STREAM_STATE_PAUSED)) {
		if (!pmk_pipewire_wait(s->pipewire, deadline))
			err = -ETIMEDOUT;
	}
	return err;
}

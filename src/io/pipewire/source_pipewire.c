/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/log.h"
#include "base/words/phrase.h"
#include "image/fourcc.h"
#include "io/pipewire/pipewire.h"
#include "io/pipewire/pipewire_format.h"
#include "io/pipewire/source_pipewire_choose.h"
#include "io/source.h"
#include "io/unpack.h"

#include <errno.h>
#include <pipewire/pipewire.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 7 };

static const uint64_t FIRST_FRAME_NS = 3 * PMK_S_NS; /* for a camera to start */

/* A camera node, seen from its reader. The connection's thread takes its pictures, and read unpacks them, both under
 * the connection's lock. */
struct pipewire_source {
	struct pmk_source base;
	struct pmk_pipewire *pipewire;
	struct pmk_pipewire_camera camera;
	struct pmk_frame_pool *pool;
	/* The rest may be touched only under the connection's lock. */
	struct pw_registry *registry;
	struct spa_hook registry_hook;
	struct pw_stream *stream;
	struct spa_hook hook;
	struct pmk_unpack unpack;
	struct pmk_device_mode mode; /* agreed on; fourcc is 0 until then */
	/* the mode that is larger than what is to be shown, and what that is; zeroed: there is none */
	struct pmk_device_mode larger, shown;
	struct pw_buffer *newest; /* ours until it is unpacked or a newer one arrives */
	uint64_t arrived_ns, number; /* when the newest arrived; how many arrived so far */
	int lost; /* 0, or the errno of the loss */
};

static void lose(struct pipewire_source *s, int err)
{
	s->lost = s->lost ? s->lost : err;
	pmk_pipewire_wake(s->pipewire);
}

/* --- callbacks, on the connection's thread --- */

static void on_lost(void *user)
{
	lose(user, -EPIPE);
}

static void on_gone(void *user, uint32_t id)
{
	struct pipewire_source *s = user;

	if (id == s->camera.id)
		lose(s, -ENODEV);
}

static const struct pw_registry_events registry_events = { PW_VERSION_REGISTRY_EVENTS, .global_remove = on_gone };

static void on_state(void *user, enum pw_stream_state before, enum pw_stream_state state, const char *error)
{
	struct pipewire_source *s = user;

	pmk_debug("camera pipewire:%s: %s%s%s", s->camera.name, pw_stream_state_as_string(state), error ? ": " : "",
		error ? error : "");
	if (state == PW_STREAM_STATE_ERROR ||
		(state == PW_STREAM_STATE_UNCONNECTED && before >= PW_STREAM_STATE_PAUSED))
		lose(s, -EIO);
	pmk_pipewire_wake(s->pipewire);
}

/* Agree on a format. A camera that changes it later counts as lost; opening the camera again adapts to the new one. */
static void on_format(void *user, uint32_t id, const struct spa_pod *param)
{
	struct pipewire_source *s = user;
	const struct spa_pod *params[PMK_PIPEWIRE_BUFFER_PARAMS];
	uint8_t memory[1024];
	struct pmk_device_mode mode;
	struct pmk_layout layout;

	if (id != SPA_PARAM_Format || !param)
		return;
	if (pmk_pipewire_format_read(param, &mode, &layout) < 0) {
		lose(s, -EIO);
		return;
	}
	if (s->mode.fourcc) {
		if (mode.fourcc != s->mode.fourcc || mode.width != s->mode.width || mode.height != s->mode.height)
			lose(s, -EIO);
	} else {
		s->mode = mode;
		s->base.layout = layout;
		if (mode.width == s->larger.width && mode.height == s->larger.height) {
			s->base.picture_width = s->shown.width;
			s->base.picture_height = s->shown.height;
		}
		if (pmk_unpack_init(&s->unpack, mode.fourcc) < 0)
			lose(s, -ENOMEM);
	}
	pmk_pipewire_buffers_build(memory, sizeof(memory), 0, 0, params);
	pw_stream_update_params(s->stream, params, PMK_PIPEWIRE_BUFFER_PARAMS);
	pmk_pipewire_wake(s->pipewire);
}

static void on_remove_buffer(void *user, struct pw_buffer *buffer)
{
	struct pipewire_source *s = user;

	if (s->newest == buffer)
		s->newest = NULL;
}

static void on_process(void *user)
{
	struct pipewire_source *s = user;
	struct pw_buffer *buffer;

	while ((buffer = pw_stream_dequeue_buffer(s->stream))) {
		if (s->newest) {
			pw_stream_queue_buffer(s->stream, s->newest);
			s->base.dropped++;
		}
		s->newest = buffer;
		s->arrived_ns = pmk_clock_now_ns();
		s->number++;
	}
	if (s->newest)
		pmk_pipewire_wake(s->pipewire);
}

static const struct pw_stream_events stream_events = {
	PW_VERSION_STREAM_EVENTS,
	.state_changed = on_state,
	.param_changed = on_format,
	.remove_buffer = on_remove_buffer,
	.process = on_process,
};

/* --- on the capture thread, under the lock --- */

struct pixels {
	const uint8_t *data;
	size_t bytes;
	int stride; /* as the camera says */
};

static uint32_t read_once(const void *shared)
{
	return *(const volatile uint32_t *)shared;
}

/* Find the bytes of a buffer. The camera's program can write the chunk at any time, so it is read once. NULL, or
 * why they are unusable. */
static const char *reach(const struct pw_buffer *buffer, struct pixels *pixels)
{
	const struct spa_data *data = buffer->buffer->n_datas ? &buffer->buffer->datas[0] : NULL;
	uint32_t offset, bytes;

	if (!data || !data->data || !data->chunk || read_once(&data->chunk->flags) & SPA_CHUNK_FLAG_CORRUPTED)
		return "the camera marked it as damaged";
	offset = read_once(&data->chunk->offset);
	bytes = read_once(&data->chunk->size);
	if (offset > data->maxsize || bytes > data->maxsize - offset)
		return "larger than its buffer";
	*pixels = (struct pixels){ .data = (const uint8_t *)data->data + offset,
		.bytes = bytes,
		.stride = (int)read_once(&data->chunk->stride) };
	return NULL;
}

/* Convert the pixels of a buffer into a frame. NULL, or why they are unusable. *frame stays NULL if all are in use. */
static const char *convert(struct pipewire_source *s, const struct pw_buffer *buffer, struct pmk_frame **frame)
{
	int least = pmk_fourcc_stride(s->mode.fourcc, s->mode.width);
	struct pmk_layout layout = s->base.layout;
	struct pixels pixels;
	const char *damage = reach(buffer, &pixels);

	if (!damage)
		damage = pmk_unpack_layout(&s->unpack, pixels.data, pixels.bytes, &layout);
	if (damage)
		return damage;
	*frame = pmk_frame_pool_take(s->pool, &layout);
	if (!*frame)
		return NULL;
	damage = pmk_unpack(&s->unpack, pixels.data, pixels.bytes,
		pixels.stride > least && pixels.stride <= 1 << 20 ? pixels.stride : least, &(*frame)->image);
	if (!damage)
		pmk_source_note_size(&s->base, &layout);
	return damage;
}

/* The time stamp of the camera, if it is plausible as CLOCK_MONOTONIC; otherwise the time of arrival. */
static uint64_t capture_time_ns(const struct pipewire_source *s, const struct pw_buffer *buffer)
{
	const struct spa_meta_header *header = spa_buffer_find_meta_data(
		buffer->buffer, SPA_META_Header, sizeof(*header));
	uint64_t stamp = header && header->pts > 0 ? (uint64_t)header->pts : 0;

	return stamp <= s->arrived_ns && s->arrived_ns - stamp < 5 * PMK_S_NS ? stamp : s->arrived_ns;
}

/* The first JPEG shows the camera's sampling. */
static void adopt(struct pipewire_source *s)
{
	struct pmk_layout layout = s->base.layout;
	struct pixels pixels;

	if (!reach(s->newest, &pixels) && !pmk_unpack_layout(&s->unpack, pixels.data, pixels.bytes, &layout))
		s->base.layout.chroma = layout.chroma;
}

/* 0 and a frame; -EAGAIN: nothing usable yet. */
static int take(struct pipewire_source *s, struct pmk_frame **frame)
{
	struct pw_buffer *buffer = s->newest;
	struct pmk_frame *f = NULL;
	const char *damage;

	if (!buffer)
		return -EAGAIN;
	s->newest = NULL;
	damage = convert(s, buffer, &f);
	if (f) {
		f->time_ns = capture_time_ns(s, buffer);
		f->number = s->number - 1;
		f->position_ns = -1;
	}
	pw_stream_queue_buffer(s->stream, buffer);
	if (damage)
		pmk_source_note_damage(&s->base, damage);
	else if (!f)
		s->base.dropped++;
	if (!f || damage) {
		pmk_frame_unref(f);
		return -EAGAIN;
	}
	*frame = f;
	return 0;
}

static int lost(const struct pipewire_source *s)
{
	if (s->lost == -EPIPE)
		pmk_error("%s: PipeWire has gone; the camera will be opened again when PipeWire is back", s->base.name);
	else if (s->lost == -ENODEV)
		pmk_error_cure(PMK_CURE_PLUG_IN_AGAIN, "%s: the camera has gone", s->base.name);
	else
		pmk_error_cure(PMK_CURE_REPLUG, "%s: the camera failed: %s", s->base.name, strerror(-s->lost));
	return s->lost == -EPIPE ? -ENODEV : s->lost;
}

static int pipewire_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
{
	struct pipewire_source *s = (struct pipewire_source *)source;
	int err;

	pmk_pipewire_lock(s->pipewire);
	do {
		err = s->lost ? s->lost : take(s, frame);
	} while (err == -EAGAIN && pmk_pipewire_wait(s->pipewire, deadline_ns));
	if (s->lost && err)
		err = lost(s);
	pmk_pipewire_unlock(s->pipewire);
	return err;
}

static void pipewire_close(struct pmk_source *source)
{
	struct pipewire_source *s = (struct pipewire_source *)source;

	if (s->pipewire) {
		pmk_pipewire_lock(s->pipewire);
		if (s->stream) {
			spa_hook_remove(&s->hook);
			pmk_pipewire_destroy_stream(s->pipewire, s->stream);
		}
		if (s->registry) {
			spa_hook_remove(&s->registry_hook);
			pw_proxy_destroy((struct pw_proxy *)s->registry);
		}
		pmk_pipewire_disconnect(s->pipewire);
		pmk_pipewire_unlock(s->pipewire);
	}
	pmk_pipewire_destroy(s->pipewire);
	pmk_unpack_finish(&s->unpack);
	pmk_frame_pool_destroy(s->pool);
	free(s);
}

static const struct pmk_source_impl pipewire_impl = { .read = pipewire_read, .close = pipewire_close };

/* --- opening --- */

static struct pw_properties *properties(const struct pipewire_source *s)
{
	const char *target = *s->camera.serial ? s->camera.serial : s->camera.name;

	return pw_properties_new(PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY, "Capture", PW_KEY_MEDIA_ROLE,
		"Camera", PW_KEY_NODE_NAME, "potemkin.camera", PW_KEY_NODE_DESCRIPTION, "potemkin",
		PW_KEY_TARGET_OBJECT, target, PW_KEY_NODE_DONT_RECONNECT, "true", NULL);
}

static int connect_stream(struct pipewire_source *s, const struct pmk_source_wish *wish)
{
	static const enum pw_stream_flags flags = PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS |
		PW_STREAM_FLAG_DONT_RECONNECT;
	uint8_t memory[PMK_PIPEWIRE_FORMATS * 256];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
	const struct spa_pod *offers[PMK_PIPEWIRE_FORMATS];
	int count = pmk_pipewire_choose_formats(&s->camera, wish, &s->larger, &s->shown, &builder, offers), err;

	if (count < 0)
		return count;
	s->registry = pw_core_get_registry(pmk_pipewire_core(s->pipewire), PW_VERSION_REGISTRY, 0);
	s->stream = s->registry ? pw_stream_new(pmk_pipewire_core(s->pipewire), "potemkin", properties(s)) : NULL;
	if (s->registry)
		pw_registry_add_listener(s->registry, &s->registry_hook, &registry_events, s);
	if (!s->stream)
		return -ENOMEM;
	pw_stream_add_listener(s->stream, &s->hook, &stream_events, s);
	err = pw_stream_connect(s->stream, PW_DIRECTION_INPUT, PW_ID_ANY, flags, offers, (uint32_t)count);
	return err < 0 ? pmk_pipewire_report(s->base.name, err) : 0;
}

/* Wait for the first picture: only that proves that the camera works, and the first JPEG shows the sampling. */
static int wait_for_picture(struct pipewire_source *s)
{
	uint64_t deadline = pmk_clock_now_ns() + FIRST_FRAME_NS;

	while (!s->lost && !(s->mode.fourcc && s->newest)) {
		if (!pmk_pipewire_wait(s->pipewire, deadline))
			break;
	}
	if (s->lost)
		return lost(s);
	if (!s->mode.fourcc || pw_stream_get_state(s->stream, NULL) != PW_STREAM_STATE_STREAMING) {
		pmk_error_cure(PMK_CURE_RESTART_WIREPLUMBER,
			"%s: the camera does not start: it is in use, or WirePlumber is not running", s->base.name);
		return -EIO;
	}
	if (s->newest)
		adopt(s);
	return 0;
}

static int open_camera(struct pipewire_source *s, const char *name, const struct pmk_source_wish *wish)
{
	char format[5];
	int err = pmk_pipewire_choose_camera(s->pipewire, name, wish, &s->camera);

	if (err < 0)
		return err;
	snprintf(s->base.name, sizeof(s->base.name), "pipewire:%s", pmk_short(s->camera.name, 100).text);
	memcpy(s->base.node, s->camera.name, sizeof(s->base.node));
	memcpy(s->base.title, s->camera.title, sizeof(s->base.title));
	err = connect_stream(s, wish);
	if (err == 0)
		err = wait_for_picture(s);
	if (err < 0)
		return err;
	s->base.fps = s->mode.fps >= 0.1 && s->mode.fps <= 1000 ? s->mode.fps : wish->fps > 0 ? wish->fps : 30;
	snprintf(s->base.name, sizeof(s->base.name), "pipewire:%s %s %dx%d at %g/s",
		pmk_short(s->camera.name, 100).text, pmk_fourcc_name(s->mode.fourcc, format), s->mode.width,
		s->mode.height, s->base.fps);
	return 0;
}

int pmk_source_pipewire_open(const char *name, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	struct pipewire_source *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->base.impl = &pipewire_impl;
	s->pool = pmk_frame_pool_create(FRAMES);
	err = s->pool ? pmk_pipewire_create(on_lost, s, &s->pipewire) : -ENOMEM;
	if (err == 0) {
		pmk_pipewire_lock(s->pipewire);
		err = open_camera(s, name, wish);
		pmk_pipewire_unlock(s->pipewire);
	} else if (err != -ENOMEM) {
		err = pmk_pipewire_report("camera \"pipewire\"", err);
	}
	if (err < 0) {
		pipewire_close(&s->base);
		return err;
	}
	*source = &s->base;
	return 0;
}

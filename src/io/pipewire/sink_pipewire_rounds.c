/* SPDX-License-Identifier: MIT */
#include "io/pipewire/sink_pipewire.h"

#include "base/clock.h"
#include "image/convert.h"
#include "image/fourcc.h"

#include <assert.h>
#include <sys/eventfd.h>

/* a new reader gets the cover if nothing was written for this long */
static const uint64_t SILENT_NS = 100 * PMK_MS_NS;

void pmk_pipewire_sink_paint(const struct pmk_pipewire_sink *s, const struct pmk_image *image, struct pw_buffer *buffer)
{
	struct spa_data *data = &buffer->buffer->datas[0];
	struct pmk_image even = *image;
	int err;

	data->chunk->offset = 0;
	data->chunk->flags = 0;
	data->chunk->stride = pmk_fourcc_stride(s->fourcc, s->width);
	data->chunk->size = data->data && s->fourcc && data->maxsize >= s->bytes ? (uint32_t)s->bytes : 0;
	if (!data->chunk->size)
		return;
	assert(pmk_layout_equal(&even.layout, &s->layout));
	even.layout.width = s->width;
	even.layout.height = s->height;
	err = pmk_convert_to_raw(&even, s->fourcc, data->data, s->bytes);
	assert(err == 0);
}

void pmk_pipewire_sink_cover(struct pmk_pipewire_sink *s)
{
	for (int i = 0; i < s->count; i++)
		pmk_pipewire_sink_paint(s, &s->cover, s->buffers[i]);
}

void pmk_pipewire_sink_set_timer(struct pmk_pipewire_sink *s, struct spa_source *timer, uint64_t wait_ns)
{
	struct timespec when = pmk_clock_timespec(wait_ns);

	pw_loop_update_timer(pmk_pipewire_loop(s->pipewire), timer, &when, NULL, false);
}

/* Send to the readers. Even without a picture, a round returns the buffer that was sent last. */
static void begin_round(struct pmk_pipewire_sink *s, struct pw_buffer *buffer)
{
	if (buffer)
		pw_stream_queue_buffer(s->stream, buffer);
	s->round_ns = pmk_clock_now_ns();
	pw_stream_trigger_process(s->stream);
}

void pmk_pipewire_sink_send_held(struct pmk_pipewire_sink *s)
{
	struct pw_buffer *buffer = s->held;

	s->held = NULL;
	if (buffer)
		begin_round(s, buffer);
}

/* How much longer the present round may take; 0: there is none, or its time is up. */
static uint64_t time_for_round(struct pmk_pipewire_sink *s, uint64_t now)
{
	uint64_t period = (uint64_t)(PMK_S_NS / s->fps), age = now - s->round_ns, most;

	if (!s->round_ns)
		return 0;
	s->stuck |= age >= period * 3 / 2;
	most = s->stuck ? period * 3 / 4 : period * 3 / 2;
	return age < most ? most - age : 0;
}

void pmk_pipewire_sink_put(struct pmk_pipewire_sink *s, const struct pmk_image *image)
{
	struct pw_buffer *buffer = s->held ? s->held : pw_stream_dequeue_buffer(s->stream);
	uint64_t now = pmk_clock_now_ns(), wait_ns;
	struct spa_meta_header *header;

	s->sequence++;
	if (buffer) {
		pmk_pipewire_sink_paint(s, image, buffer);
		header = spa_buffer_find_meta_data(buffer->buffer, SPA_META_Header, sizeof(*header));
		if (header)
			*header = (struct spa_meta_header){ .pts = (int64_t)now, .seq = s->sequence };
	}
	if (s->held)
		return;
	wait_ns = time_for_round(s, now);
	if (buffer && wait_ns) {
		s->held = buffer;
		pmk_pipewire_sink_set_timer(s, s->hold, wait_ns);
		return;
	}
	begin_round(s, buffer);
}

void pmk_pipewire_sink_on_round_over(void *user)
{
	struct pmk_pipewire_sink *s = user;

	s->round_ns = 0;
	s->stuck = false;
	pmk_pipewire_sink_send_held(s);
}

void pmk_pipewire_sink_on_round_late(void *user, uint64_t expirations)
{
	struct pmk_pipewire_sink *s = user;

	s->stuck = true;
	pmk_pipewire_sink_send_held(s);
}

void pmk_pipewire_sink_set_streaming(struct pmk_pipewire_sink *s, bool streaming)
{
	if (atomic_exchange(&s->streaming, streaming) == streaming)
		return;
	eventfd_write(s->watch_fd, 1);
	if (!streaming && s->held)
		pw_stream_queue_buffer(s->stream, s->held);
	s->held = NULL;
	s->round_ns = 0;
	if (!streaming)
		pmk_pipewire_sink_cover(s);
	else if (pmk_clock_now_ns() - s->written_ns > SILENT_NS)
		pmk_pipewire_sink_put(s, &s->cover);
}

/* SPDX-License-Identifier: MIT */
/* A PipeWire camera that shows the drawn presenter, in any format that a camera may have: for programs.py.
 *
 * usage: camera NAME FOURCC WxH FPS [odd]: every second JPEG is 8 rows lower, and 4:2:2
 *
 * It says when others can see it, and runs until it is killed. Its pictures are drawn beforehand and repeated. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pipewire/pipewire.h>
#include <spa/pod/builder.h>
#include <turbojpeg.h>

#include "base/clock.h"
#include "base/parse.h"
#include "draw/presenter.h"
#include "image/colour.h"
#include "image/convert.h"
#include "image/fourcc.h"
#include "io/pipewire/pipewire_format.h"

enum { PICTURES = 4 };

struct camera {
	struct pw_main_loop *loop;
	struct pw_stream *stream;
	struct spa_source *timer;
	struct pmk_device_mode mode;
	size_t most; /* bytes of a buffer */
	uint8_t *picture[PICTURES];
	size_t bytes[PICTURES];
	uint64_t number;
	bool odd;
};

static void compress(struct camera *c, const struct pmk_rgb *rgb, int i)
{
	tjhandle handle = tjInitCompress();
	unsigned char *jpeg = NULL;
	unsigned long bytes = 0;
	bool odd = c->odd && i % 2;

	if (tjCompress2(handle, rgb->data, rgb->width, rgb->stride, rgb->height - (odd ? 8 : 0), TJPF_RGB, &jpeg,
		    &bytes, odd ? TJSAMP_422 : TJSAMP_420, 85, 0) < 0)
		abort();
	c->picture[i] = jpeg;
	c->bytes[i] = bytes;
	tjDestroy(handle);
}

static void pack(struct camera *c, const struct pmk_rgb *rgb, int i)
{
	struct pmk_layout layout = {
		.width = rgb->width, .height = rgb->height, .chroma = pmk_fourcc_chroma(c->mode.fourcc)
	};
	struct pmk_image image;

	if (pmk_image_alloc(&image, &layout) < 0)
		abort();
	pmk_colour_rgb_to_image(rgb, &image);
	c->bytes[i] = c->most;
	c->picture[i] = malloc(c->most);
	if (!c->picture[i] || pmk_convert_to_raw(&image, c->mode.fourcc, c->picture[i], c->most) < 0)
		abort();
	pmk_image_free(&image);
}

static void draw(struct camera *c)
{
	struct pmk_presenter *presenter;
	struct pmk_rgb rgb;

	if (pmk_presenter_create(c->mode.width, c->mode.height, 1, &presenter) < 0 ||
		pmk_rgb_alloc(&rgb, c->mode.width, c->mode.height) < 0)
		abort();
	for (int i = 0; i < PICTURES; i++) {
		pmk_presenter_draw(presenter, i / c->mode.fps, &rgb, NULL);
		if (c->mode.fourcc == PMK_FOURCC_MJPG)
			compress(c, &rgb, i);
		else
			pack(c, &rgb, i);
	}
	pmk_rgb_free(&rgb);
	pmk_presenter_destroy(presenter);
}

static void on_tick(void *user, uint64_t expirations)
{
	struct camera *c = user;
	struct pw_buffer *buffer = pw_stream_dequeue_buffer(c->stream);
	int i = (int)(c->number++ % PICTURES);

	if (buffer) {
		struct spa_data *data = &buffer->buffer->datas[0];
		struct spa_meta_header *header = spa_buffer_find_meta_data(
			buffer->buffer, SPA_META_Header, sizeof(*header));

		data->chunk->offset = 0;
		data->chunk->stride = pmk_fourcc_stride(c->mode.fourcc, c->mode.width);
		data->chunk->size = (uint32_t)c->bytes[i];
		memcpy(data->data, c->picture[i], c->bytes[i]);
		if (header)
			*header = (struct spa_meta_header){ .pts = (int64_t)pmk_clock_now_ns(), .seq = c->number };
		pw_stream_queue_buffer(c->stream, buffer);
	}
	pw_stream_trigger_process(c->stream);
}

static void on_state(void *user, enum pw_stream_state before, enum pw_stream_state state, const char *error)
{
	struct camera *c = user;
	struct timespec period = pmk_clock_timespec(
		state == PW_STREAM_STATE_STREAMING ? (uint64_t)(1e9 / c->mode.fps) : 0);

	pw_loop_update_timer(pw_main_loop_get_loop(c->loop), c->timer, &period, &period, false);
	if (state == PW_STREAM_STATE_PAUSED && before == PW_STREAM_STATE_CONNECTING)
		fprintf(stderr, "ready %.6f\n", (double)pmk_clock_now_ns() / 1e9);
}

static void on_format(void *user, uint32_t id, const struct spa_pod *param)
{
	struct camera *c = user;
	const struct spa_pod *params[PMK_PIPEWIRE_BUFFER_PARAMS];
	uint8_t memory[1024];

	if (id != SPA_PARAM_Format || !param)
		return;
	pmk_pipewire_buffers_build(
		memory, sizeof(memory), c->most, pmk_fourcc_stride(c->mode.fourcc, c->mode.width), params);
	pw_stream_update_params(c->stream, params, PMK_PIPEWIRE_BUFFER_PARAMS);
}

static const struct pw_stream_events events = { PW_VERSION_STREAM_EVENTS, .state_changed = on_state,
	.param_changed = on_format };

int main(int argc, char **argv)
{
	static struct camera c;
	uint8_t memory[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
	const struct spa_pod *offer;

	if (argc < 5 || pmk_parse_size(argv[3], &c.mode.width, &c.mode.height) < 0)
		return 2;
	c.mode.fourcc = pmk_fourcc_parse(argv[2]);
	c.mode.fps = atof(argv[4]);
	c.odd = argc > 5 && strcmp(argv[5], "odd") == 0;
	c.most = c.mode.fourcc == PMK_FOURCC_MJPG ? (size_t)c.mode.width * (size_t)c.mode.height * 2 :
						    pmk_fourcc_bytes(c.mode.fourcc, c.mode.width, c.mode.height,
							    pmk_fourcc_stride(c.mode.fourcc, c.mode.width));
	draw(&c);
	pw_init(NULL, NULL);
	c.loop = pw_main_loop_new(NULL);
	c.timer = pw_loop_add_timer(pw_main_loop_get_loop(c.loop), on_tick, &c);
	c.stream = pw_stream_new_simple(pw_main_loop_get_loop(c.loop), argv[1],
		pw_properties_new(PW_KEY_MEDIA_CLASS, "Video/Source", PW_KEY_MEDIA_ROLE, "Camera", PW_KEY_NODE_NAME,
			argv[1], PW_KEY_NODE_DESCRIPTION, "a test camera", NULL),
		&events, &c);
	offer = pmk_pipewire_format_build(&builder, &c.mode);
	if (!c.stream ||
		pw_stream_connect(c.stream, PW_DIRECTION_OUTPUT, PW_ID_ANY,
			PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_MAP_BUFFERS, &offer, 1) < 0)
		return 1;
	return pw_main_loop_run(c.loop);
}

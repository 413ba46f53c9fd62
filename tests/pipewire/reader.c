/* SPDX-License-Identifier: MIT */
/* A program that reads a PipeWire camera and tells in one line of JSON what it got: for programs.py.
 *
 * usage: reader [-t NODE] [-f FOURCC] [-n COMPOSED] [-s SECONDS] [-b Y,U,V] [-i]
 *
 * It ends after COMPOSED composed frames (exit 0), after SECONDS, or at SIGTERM (exit 1). The corner of every picture
 * must show the backdrop -b within a few levels; otherwise the picture is "wrong". A picture that has more besides the
 * backdrop than the words of a cover is "composed". At each change of that, standard error says "somebody" or "nobody",
 * and when that picture was written. The camera numbers its pictures and stamps them when it writes them; this shows
 * how many are "lost" and how late each one is. With -i the reader pauses at the end, and counts in "left" the buffers
 * that do not become the backdrop alone. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pipewire/pipewire.h>
#include <spa/pod/builder.h>

#include "base/clock.h"
#include "image/convert.h"
#include "image/fourcc.h"
#include "io/pipewire/pipewire_format.h"

/* WORDS: the words on a cover take less than 1/20 of it */
enum { MOST_FRAMES = 100000, MOST_BUFFERS = 64, NEAR = 4, CORNER = 32, STEP = 16, WORDS = 20 };

struct reader {
	struct pw_main_loop *loop;
	struct pw_stream *stream;
	struct spa_hook hook;
	struct pmk_device_mode mode;
	struct pmk_image image;
	int backdrop[3];
	int wanted, seconds; /* how many composed frames to wait for, and how long */
	bool idle, streamed, somebody;
	uint64_t started_ns;

	struct pw_buffer *buffers[MOST_BUFFERS];
	int buffer_count, left;
	int frames, lost, wrong, composed, early_wrong;
	uint64_t first_ns, last_ns, last_number;
	double late_ms[MOST_FRAMES];
};

static bool is_backdrop(const struct reader *r, int x, int y)
{
	const struct pmk_image *image = &r->image;

	for (int plane = 0; plane < 3; plane++) {
		int across = plane ? x / 2 : x, down = plane && image->layout.chroma == PMK_CHROMA_420 ? y / 2 : y;

		if (abs(image->plane[plane][(size_t)down * image->stride[plane] + across] - r->backdrop[plane]) > NEAR)
			return false;
	}
	return true;
}

/* Count the sampled pixels that are not the backdrop's, from the top left corner to width x height. */
static int foreign(const struct reader *r, int width, int height, int step)
{
	int count = 0;

	for (int y = 0; y < height; y += step)
		for (int x = 0; x < width; x += step)
			count += !is_backdrop(r, x, y);
	return count;
}

static bool unpack(struct reader *r, const struct pw_buffer *buffer, uint32_t bytes)
{
	const struct spa_data *data = &buffer->buffer->datas[0];

	return data->data && bytes <= data->maxsize &&
		pmk_convert_from_raw(&r->image, r->mode.fourcc, data->data, bytes,
			pmk_fourcc_stride(r->mode.fourcc, r->mode.width)) == 0;
}

static void tell_change(struct reader *r, const struct pw_buffer *buffer, bool somebody)
{
	const struct spa_meta_header *header = spa_buffer_find_meta_data(
		buffer->buffer, SPA_META_Header, sizeof(*header));

	if (somebody != r->somebody)
		fprintf(stderr, "%s %.6f\n", somebody ? "somebody" : "nobody", header ? (double)header->pts / 1e9 : 0);
	r->somebody = somebody;
}

static void look(struct reader *r, const struct pw_buffer *buffer)
{
	int points = (r->mode.width / STEP) * (r->mode.height / STEP);
	bool right = unpack(r, buffer, buffer->buffer->datas[0].chunk->size) && !foreign(r, CORNER, CORNER, 1);
	bool somebody = right && foreign(r, r->mode.width, r->mode.height, STEP) > points / WORDS;

	r->wrong += !right;
	r->composed += somebody;
	tell_change(r, buffer, somebody);
}

static void note(struct reader *r, const struct pw_buffer *buffer)
{
	const struct spa_meta_header *header = spa_buffer_find_meta_data(
		buffer->buffer, SPA_META_Header, sizeof(*header));
	uint64_t now = pmk_clock_now_ns();

	if (!header || r->frames == MOST_FRAMES)
		return;
	if (r->frames)
		r->lost += (int)(header->seq - r->last_number - 1);
	else
		fprintf(stderr, "first picture\n");
	r->first_ns = r->frames ? r->first_ns : now;
	r->last_number = header->seq;
	r->last_ns = now;
	r->late_ms[r->frames++] = (double)((int64_t)now - header->pts) / 1e6;
}

static void on_process(void *user)
{
	struct reader *r = user;
	struct pw_buffer *buffer;

	while ((buffer = pw_stream_dequeue_buffer(r->stream))) {
		note(r, buffer);
		look(r, buffer);
		pw_stream_queue_buffer(r->stream, buffer);
		if (r->composed == r->wanted)
			pw_main_loop_quit(r->loop);
	}
}

/* Check what a reader finds in the buffers before any picture was written for it. */
static void look_early(struct reader *r)
{
	for (int i = 0; i < r->buffer_count; i++)
		r->early_wrong += !unpack(r, r->buffers[i], r->buffers[i]->buffer->datas[0].maxsize) ||
			foreign(r, CORNER, CORNER, 1);
}

static void on_state(void *user, enum pw_stream_state before, enum pw_stream_state state, const char *error)
{
	struct reader *r = user;

	if (state == PW_STREAM_STATE_ERROR) {
		fprintf(stderr, "reader: %s\n", error);
		pw_main_loop_quit(r->loop);
	}
	if (state == PW_STREAM_STATE_STREAMING && !r->streamed) {
		r->streamed = true;
		look_early(r);
	}
}

static void on_format(void *user, uint32_t id, const struct spa_pod *param)
{
	struct reader *r = user;
	const struct spa_pod *params[PMK_PIPEWIRE_BUFFER_PARAMS];
	struct pmk_layout layout;
	uint8_t memory[1024];

	if (id != SPA_PARAM_Format || !param)
		return;
	pmk_image_free(&r->image);
	if (pmk_pipewire_format_read(param, &r->mode, &layout) < 0 || pmk_image_alloc(&r->image, &layout) < 0)
		abort();
	pmk_pipewire_buffers_build(memory, sizeof(memory), 0, 0, params);
	pw_stream_update_params(r->stream, params, PMK_PIPEWIRE_BUFFER_PARAMS);
}

static void on_add_buffer(void *user, struct pw_buffer *buffer)
{
	struct reader *r = user;

	if (r->buffer_count < MOST_BUFFERS)
		r->buffers[r->buffer_count++] = buffer;
}

static void on_remove_buffer(void *user, struct pw_buffer *buffer)
{
	struct reader *r = user;

	r->buffer_count = 0; /* all buffers come and go together */
}

static const struct pw_stream_events events = {
	PW_VERSION_STREAM_EVENTS,
	.state_changed = on_state,
	.param_changed = on_format,
	.add_buffer = on_add_buffer,
	.remove_buffer = on_remove_buffer,
	.process = on_process,
};

/* Pause, and wait until every buffer that we still have mapped is the backdrop alone. */
static void wait_for_cover(struct reader *r)
{
	uint64_t deadline = pmk_clock_now_ns() + 60 * PMK_S_NS;

	pw_stream_set_active(r->stream, false);
	do {
		pw_loop_iterate(pw_main_loop_get_loop(r->loop), 20);
		r->left = 0;
		for (int i = 0; i < r->buffer_count; i++)
			r->left += !unpack(r, r->buffers[i], r->buffers[i]->buffer->datas[0].maxsize) ||
				foreign(r, r->mode.width, r->mode.height, 1);
	} while (r->left && pmk_clock_now_ns() < deadline);
	if (!r->buffer_count)
		r->left = -1; /* there was nothing to check */
}

static void on_alarm(void *user, uint64_t expirations)
{
	pw_main_loop_quit(((struct reader *)user)->loop);
}

static void on_signal(void *user, int number)
{
	pw_main_loop_quit(((struct reader *)user)->loop);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void tell(struct reader *r)
{
	double seconds = (double)(r->last_ns - r->first_ns) / 1e9;
	char name[5];

	qsort(r->late_ms, (size_t)r->frames, sizeof(r->late_ms[0]), compare);
	printf("{\"format\": \"%s\", \"width\": %d, \"height\": %d, \"frames\": %d, \"lost\": %d, \"wrong\": %d, "
	       "\"early_wrong\": %d, "
	       "\"composed\": %d, \"left\": %d, \"fps\": %.2f, \"first_s\": %.3f, \"p50_ms\": %.3f, \"p99_ms\": "
	       "%.3f}\n",
		r->mode.fourcc ? pmk_fourcc_name(r->mode.fourcc, name) : "none", r->mode.width, r->mode.height,
		r->frames, r->lost, r->wrong, r->early_wrong, r->composed, r->left,
		r->frames > 1 ? (r->frames - 1) / seconds : 0,
		r->frames ? (double)(r->first_ns - r->started_ns) / 1e9 : -1,
		r->frames ? r->late_ms[r->frames / 2] : -1, r->frames ? r->late_ms[r->frames * 99 / 100] : -1);
}

static int start(struct reader *r, const char *target, uint32_t fourcc)
{
	static const uint32_t formats[] = { PMK_FOURCC_YU12, PMK_FOURCC_YUYV };
	uint8_t memory[2048];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
	struct pmk_device_mode mode = { .width = 1280, .height = 720 };
	const struct spa_pod *offers[2];
	uint32_t count = 0;
	struct pw_properties *properties = pw_properties_new(PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY,
		"Capture", PW_KEY_MEDIA_ROLE, "Camera", PW_KEY_TARGET_OBJECT, target, NULL);

	for (int i = 0; i < 2; i++) {
		mode.fourcc = formats[i];
		if (!fourcc || fourcc == formats[i])
			offers[count++] = pmk_pipewire_format_build(&builder, &mode);
	}
	r->stream = pw_stream_new_simple(pw_main_loop_get_loop(r->loop), "reader", properties, &events, r);
	if (!r->stream)
		return -errno;
	return pw_stream_connect(r->stream, PW_DIRECTION_INPUT, PW_ID_ANY,
		PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS, offers, count);
}

static void run(struct reader *r)
{
	struct timespec until = { .tv_sec = r->seconds };
	struct pw_loop *loop = pw_main_loop_get_loop(r->loop);
	struct spa_source *timer = pw_loop_add_timer(loop, on_alarm, r);

	pw_loop_add_signal(loop, SIGTERM, on_signal, r);
	pw_loop_update_timer(loop, timer, &until, NULL, false);
	pw_main_loop_run(r->loop);
	if (r->idle)
		wait_for_cover(r);
}

int main(int argc, char **argv)
{
	static struct reader r = { .wanted = 150, .seconds = 240, .backdrop = { 112, 168, 88 } };
	const char *target = "potemkin";
	uint32_t fourcc = 0;
	int option, err;
	sigset_t end;

	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL); /* for the threads too */
	while ((option = getopt(argc, argv, "t:f:n:s:b:i")) != -1) {
		switch (option) {
		case 't':
			target = optarg;
			break;
		case 'f':
			fourcc = pmk_fourcc_parse(optarg);
			break;
		case 'n':
			r.wanted = atoi(optarg);
			break;
		case 's':
			r.seconds = atoi(optarg);
			break;
		case 'b':
			sscanf(optarg, "%d,%d,%d", &r.backdrop[0], &r.backdrop[1], &r.backdrop[2]);
			break;
		case 'i':
			r.idle = true;
			break;
		default:
			return 2;
		}
	}
	pw_init(NULL, NULL);
	r.started_ns = pmk_clock_now_ns();
	r.loop = pw_main_loop_new(NULL);
	err = start(&r, target, fourcc);
	if (err == 0)
		run(&r);
	else
		fprintf(stderr, "reader: %s\n", strerror(-err));
	tell(&r);
	if (r.stream)
		pw_stream_destroy(r.stream);
	pw_main_loop_destroy(r.loop);
	pmk_image_free(&r.image);
	pw_deinit();
	return err == 0 && r.composed >= r.wanted ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
#include "io/stream/stream.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/words/phrase.h"
#include "io/stream/stream_fit.h"
#include "io/stream/stream_pipe.h"

#include <errno.h>
#include <libyuv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_FRAMES = 3, HD_ROWS = 720, NEUTRAL = 128 };

/* A plane as it comes. */
struct plane {
	int width, height, stride; /* px, px, bytes */
	uint8_t *data;
};

struct stream_source {
	struct pmk_source source;
	struct pmk_pipe_in in;
	struct pmk_y4m_head head;
	struct pmk_stream_fit fit;
	struct pmk_frame_pool *pool;
	struct pmk_image stored; /* a picture as it comes, if frames differ in size; else without planes */
	uint8_t *chroma; /* of 4:4:4: two whole planes */
	struct pmk_frame *pending; /* of which a part has come; NULL: none */
	bool begun; /* the line before it has come */
	int plane, row; /* the next row of it */
	int64_t count; /* of whole frames so far */
};

static int refuse(const struct stream_source *s, int err, const char *why)
{
	pmk_error_cure(err == -EINVAL   ? PMK_CURE_SCALE_FILE :
			err == -ENOTSUP ? PMK_CURE_CONVERT_FILE :
					  PMK_CURE_NONE, /* the program before it knows what it broke */
		"%s: %s", s->in.name, why);
	return err == -ENOTSUP ? -EBADMSG : err;
}

/* Whatever it is, it is no raw video. */
static int refuse_kind(const struct stream_source *s)
{
	pmk_error_cure(PMK_CURE_PIPE_Y4M, "%s: not YUV4MPEG2", s->in.name);
	return -EBADMSG;
}

/* --- lines --- */

/* Take a line, whose end becomes a zero. NULL in *line: it is longer than `most`, with its end. */
static int take_line(struct pmk_pipe_in *in, size_t most, uint64_t deadline_ns, char **line)
{
	for (size_t bytes = 1;; bytes++) {
		int err = pmk_pipe_in_want(in, bytes, deadline_ns);
		uint8_t *end = in->data + in->begin + bytes - 1;

		if (err)
			return err;
		if (*end != '\n' && bytes < most)
			continue;
		*line = *end == '\n' ? (char *)in->data + in->begin : NULL;
		*end = '\0';
		in->begin += bytes;
		return 0;
	}
}

static int read_head(struct stream_source *s)
{
	const size_t mark = sizeof PMK_Y4M_MAGIC - 1;
	char why[PMK_Y4M_WHY];
	char *line;
	int err;

	do {
		err = take_line(&s->in, PMK_Y4M_LINE, UINT64_MAX, &line);
	} while (err == -EAGAIN);
	if (err && err != -ENODATA)
		return err;
	if (!s->in.end)
		return refuse(s, -EBADMSG, "empty: nothing was written to it");
	if (s->in.end < mark || memcmp(s->in.data, PMK_Y4M_MAGIC, mark) != 0)
		return refuse_kind(s);
	if (err)
		return refuse(s, -EBADMSG, "damaged: it ends within its first line");
	if (!line)
		return refuse(s, -EBADMSG, "damaged: its first line is too long");
	err = pmk_y4m_parse(line, &s->head, why);
	return err ? refuse(s, err, why) : 0;
}

/* The line before a picture. */
static int read_mark(struct stream_source *s, uint64_t deadline_ns)
{
	char why[PMK_Y4M_WHY];
	char *line;
	int err;

	err = take_line(&s->in, PMK_Y4M_LINE, deadline_ns, &line);
	if (err && (err != -ENODATA || s->in.end == s->in.begin))
		return err;
	if (!err && line && strncmp(line, PMK_Y4M_FRAME, 5) == 0 && (!line[5] || line[5] == ' '))
		return 0;
	snprintf(why, sizeof why, "damaged behind picture %lld: no picture begins there", (long long)s->count);
	return refuse(s, -EBADMSG, why);
}

/* --- pictures --- */

static bool is_direct(const struct stream_source *s)
{
	return !s->stored.block;
}

/* The place of plane `p` in the pending frame. False: there is no such plane in the stream. */
static bool plane_of(const struct stream_source *s, int p, struct plane *plane)
{
	const struct pmk_image *image = is_direct(s) ? &s->pending->image : &s->stored;

	if (p > 2 || (p && s->head.samples == PMK_Y4M_GREY))
		return false;
	*plane = (struct plane){ pmk_layout_plane_width(&image->layout, p), pmk_layout_plane_height(&image->layout, p),
		image->stride[p], image->plane[p] };
	if (p && s->chroma) {
		size_t bytes = (size_t)s->head.width * (size_t)s->head.height;

		*plane = (struct plane){ s->head.width, s->head.height, s->head.width,
			s->chroma + (p == 2 ? bytes : 0) };
	}
	return true;
}

static int read_rows(struct stream_source *s, uint64_t deadline_ns)
{
	struct plane plane;

	for (; plane_of(s, s->plane, &plane); s->plane++, s->row = 0) {
		for (; s->row < plane.height; s->row++) {
			int err = pmk_pipe_in_want(&s->in, (size_t)plane.width, deadline_ns);

			if (err)
				return err;
			memcpy(plane.data + (size_t)s->row * (size_t)plane.stride, s->in.data + s->in.begin,
				(size_t)plane.width);
			s->in.begin += (size_t)plane.width;
		}
	}
	return 0;
}

/* The chroma of a picture of which all has come. */
static void make_chroma(const struct stream_source *s, struct pmk_image *image)
{
	size_t bytes = (size_t)s->head.width * (size_t)s->head.height;

	for (int p = 1; p < 3; p++) {
		int width = pmk_layout_plane_width(&image->layout, p);
		int height = pmk_layout_plane_height(&image->layout, p);

		if (s->head.samples == PMK_Y4M_GREY)
			SetPlane(image->plane[p], image->stride[p], width, height, NEUTRAL);
		else if (s->chroma)
			ScalePlane(s->chroma + (p == 2 ? bytes : 0), s->head.width, s->head.width, s->head.height,
				image->plane[p], image->stride[p], width, height, kFilterBox);
	}
}

/* Position of a frame, to the nearest nanosecond; 30 years at most. */
static int64_t position_of(const struct pmk_ratio *rate, int64_t number)
{
	const int64_t second = 1000000000, most = 1000000000; /* s */
	int64_t units = number * rate->under;

	if (units / rate->over >= most)
		return most * second;
	return units / rate->over * second + (units % rate->over * second + rate->over / 2) / rate->over;
}

static struct pmk_frame *finish(struct stream_source *s)
{
	struct pmk_frame *frame = s->pending;

	make_chroma(s, is_direct(s) ? &frame->image : &s->stored);
	frame->bar_x = frame->bar_y = 0;
	if (!is_direct(s))
		pmk_stream_fit_run(&s->fit, &s->stored, frame);
	frame->number = (uint64_t)s->count;
	frame->position_ns = position_of(&s->head.rate, s->count++);
	frame->time_ns = pmk_clock_now_ns();
	s->pending = NULL;
	s->begun = false;
	s->plane = s->row = 0;
	return frame;
}

static int stream_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
{
	struct stream_source *s = (struct stream_source *)source;
	char why[PMK_Y4M_WHY];
	int err = 0;

	if (!s->pending)
		s->pending = pmk_frame_pool_take(s->pool, &source->layout);
	if (!s->pending) {
		pmk_clock_sleep_until(deadline_ns);
		return -EAGAIN;
	}
	if (!s->begun) {
		err = read_mark(s, deadline_ns);
		if (err)
			return err;
		s->begun = true;
	}
	err = read_rows(s, deadline_ns);
	if (err == -ENODATA) {
		snprintf(why, sizeof why, "it ends within picture %lld, which is left out", (long long)s->count + 1);
		return refuse(s, -EBADMSG, why);
	}
	if (!err)
		*frame = finish(s);
	return err;
}

/* --- opening --- */

static void stream_close(struct pmk_source *source)
{
	struct stream_source *s = (struct stream_source *)source;

	pmk_frame_unref(s->pending);
	pmk_frame_pool_destroy(s->pool);
	pmk_image_free(&s->stored);
	pmk_pipe_in_close(&s->in);
	free(s->chroma);
	free(s);
}

static const struct pmk_source_impl impl = { .read = stream_read, .close = stream_close };

static struct pmk_layout layout_of(const struct pmk_y4m_head *head, int width, int height)
{
	bool hd = head->height >= HD_ROWS && head->samples != PMK_Y4M_GREY;

	return (struct pmk_layout){ .width = width,
		.height = height,
		.chroma = head->samples == PMK_Y4M_422 ? PMK_CHROMA_422 : PMK_CHROMA_420,
		.range = head->range,
		.matrix = hd ? PMK_MATRIX_BT709 : PMK_MATRIX_BT601,
		.siting = head->siting };
}

static void limit_rate(struct pmk_ratio *rate)
{
	if (rate->over < rate->under)
		*rate = (struct pmk_ratio){ 1, 1 };
	else if (rate->over / PMK_SOURCE_MOST_FPS >= rate->under)
		*rate = (struct pmk_ratio){ PMK_SOURCE_MOST_FPS, 1 };
}

static int prepare(struct stream_source *s, const struct pmk_source_wish *wish)
{
	const struct pmk_y4m_head *head = &s->head;
	struct pmk_layout layout = layout_of(head, head->width, head->height);

	limit_rate(&s->head.rate);
	pmk_stream_fit_choose(&s->fit, head, wish);
	s->source.layout = layout_of(head, s->fit.width, s->fit.height);
	s->source.picture_width = s->fit.picture_width;
	s->source.picture_height = s->fit.picture_height;
	s->source.fps = (double)head->rate.over / head->rate.under;
	if (head->samples == PMK_Y4M_444)
		s->chroma = malloc(2 * (size_t)head->width * (size_t)head->height);
	if (head->samples == PMK_Y4M_444 && !s->chroma)
		return -ENOMEM;
	s->pool = pmk_frame_pool_create(POOL_FRAMES);
	if (!s->pool)
		return -ENOMEM;
	return pmk_stream_fit_changes(&s->fit, head) ? pmk_image_alloc(&s->stored, &layout) : 0;
}

/* Report what cannot be used as the first line says it. */
static void tell_odd(const struct stream_source *s)
{
	const struct pmk_y4m_head *head = &s->head;
	const struct pmk_ratio *rate = &head->said_rate, *pixel = &head->said_pixel;

	if (!rate->over && !rate->under)
		pmk_info("%s: it does not say how many frames per second; %.4g are used", s->in.name, s->source.fps);
	else if ((int64_t)rate->over * head->rate.under != (int64_t)rate->under * head->rate.over)
		pmk_warn("%s: frame rate %d:%d in its first line is outside 1 to %d per second; %.4g is used",
			s->in.name, rate->over, rate->under, PMK_SOURCE_MOST_FPS, s->source.fps);
	if (s->fit.pixel_unused)
		pmk_warn("%s: pixel aspect ratio %d:%d in its first line is not usable; pixels are taken as square",
			s->in.name, pixel->over, pixel->under);
	if (head->odd_range[0])
		pmk_warn("%s: its first line says XCOLORRANGE=%s, not LIMITED or FULL; %s is used", s->in.name,
			head->odd_range, head->range == PMK_RANGE_FULL ? "FULL" : "LIMITED");
	if (head->odd_word[0])
		pmk_warn("%s: its first line says \"%s\"%s not known and not used", s->in.name, head->odd_word,
			head->more_odd_words ? " and other words that are" : ", which is");
}

static void tell(const struct stream_source *s)
{
	tell_odd(s);
	if (s->head.interlaced)
		pmk_warn_cure(
			PMK_CURE_DEINTERLACE, "%s: its pictures are interlaced, and are not deinterlaced", s->in.name);
	if (pmk_stream_fit_crops(&s->fit, &s->head))
		pmk_warn_cure(PMK_CURE_SHOW_ALL, "%s: pictures of %dx%d are cropped to %dx%d", s->in.name,
			s->head.width, s->head.height, s->fit.width, s->fit.height);
}

int pmk_source_stream_open(const char *path, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	struct stream_source *made = calloc(1, sizeof *made);
	int err;

	if (!made)
		return -ENOMEM;
	made->source.impl = &impl;
	err = pmk_pipe_in_open(&made->in, path);
	if (!err)
		err = read_head(made);
	if (!err)
		err = prepare(made, wish);
	if (err) {
		stream_close(&made->source);
		return err;
	}
	tell(made);
	snprintf(made->source.name, sizeof made->source.name, "%s %dx%d at %.4g/s", pmk_short(made->in.name, 100).text,
		made->source.layout.width, made->source.layout.height, made->source.fps);
	*source = &made->source;
	return 0;
}

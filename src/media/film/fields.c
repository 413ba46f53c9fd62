/* SPDX-License-Identifier: MIT */
#include "media/film/fields.h"

#include "media/av_versions.h"

#include <errno.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <stdio.h>

static AVRational time_base(const struct pmk_av_reader *reader)
{
	return reader->format->streams[reader->stream]->time_base;
}

static int make_graph(struct pmk_fields *f, const struct pmk_av_reader *reader, const AVFrame *first)
{
	AVRational base = time_base(reader);
	AVFilterContext *filter;
	char arguments[128];
	int err;

	f->graph = avfilter_graph_alloc();
	if (!f->graph)
		return AVERROR(ENOMEM);
	f->graph->nb_threads = 1;
	snprintf(arguments, sizeof arguments, "video_size=%dx%d:pix_fmt=%d:time_base=%d/%d", first->width,
		first->height, first->format, base.num, base.den);
	err = avfilter_graph_create_filter(&f->in, avfilter_get_by_name("buffer"), NULL, arguments, NULL, f->graph);
	if (err >= 0)
		err = avfilter_graph_create_filter(&filter, avfilter_get_by_name("bwdif"), NULL,
			"mode=send_frame:deint=interlaced", NULL, f->graph);
	if (err >= 0)
		err = avfilter_graph_create_filter(
			&f->out, avfilter_get_by_name("buffersink"), NULL, NULL, NULL, f->graph);
	if (err >= 0)
		err = avfilter_link(f->in, 0, filter, 0);
	if (err >= 0)
		err = avfilter_link(filter, 0, f->out, 0);
	if (err >= 0)
		err = avfilter_graph_config(f->graph, NULL);
	f->width = first->width;
	f->height = first->height;
	f->format = first->format;
	return err;
}

/* Give the frame to the graph, which takes it over; NULL: that was all. */
static int push(struct pmk_fields *f, AVFrame *frame)
{
	if (frame)
		frame->pts = frame->best_effort_timestamp;
	return av_buffersrc_add_frame(f->in, frame);
}

/* Take a picture from the graph. 1; 0: it needs more, or has given all and is gone; or a negative errno. */
static int pull(struct pmk_fields *f, const struct pmk_av_reader *reader, AVFrame *frame)
{
	int err = av_buffersink_get_frame(f->out, frame);

	if (err >= 0) {
		frame->best_effort_timestamp = frame->pts;
		if (frame->pts != AV_NOPTS_VALUE)
			frame->best_effort_timestamp = av_rescale_q(
				frame->pts, av_buffersink_get_time_base(f->out), time_base(reader));
		return 1;
	}
	if (err == AVERROR(EAGAIN))
		return 0;
	avfilter_graph_free(&f->graph);
	return err == AVERROR(ENOMEM) ? -ENOMEM : 0;
}

/* The next picture to look at: the one that waited, or else the reader's. */
static int fetch(struct pmk_fields *f, struct pmk_av_reader *reader, AVFrame *frame)
{
	if (!f->waiting || f->graph)
		return pmk_av_reader_next(reader, frame);
	av_frame_move_ref(frame, f->waiting);
	av_frame_free(&f->waiting);
	return 1;
}

static bool fits(const struct pmk_fields *f, const AVFrame *frame)
{
	return frame->width == f->width && frame->height == f->height && frame->format == f->format;
}

/* Let the frame wait until the graph has given all. */
static int wait_for_graph(struct pmk_fields *f, AVFrame *frame)
{
	f->waiting = av_frame_alloc();
	if (!f->waiting)
		return -ENOMEM;
	av_frame_move_ref(f->waiting, frame);
	return push(f, NULL);
}

int pmk_fields_next(struct pmk_fields *f, struct pmk_av_reader *reader, AVFrame *frame)
{
	for (;;) {
		int got = f->graph ? pull(f, reader, frame) : 0;

		if (got)
			return got;
		got = fetch(f, reader, frame);
		if (got < 0 || (got == 0 && !f->graph))
			return got;
		if (got && !f->graph) {
			if (!pmk_av_is_interlaced(frame) || f->useless)
				return 1;
			if (make_graph(f, reader, frame) < 0) {
				avfilter_graph_free(&f->graph);
				f->useless = true;
				return 1;
			}
		}
		got = !got ? push(f, NULL) : fits(f, frame) ? push(f, frame) : wait_for_graph(f, frame);
		if (got < 0) {
			av_frame_unref(frame);
			return pmk_av_errno(got);
		}
	}
}

void pmk_fields_reset(struct pmk_fields *f)
{
	avfilter_graph_free(&f->graph);
	av_frame_free(&f->waiting);
	*f = (struct pmk_fields){ 0 };
}

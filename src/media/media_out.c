/* SPDX-License-Identifier: MIT */
#include "media/media_out.h"

#include "base/log.h"
#include "media/carry/carried.h"
#include "media/out/codec.h"
#include "media/out/encoder.h"
#include "media/out/out_file.h"

#include <errno.h>
#include <libyuv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pmk_media_out {
	const struct pmk_out_kind *kind;
	struct pmk_out_file file;
	struct pmk_layout layout; /* of the file: may be a column or row smaller than what is given, and 4:2:0 */
	bool grey, alpha;
	struct pmk_encoding encoding;
	double fps;
	AVFormatContext *format;
	AVCodecContext *encoder;
	AVFrame *frame; /* 4:2:0, 4:2:2 or grey, of 8 bits */
	AVFrame *deep; /* the same for an encoder that wants 10 bits (ProRes); else NULL */
	struct pmk_av_scaler scaler;
	AVPacket *packet;
	AVStream *stream;
	int64_t last_tick, last_ns; /* of the last written picture; -1 before the first */
	struct pmk_carried *carried; /* what is taken over from a recording; NULL: nothing */
	int error; /* the first one, which was logged */
};

static int fail(struct pmk_media_out *out, int averror)
{
	return out->error = pmk_out_file_fail(&out->file, averror);
}

static void choose_layout(struct pmk_media_out *out, const struct pmk_layout *given)
{
	out->layout = *given;
	if (out->kind->even && !out->grey) {
		out->layout.width &= ~1;
		out->layout.height &= ~1;
		if (!pmk_out_codec_keeps_422(out->encoding.codec))
			out->layout.chroma = PMK_CHROMA_420;
	}
}

static int open_encoder(struct pmk_media_out *out)
{
	const struct pmk_out_encoder_wish wish = { .kind = out->kind,
		.path = out->file.path,
		.layout = out->layout,
		.fps = out->fps,
		.grey = out->grey,
		.alpha = out->alpha,
		.encoding = out->encoding,
		.live = out->file.live };
	int err = pmk_out_encoder_open(&wish, out->format, &out->encoder);

	if (err < 0)
		return err;
	out->stream->time_base = out->encoder->time_base;
	out->stream->avg_frame_rate = out->encoder->framerate;
	out->stream->sample_aspect_ratio = out->encoder->sample_aspect_ratio;
	return avcodec_parameters_from_context(out->stream->codecpar, out->encoder);
}

static AVFrame *make_frame(const AVCodecContext *encoder, enum AVPixelFormat format)
{
	AVFrame *frame = av_frame_alloc();

	if (!frame)
		return NULL;
	frame->format = format;
	frame->width = encoder->width;
	frame->height = encoder->height;
	frame->color_range = encoder->color_range;
	frame->colorspace = encoder->colorspace;
	frame->color_primaries = encoder->color_primaries;
	frame->color_trc = encoder->color_trc;
	if (av_frame_get_buffer(frame, 0) < 0)
		av_frame_free(&frame);
	return frame;
}

static int make_frames(struct pmk_media_out *out)
{
	enum AVPixelFormat format = out->encoder->pix_fmt;
	bool deep = out->encoder->codec_id == AV_CODEC_ID_PRORES, wide = out->layout.chroma == PMK_CHROMA_422;
	enum AVPixelFormat plain = wide ? AV_PIX_FMT_YUV422P : AV_PIX_FMT_YUV420P;

	out->packet = av_packet_alloc();
	out->frame = make_frame(out->encoder, !deep ? format : out->alpha ? AV_PIX_FMT_YUVA420P : plain);
	out->deep = deep ? make_frame(out->encoder, format) : NULL;
	return out->packet && out->frame && !deep == !out->deep ? 0 : AVERROR(ENOMEM);
}

static int open_carried(struct pmk_media_out *out, const struct pmk_carry *carry)
{
	if (!carry->from || out->file.live)
		return 0;
	if (!out->kind->audio) {
		pmk_info("%s: this kind of file holds nothing but pictures", out->file.path);
		return 0;
	}
	return pmk_carried_open(carry, out->file.path, out->format, &out->carried);
}

static int open_parts(struct pmk_media_out *out, const struct pmk_carry *carry)
{
	int err;

	err = avformat_alloc_output_context2(&out->format, NULL, out->kind->muxer, NULL);
	if (err < 0)
		return fail(out, err);
	out->stream = avformat_new_stream(out->format, NULL);
	err = out->stream ? open_encoder(out) : AVERROR(ENOMEM);
	if (err >= 0)
		err = make_frames(out);
	if (err < 0)
		return fail(out, err);
	err = open_carried(out, carry);
	if (err)
		return err;
	return pmk_out_file_begin(&out->file, out->format);
}

int pmk_media_out_open(const char *path, const struct pmk_media_out_settings *settings, struct pmk_media_out **out)
{
	const struct pmk_out_kind *kind = pmk_out_kind_find(path, settings->grey, settings->alpha);
	struct pmk_media_out *made;
	int err;

	if (!kind)
		return -EINVAL;
	av_log_set_level(AV_LOG_QUIET);
	if (settings->encoding.codec != PMK_CODEC_AUTO &&
		!pmk_out_codec_find(path, kind->end, settings->encoding.codec, settings->alpha))
		return -EINVAL;
	made = calloc(1, sizeof *made);
	if (!made)
		return -ENOMEM;
	made->kind = kind;
	made->grey = settings->grey;
	made->alpha = settings->alpha;
	made->encoding = settings->encoding;
	made->fps = settings->fps > 0 ? fmin(fmax(settings->fps, 1), 240) : 30;
	made->last_tick = made->last_ns = -1;
	choose_layout(made, &settings->layout);
	err = pmk_out_file_create(&made->file, path, settings->live);
	if (err) {
		free(made);
		return err;
	}
	err = open_parts(made, &settings->carry);
	if (err) {
		pmk_media_out_abandon(made);
		return err;
	}
	*out = made;
	return 0;
}

const struct pmk_layout *pmk_media_out_layout(const struct pmk_media_out *out)
{
	return &out->layout;
}

/* `alpha` NULL: opaque. */
static void fill_alpha(AVFrame *frame, const struct pmk_mask *alpha)
{
	if (alpha)
		CopyPlane(alpha->alpha, alpha->stride, frame->data[3], frame->linesize[3], frame->width, frame->height);
	else
		SetPlane(frame->data[3], frame->linesize[3], frame->width, frame->height, 255);
}

static void fill_frame(struct pmk_media_out *out, const struct pmk_image *image, const struct pmk_mask *alpha)
{
	AVFrame *frame = out->frame;

	if (out->alpha)
		fill_alpha(frame, alpha);
	if (!out->grey && image->layout.chroma != out->layout.chroma) {
		I422ToI420(image->plane[0], image->stride[0], image->plane[1], image->stride[1], image->plane[2],
			image->stride[2], frame->data[0], frame->linesize[0], frame->data[1], frame->linesize[1],
			frame->data[2], frame->linesize[2], frame->width, frame->height);
		return;
	}
	for (int p = 0; p < (out->grey ? 1 : 3); p++)
		CopyPlane(image->plane[p], image->stride[p], frame->data[p], frame->linesize[p],
			pmk_layout_plane_width(&out->layout, p), pmk_layout_plane_height(&out->layout, p));
}

/* Encode a frame; NULL flushes the encoder. */
static int encode(struct pmk_media_out *out, const AVFrame *frame)
{
	int err;

	err = avcodec_send_frame(out->encoder, frame);
	while (err >= 0) {
		err = avcodec_receive_packet(out->encoder, out->packet);
		if (err == AVERROR(EAGAIN) || err == AVERROR_EOF)
			return 0;
		if (err < 0)
			break;
		out->packet->stream_index = out->stream->index;
		if (!out->packet->duration) /* matters for the last picture only */
			out->packet->duration = av_rescale_q(
				1, av_inv_q(out->encoder->framerate), out->encoder->time_base);
		av_packet_rescale_ts(out->packet, out->encoder->time_base, out->stream->time_base);
		err = pmk_out_file_packet(&out->file, out->format, out->packet);
	}
	return err;
}

static int64_t tick_of(const struct pmk_media_out *out, int64_t position_ns)
{
	int64_t tick = av_rescale(position_ns, out->kind->ticks_per_s, 1000000000);

	return out->kind->ticks_per_s && tick > out->last_tick ? tick : out->last_tick + 1;
}

/* The end of the last picture. */
static int64_t end_ns(const struct pmk_media_out *out)
{
	return out->last_ns + (int64_t)(1e9 / out->fps + 0.5);
}

/* What the encoder takes of the picture. */
static int deepen(struct pmk_media_out *out)
{
	const struct pmk_av_target target = { .format = out->encoder->pix_fmt,
		.width = out->encoder->width,
		.height = out->encoder->height,
		.same = true };
	int err = av_frame_make_writable(out->deep);

	if (err >= 0)
		err = pmk_av_scale(&out->scaler, out->frame, &target, out->deep->data, out->deep->linesize);
	return err;
}

int pmk_media_out_write(
	struct pmk_media_out *out, const struct pmk_image *image, const struct pmk_mask *alpha, int64_t position_ns)
{
	AVFrame *frame = out->deep ? out->deep : out->frame;
	int err;

	if (out->error)
		return out->error;
	err = av_frame_make_writable(out->frame);
	if (err >= 0) {
		fill_frame(out, image, alpha);
		if (out->deep)
			err = deepen(out);
		out->last_tick = frame->pts = tick_of(out, position_ns);
		out->last_ns = position_ns;
	}
	if (err >= 0)
		err = pmk_carried_write(out->carried, position_ns);
	if (err >= 0)
		err = encode(out, frame);
	if (err < 0)
		return fail(out, err);
	return out->error = pmk_out_file_flush(&out->file, out->format, end_ns(out));
}

static int write_end(struct pmk_media_out *out, bool partial)
{
	int err = encode(out, NULL);

	if (err >= 0)
		err = pmk_carried_finish(out->carried, out->last_ns);
	return err < 0 ? fail(out, err) : pmk_out_file_end(&out->file, out->format, end_ns(out), partial);
}

int pmk_media_out_finish(struct pmk_media_out *out, bool partial)
{
	int err = out->error ? out->error : write_end(out, partial);

	pmk_media_out_abandon(out);
	return err;
}

void pmk_media_out_abandon(struct pmk_media_out *out)
{
	if (!out)
		return;
	pmk_carried_close(out->carried);
	av_frame_free(&out->frame);
	av_frame_free(&out->deep);
	pmk_av_scaler_free(&out->scaler);
	av_packet_free(&out->packet);
	avcodec_free_context(&out->encoder);
	pmk_out_file_close(&out->file, out->format);
	avformat_free_context(out->format);
	free(out);
}

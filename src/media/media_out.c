/* SPDX-License-Identifier: MIT */
#include "media/media_out.h"

#include "base/log.h"
#include "media/carry/carried.h"
#include "media/out/out_file.h"

#include <errno.h>
#include <libyuv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Kinds of files, by the end of the name. A .mkv file counts milliseconds whatever is asked for; ticks_per_s of 0 means
 * one tick per picture. */
static const struct kind {
	const char *end, *muxer;
	int ticks_per_s;
	bool even; /* the codec needs 4:2:0 with even sides */
	bool audio;
} kinds[] = {
	{ ".y4m", "yuv4mpegpipe", 0, false, false },
	{ ".mkv", "matroska", 1000, true, true },
	{ ".mp4", "mp4", 60000, true, true },
};

struct pmk_media_out {
	const struct kind *kind;
	struct pmk_out_file file;
	struct pmk_layout layout; /* of the file: may be a column or row smaller than what is given, and 4:2:0 */
	bool grey;
	double fps;
	AVFormatContext *format;
	AVCodecContext *encoder;
	AVFrame *frame;
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

static const struct kind *find_kind(const char *path, bool grey)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (!pmk_av_ends(path, kinds[i].end))
			continue;
		if (!grey || !strcmp(kinds[i].end, ".mkv"))
			return &kinds[i];
	}
	pmk_error("%s: files of this kind cannot be written; name %s", path,
		grey ? "an .mkv file" : "an .mkv, .mp4 or .y4m file");
	return NULL;
}

static void choose_layout(struct pmk_media_out *out, const struct pmk_layout *given)
{
	out->layout = *given;
	if (out->kind->even && !out->grey) {
		out->layout.width &= ~1;
		out->layout.height &= ~1;
		out->layout.chroma = PMK_CHROMA_420;
	}
}

static const AVCodec *choose_codec(const struct pmk_media_out *out)
{
	const AVCodec *codec;

	if (out->kind->ticks_per_s == 0)
		return avcodec_find_encoder(AV_CODEC_ID_WRAPPED_AVFRAME);
	if (out->grey)
		return avcodec_find_encoder(AV_CODEC_ID_FFV1);
	codec = avcodec_find_encoder_by_name("libx264");
	if (codec)
		return codec;
	pmk_info("%s: this FFmpeg has no libx264; writing MPEG-4 part 2 instead", out->file.path);
	return avcodec_find_encoder(AV_CODEC_ID_MPEG4);
}

static void set_colours(AVCodecContext *encoder, const struct pmk_layout *layout, bool grey)
{
	bool hd = layout->matrix == PMK_MATRIX_BT709;

	encoder->color_range = grey || layout->range == PMK_RANGE_FULL ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	if (grey)
		return;
	encoder->colorspace = hd                   ? AVCOL_SPC_BT709 :
		layout->primaries == AVCOL_PRI_BT470BG ? AVCOL_SPC_BT470BG : /* the same numbers */
						     AVCOL_SPC_SMPTE170M;
	encoder->color_primaries = layout->primaries ? layout->primaries : hd ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
	encoder->color_trc = layout->transfer ? layout->transfer : hd ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
}

/* Few pictures wait in the encoder for later ones: they would be lost with the process. Three ahead keep what looking
 * ahead is for; without it, a film takes 70 % more bytes. */
static const char *live_x264(const AVCodecContext *encoder)
{
	return av_q2d(encoder->framerate) >= 10 ? "rc-lookahead=3:sync-lookahead=0:sliced-threads=1" :
						  "rc-lookahead=0:sync-lookahead=0:sliced-threads=1";
}

static void set_quality(AVCodecContext *encoder, bool live, AVDictionary **options)
{
	encoder->max_b_frames = 0; /* B-frames would shift all times by their delay */
	if (encoder->codec_id == AV_CODEC_ID_H264) {
		encoder->thread_count = 2;
		if (live)
			av_dict_set(options, "x264-params", live_x264(encoder), 0);
		av_dict_set(options, "preset", "veryfast", 0);
		av_dict_set(options, "crf", "20", 0);
	} else if (encoder->codec_id == AV_CODEC_ID_MPEG4) {
		encoder->flags |= AV_CODEC_FLAG_QSCALE;
		encoder->global_quality = 3 * FF_QP2LAMBDA;
	}
}

static int open_encoder(struct pmk_media_out *out)
{
	const AVCodec *codec = choose_codec(out);
	AVDictionary *options = NULL;
	AVCodecContext *encoder;
	int err;

	encoder = out->encoder = codec ? avcodec_alloc_context3(codec) : NULL;
	if (!encoder)
		return AVERROR(ENOMEM);
	encoder->width = out->layout.width;
	encoder->height = out->layout.height;
	encoder->pix_fmt = out->grey                 ? AV_PIX_FMT_GRAY8 :
		out->layout.chroma == PMK_CHROMA_422 ? AV_PIX_FMT_YUV422P :
						       AV_PIX_FMT_YUV420P;
	encoder->framerate = av_d2q(out->fps, 100000);
	encoder->time_base = out->kind->ticks_per_s ? (AVRational){ 1, out->kind->ticks_per_s } :
						      av_inv_q(encoder->framerate);
	encoder->sample_aspect_ratio = (AVRational){ 1, 1 };
	set_colours(encoder, &out->layout, out->grey);
	set_quality(encoder, out->file.live, &options);
	if (out->format->oformat->flags & AVFMT_GLOBALHEADER)
		encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	err = avcodec_open2(encoder, codec, &options);
	av_dict_free(&options);
	if (err < 0)
		return err;
	out->stream->time_base = encoder->time_base;
	out->stream->avg_frame_rate = encoder->framerate;
	out->stream->sample_aspect_ratio = encoder->sample_aspect_ratio;
	return avcodec_parameters_from_context(out->stream->codecpar, encoder);
}

static int make_frame(struct pmk_media_out *out)
{
	const AVCodecContext *encoder = out->encoder;

	out->frame = av_frame_alloc();
	out->packet = av_packet_alloc();
	if (!out->frame || !out->packet)
		return AVERROR(ENOMEM);
	out->frame->format = encoder->pix_fmt;
	out->frame->width = encoder->width;
	out->frame->height = encoder->height;
	out->frame->color_range = encoder->color_range;
	out->frame->colorspace = encoder->colorspace;
	out->frame->color_primaries = encoder->color_primaries;
	out->frame->color_trc = encoder->color_trc;
	return av_frame_get_buffer(out->frame, 0);
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
		err = make_frame(out);
	if (err < 0)
		return fail(out, err);
	err = open_carried(out, carry);
	if (err)
		return err;
	return pmk_out_file_begin(&out->file, out->format);
}

int pmk_media_out_open(const char *path, const struct pmk_media_out_settings *settings, struct pmk_media_out **out)
{
	const struct kind *kind = find_kind(path, settings->grey);
	struct pmk_media_out *made;
	int err;

	if (!kind)
		return -EINVAL;
	made = calloc(1, sizeof *made);
	if (!made)
		return -ENOMEM;
	av_log_set_level(AV_LOG_QUIET);
	made->kind = kind;
	made->grey = settings->grey;
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

static void fill_frame(struct pmk_media_out *out, const struct pmk_image *image)
{
	AVFrame *frame = out->frame;

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

int pmk_media_out_write(struct pmk_media_out *out, const struct pmk_image *image, int64_t position_ns)
{
	int err;

	if (out->error)
		return out->error;
	err = av_frame_make_writable(out->frame);
	if (err >= 0) {
		fill_frame(out, image);
		out->last_tick = out->frame->pts = tick_of(out, position_ns);
		out->last_ns = position_ns;
		err = pmk_carried_write(out->carried, position_ns);
	}
	if (err >= 0)
		err = encode(out, out->frame);
	if (err < 0)
		return fail(out, err);
	return out->error = pmk_out_file_flush(&out->file, out->format, end_ns(out));
}

static int write_end(struct pmk_media_out *out)
{
	int err = encode(out, NULL);

	if (err >= 0)
		err = pmk_carried_finish(out->carried, out->last_ns);
	return err < 0 ? fail(out, err) : pmk_out_file_end(&out->file, out->format, end_ns(out));
}

int pmk_media_out_finish(struct pmk_media_out *out)
{
	int err = out->error ? out->error : write_end(out);

	pmk_media_out_abandon(out);
	return err;
}

void pmk_media_out_abandon(struct pmk_media_out *out)
{
	if (!out)
		return;
	pmk_carried_close(out->carried);
	av_frame_free(&out->frame);
	av_packet_free(&out->packet);
	avcodec_free_context(&out->encoder);
	pmk_out_file_close(&out->file, out->format);
	avformat_free_context(out->format);
	free(out);
}

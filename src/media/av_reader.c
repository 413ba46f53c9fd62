/* SPDX-License-Identifier: MIT */
/* Part of av.h: the reader of a file's pictures. */
#include "media/av.h"

#include "base/clock.h"
#include "media/film/webp.h"
#include "media/still/kind.h"
#include "media/still/limits.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static const AVRational nanoseconds = { 1, 1000000000 };

/* Whether the decoder must stop at a fault. Otherwise the rest of a truncated picture is grey. The decoder of TIFF
 * would stop at tags that it does not know; its faults are heard. */
static bool is_strict(const AVFormatContext *format, enum AVCodecID codec)
{
	return codec == AV_CODEC_ID_MJPEG || (pmk_av_holds_pictures(format) && codec != AV_CODEC_ID_TIFF);
}

static int open_decoder(struct pmk_av_reader *reader, const AVCodec *codec, int64_t max_px)
{
	const AVStream *stream = reader->format->streams[reader->stream];
	int err;

	reader->decoder = avcodec_alloc_context3(codec);
	reader->packet = av_packet_alloc();
	if (!reader->decoder || !reader->packet)
		return AVERROR(ENOMEM);
	err = avcodec_parameters_to_context(reader->decoder, stream->codecpar);
	if (err < 0)
		return err;
	reader->decoder->thread_count = 1;
	reader->decoder->max_pixels = max_px;
	reader->decoder->pkt_timebase = stream->time_base;
	if (is_strict(reader->format, codec->id))
		reader->decoder->err_recognition = AV_EF_EXPLODE;
	err = pmk_av_limit_codecs(reader->decoder);
	return err < 0 ? err : avcodec_open2(reader->decoder, codec, NULL);
}

/* The decoder of a stream; FFmpeg's own of VP8 and VP9 leave out the alpha that the file says is there. */
static const AVCodec *find_decoder(const AVStream *stream)
{
	const AVDictionaryEntry *alpha = av_dict_get(stream->metadata, "alpha_mode", NULL, 0);
	enum AVCodecID id = stream->codecpar->codec_id;
	const AVCodec *codec = NULL;

	if (alpha && !strcmp(alpha->value, "1") && (id == AV_CODEC_ID_VP8 || id == AV_CODEC_ID_VP9))
		codec = avcodec_find_decoder_by_name(id == AV_CODEC_ID_VP8 ? "libvpx" : "libvpx-vp9");
	return codec ? codec : avcodec_find_decoder(id);
}

/* The stream of the pictures. Of an icon's sizes it is the largest. */
static int find_pictures(const AVFormatContext *format, const AVCodec **codec)
{
	int best = av_find_best_stream((AVFormatContext *)format, AVMEDIA_TYPE_VIDEO, -1, -1, codec, 0);

	for (unsigned i = 0; best >= 0 && strcmp(format->iformat->name, "ico") == 0 && i < format->nb_streams; i++) {
		if (format->streams[i]->codecpar->width > format->streams[best]->codecpar->width)
			best = (int)i;
	}
	if (best >= 0)
		*codec = find_decoder(format->streams[best]);
	return best;
}

static int open_file(struct pmk_av_reader *reader, const char *path, int least, int most, int64_t max_px)
{
	struct pmk_av_reader made = { 0 };
	const AVCodecParameters *parameters;
	const AVCodec *codec = NULL;
	int err;

	err = pmk_av_open(path, max_px, &made.format);
	if (err)
		return err;
	made.stream = find_pictures(made.format, &codec);
	if (made.stream < 0) {
		err = pmk_kind_refuse(path, made.stream, NULL);
		goto fail_close;
	}
	for (unsigned i = 0; i < made.format->nb_streams; i++)
		made.format->streams[i]->discard = (int)i == made.stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
	parameters = made.format->streams[made.stream]->codecpar;
	if (parameters->width || parameters->height) {
		err = pmk_still_check_size(path, parameters->width, parameters->height, least, most, max_px);
		if (err)
			goto fail_close;
	}
	err = open_decoder(&made, codec, max_px);
	if (err < 0) {
		err = pmk_kind_refuse(path, err, NULL);
		goto fail_close;
	}
	made.end_ns = pmk_av_edit_end_ns(made.format, made.format->streams[made.stream]);
	*reader = made;
	reader->decoder->opaque = &reader->said;
	return 0;

fail_close:
	pmk_av_reader_close(&made);
	return err;
}

/* Its format and its decoder, neither of which was opened, tell what is asked of them: the form of its pictures, and
 * how strictly they are read. */
static int describe_webp(struct pmk_av_reader *reader, const struct pmk_webp_info *info, int64_t max_px)
{
	AVStream *stream;

	reader->format = avformat_alloc_context();
	reader->decoder = avcodec_alloc_context3(NULL);
	stream = reader->format ? avformat_new_stream(reader->format, NULL) : NULL;
	if (!stream || !reader->decoder)
		return -ENOMEM;
	reader->format->iformat = av_find_input_format("webp_pipe");
	if (!reader->format->iformat)
		return -EBADMSG;
	stream->time_base = (AVRational){ 1, 1000 };
	stream->start_time = 0;
	stream->duration = info->duration_ms;
	stream->nb_frames = info->pictures;
	stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
	stream->codecpar->codec_id = AV_CODEC_ID_WEBP;
	stream->codecpar->width = info->width;
	stream->codecpar->height = info->height;
	if (info->duration_ms > 0)
		av_reduce(&stream->avg_frame_rate.num, &stream->avg_frame_rate.den, info->pictures * INT64_C(1000),
			info->duration_ms, INT_MAX);
	reader->decoder->max_pixels = max_px;
	reader->decoder->err_recognition = AV_EF_EXPLODE;
	return 0;
}

static int open_webp(struct pmk_av_reader *reader, const char *path, int least, int most, int64_t max_px)
{
	struct pmk_av_reader made = { .end_ns = INT64_MAX };
	const struct pmk_webp_info *info;
	int err = pmk_webp_open(path, &made.webp);

	if (err)
		return err == -EBADMSG ? pmk_kind_refuse(path, AVERROR_INVALIDDATA, NULL) : err;
	info = pmk_webp_info(made.webp);
	err = pmk_still_check_size(path, info->width, info->height, least, most, max_px);
	if (!err)
		err = describe_webp(&made, info, max_px);
	if (!err)
		err = pmk_webp_start(made.webp);
	if (err)
		pmk_av_reader_close(&made);
	else
		*reader = made;
	return err;
}

int pmk_av_reader_open(struct pmk_av_reader *reader, const char *path, int least, int most, int64_t max_px)
{
	if (pmk_webp_can(path))
		return open_webp(reader, path, least, most, max_px);
	return open_file(reader, path, least, most, max_px);
}

int pmk_av_reader_rewind(struct pmk_av_reader *reader)
{
	const AVStream *stream = reader->format->streams[reader->stream];
	int64_t start = stream->start_time;

	if (reader->webp) {
		pmk_webp_rewind(reader->webp);
		return 0;
	}
	if (start == AV_NOPTS_VALUE ||
		avformat_seek_file(reader->format, reader->stream, INT64_MIN, start, start, 0) < 0)
		return -ESPIPE;
	avcodec_flush_buffers(reader->decoder);
	return 0;
}

/* Packets are counted and not decoded, which is fast for large pictures, too. */
int pmk_av_reader_count(struct pmk_av_reader *reader, int most)
{
	int count = reader->webp ? pmk_webp_info(reader->webp)->pictures : 0;

	while (!reader->webp && count < most && av_read_frame(reader->format, reader->packet) >= 0) {
		count += reader->packet->stream_index == reader->stream;
		av_packet_unref(reader->packet);
	}
	return count;
}

void pmk_av_reader_close(struct pmk_av_reader *reader)
{
	if (reader->webp)
		avformat_free_context(reader->format); /* it was never opened */
	if (reader->webp)
		reader->format = NULL;
	pmk_webp_close(reader->webp);
	reader->webp = NULL;
	av_packet_free(&reader->packet);
	avcodec_free_context(&reader->decoder);
	pmk_av_close(&reader->format);
}

/* Behind a raw film's last whole picture there is nothing, unless it is cut off or damaged; FFmpeg says nothing. */
static bool ends_within_picture(const struct pmk_av_reader *reader)
{
	return !strcmp(reader->format->iformat->name, "yuv4mpegpipe") &&
		avio_size(reader->format->pb) > reader->read_to;
}

/* Give the decoder the next packet. At the end of the file, or if it cannot be read further, tell the decoder that it
 * has all. */
static void feed(struct pmk_av_reader *reader)
{
	while (av_read_frame(reader->format, reader->packet) >= 0) {
		bool mine = reader->packet->stream_index == reader->stream;
		int err = mine ? avcodec_send_packet(reader->decoder, reader->packet) : 0;

		reader->corrupt += mine && reader->packet->flags & AV_PKT_FLAG_CORRUPT;
		if (mine)
			reader->read_to = reader->packet->pos + reader->packet->size;
		av_packet_unref(reader->packet);
		if (err < 0) {
			reader->damaged++;
			reader->failure = err;
		}
		if (mine)
			return;
	}
	reader->damaged += ends_within_picture(reader);
	avcodec_send_packet(reader->decoder, NULL);
}

void pmk_av_name_colours(const struct pmk_av_reader *reader, AVFrame *frame)
{
	const AVCodecParameters *p = reader->format->streams[reader->stream]->codecpar;

	if (frame->color_primaries == AVCOL_PRI_UNSPECIFIED)
		frame->color_primaries = p->color_primaries;
	if (frame->color_trc == AVCOL_TRC_UNSPECIFIED)
		frame->color_trc = p->color_trc;
	if (frame->colorspace == AVCOL_SPC_UNSPECIFIED)
		frame->colorspace = p->color_space;
}

/* Lengths in edit lists are rounded to a ms or less. */
static bool is_cut(const struct pmk_av_reader *reader, const AVFrame *frame)
{
	int64_t time_ns = pmk_av_reader_time(reader, frame);

	return pmk_av_is_cut(reader->format, frame->best_effort_timestamp) ||
		(time_ns != AV_NOPTS_VALUE && time_ns > reader->end_ns - (int64_t)PMK_MS_NS);
}

int pmk_av_reader_next(struct pmk_av_reader *reader, AVFrame *frame)
{
	if (reader->webp)
		return pmk_webp_next(reader->webp, frame, &reader->damaged);
	for (;;) {
		int err = avcodec_receive_frame(reader->decoder, frame);

		if (err >= 0) {
			bool damaged = frame->flags & AV_FRAME_FLAG_CORRUPT || frame->decode_error_flags;

			pmk_av_name_colours(reader, frame);
			if (!damaged && !is_cut(reader, frame))
				return 1;
			av_frame_unref(frame);
			reader->damaged += damaged;
			reader->marked += damaged;
			continue;
		}
		if (err == AVERROR_EOF)
			return 0;
		if (err == AVERROR(ENOMEM))
			return -ENOMEM;
		if (err != AVERROR(EAGAIN)) {
			reader->damaged++;
			reader->failure = err;
		}
		feed(reader);
	}
}

int64_t pmk_av_reader_faults(const struct pmk_av_reader *reader)
{
	return reader->damaged + reader->corrupt + (reader->webp ? 0 : pmk_said_by_reader(reader->format));
}

int64_t pmk_av_reader_time(const struct pmk_av_reader *reader, const AVFrame *frame)
{
	if (frame->best_effort_timestamp == AV_NOPTS_VALUE)
		return AV_NOPTS_VALUE;
	return av_rescale_q(
		frame->best_effort_timestamp, reader->format->streams[reader->stream]->time_base, nanoseconds);
}

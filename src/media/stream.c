/* SPDX-License-Identifier: MIT */
#include "media/stream.h"

#include "base/log.h"
#include "media/av.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

struct pmk_stream {
	enum pmk_stream_kind kind;
	AVCodecContext *decoder;
	AVPacket *packet;
	AVFrame *frame, *next; /* the last picture; the one that is being decoded */
	struct pmk_av_scaler scaler;
	bool awaits; /* a key frame */
	bool flows; /* pictures have come since the last key frame that was awaited; now each slice gives one */
};

static const AVCodec *codec_of(enum pmk_stream_kind kind)
{
	return avcodec_find_decoder(kind == PMK_STREAM_HEVC ? AV_CODEC_ID_HEVC : AV_CODEC_ID_H264);
}

bool pmk_stream_can(enum pmk_stream_kind kind)
{
	return codec_of(kind);
}

int pmk_stream_create(enum pmk_stream_kind kind, struct pmk_stream **stream)
{
	const AVCodec *codec = codec_of(kind);
	struct pmk_stream *s;

	if (!codec) {
		pmk_error_cure(PMK_CURE_OTHER_MODE, "this FFmpeg has no decoder of %s, which the camera gives",
			kind == PMK_STREAM_HEVC ? "H.265" : "H.264");
		return -ENOPKG;
	}
	s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	s->kind = kind;
	s->awaits = true;
	av_log_set_level(AV_LOG_QUIET);
	s->decoder = avcodec_alloc_context3(codec);
	s->packet = av_packet_alloc();
	s->frame = av_frame_alloc();
	s->next = av_frame_alloc();
	if (!s->decoder || !s->packet || !s->frame || !s->next)
		goto fail;
	s->decoder->thread_count = 1;
	s->decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
	s->decoder->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
	s->decoder->max_pixels = (int64_t)PMK_IMAGE_MAX_PX * PMK_IMAGE_MAX_PX;
	if (avcodec_open2(s->decoder, codec, NULL) < 0)
		goto fail;
	*stream = s;
	return 0;
fail:
	pmk_stream_destroy(s);
	return -ENOMEM;
}

void pmk_stream_destroy(struct pmk_stream *s)
{
	if (!s)
		return;
	pmk_av_scaler_free(&s->scaler);
	avcodec_free_context(&s->decoder);
	av_packet_free(&s->packet);
	av_frame_free(&s->frame);
	av_frame_free(&s->next);
	free(s);
}

struct parts {
	bool slice, key; /* of any picture; of a key frame */
};

/* What units the bytes have. In H.264 (7.4.1), slices have the types 1 to 5, those of a key frame 5; in HEVC (7.4.2.2),
 * 0 to 31 and 16 to 23. */
static struct parts look_through(enum pmk_stream_kind kind, const uint8_t *data, size_t bytes)
{
	struct parts parts = { 0 };

	for (size_t i = 3; i < bytes && !parts.key; i++) {
		int type = kind == PMK_STREAM_HEVC ? data[i] >> 1 & 63 : data[i] & 31;

		if (data[i - 3] || data[i - 2] || data[i - 1] != 1)
			continue;
		parts.slice |= kind == PMK_STREAM_HEVC ? type < 32 : type >= 1 && type <= 5;
		parts.key |= kind == PMK_STREAM_HEVC ? type >= 16 && type <= 23 : type == 5;
	}
	return parts;
}

static bool is_whole(const AVFrame *frame)
{
	return !(frame->flags & AV_FRAME_FLAG_CORRUPT) && !frame->decode_error_flags &&
		frame->width >= PMK_IMAGE_MIN_PX && frame->height >= PMK_IMAGE_MIN_PX &&
		frame->width <= PMK_IMAGE_MAX_PX && frame->height <= PMK_IMAGE_MAX_PX;
}

/* Take all pictures that are ready; the last one stays. AVERROR(EAGAIN): there was none. */
static int receive(struct pmk_stream *s)
{
	int err, count = 0;

	while ((err = avcodec_receive_frame(s->decoder, s->next)) >= 0) {
		if (!is_whole(s->next))
			return AVERROR_INVALIDDATA;
		av_frame_unref(s->frame);
		av_frame_move_ref(s->frame, s->next);
		count++;
	}
	return err == AVERROR(EAGAIN) && count ? 0 : err;
}

static int send(struct pmk_stream *s, const uint8_t *data, size_t bytes)
{
	int err = bytes < INT_MAX / 2 ? av_new_packet(s->packet, (int)bytes) : AVERROR_INVALIDDATA;

	if (err < 0)
		return err;
	memcpy(s->packet->data, data, bytes);
	err = avcodec_send_packet(s->decoder, s->packet);
	av_packet_unref(s->packet);
	return err;
}

static enum AVPixelFormat wanted_format(const AVFrame *frame, enum pmk_chroma *chroma)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);

	*chroma = desc && desc->log2_chroma_w == 1 && desc->log2_chroma_h == 0 ? PMK_CHROMA_422 : PMK_CHROMA_420;
	return *chroma == PMK_CHROMA_422 ? AV_PIX_FMT_YUV422P : AV_PIX_FMT_YUV420P;
}

int pmk_stream_decode(struct pmk_stream *s, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
{
	struct parts parts = look_through(s->kind, data, bytes);
	int err;

	if (s->awaits && !parts.key)
		return -EAGAIN;
	s->awaits = false;
	err = send(s, data, bytes);
	if (!err)
		err = receive(s);
	if (err == AVERROR(EAGAIN) && !(parts.slice && s->flows))
		return -EAGAIN;
	if (err < 0) {
		pmk_stream_lose(s);
		return -EBADMSG;
	}
	s->flows = true;
	*layout = (struct pmk_layout){ .width = s->frame->width, .height = s->frame->height };
	wanted_format(s->frame, &layout->chroma);
	pmk_av_colours(s->frame, &layout->range, &layout->matrix);
	return 0;
}

int pmk_stream_picture(struct pmk_stream *s, struct pmk_image *image)
{
	uint8_t *const planes[4] = { image->plane[0], image->plane[1], image->plane[2] };
	const int strides[4] = { image->stride[0], image->stride[1], image->stride[2] };
	enum pmk_chroma chroma;
	struct pmk_av_target target = { .format = wanted_format(s->frame, &chroma),
		.width = s->frame->width,
		.height = s->frame->height,
		.range = image->layout.range,
		.matrix = image->layout.matrix };

	if (image->layout.width != target.width || image->layout.height != target.height ||
		image->layout.chroma != chroma)
		return -EINVAL;
	return pmk_av_scale(&s->scaler, s->frame, &target, planes, strides);
}

void pmk_stream_lose(struct pmk_stream *s)
{
	if (!s->awaits)
		avcodec_flush_buffers(s->decoder);
	s->awaits = true;
	s->flows = false;
}

bool pmk_stream_awaits(const struct pmk_stream *s)
{
	return s->awaits;
}

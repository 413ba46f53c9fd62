/* SPDX-License-Identifier: MIT */
#include "media/out/encoder.h"

#include "base/log.h"
#include "base/parse.h"
#include "media/av.h"
#include "media/out/codec.h"

#include <string.h>

static const struct pmk_out_kind kinds[] = {
	{ ".y4m", "yuv4mpegpipe", 0, false, false, NULL, NULL },
	{ ".mkv", "matroska", 1000, true, true, NULL, "libvpx-vp9" },
	{ ".webm", "webm", 1000, true, true, "libvpx-vp9", "libvpx-vp9" },
	{ ".mp4", "mp4", 60000, true, true, NULL, NULL },
	{ ".mov", "mov", 60000, true, true, NULL, "prores_ks" },
};

const struct pmk_out_kind *pmk_out_kind_find(const char *path, bool grey, bool alpha)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (!pmk_parse_ends(path, kinds[i].end))
			continue;
		if ((!grey || !strcmp(kinds[i].end, ".mkv")) && (!alpha || kinds[i].alpha))
			return &kinds[i];
	}
	if (pmk_parse_only_end(path)) {
		pmk_error("%s: an ending without a name; put one before it", path);
		return NULL;
	}
	pmk_error("%s: files of this kind cannot %s; name %s", path, alpha ? "hold transparency" : "be written",
		grey          ? "an .mkv file" :
			alpha ? "a .webm, .mkv or .mov file" :
				"an .mkv, .mp4, .webm, .mov or .y4m file");
	return NULL;
}

static const AVCodec *find_by_name(const char *path, const char *name)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(name);

	if (!codec)
		pmk_error("%s: this FFmpeg has no encoder %s", path, name);
	return codec;
}

static const AVCodec *choose_codec(const struct pmk_out_encoder_wish *wish)
{
	const AVCodec *codec;

	if (wish->grey)
		return avcodec_find_encoder(AV_CODEC_ID_FFV1);
	if (wish->encoding.codec != PMK_CODEC_AUTO)
		return pmk_out_codec_find(wish->path, wish->kind->end, wish->encoding.codec, wish->alpha);
	if (wish->kind->ticks_per_s == 0)
		return avcodec_find_encoder(AV_CODEC_ID_WRAPPED_AVFRAME);
	if (wish->alpha || wish->kind->encoder)
		return find_by_name(wish->path, wish->alpha ? wish->kind->alpha : wish->kind->encoder);
	codec = avcodec_find_encoder_by_name("libx264");
	if (codec)
		return codec;
	pmk_info("%s: this FFmpeg has no libx264; writing MPEG-4 part 2 instead", wish->path);
	return avcodec_find_encoder(AV_CODEC_ID_MPEG4);
}

static enum AVPixelFormat choose_format(const struct pmk_out_encoder_wish *wish, const AVCodec *codec)
{
	if (wish->grey)
		return AV_PIX_FMT_GRAY8;
	if (wish->alpha)
		return codec->id == AV_CODEC_ID_PRORES ? AV_PIX_FMT_YUVA444P10 : AV_PIX_FMT_YUVA420P;
	if (codec->id == AV_CODEC_ID_PRORES)
		return AV_PIX_FMT_YUV422P10;
	return wish->layout.chroma == PMK_CHROMA_422 ? AV_PIX_FMT_YUV422P : AV_PIX_FMT_YUV420P;
}

static void set_colours(AVCodecContext *encoder, const struct pmk_layout *layout, bool grey)
{
	bool hd = layout->matrix == PMK_MATRIX_BT709;

	encoder->color_range = grey || layout->range == PMK_RANGE_FULL ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	if (grey)
		return;
	encoder->chroma_sample_location = layout->siting;
	encoder->colorspace = hd                   ? AVCOL_SPC_BT709 :
		layout->primaries == AVCOL_PRI_BT470BG ? AVCOL_SPC_BT470BG : /* the same numbers */
						     AVCOL_SPC_SMPTE170M;
	encoder->color_primaries = layout->primaries ? layout->primaries : hd ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
	encoder->color_trc = layout->transfer ? layout->transfer : hd ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
}

static void set_up(AVCodecContext *encoder, const struct pmk_out_encoder_wish *wish, const AVFormatContext *format)
{
	encoder->width = wish->layout.width;
	encoder->height = wish->layout.height;
	encoder->pix_fmt = choose_format(wish, encoder->codec);
	encoder->framerate = av_d2q(wish->fps, 100000);
	encoder->time_base = wish->kind->ticks_per_s ? (AVRational){ 1, wish->kind->ticks_per_s } :
						       av_inv_q(encoder->framerate);
	encoder->sample_aspect_ratio = (AVRational){ 1, 1 };
	set_colours(encoder, &wish->layout, wish->grey);
	if (format->oformat->flags & AVFMT_GLOBALHEADER)
		encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
}

int pmk_out_encoder_open(
	const struct pmk_out_encoder_wish *wish, const AVFormatContext *format, AVCodecContext **encoder)
{
	const AVCodec *codec = choose_codec(wish);
	AVDictionary *options = NULL;
	int err;

	if (!codec)
		return AVERROR_ENCODER_NOT_FOUND;
	*encoder = avcodec_alloc_context3(codec);
	if (!*encoder)
		return AVERROR(ENOMEM);
	set_up(*encoder, wish, format);
	if (!wish->grey)
		pmk_out_codec_set(*encoder, &wish->encoding, wish->live, &options);
	if (codec->id == AV_CODEC_ID_HEVC && pmk_av_is_mp4(format->oformat))
		(*encoder)->codec_tag = MKTAG('h', 'v', 'c', '1'); /* as Apple's programs want it */
	err = avcodec_open2(*encoder, codec, &options);
	av_dict_free(&options);
	return err;
}

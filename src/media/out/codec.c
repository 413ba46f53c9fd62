/* SPDX-License-Identifier: MIT */
#include "media/out/codec.h"

#include "base/log.h"
#include "base/num.h"

#include <libavutil/opt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CODECS = 6 };

/* `worst` and `best` are the encoder's own factors for qualities of 0 and 100; lower ones are better. That of 75 is
 * what looks as H.264 does at 20. */
static const struct choice {
	enum pmk_codec codec;
	const char *name, *ends;
	enum AVCodecID id;
	const char *encoders[2]; /* the first one that is there counts */
	double worst, best;
} choices[CODECS] = {
	{ PMK_CODEC_H264, "H.264", ".mp4 .mkv .mov", AV_CODEC_ID_H264, { "libx264" }, 44, 12 },
	{ PMK_CODEC_H265, "H.265", ".mp4 .mkv .mov", AV_CODEC_ID_HEVC, { "libx265" }, 48, 16 },
	{ PMK_CODEC_VP9, "VP9", ".webm .mkv .mp4", AV_CODEC_ID_VP9, { "libvpx-vp9" }, 60, 12 },
	{ PMK_CODEC_AV1, "AV1", ".mp4 .mkv .webm", AV_CODEC_ID_AV1, { "libsvtav1", "libaom-av1" }, 61, 17 },
	{ PMK_CODEC_PRORES, "ProRes", ".mov .mkv", AV_CODEC_ID_PRORES, { "prores_ks" }, 0, 0 },
	{ PMK_CODEC_FFV1, "FFV1", ".mkv", AV_CODEC_ID_FFV1, { "ffv1" }, 0, 0 },
};

/* VP9 with alpha is what browsers show, and ProRes 4444 what editors take. */
static bool keeps_alpha(const struct choice *choice, const char *end)
{
	return choice->codec == (strcmp(end, ".mov") ? PMK_CODEC_VP9 : PMK_CODEC_PRORES);
}

static bool fits(const struct choice *choice, const char *end, bool alpha)
{
	return strstr(choice->ends, end) && (!alpha || keeps_alpha(choice, end));
}

static const AVCodec *encoder_of(const struct choice *choice)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(choice->encoders[0]);

	return codec || !choice->encoders[1] ? codec : avcodec_find_encoder_by_name(choice->encoders[1]);
}

/* Name those that could be chosen. */
static void list_others(const char *end, bool alpha, char names[64])
{
	size_t used = 0;

	names[0] = '\0';
	for (int i = 0; i < CODECS; i++) {
		if (fits(&choices[i], end, alpha) && encoder_of(&choices[i]))
			used += (size_t)snprintf(names + used, 64 - used, "%s%s", used ? ", " : "", choices[i].name);
	}
	if (!used)
		snprintf(names, 64, "none");
}

const AVCodec *pmk_out_codec_find(const char *path, const char *end, enum pmk_codec codec, bool alpha)
{
	const struct choice *choice = &choices[codec - 1];
	bool fit = fits(choice, end, alpha);
	const AVCodec *encoder = fit ? encoder_of(choice) : NULL;
	char names[64];

	if (encoder)
		return encoder;
	list_others(end, alpha, names);
	if (fit)
		pmk_error("%s: this FFmpeg has no encoder for %s; such a file can hold: %s", path, choice->name, names);
	else
		pmk_error("%s: a file of this kind cannot hold %s%s; it can hold: %s", path, choice->name,
			alpha ? " with transparency" : "", names);
	return NULL;
}

bool pmk_out_codec_keeps_422(enum pmk_codec codec)
{
	return codec == PMK_CODEC_PRORES || codec == PMK_CODEC_FFV1;
}

/* Few pictures wait in the encoder for later ones: they would be lost with the process. Three ahead keep what looking
 * ahead is for; without it, a film takes 70 % more bytes. */
static const char *live_x264(const AVCodecContext *encoder)
{
	return av_q2d(encoder->framerate) >= 10 ? "rc-lookahead=3:sync-lookahead=0:sliced-threads=1" :
						  "rc-lookahead=0:sync-lookahead=0:sliced-threads=1";
}

/* Pictures that are not shown, which VP9 may add, cannot have alpha. */
static void set_vp9(AVDictionary **options, bool live)
{
	av_dict_set(options, "b", "0", 0);
	av_dict_set(options, "deadline", live ? "realtime" : "good", 0);
	av_dict_set(options, "cpu-used", live ? "8" : "5", 0);
	av_dict_set(options, "row-mt", "1", 0);
	av_dict_set(options, "auto-alt-ref", "0", 0);
	av_dict_set(options, "lag-in-frames", "0", 0);
}

static void set_av1(const AVCodecContext *encoder, AVDictionary **options)
{
	if (strcmp(encoder->codec->name, "libsvtav1") == 0) {
		av_dict_set(options, "preset", "10", 0);
		return;
	}
	av_dict_set(options, "cpu-used", "7", 0);
	av_dict_set(options, "row-mt", "1", 0);
	av_dict_set(options, "lag-in-frames", "0", 0);
}

/* Apple's names for how many bits a picture gets; with alpha, only the two highest. */
static void set_prores(const AVCodecContext *encoder, int quality, AVDictionary **options)
{
	static const char *const profiles[] = { "proxy", "lt", "standard", "hq" };

	if (encoder->pix_fmt == AV_PIX_FMT_YUVA444P10) {
		av_dict_set(options, "profile", "4444", 0);
		av_dict_set(options, "alpha_bits", "8", 0);
	} else {
		av_dict_set(options, "profile", profiles[pmk_min(quality / 25, 3)], 0);
	}
	av_dict_set(options, "vendor", "apl0", 0);
}

static void set_factor(enum AVCodecID id, int quality, AVDictionary **options)
{
	char text[16];

	for (int i = 0; i < CODECS; i++) {
		const struct choice *choice = &choices[i];
		double factor = choice->worst + (choice->best - choice->worst) * quality / PMK_QUALITY_MOST;

		if (choice->id != id || choice->worst <= 0)
			continue;
		snprintf(text, sizeof text, "%d", (int)lround(factor));
		av_dict_set(options, "crf", text, 0);
	}
}

void pmk_out_codec_set(AVCodecContext *encoder, const struct pmk_encoding *encoding, bool live, AVDictionary **options)
{
	int quality = encoding->rated ? encoding->quality : PMK_QUALITY_USUAL;

	encoder->max_b_frames = 0; /* B-frames would shift all times by their delay */
	encoder->thread_count = 2;
	set_factor(encoder->codec_id, quality, options);
	switch (encoder->codec_id) {
	case AV_CODEC_ID_H264:
		if (live)
			av_dict_set(options, "x264-params", live_x264(encoder), 0);
		av_dict_set(options, "preset", "veryfast", 0);
		break;
	case AV_CODEC_ID_HEVC:
		av_dict_set(options, "preset", "veryfast", 0);
		av_dict_set(options, "x265-params", "log-level=none:bframes=0", 0);
		break;
	case AV_CODEC_ID_MPEG4:
		encoder->thread_count = 1;
		encoder->flags |= AV_CODEC_FLAG_QSCALE;
		encoder->global_quality = pmk_max(31 - 28 * quality / PMK_QUALITY_USUAL, 1) * FF_QP2LAMBDA;
		break;
	case AV_CODEC_ID_VP9:
		set_vp9(options, live);
		break;
	case AV_CODEC_ID_AV1:
		set_av1(encoder, options);
		break;
	case AV_CODEC_ID_PRORES:
		set_prores(encoder, quality, options);
		break;
	default:
		encoder->thread_count = 1;
		break;
	}
}

/* SPDX-License-Identifier: MIT */
/* How the pictures of a film that is written are encoded: by what, and how well. media/out/codec.c does it.
 *
 * The one rule: one scale of quality for all codecs. 75 is the usual one; the same number looks about the same by each,
 * and a higher one better, with a larger file. */
#ifndef PMK_MEDIA_OUT_ENCODING_H
#define PMK_MEDIA_OUT_ENCODING_H

#include <stdbool.h>

enum pmk_codec {
	PMK_CODEC_AUTO, /* what most programs play of that kind of file: H.264, of .webm and of alpha VP9 or ProRes */
	PMK_CODEC_H264,
	PMK_CODEC_H265,
	PMK_CODEC_VP9,
	PMK_CODEC_AV1,
	PMK_CODEC_PRORES,
	PMK_CODEC_FFV1, /* without loss, whatever the quality */
};

enum { PMK_QUALITY_MOST = 100, PMK_QUALITY_USUAL = 75 };

/* A quality in libwebp's own scale, whose 90 looks as ours of 75 does. */
static inline double pmk_quality_of_webp(int quality)
{
	const double usual = 90, rest = PMK_QUALITY_MOST - PMK_QUALITY_USUAL;

	return quality <= PMK_QUALITY_USUAL ? usual * quality / PMK_QUALITY_USUAL :
					      usual + (100 - usual) * (quality - PMK_QUALITY_USUAL) / rest;
}

struct pmk_encoding {
	enum pmk_codec codec;
	bool rated; /* false: in the usual quality */
	int quality; /* 0 to PMK_QUALITY_MOST */
};

#endif

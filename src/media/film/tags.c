/* SPDX-License-Identifier: MIT */
#include "media/film/tags.h"

#include "base/log.h"
#include "media/av_versions.h"
#include "media/film/tone.h"

#include <errno.h>
#include <libavutil/dovi_meta.h>
#include <libavutil/pixdesc.h>

enum { DOLBY_ONLY = 5 };

static const char *unread(const AVStream *stream, enum AVColorSpace matrix)
{
	const AVDOVIDecoderConfigurationRecord *dolby = (const AVDOVIDecoderConfigurationRecord *)(const void *)
		pmk_av_side_data(stream, AV_PKT_DATA_DOVI_CONF, NULL);

	if (dolby && dolby->dv_profile == DOLBY_ONLY)
		return "Dolby Vision, profile 5";
	switch (matrix) {
	case AVCOL_SPC_YCGCO:
	case AVCOL_SPC_SMPTE2085:
	case AVCOL_SPC_CHROMA_DERIVED_CL:
	case AVCOL_SPC_ICTCP:
		return av_color_space_name(matrix);
	default:
		return NULL;
	}
}

int pmk_tags_check(const char *path, const AVStream *stream, const AVFrame *first)
{
	const char *what = unread(stream, first->colorspace);

	if (!what)
		return 0;
	pmk_error_cure(PMK_CURE_CONVERT_FILE, "%s: its colours (%s) cannot be read", path, what);
	return -EBADMSG;
}

void pmk_tags_layout(const AVFrame *first, struct pmk_layout *layout)
{
	struct pmk_tone_kind kind;

	pmk_av_colours(first, &layout->range, &layout->matrix);
	layout->primaries = (uint8_t)(first->color_primaries == AVCOL_PRI_UNSPECIFIED ? 0 : first->color_primaries);
	layout->transfer = (uint8_t)(first->color_trc == AVCOL_TRC_UNSPECIFIED ? 0 : first->color_trc);
	layout->siting = (uint8_t)first->chroma_location;
	if (!pmk_tone_needed(first, &kind))
		return;
	layout->range = PMK_RANGE_LIMITED;
	layout->matrix = PMK_MATRIX_BT709;
	layout->primaries = AVCOL_PRI_BT709;
	layout->transfer = AVCOL_TRC_BT709;
}

void pmk_tags_name_matrix(AVFrame *frame, const struct pmk_layout *layout)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
	struct pmk_tone_kind kind;

	if (frame->colorspace != AVCOL_SPC_UNSPECIFIED || !desc || desc->flags & AV_PIX_FMT_FLAG_RGB)
		return;
	pmk_tone_needed(frame, &kind);
	if (kind.primaries == AVCOL_PRI_BT2020)
		frame->colorspace = AVCOL_SPC_BT2020_NCL;
	else
		frame->colorspace = layout->matrix == PMK_MATRIX_BT709 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
}

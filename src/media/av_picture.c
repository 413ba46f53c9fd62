/* SPDX-License-Identifier: MIT */
#include "media/av.h"

#include "media/av_versions.h"

#include <errno.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <string.h>

enum { HD_ROWS = 720, BEST = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP };

enum AVPixelFormat pmk_av_plain_format(enum AVPixelFormat format)
{
	switch (format) {
	case AV_PIX_FMT_YUVJ420P:
		return AV_PIX_FMT_YUV420P;
	case AV_PIX_FMT_YUVJ422P:
		return AV_PIX_FMT_YUV422P;
	case AV_PIX_FMT_YUVJ444P:
		return AV_PIX_FMT_YUV444P;
	case AV_PIX_FMT_YUVJ440P:
		return AV_PIX_FMT_YUV440P;
	case AV_PIX_FMT_YUVJ411P:
		return AV_PIX_FMT_YUV411P;
	default:
		return format;
	}
}

static bool is_rgb(enum AVPixelFormat format)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

	return desc && (desc->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL));
}

static bool is_grey(enum AVPixelFormat format)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

	return desc && desc->nb_components <= 2 && !is_rgb(format);
}

static enum pmk_range range_of(const AVFrame *frame)
{
	if (is_rgb(frame->format) || frame->color_range == AVCOL_RANGE_MPEG)
		return PMK_RANGE_LIMITED;
	if (frame->color_range == AVCOL_RANGE_JPEG || is_grey(frame->format) ||
		pmk_av_plain_format(frame->format) != frame->format)
		return PMK_RANGE_FULL;
	return PMK_RANGE_LIMITED;
}

static enum pmk_matrix matrix_of(const AVFrame *frame, enum pmk_range range)
{
	if (is_rgb(frame->format))
		return PMK_MATRIX_BT601;
	switch (frame->colorspace) {
	case AVCOL_SPC_FCC:
	case AVCOL_SPC_BT470BG:
	case AVCOL_SPC_SMPTE170M:
	case AVCOL_SPC_SMPTE240M:
		return PMK_MATRIX_BT601;
	case AVCOL_SPC_UNSPECIFIED:
		return frame->height >= HD_ROWS && range == PMK_RANGE_LIMITED ? PMK_MATRIX_BT709 : PMK_MATRIX_BT601;
	default:
		return PMK_MATRIX_BT709;
	}
}

void pmk_av_colours(const AVFrame *frame, enum pmk_range *range, enum pmk_matrix *matrix)
{
	*range = range_of(frame);
	*matrix = matrix_of(frame, *range);
}

/* The matrix of ISO/IEC 14496-12 6.2.2 maps a stored point (p, q) to (a p + c q + x, b p + d q + y). */
struct pmk_orientation pmk_av_orientation(const AVStream *stream, const AVFrame *first)
{
	const AVFrameSideData *side = av_frame_get_side_data(first, AV_FRAME_DATA_DISPLAYMATRIX);
	const int32_t *matrix = (const int32_t *)pmk_av_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
	int32_t a, b, c, d;

	if (!matrix && side)
		matrix = (const int32_t *)side->data;
	if (!matrix)
		return (struct pmk_orientation){ 0 };
	a = matrix[0];
	b = matrix[1];
	c = matrix[3];
	d = matrix[4];
	if (a && d && !b && !c)
		return (struct pmk_orientation){ .degrees = a < 0 ? 180 : 0, .flip = (a < 0) != (d < 0) };
	if (b && c && !a && !d)
		return (struct pmk_orientation){ .degrees = b > 0 ? 90 : 270, .flip = (b < 0) == (c < 0) };
	return (struct pmk_orientation){ 0 }; /* not a multiple of 90 degrees */
}

static int coefficients(enum AVColorSpace space, enum pmk_matrix otherwise)
{
	switch (space) {
	case AVCOL_SPC_BT2020_NCL:
	case AVCOL_SPC_BT2020_CL:
		return SWS_CS_BT2020;
	case AVCOL_SPC_FCC:
		return SWS_CS_FCC;
	case AVCOL_SPC_SMPTE240M:
		return SWS_CS_SMPTE240M;
	default:
		return otherwise == PMK_MATRIX_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601;
	}
}

static void set_colours(struct pmk_av_scaler *scaler, enum AVColorSpace space, enum pmk_range range,
	enum pmk_matrix matrix, const struct pmk_av_target *to)
{
	const int *from_table = sws_getCoefficients(coefficients(space, matrix));
	const int *to_table = to->same ? from_table :
					 sws_getCoefficients(coefficients(AVCOL_SPC_UNSPECIFIED, to->matrix));
	bool from_full = range == PMK_RANGE_FULL, to_full = to->same ? from_full : to->range == PMK_RANGE_FULL;

	sws_setColorspaceDetails(scaler->sws, from_table, from_full, to_table, to_full, 0, 1 << 16, 1 << 16);
}

int pmk_av_scale(struct pmk_av_scaler *scaler, const AVFrame *from, const struct pmk_av_target *to,
	uint8_t *const plane[4], const int stride[4])
{
	enum AVPixelFormat format = pmk_av_plain_format(from->format);
	enum pmk_range range;
	enum pmk_matrix matrix;

	pmk_av_colours(from, &range, &matrix);
	const int key[8] = { from->width, from->height, from->format,
		(int)range | (int)matrix << 1 | (int)from->colorspace << 2, to->width, to->height, to->format,
		(int)to->range | (int)to->matrix << 1 | (int)to->same << 2 | (int)to->quick << 3 };
	if (!scaler->sws || memcmp(key, scaler->key, sizeof key)) {
		pmk_av_scaler_free(scaler);
		if (!sws_isSupportedInput(format))
			return -ENOTSUP;
		scaler->sws = sws_getContext(from->width, from->height, format, to->width, to->height, to->format,
			to->quick ? SWS_BILINEAR : BEST, NULL, NULL, NULL);
		if (!scaler->sws)
			return -ENOMEM;
		/* from RGB to RGB, swscale takes the same matrix there and back, unless it is told one of each */
		if (!is_rgb(format) || !is_rgb(to->format))
			set_colours(scaler, from->colorspace, range, matrix, to);
		memcpy(scaler->key, key, sizeof key);
	}
	sws_scale(scaler->sws, (const uint8_t *const *)from->data, from->linesize, 0, from->height, plane, stride);
	return 0;
}

void pmk_av_scaler_free(struct pmk_av_scaler *scaler)
{
	sws_freeContext(scaler->sws);
	*scaler = (struct pmk_av_scaler){ 0 };
}

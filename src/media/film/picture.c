/* SPDX-License-Identifier: MIT */
#include "media/film/picture.h"

#include "media/still/rim.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include <libyuv.h>
#include <string.h>

/* The format of a picture that, made upright, has the sampling of `to`. */
static enum AVPixelFormat stored_format(const struct pmk_layout *to, bool sideways)
{
	if (to->chroma == PMK_CHROMA_420)
		return AV_PIX_FMT_YUV420P;
	return sideways ? AV_PIX_FMT_YUV440P : AV_PIX_FMT_YUV422P;
}

/* Whether the samples can be copied without conversion, plane by plane. */
static bool is_plain(const AVFrame *frame, const struct pmk_av_target *to)
{
	enum AVPixelFormat format = pmk_av_plain_format(frame->format);
	struct pmk_tone_kind kind;
	enum pmk_range range;
	enum pmk_matrix matrix;

	pmk_av_colours(frame, &range, &matrix);
	if (frame->colorspace == AVCOL_SPC_FCC || frame->colorspace == AVCOL_SPC_SMPTE240M)
		return false; /* not quite BT.601 */
	return (format == to->format || format == AV_PIX_FMT_GRAY8) && frame->width == to->width &&
		frame->height == to->height && range == to->range &&
		(matrix == to->matrix || format == AV_PIX_FMT_GRAY8) && !pmk_tone_needed(frame, &kind);
}

static int renew(AVFrame **frame, enum AVPixelFormat format, int width, int height)
{
	AVFrame *old = *frame;

	if (old && old->format == format && old->width == width && old->height == height)
		return 0;
	av_frame_free(frame);
	*frame = av_frame_alloc();
	if (!*frame)
		return -ENOMEM;
	(*frame)->format = format;
	(*frame)->width = width;
	(*frame)->height = height;
	if (av_frame_get_buffer(*frame, 0) < 0) {
		av_frame_free(frame);
		return -ENOMEM;
	}
	return 0;
}

/* The picture in the size that is wanted and a format that pmk_tone_run takes; often the picture as it is. */
static int prepare_tone(struct pmk_picture *picture, const AVFrame *frame, int width, int height, const AVFrame **deep)
{
	enum AVPixelFormat format = pmk_tone_takes(frame->format) ? frame->format : AV_PIX_FMT_YUV444P16;
	const struct pmk_av_target target = { .format = format,
		.width = width,
		.height = height,
		.matrix = PMK_MATRIX_BT709,
		.same = format == frame->format };
	int err;

	*deep = frame;
	if (target.same && frame->width == width && frame->height == height)
		return 0;
	err = renew(&picture->deep, format, width, height);
	if (err)
		return err;
	*deep = picture->deep;
	picture->deep->colorspace = target.same ? frame->colorspace : AVCOL_SPC_BT709;
	picture->deep->color_range = target.same ? frame->color_range : AVCOL_RANGE_MPEG;
	return pmk_av_scale(&picture->scaler, frame, &target, picture->deep->data, picture->deep->linesize);
}

static int need_tone(struct pmk_picture *picture, const struct pmk_tone_kind *kind)
{
	if (picture->tone && !memcmp(kind, &picture->kind, sizeof *kind))
		return 0;
	pmk_tone_destroy(picture->tone);
	picture->tone = pmk_tone_create(kind, picture->peak);
	picture->kind = *kind;
	return picture->tone ? 0 : -ENOMEM;
}

static int scale(struct pmk_picture *picture, const AVFrame *frame, const struct pmk_av_target *to,
	uint8_t *const plane[4], const int stride[4])
{
	struct pmk_tone_kind kind;
	const AVFrame *deep;
	int err;

	if (!pmk_tone_needed(frame, &kind))
		return pmk_av_scale(&picture->scaler, frame, to, plane, stride);
	err = need_tone(picture, &kind);
	if (!err)
		err = prepare_tone(picture, frame, to->width, to->height, &deep);
	if (!err)
		pmk_tone_run(picture->tone, deep, to->format, plane, stride);
	return err;
}

/* Grey frames have no planes of chroma. */
static void orient(const struct pmk_orientation *orientation, const AVFrame *from, struct pmk_image *to)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(from->format);

	for (int p = 0; p < 3; p++) {
		int width = p ? AV_CEIL_RSHIFT(from->width, desc->log2_chroma_w) : from->width,
		    height = p ? AV_CEIL_RSHIFT(from->height, desc->log2_chroma_h) : from->height;

		if (from->data[p]) /* libyuv flips a picture whose height is negative */
			RotatePlane(from->data[p], from->linesize[p], to->plane[p], to->stride[p], width,
				orientation->flip ? -height : height, (enum RotationMode)orientation->degrees);
		else
			SetPlane(to->plane[p], to->stride[p], pmk_layout_plane_width(&to->layout, p),
				pmk_layout_plane_height(&to->layout, p), 128);
	}
}

static bool has_alpha(const AVFrame *frame)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);

	return desc && desc->flags & AV_PIX_FMT_FLAG_ALPHA;
}

static void blend_over_black(AVFrame *rgba)
{
	for (int y = 0; y < rgba->height; y++) {
		uint8_t *p = rgba->data[0] + (ptrdiff_t)y * rgba->linesize[0];

		for (int x = 0; x < rgba->width; x++, p += 4) {
			for (int c = 0; c < 3; c++)
				p[c] = (uint8_t)((p[c] * p[3] + 127) / 255);
		}
	}
}

/* The picture over black, as RGBA whose alpha is no longer looked at. */
static int flatten(struct pmk_picture *picture, const AVFrame *frame, const AVFrame **flat)
{
	const struct pmk_av_target target = {
		.format = AV_PIX_FMT_RGBA, .width = frame->width, .height = frame->height
	};
	int err = renew(&picture->flat, target.format, target.width, target.height);

	if (!err)
		err = pmk_av_scale(
			&picture->alpha_scaler, frame, &target, picture->flat->data, picture->flat->linesize);
	if (err)
		return err;
	blend_over_black(picture->flat);
	*flat = picture->flat;
	return 0;
}

static int crop(struct pmk_picture *picture, const AVFrame *frame, const struct pmk_rect *from)
{
	if (!picture->part)
		picture->part = av_frame_alloc();
	if (!picture->part)
		return -ENOMEM;
	av_frame_unref(picture->part);
	if (av_frame_ref(picture->part, frame) < 0)
		return -ENOMEM;
	picture->part->crop_left = (size_t)from->x;
	picture->part->crop_top = (size_t)from->y;
	picture->part->crop_right = (size_t)(frame->width - from->x - from->width);
	picture->part->crop_bottom = (size_t)(frame->height - from->y - from->height);
	return av_frame_apply_cropping(picture->part, AV_FRAME_CROP_UNALIGNED) < 0 ? -ENOTSUP : 0;
}

static bool is_rgb(const AVFrame *frame)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);

	return desc && desc->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
}

/* Matrix and range that cost nothing: those of the frame, or of its tone mapping; RGB becomes what is asked for. */
static void keep_colours(const AVFrame *frame, struct pmk_layout *layout)
{
	struct pmk_tone_kind kind;

	if (pmk_tone_needed(frame, &kind)) {
		layout->matrix = PMK_MATRIX_BT709;
		layout->range = PMK_RANGE_LIMITED;
	} else if (!is_rgb(frame)) {
		pmk_av_colours(frame, &layout->range, &layout->matrix);
	}
}

static int make_part(struct pmk_picture *picture, const AVFrame *frame, const struct pmk_orientation *orientation,
	struct pmk_image *part)
{
	bool sideways = pmk_place_sideways(orientation);
	const struct pmk_av_target target = {
		.format = stored_format(&part->layout, sideways),
		.width = sideways ? part->layout.height : part->layout.width,
		.height = sideways ? part->layout.width : part->layout.height,
		.range = part->layout.range,
		.matrix = part->layout.matrix,
		.quick = picture->quick && !is_rgb(frame),
	};
	uint8_t *const plane[4] = { part->plane[0], part->plane[1], part->plane[2] };
	const int stride[4] = { part->stride[0], part->stride[1], part->stride[2] };
	int err;

	if (is_plain(frame, &target)) {
		orient(orientation, frame, part);
		return 0;
	}
	if (!orientation->degrees && !orientation->flip)
		return scale(picture, frame, &target, plane, stride);
	err = renew(&picture->stored, target.format, target.width, target.height);
	if (!err)
		err = scale(picture, frame, &target, picture->stored->data, picture->stored->linesize);
	if (!err)
		orient(orientation, picture->stored, part);
	return err;
}

int pmk_picture_make(struct pmk_picture *picture, const AVFrame *frame, const struct pmk_orientation *orientation,
	const struct pmk_fitted *place, struct pmk_image *image)
{
	struct pmk_image part;
	int err = has_alpha(frame) ? flatten(picture, frame, &frame) : 0;

	if (err)
		return err;
	if (picture->quick)
		keep_colours(frame, &image->layout);
	part = pmk_rim_part(image, &place->to);
	if (place->from.width != frame->width || place->from.height != frame->height) {
		err = crop(picture, frame, &place->from);
		if (err)
			return err;
		frame = picture->part;
	}
	err = make_part(picture, frame, orientation, &part);
	if (picture->part)
		av_frame_unref(picture->part);
	if (!err && (place->to.x || place->to.y))
		pmk_rim_repeat(image, &place->to);
	return err;
}

void pmk_picture_finish(struct pmk_picture *picture)
{
	pmk_av_scaler_free(&picture->scaler);
	pmk_av_scaler_free(&picture->alpha_scaler);
	av_frame_free(&picture->flat);
	av_frame_free(&picture->part);
	av_frame_free(&picture->deep);
	av_frame_free(&picture->stored);
	pmk_tone_destroy(picture->tone);
	*picture = (struct pmk_picture){ 0 };
}

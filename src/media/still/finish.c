/* SPDX-License-Identifier: MIT */
#include "media/still/finish.h"

#include "base/log.h"
#include "base/mem.h"
#include "media/av_versions.h"
#include "media/film/tone.h"
#include "media/simple/simple_parts.h"
#include "media/still/exif.h"
#include "media/still/facts.h"
#include "media/still/kind.h"
#include "media/still/limits.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 256 << 20 }; /* of the file */

static bool has_flag(const AVFrame *frame, uint64_t flags)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);

	return desc && (desc->flags & flags);
}

static bool is_grey(const AVFrame *frame)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);

	return desc && desc->nb_components <= 2 && !has_flag(frame, AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
}

/* What EXIF counts as 1 to 8, as a turn and a flip. */
static struct pmk_orientation orientation_of(int exif)
{
	static const struct pmk_orientation list[] = { { 0, false }, { 180, true }, { 180, false }, { 0, true },
		{ 90, true }, { 90, false }, { 270, true }, { 270, false } };

	return list[exif - 1];
}

static struct pmk_orientation find_orientation(
	const struct pmk_av_reader *reader, const AVFrame *frame, const struct pmk_still_facts *facts)
{
	struct pmk_orientation told = pmk_av_orientation(reader->format->streams[reader->stream], frame);
	const AVDictionaryEntry *text = av_dict_get(frame->metadata, "Raw profile type exif", NULL, 0);
	int exif = facts->orientation;

	if (told.degrees || told.flip)
		return told;
	if (exif == 1 && text)
		exif = pmk_exif_orientation_in_text(text->value);
	return orientation_of(exif ? exif : 1);
}

/* The file's ICC profile: FFmpeg gives it with the picture or with the stream. */
static const uint8_t *find_icc(
	const struct pmk_av_reader *reader, const AVFrame *frame, const struct pmk_still_facts *facts, size_t *bytes)
{
	const AVFrameSideData *side = av_frame_get_side_data(frame, AV_FRAME_DATA_ICC_PROFILE);
	const AVStream *stream = reader->format->streams[reader->stream];
	const uint8_t *icc = side ? side->data : NULL;

	*bytes = side ? side->size : 0;
	if (!icc)
		icc = pmk_av_side_data(stream, AV_PKT_DATA_ICC_PROFILE, bytes);
	if (!icc) {
		icc = facts->icc;
		*bytes = facts->icc_bytes;
	}
	return icc;
}

/* A file without a profile whose numbers are not those of sRGB all the same. */
static int open_told(const AVFrame *frame, const struct pmk_still_facts *facts, enum pmk_profile_pixels pixels,
	struct pmk_profile **profile)
{
	static const double display_p3[8] = { 0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060 };
	static const double bt2020[8] = { 0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046 };
	struct pmk_tone_kind kind;
	int err = pmk_profile_open_gamma(facts->xy, facts->gamma, pixels, profile);

	if (err || *profile || !pmk_tone_needed(frame, &kind))
		return err;
	return pmk_profile_open_primaries(kind.primaries == AVCOL_PRI_BT2020 ? bt2020 : display_p3, 0, pixels, profile);
}

static AVFrame *new_frame(const AVFrame *like, enum AVPixelFormat format, int64_t most_px)
{
	AVFrame *made = av_frame_alloc();

	if (!made)
		return NULL;
	made->format = format;
	made->width = like->width;
	made->height = like->height;
	pmk_still_shrink(&made->width, &made->height, most_px);
	made->pts = like->pts;
	made->best_effort_timestamp = like->best_effort_timestamp;
	if (av_frame_get_buffer(made, 0) < 0)
		av_frame_free(&made);
	return made;
}

/* Convert `frame` to a new one of that format: RGB, or YUV of BT.709. */
static int make_frame(const AVFrame *frame, enum AVPixelFormat format, int64_t most_px, AVFrame **made)
{
	struct pmk_av_target target = { .format = format, .matrix = PMK_MATRIX_BT709 };
	struct pmk_av_scaler scaler = { 0 };
	AVFrame *new = new_frame(frame, format, most_px);
	int err;

	if (!new)
		return -ENOMEM;
	target.width = new->width;
	target.height = new->height;
	err = pmk_av_scale(&scaler, frame, &target, new->data, new->linesize);
	pmk_av_scaler_free(&scaler);
	if (err)
		av_frame_free(&new);
	else
		*made = new;
	return err;
}

/* *made takes the place of what is in `frame`. */
static void replace(AVFrame *frame, AVFrame **made)
{
	av_frame_unref(frame);
	av_frame_move_ref(frame, *made);
	av_frame_free(made);
}

/* A HDR picture becomes one of BT.709, as a film does. */
static int end_hdr(AVFrame *frame)
{
	AVFrame *deep = NULL, *made = NULL;
	struct pmk_tone_kind kind;
	struct pmk_tone *tone = NULL;
	int err = 0;

	if (!pmk_tone_needed(frame, &kind) || !pmk_tone_is_hdr(&kind))
		return 0;
	if (!pmk_tone_takes(frame->format)) {
		err = make_frame(frame, AV_PIX_FMT_YUV444P16, INT64_MAX, &deep);
		if (err)
			return err;
		deep->colorspace = AVCOL_SPC_BT709;
		deep->color_range = AVCOL_RANGE_MPEG;
	}
	tone = pmk_tone_create(&kind, 0);
	made = new_frame(frame, AV_PIX_FMT_YUV444P, INT64_MAX);
	if (tone && made) {
		pmk_tone_run(tone, deep ? deep : frame, made->format, made->data, made->linesize);
		made->colorspace = AVCOL_SPC_BT709;
		made->color_primaries = AVCOL_PRI_BT709;
		made->color_trc = AVCOL_TRC_BT709;
		made->color_range = AVCOL_RANGE_MPEG;
		replace(frame, &made);
	} else {
		err = -ENOMEM;
	}
	pmk_tone_destroy(tone);
	av_frame_free(&deep);
	av_frame_free(&made);
	return err;
}

/* Blend over black and leave out alpha, in place. */
static void flatten_row(uint8_t *row, int width)
{
	const uint8_t *from = row;
	uint8_t *to = row;

	for (int x = 0; x < width; x++, from += 4, to += 3) {
		int alpha = from[3];

		for (int c = 0; c < 3; c++)
			to[c] = (uint8_t)((from[c] * alpha + 127) / 255);
	}
}

static int make_plain(AVFrame *frame, const struct pmk_profile *profile, bool alpha, const struct pmk_still_wish *wish)
{
	AVFrame *packed = NULL;
	int err = make_frame(frame, alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24, wish->most_px, &packed);

	if (err)
		return err;
	for (int y = 0; y < packed->height; y++) {
		uint8_t *row = packed->data[0] + (ptrdiff_t)y * packed->linesize[0];

		if (profile)
			pmk_profile_run(profile, row, row, packed->width);
		if (alpha && !wish->alpha)
			flatten_row(row, packed->width);
	}
	if (!wish->alpha)
		packed->format = AV_PIX_FMT_RGB24; /* its rows stay as far apart as before */
	packed->color_range = AVCOL_RANGE_JPEG;
	packed->colorspace = AVCOL_SPC_RGB;
	replace(frame, &packed);
	return 0;
}

static int mend_colours(const char *path, const struct pmk_av_reader *reader, AVFrame *frame,
	const struct pmk_still_facts *facts, const struct pmk_still_wish *wish)
{
	bool alpha = has_flag(frame, AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL);
	enum pmk_profile_pixels pixels = alpha ? PMK_PROFILE_RGBA : PMK_PROFILE_RGB;
	struct pmk_profile *profile;
	const uint8_t *icc;
	size_t bytes;
	int err;

	icc = find_icc(reader, frame, facts, &bytes);
	err = icc ? pmk_profile_open(path, icc, bytes, pixels, is_grey(frame), &profile) : end_hdr(frame);
	if (!err && !icc)
		err = open_told(frame, facts, pixels, &profile);
	if (err)
		return err;
	if (profile || alpha)
		err = make_plain(frame, profile, alpha, wish);
	pmk_profile_close(profile);
	return err;
}

static int refuse_size(const char *path, const struct pmk_av_reader *reader)
{
	pmk_error_cure(PMK_CURE_SCALE_FILE, "%s: a picture of more than %d million pixels, or damaged", path,
		(int)(reader->decoder->max_pixels / 1000000));
	return -EINVAL;
}

static int finish(const char *path, const struct pmk_av_reader *reader, const struct pmk_still_facts *facts,
	AVFrame *frame, const struct pmk_still_wish *wish, struct pmk_orientation *orientation)
{
	int err;

	if (facts->raw_photo || has_flag(frame, AV_PIX_FMT_FLAG_BAYER)) {
		pmk_error_cure(PMK_CURE_DEVELOP_RAW, "%s: a raw photo, not a finished picture", path);
		return -EBADMSG;
	}
	if (facts->unread)
		return pmk_kind_refuse_form(path, facts->unread);
	if (!frame->data[0] && reader->failure == AVERROR(EINVAL)) /* mostly that of a size */
		return refuse_size(path, reader);
	if (!frame->data[0])
		return pmk_kind_refuse(path, reader->failure, reader->said.first);
	if (reader->said.errors && !(reader->decoder->err_recognition & AV_EF_EXPLODE))
		return pmk_kind_refuse(path, AVERROR_INVALIDDATA, reader->said.first);
	/* TIFF 6.0, ReferenceBlackWhite: the full range is the usual one */
	if (reader->decoder->codec_id == AV_CODEC_ID_TIFF)
		frame->color_range = AVCOL_RANGE_JPEG;
	*orientation = find_orientation(reader, frame, facts);
	err = mend_colours(path, reader, frame, facts, wish);
	if (err && err != -EBADMSG)
		pmk_error_cure(PMK_CURE_SAVE_PNG, "%s: cannot be converted: %s", path, strerror(-err));
	return err;
}

/* What another decoder gave takes the place of what is in `frame`, in the colours of sRGB. */
static int take_decoded(const struct pmk_simple_picture *picture, AVFrame *frame)
{
	size_t bytes = (size_t)picture->width * (size_t)picture->bytes;
	AVFrame *made = av_frame_alloc();

	if (!made)
		return -ENOMEM;
	made->format = picture->bytes == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24;
	made->width = picture->width;
	made->height = picture->height;
	made->colorspace = picture->bytes == 1 ? AVCOL_SPC_UNSPECIFIED : AVCOL_SPC_RGB;
	made->color_range = AVCOL_RANGE_JPEG;
	if (av_frame_get_buffer(made, 0) < 0) {
		av_frame_free(&made);
		return -ENOMEM;
	}
	for (int y = 0; y < made->height; y++) {
		uint8_t *row = made->data[0] + (ptrdiff_t)y * made->linesize[0];

		memcpy(row, picture->pixels + (size_t)y * bytes, bytes);
		if (picture->profile)
			pmk_profile_run(picture->profile, row, row, made->width);
	}
	replace(frame, &made);
	return 0;
}

/* FFmpeg 5.1 decodes JPEGs to wrong colours or not at all with inks (CMYK, YCCK), with arithmetic coding, or with EXIF
 * data that it does not understand. -EBADMSG: damaged; -EINVAL: too large, logged; -ENOMEM. */
static int decode_jpeg(const struct pmk_simple_file *file, AVFrame *frame)
{
	struct pmk_simple_picture picture = { 0 };
	int err = pmk_simple_jpeg(file, &picture);

	if (!err)
		err = take_decoded(&picture, frame);
	pmk_simple_free(&picture);
	return err == -ENOTSUP ? -EBADMSG : err;
}

int pmk_still_finish(const char *path, const struct pmk_av_reader *reader, AVFrame *frame,
	const struct pmk_still_wish *wish, struct pmk_orientation *orientation)
{
	struct pmk_simple_file file = { .path = path,
		.least_px = 1,
		.most_px = INT_MAX,
		.area = reader->decoder->max_pixels,
		.whole_px = INT64_MAX };
	uint8_t *data;
	int err;

	err = pmk_mem_read_file(path, MOST_BYTES, &data, &file.bytes);
	if (err) {
		pmk_error_cure(PMK_CURE_READABLE_FILE, "%s: cannot be read: %s", path, strerror(-err));
		return err;
	}
	file.data = data;
	pmk_still_facts(data, file.bytes, &file.facts);
	if (file.facts.odd_jpeg || (file.facts.jpeg && !frame->data[0]))
		err = decode_jpeg(&file, frame);
	if (err == -EBADMSG)
		err = pmk_kind_refuse(path, AVERROR_INVALIDDATA, NULL);
	else if (err == -ENOMEM)
		pmk_error("%s: cannot be read: %s", path, strerror(-err));
	else if (!err)
		err = finish(path, reader, &file.facts, frame, wish, orientation);
	free(data);
	return err;
}

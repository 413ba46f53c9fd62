/* SPDX-License-Identifier: MIT */
#include "media/media.h"

#include "base/log.h"
#include "media/film/survey.h"
#include "media/film/tags.h"
#include "media/media_parts.h"
#include "media/still/finish.h"
#include "media/still/limits.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_422(enum AVPixelFormat format)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

	return desc && desc->nb_components >= 3 && !(desc->flags & AV_PIX_FMT_FLAG_RGB) && desc->log2_chroma_w == 1 &&
		desc->log2_chroma_h == 0;
}

/* The file's word holds for all pictures, until one says something else than the first did. Viewers ignore it in
 * pictures, where it is often nonsense. */
static AVRational sar_of(const struct pmk_media *media, const AVFrame *frame)
{
	const AVStream *stream = media->reader.format->streams[media->reader.stream];
	AVRational sar = frame->sample_aspect_ratio;

	if (media->info.still)
		return (AVRational){ 1, 1 };
	return stream->sample_aspect_ratio.num && !av_cmp_q(sar, media->first_sar) ? stream->sample_aspect_ratio : sar;
}

static struct pmk_orientation orientation_of(const struct pmk_media *media, const AVFrame *frame)
{
	if (media->info.still)
		return media->turned;
	return pmk_av_orientation(media->reader.format->streams[media->reader.stream], frame);
}

static struct pmk_shape shape_of(void *user, const AVFrame *frame)
{
	const struct pmk_media *media = user;
	struct pmk_orientation orientation = orientation_of(media, frame);

	return pmk_place_shape(frame->width, frame->height, sar_of(media, frame), &orientation);
}

/* The layout of all pictures. */
static void fill_layout(struct pmk_media *media)
{
	const AVFrame *first = media->ahead[0];
	struct pmk_orientation orientation = orientation_of(media, first);
	struct pmk_layout *layout = &media->info.layout;

	media->first_sar = first->sample_aspect_ratio;
	media->first = shape_of(media, first);
	layout->width = media->first.width;
	layout->height = media->first.height;
	layout->chroma = is_422(first->format) && !pmk_place_sideways(&orientation) ? PMK_CHROMA_422 : PMK_CHROMA_420;
	pmk_tags_layout(first, layout);
}

/* Tell a single picture, and finish it. One that could not be decoded is one, too, and may yet be. */
static int finish_still(struct pmk_media *media)
{
	const AVFormatContext *format = media->reader.format;
	int err;

	if (pmk_av_is_photo(format, media->path) && media->ahead_count)
		media->ahead_count = 1;
	media->info.still = media->ahead_count <= 1 &&
		(pmk_av_holds_pictures(format) ||
			pmk_av_duration_ns(format, format->streams[media->reader.stream]) == 0);
	if (!media->info.still)
		return 0;
	err = pmk_still_finish(media->path, &media->reader, media->ahead[0],
		&(struct pmk_still_wish){ .most_px = PMK_MEDIA_MOST_PX }, &media->turned);
	media->ahead_count = err ? 0 : 1;
	return err;
}

static void fill_info(struct pmk_media *media)
{
	const AVFormatContext *format = media->reader.format;
	AVStream *stream = format->streams[media->reader.stream];
	struct pmk_media_info *info = &media->info;

	info->fps = pmk_av_fps(stream);
	info->duration_ns = pmk_av_duration_ns(format, stream);
	info->frames = pmk_av_count(format, stream);
	if (info->still) {
		info->fps = 30;
		info->duration_ns = 0;
	}
	info->own_length = pmk_av_has_own_length(format, stream);
	if (media->ahead_count == 1 && (info->still || pmk_av_reader_faults(&media->reader) == 0))
		info->frames = 1; /* and not the one that is left of many */
	for (unsigned i = 0; i < format->nb_streams; i++)
		info->audio |= format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
	fill_layout(media);
}

static int open_media(const char *path, bool played, struct pmk_media **media)
{
	struct pmk_media *made = calloc(1, sizeof *made);
	const struct pmk_layout *layout;
	int err = -ENOMEM;

	if (!made)
		return -ENOMEM;
	made->least_px = played ? 1 : PMK_IMAGE_MIN_PX;
	made->picture.quick = made->told = played;
	made->path = strdup(path);
	for (int i = 0; i < PMK_MEDIA_AHEAD; i++)
		made->ahead[i] = av_frame_alloc();
	if (!made->path || !made->ahead[0] || !made->ahead[1])
		goto fail;
	err = pmk_media_walk_open(made, PMK_MEDIA_AHEAD);
	if (err)
		goto fail;
	err = finish_still(made);
	if (!err && !made->info.still)
		err = pmk_tags_check(path, made->reader.format->streams[made->reader.stream], made->ahead[0]);
	if (err)
		goto fail;
	fill_info(made);
	layout = &made->info.layout;
	err = pmk_still_check_size(
		path, layout->width, layout->height, made->least_px, PMK_IMAGE_MAX_PX, PMK_MEDIA_MOST_PX);
	if (err)
		goto fail;
	*media = made;
	return 0;

fail:
	pmk_media_close(made);
	return err;
}

int pmk_media_open(const char *path, struct pmk_media **media)
{
	return open_media(path, false, media);
}

int pmk_media_open_to_play(const char *path, struct pmk_media **media)
{
	return open_media(path, true, media);
}

void pmk_media_close(struct pmk_media *media)
{
	if (!media)
		return;
	for (int i = 0; i < PMK_MEDIA_AHEAD; i++)
		av_frame_free(&media->ahead[i]);
	pmk_media_walk_close(media);
	pmk_picture_finish(&media->picture);
	free(media->path);
	free(media);
}

const struct pmk_media_info *pmk_media_info(const struct pmk_media *media)
{
	return &media->info;
}

void pmk_media_fit(struct pmk_media *media, int width, int height, enum pmk_media_fit fit)
{
	struct pmk_survey survey = { .largest = media->first };
	struct pmk_tone_kind kind;

	media->contain = fit == PMK_MEDIA_CONTAIN;
	media->stretch = fit == PMK_MEDIA_STRETCH;
	pmk_tone_needed(media->ahead[0], &kind);
	if (!media->info.still && !media->reader.webp && (!width || pmk_tone_is_hdr(&kind)))
		survey = pmk_survey_run(media->path, &media->first, shape_of, media);
	media->picture.peak = survey.peak;
	media->info.layout.width = width ? width : survey.largest.width;
	media->info.layout.height = width ? height : survey.largest.height;
}

void pmk_media_bars(const struct pmk_media *media, int *x, int *y)
{
	*x = media->bar_x;
	*y = media->bar_y;
}

/* Say once that pictures are cropped or get bars. */
static void tell_fit(struct pmk_media *media, const struct pmk_shape *shape)
{
	bool asked = pmk_place_same_shape(shape, &media->first);
	char after[48] = "";

	if (media->told)
		return;
	media->told = true;
	if (!asked)
		snprintf(after, sizeof after, ", after those of %dx%d,", media->first.width, media->first.height);
	pmk_log(asked || media->contain ? PMK_LOG_INFO : PMK_LOG_WARN,
		media->contain ? PMK_CURE_NONE : PMK_CURE_SHOW_ALL, NULL, "%s: pictures of %dx%d%s are %s %dx%d",
		media->path, shape->width, shape->height, after,
		media->contain ? "given bars, to become" : "cropped to", media->info.layout.width,
		media->info.layout.height);
}

static int take_picture(struct pmk_media *media, AVFrame *frame, struct pmk_image *image)
{
	struct pmk_orientation orientation = orientation_of(media, frame);
	struct pmk_shape shape = shape_of(media, frame), to = { image->layout.width, image->layout.height };
	struct pmk_fitted place = pmk_place_fit(
		frame->width, frame->height, media->stretch ? &to : &shape, &orientation, &to, media->contain);
	const char *format = av_get_pix_fmt_name(frame->format);
	int err;

	if (!pmk_place_same_shape(&shape, &to))
		tell_fit(media, &shape);
	pmk_tags_name_matrix(frame, &media->info.layout);
	err = pmk_picture_make(&media->picture, frame, &orientation, &place, image);
	if (err)
		pmk_error_cure(PMK_CURE_CONVERT_FILE, "%s: its pixel format (%s) cannot be converted", media->path,
			format ? format : "unknown");
	media->bar_x = place.to.x;
	media->bar_y = place.to.y;
	return err;
}

int pmk_media_read(struct pmk_media *media, struct pmk_image *image, int64_t *position_ns)
{
	int got = pmk_media_walk_fetch(media, 1), err;

	if (got <= 0)
		return got;
	err = take_picture(media, media->ahead[media->ahead_next], image);
	if (err)
		return err;
	*position_ns = pmk_media_walk_past(media);
	return 1;
}

int64_t pmk_media_damaged(const struct pmk_media *media)
{
	return media->damaged + media->reader.damaged;
}

const struct pmk_holes *pmk_media_holes(const struct pmk_media *media)
{
	return &media->holes;
}

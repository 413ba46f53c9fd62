/* SPDX-License-Identifier: MIT */
#include "media/media.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/av.h"
#include "media/film/fields.h"
#include "media/film/picture.h"
#include "media/film/survey.h"
#include "media/film/tags.h"
#include "media/still/finish.h"
#include "media/still/kind.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AHEAD = 2 }; /* pictures that open decodes: with a second one, the file is a video */

#define MOST_PX ((int64_t)PMK_IMAGE_MAX_PX * PMK_IMAGE_MAX_PX)

struct pmk_media {
	char *path;
	struct pmk_media_info info;
	struct pmk_av_reader reader;
	AVFrame *ahead[AHEAD]; /* returned by read before anything else is decoded */
	int ahead_count, ahead_next;
	int64_t origin_ns; /* position 0 in the file's own time, or AV_NOPTS_VALUE */
	int64_t last_ns; /* last position returned, -1 before the first */
	int64_t damaged; /* pictures skipped by closed readers */
	struct pmk_fields fields;
	struct pmk_picture picture;
	struct pmk_shape first; /* shape of the first picture */
	struct pmk_orientation turned; /* of a single picture */
	AVRational first_sar; /* as its decoder told it */
	int bar_x, bar_y; /* of the last picture that was read */
	bool contain, told; /* told: that pictures are cropped or get bars */
};

static int fail_damaged(const struct pmk_media *media)
{
	if (pmk_kind_is_known(media->path))
		return pmk_kind_refuse(media->path, media->reader.failure, media->reader.said.first);
	pmk_error_cure(PMK_CURE_OTHER_OR_SCALE,
		"%s: no picture in it could be decoded: damaged, empty, or larger than %d pixels a side", media->path,
		PMK_IMAGE_MAX_PX);
	return -EBADMSG;
}

/* Decode until `count` pictures are ahead or the file ends. */
static int look_ahead(struct pmk_media *media, int count)
{
	media->ahead_count = media->ahead_next = 0;
	while (media->ahead_count < count) {
		int got;

		got = pmk_fields_next(&media->fields, &media->reader, media->ahead[media->ahead_count]);
		if (got < 0)
			return got;
		if (got == 0)
			break;
		media->ahead_count++;
	}
	return media->ahead_count || pmk_av_holds_pictures(media->reader.format) ? 0 : fail_damaged(media);
}

static void set_origin(struct pmk_media *media)
{
	const AVStream *stream = media->reader.format->streams[media->reader.stream];
	int64_t first = pmk_av_reader_time(&media->reader, media->ahead[0]);

	/* if the first picture is missing, the others keep their positions */
	media->origin_ns = first;
	if (first != AV_NOPTS_VALUE && stream->start_time != AV_NOPTS_VALUE &&
		pmk_av_origin_ns(media->reader.format) < first)
		media->origin_ns = pmk_av_origin_ns(media->reader.format);
	media->last_ns = -1;
}

static int open_reader(struct pmk_media *media, int ahead)
{
	int err;

	err = pmk_av_reader_open(&media->reader, media->path, PMK_IMAGE_MIN_PX, PMK_IMAGE_MAX_PX, MOST_PX);
	if (err)
		return err;
	err = look_ahead(media, ahead);
	if (!err)
		set_origin(media);
	return err;
}

static void close_reader(struct pmk_media *media)
{
	media->damaged += media->reader.damaged;
	pmk_fields_reset(&media->fields);
	pmk_av_reader_close(&media->reader);
	media->reader = (struct pmk_av_reader){ 0 };
}

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
	err = pmk_still_finish(media->path, &media->reader, media->ahead[0], false, &media->turned);
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
	if (media->ahead_count == 1)
		info->frames = 1;
	for (unsigned i = 0; i < format->nb_streams; i++)
		info->audio |= format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
	fill_layout(media);
}

int pmk_media_open(const char *path, struct pmk_media **media)
{
	struct pmk_media *made = calloc(1, sizeof *made);
	const struct pmk_layout *layout;
	int err = -ENOMEM;

	if (!made)
		return -ENOMEM;
	made->path = strdup(path);
	for (int i = 0; i < AHEAD; i++)
		made->ahead[i] = av_frame_alloc();
	if (!made->path || !made->ahead[0] || !made->ahead[1])
		goto fail;
	err = open_reader(made, AHEAD);
	if (err)
		goto fail;
	err = finish_still(made);
	if (!err && !made->info.still)
		err = pmk_tags_check(path, made->reader.format->streams[made->reader.stream], made->ahead[0]);
	if (err)
		goto fail;
	fill_info(made);
	layout = &made->info.layout;
	err = pmk_av_check_size(path, layout->width, layout->height, PMK_IMAGE_MIN_PX, PMK_IMAGE_MAX_PX, MOST_PX);
	if (err)
		goto fail;
	*media = made;
	return 0;

fail:
	pmk_media_close(made);
	return err;
}

void pmk_media_close(struct pmk_media *media)
{
	if (!media)
		return;
	for (int i = 0; i < AHEAD; i++)
		av_frame_free(&media->ahead[i]);
	pmk_fields_reset(&media->fields);
	pmk_av_reader_close(&media->reader);
	pmk_picture_finish(&media->picture);
	free(media->path);
	free(media);
}

const struct pmk_media_info *pmk_media_info(const struct pmk_media *media)
{
	return &media->info;
}

void pmk_media_fit(struct pmk_media *media, int width, int height, bool contain)
{
	struct pmk_survey survey = { .largest = media->first };
	struct pmk_tone_kind kind;

	media->contain = contain;
	pmk_tone_needed(media->ahead[0], &kind);
	if (!media->info.still && (!width || pmk_tone_is_hdr(&kind)))
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
	struct pmk_fitted place = pmk_place_fit(frame->width, frame->height, &shape, &orientation, &to, media->contain);
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

static int64_t position(const struct pmk_media *media, const AVFrame *frame)
{
	int64_t time = pmk_av_reader_time(&media->reader, frame);

	if (time == AV_NOPTS_VALUE || media->origin_ns == AV_NOPTS_VALUE)
		return media->last_ns < 0 ? 0 : media->last_ns + (int64_t)(1e9 / media->info.fps + 0.5);
	return time - media->origin_ns > media->last_ns ? time - media->origin_ns : media->last_ns + 1;
}

int pmk_media_read(struct pmk_media *media, struct pmk_image *image, int64_t *position_ns)
{
	AVFrame *frame;
	int got, err;

	if (media->ahead_next == media->ahead_count) {
		if (media->info.still)
			return 0;
		media->ahead_next = media->ahead_count = 0;
		got = pmk_fields_next(&media->fields, &media->reader, media->ahead[0]);
		if (got <= 0)
			return got;
		media->ahead_count = 1;
	}
	frame = media->ahead[media->ahead_next];
	err = take_picture(media, frame, image);
	if (err)
		return err;
	media->ahead_next++;
	media->last_ns = position(media, frame);
	*position_ns = media->last_ns;
	return 1;
}

/* Seeking is fast, but does not lead back to the first picture in every file; opening the file again always does. */
static bool seek_to_start(struct pmk_media *media)
{
	struct pmk_av_reader *reader = &media->reader;
	const AVStream *stream = reader->format->streams[reader->stream];
	int64_t start = stream->start_time;
	int got;

	if (start == AV_NOPTS_VALUE ||
		avformat_seek_file(reader->format, reader->stream, INT64_MIN, start, start, 0) < 0)
		return false;
	avcodec_flush_buffers(reader->decoder);
	pmk_fields_reset(&media->fields);
	media->ahead_count = media->ahead_next = 0;
	got = pmk_fields_next(&media->fields, reader, media->ahead[0]);
	if (got != 1 || pmk_av_reader_time(reader, media->ahead[0]) != media->origin_ns)
		return false;
	media->ahead_count = 1;
	media->last_ns = -1;
	return true;
}

int pmk_media_rewind(struct pmk_media *media)
{
	if (media->info.still) {
		media->ahead_next = 0;
		media->last_ns = -1;
		return 0;
	}
	if (media->origin_ns != AV_NOPTS_VALUE && seek_to_start(media))
		return 0;
	close_reader(media);
	return open_reader(media, 1);
}

int64_t pmk_media_damaged(const struct pmk_media *media)
{
	return media->damaged + media->reader.damaged;
}

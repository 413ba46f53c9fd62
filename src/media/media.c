/* SPDX-License-Identifier: MIT */
#include "media/media.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/av.h"

#include <errno.h>
#include <libavutil/pixdesc.h>
#include <libyuv.h>
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
	struct pmk_orientation orientation;
	struct pmk_av_scaler scaler;
	struct pmk_image stored; /* before it is made upright; only if it must also be converted */
};

static int fail_damaged(const struct pmk_media *media)
{
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

		got = pmk_av_reader_next(&media->reader, media->ahead[media->ahead_count]);
		if (got < 0)
			return got;
		if (got == 0)
			break;
		media->ahead_count++;
	}
	return media->ahead_count ? 0 : fail_damaged(media);
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
	pmk_av_reader_close(&media->reader);
	media->reader = (struct pmk_av_reader){ 0 };
}

static bool is_sideways(const struct pmk_media *media)
{
	return media->orientation.degrees == 90 || media->orientation.degrees == 270;
}

static bool is_422(enum AVPixelFormat format)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);

	return desc && desc->nb_components >= 3 && !(desc->flags & AV_PIX_FMT_FLAG_RGB) && desc->log2_chroma_w == 1 &&
		desc->log2_chroma_h == 0;
}

static int64_t duration_ns(const AVFormatContext *format, const AVStream *stream)
{
	if (stream->duration != AV_NOPTS_VALUE && stream->duration > 0)
		return av_rescale_q(stream->duration, stream->time_base, (AVRational){ 1, 1000000000 });
	if (format->duration != AV_NOPTS_VALUE && format->duration > 0)
		return av_rescale(format->duration, 1000000000, AV_TIME_BASE);
	return 0;
}

static void fill_info(struct pmk_media *media)
{
	const AVFormatContext *format = media->reader.format;
	const AVStream *stream = format->streams[media->reader.stream];
	const AVFrame *first = media->ahead[0];
	struct pmk_media_info *info = &media->info;
	struct pmk_layout *layout = &info->layout;

	media->orientation = pmk_av_orientation(stream, first);
	layout->width = is_sideways(media) ? first->height : first->width;
	layout->height = is_sideways(media) ? first->width : first->height;
	layout->chroma = is_422(first->format) && !is_sideways(media) ? PMK_CHROMA_422 : PMK_CHROMA_420;
	pmk_av_colours(first, &layout->range, &layout->matrix);

	info->fps = pmk_av_fps(stream);
	info->duration_ns = duration_ns(format, stream);
	info->frames = stream->nb_frames > 0 ? stream->nb_frames :
					       (int64_t)((double)info->duration_ns / 1e9 * info->fps + 0.5);
	if (pmk_av_is_photo(format, media->path))
		media->ahead_count = 1;
	info->still = media->ahead_count == 1 && (pmk_av_holds_pictures(format) || info->duration_ns == 0);
	if (info->still) {
		info->fps = 30;
		info->duration_ns = 0;
	}
	if (media->ahead_count == 1)
		info->frames = 1;
	for (unsigned i = 0; i < format->nb_streams; i++)
		info->audio |= format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
}

/* A picture that may have to be converted before it is made upright needs a place of its own. */
static int place_stored(struct pmk_media *media)
{
	struct pmk_layout layout = media->info.layout;

	if (!media->orientation.degrees && !media->orientation.flip)
		return 0;
	if (is_sideways(media)) {
		layout.width = media->info.layout.height;
		layout.height = media->info.layout.width;
	}
	return pmk_image_alloc(&media->stored, &layout);
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
	fill_info(made);
	layout = &made->info.layout;
	err = pmk_av_check_size(path, layout->width, layout->height, PMK_IMAGE_MIN_PX, PMK_IMAGE_MAX_PX, MOST_PX);
	if (!err)
		err = place_stored(made);
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
	pmk_av_reader_close(&media->reader);
	pmk_av_scaler_free(&media->scaler);
	pmk_image_free(&media->stored);
	free(media->path);
	free(media);
}

const struct pmk_media_info *pmk_media_info(const struct pmk_media *media)
{
	return &media->info;
}

/* Whether the samples can be copied without conversion, plane by plane. */
static bool is_plain(const AVFrame *frame, const struct pmk_layout *to)
{
	enum AVPixelFormat format = pmk_av_plain_format(frame->format);
	enum AVPixelFormat wanted = to->chroma == PMK_CHROMA_422 ? AV_PIX_FMT_YUV422P : AV_PIX_FMT_YUV420P;
	enum pmk_range range;
	enum pmk_matrix matrix;

	pmk_av_colours(frame, &range, &matrix);
	return (format == wanted || format == AV_PIX_FMT_GRAY8) && frame->width == to->width &&
		frame->height == to->height && range == to->range;
}

static int scale(struct pmk_media *media, const AVFrame *frame, struct pmk_image *to)
{
	const struct pmk_av_target target = {
		.format = to->layout.chroma == PMK_CHROMA_422 ? AV_PIX_FMT_YUV422P : AV_PIX_FMT_YUV420P,
		.width = to->layout.width,
		.height = to->layout.height,
		.range = to->layout.range,
		.matrix = to->layout.matrix,
	};
	uint8_t *const plane[4] = { to->plane[0], to->plane[1], to->plane[2] };
	const int stride[4] = { to->stride[0], to->stride[1], to->stride[2] };
	int err;

	err = pmk_av_scale(&media->scaler, frame, &target, plane, stride);
	if (err)
		pmk_error_cure(PMK_CURE_CONVERT_FILE, "%s: its pixel format (%s) cannot be converted", media->path,
			av_get_pix_fmt_name(frame->format) ? av_get_pix_fmt_name(frame->format) : "unknown");
	return err;
}

static void orient_planes(const struct pmk_orientation *orientation, uint8_t *const plane[3], const int stride[3],
	const struct pmk_layout *from, struct pmk_image *to)
{
	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(from, p), height = pmk_layout_plane_height(from, p);

		if (plane[p]) /* libyuv flips a picture whose height is negative */
			RotatePlane(plane[p], stride[p], to->plane[p], to->stride[p], width,
				orientation->flip ? -height : height, (enum RotationMode)orientation->degrees);
		else
			SetPlane(to->plane[p], to->stride[p], pmk_layout_plane_width(&to->layout, p),
				pmk_layout_plane_height(&to->layout, p), 128);
	}
}

static int take_picture(struct pmk_media *media, const AVFrame *frame, struct pmk_image *image)
{
	struct pmk_image *stored = media->stored.block ? &media->stored : image;
	int err;

	if (is_plain(frame, &stored->layout)) {
		orient_planes(&media->orientation, frame->data, frame->linesize, &stored->layout, image);
		return 0;
	}
	err = scale(media, frame, stored);
	if (!err && stored != image)
		orient_planes(&media->orientation, stored->plane, stored->stride, &stored->layout, image);
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
		got = pmk_av_reader_next(&media->reader, media->ahead[0]);
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
	media->ahead_count = media->ahead_next = 0;
	got = pmk_av_reader_next(reader, media->ahead[0]);
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

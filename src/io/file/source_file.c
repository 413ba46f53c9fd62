/* SPDX-License-Identifier: MIT */
#include "io/source.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/words/phrase.h"
#include "media/media.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { POOL_FRAMES = 9 };

/* If a file is later than this, because the machine slept or decoding is too slow, it plays on from where it is. */
#define MOST_LATE_NS PMK_S_NS

struct file_source {
	struct pmk_source source;
	struct pmk_media *media;
	struct pmk_frame_pool *pool;
	struct pmk_image picture; /* of a still; without planes if it is none */
	int bar_x, bar_y; /* of a still, px */
	bool still, unpaced;
	uint64_t start_ns; /* when position 0 of this loop is due; 0: nothing was read yet */
	uint64_t period_ns;
	int64_t last_position_ns;
	uint64_t next_number;
	struct pmk_frame *pending; /* decoded but not yet returned; its time_ns is when it is due */
};

static int fill_still(struct file_source *file, struct pmk_frame *frame)
{
	if (file->unpaced && file->next_number)
		return -ENODATA;
	pmk_image_copy(&frame->image, &file->picture);
	frame->bar_x = file->bar_x;
	frame->bar_y = file->bar_y;
	frame->position_ns = (int64_t)(file->next_number * file->period_ns);
	return 0;
}

static int fill_video(struct file_source *file, struct pmk_frame *frame)
{
	int got = pmk_media_read(file->media, &frame->image, &frame->position_ns);

	if (got <= 0)
		return got ? got : -ENODATA;
	pmk_media_bars(file->media, &frame->bar_x, &frame->bar_y);
	return 0;
}

/* Decode the next picture of the file into a free frame. -ENODATA at the end, -EAGAIN if all frames are in use. */
static int decode(struct file_source *file, struct pmk_frame **frame)
{
	struct pmk_frame *made = pmk_frame_pool_take(file->pool, &file->source.layout);
	int err;

	if (!made)
		return -EAGAIN;
	err = file->still ? fill_still(file, made) : fill_video(file, made);
	file->source.holes = *pmk_media_holes(file->media);
	if (file->unpaced) /* whoever reads all of it tells at the end what became of it */
		file->source.damaged = (uint64_t)pmk_media_damaged(file->media);
	else
		pmk_source_set_damaged(&file->source, (uint64_t)pmk_media_damaged(file->media), "it cannot be decoded");
	if (err) {
		pmk_frame_unref(made);
		return err;
	}
	made->number = file->next_number++;
	file->last_position_ns = made->position_ns;
	*frame = made;
	return 0;
}

/* The same for a paced file, which starts again at its end. time_ns says when the frame is due; it has no position in a
 * recording. */
static int decode_next(struct file_source *file, struct pmk_frame **frame)
{
	int err;

	err = decode(file, frame);
	if (err == -ENODATA) {
		err = pmk_media_rewind(file->media);
		if (err)
			return err;
		file->start_ns += (uint64_t)file->last_position_ns + file->period_ns;
		err = decode(file, frame);
	}
	if (err == -ENODATA) {
		pmk_error("%s: no more pictures can be read from it", file->source.name);
		return -EIO;
	}
	if (err)
		return err;
	(*frame)->time_ns = file->start_ns + (uint64_t)(*frame)->position_ns;
	(*frame)->position_ns = -1;
	return 0;
}

/* `frame` is due: skip to the newest frame that is due too, and keep the one after it as pending. */
static struct pmk_frame *skip_to_newest(struct file_source *file, struct pmk_frame *frame)
{
	uint64_t now = pmk_clock_now_ns();

	if (now > frame->time_ns + MOST_LATE_NS) {
		file->start_ns += now - frame->time_ns;
		frame->time_ns = now;
		return frame;
	}
	while (now > frame->time_ns + file->period_ns && !decode_next(file, &file->pending)) {
		if (file->pending->time_ns > now)
			break;
		pmk_frame_unref(frame);
		file->source.dropped++;
		frame = file->pending;
		file->pending = NULL;
	}
	return frame;
}

static int read_paced(struct file_source *file, struct pmk_frame **frame, uint64_t deadline_ns)
{
	struct pmk_frame *due;
	int err;

	if (!file->start_ns)
		file->start_ns = pmk_clock_now_ns();
	if (!file->pending) {
		err = decode_next(file, &file->pending);
		if (err == -EAGAIN)
			pmk_clock_sleep_until(deadline_ns);
		if (err)
			return err;
	}
	if (file->pending->time_ns > deadline_ns) {
		pmk_clock_sleep_until(deadline_ns);
		return -EAGAIN;
	}
	pmk_clock_sleep_until(file->pending->time_ns);
	due = file->pending;
	file->pending = NULL;
	*frame = skip_to_newest(file, due);
	return 0;
}

static int file_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
{
	struct file_source *file = (struct file_source *)source;
	int err;

	if (!file->unpaced)
		return read_paced(file, frame, deadline_ns);
	err = decode(file, frame);
	if (!err)
		(*frame)->time_ns = pmk_clock_now_ns();
	return err;
}

static void file_close(struct pmk_source *source)
{
	struct file_source *file = (struct file_source *)source;

	pmk_frame_unref(file->pending);
	pmk_frame_pool_destroy(file->pool);
	pmk_image_free(&file->picture);
	pmk_media_close(file->media);
	free(file);
}

static const struct pmk_source_impl impl = { .read = file_read, .close = file_close };

static int read_still(struct file_source *file)
{
	int64_t position_ns;
	int got = pmk_image_alloc(&file->picture, &file->source.layout);

	if (!got)
		got = pmk_media_read(file->media, &file->picture, &position_ns);
	if (got == 1)
		pmk_media_bars(file->media, &file->bar_x, &file->bar_y);
	return got == 1 ? 0 : got ? got : -EBADMSG;
}

/* The frames of a file that is larger than wished may keep that. */
static void fit(struct file_source *file, const struct pmk_media_info *info, const struct pmk_source_wish *wish)
{
	enum pmk_media_fit how = wish->contain ? PMK_MEDIA_CONTAIN : PMK_MEDIA_CROP;
	double most = fmin((double)info->layout.width / wish->width, (double)info->layout.height / wish->height);

	most = fmin(most, 2);
	if (!wish->larger || most <= 1) {
		pmk_media_fit(file->media, wish->width, wish->height, how);
		return;
	}
	file->source.picture_width = wish->width;
	file->source.picture_height = wish->height;
	pmk_media_fit(file->media, (int)(wish->width * most), (int)(wish->height * most), how);
}

static int prepare(struct file_source *file, const char *path, const struct pmk_source_wish *wish)
{
	enum pmk_media_fit how = wish->contain ? PMK_MEDIA_CONTAIN : PMK_MEDIA_CROP;
	const struct pmk_media_info *info;
	int err;

	err = pmk_media_open(path, &file->media);
	if (err)
		return err;
	info = pmk_media_info(file->media);
	if (wish->width && wish->height)
		fit(file, info, wish);
	else
		pmk_media_fit(file->media, 0, 0, how);
	file->source.layout = info->layout;
	file->source.fps = info->still && wish->fps > 0 ? wish->fps : info->fps;
	file->period_ns = (uint64_t)(1e9 / file->source.fps + 0.5);
	file->still = info->still;
	file->unpaced = wish->unpaced;
	return file->still ? read_still(file) : 0;
}

int pmk_source_file_open(const char *path, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	struct file_source *made = calloc(1, sizeof *made);
	int err = -ENOMEM;

	if (!made)
		return -ENOMEM;
	made->source.impl = &impl;
	made->pool = pmk_frame_pool_create(POOL_FRAMES);
	if (!made->pool)
		goto fail;
	err = prepare(made, path, wish);
	if (err)
		goto fail;
	snprintf(made->source.name, sizeof made->source.name, "%s %dx%d at %.4g/s", pmk_short(path, 100).text,
		made->source.layout.width, made->source.layout.height, made->source.fps);
	*source = &made->source;
	return 0;

fail:
	file_close(&made->source);
	return err;
}

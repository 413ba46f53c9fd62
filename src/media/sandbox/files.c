/* SPDX-License-Identifier: MIT */
/* The program's functions of still.h and media.h that read: pictures are decoded by the helper's workers; videos by the
 * module in this process. */
#include "base/open_file.h"
#include "media/media_module.h"
#include "media/sandbox/helper.h"
#include "media/sandbox/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What callers hold as a struct pmk_media. */
struct held {
	struct pmk_media *film; /* the module's; NULL: a picture, to which the rest belongs */
	struct pmk_job job;
	int file;
	uint32_t told; /* lines that the decoder logged before, and will again */
	struct pmk_media_info info;
	struct pmk_image picture; /* of the layout that it had first */
	int bar_x, bar_y;
	bool given; /* it has been read */
};

static struct held *held_of(const struct pmk_media *media)
{
	return (struct held *)media;
}

/* Open the file for a job. Returns its descriptor. */
static int begin(struct pmk_job *job, enum pmk_job_kind kind, const char *path)
{
	int fd, err = pmk_media_module_look(path);

	if (err)
		return err;
	*job = (struct pmk_job){ .kind = kind };
	if (snprintf(job->path, sizeof job->path, "%s", path) >= (int)sizeof job->path)
		fd = -ENAMETOOLONG;
	else
		fd = pmk_open_file(path, &job->bytes);
	if (fd < 0)
		pmk_error_cure(PMK_CURE_READABLE_FILE, "%s: cannot be opened: %s", path,
			fd == -EINVAL ? "not a regular file" : strerror(-fd));
	return fd;
}

/* --- still.h --- */

static int read_pixels(enum pmk_job_kind kind, const char *path, struct pmk_decoded *decoded)
{
	struct pmk_job job;
	int fd = begin(&job, kind, path), err;

	if (fd < 0)
		return fd;
	err = pmk_sandbox_run(&job, 0, fd, decoded);
	close(fd);
	return err;
}

static void take_pixels(struct pmk_decoded *decoded, enum pmk_job_kind kind, uint8_t *data, int stride)
{
	size_t row = (size_t)decoded->layout.width * pmk_reply_pixel_bytes(kind);

	for (int y = 0; data && y < decoded->layout.height; y++)
		memcpy(data + (size_t)y * (size_t)stride, decoded->picture + (size_t)y * row, row);
	pmk_decoded_free(decoded);
}

int pmk_still_read(const char *path, struct pmk_rgb *rgb)
{
	struct pmk_decoded decoded;
	int err = read_pixels(PMK_JOB_RGB, path, &decoded);

	if (err)
		return err;
	err = pmk_rgb_alloc(rgb, decoded.layout.width, decoded.layout.height);
	take_pixels(&decoded, PMK_JOB_RGB, err ? NULL : rgb->data, rgb->stride);
	return err;
}

int pmk_still_read_sheet(const char *path, struct pmk_sheet *sheet)
{
	struct pmk_decoded decoded;
	int err = read_pixels(PMK_JOB_SHEET, path, &decoded);

	if (err)
		return err;
	err = pmk_sheet_alloc(sheet, decoded.layout.width, decoded.layout.height);
	take_pixels(&decoded, PMK_JOB_SHEET, err ? NULL : sheet->data, sheet->stride);
	return err;
}

int pmk_still_probe(const char *path)
{
	struct pmk_decoded decoded;
	struct pmk_job job;
	int fd = begin(&job, PMK_JOB_PROBE, path), kind;

	if (fd < 0)
		return fd;
	kind = pmk_sandbox_run(&job, 0, fd, &decoded);
	close(fd);
	if (kind >= 0)
		pmk_decoded_free(&decoded);
	return kind;
}

/* --- media.h --- */

/* Whether a file surely is a video, which FFmpeg would not take for a picture. It need not be decoded to know that. */
static bool is_video(int fd)
{
	static const struct {
		int at;
		const char *mark;
	} marks[] = { { 0,
			      "\x1a"
			      "E\xdf\xa3" },
		{ 0, "YUV4MPEG2 " }, { 0, "OggS" }, { 0, "FLV\x01" }, { 0, "0&\xb2u" }, { 8, "AVI LIST" },
		{ 4, "ftypisom" }, { 4, "ftypiso" }, { 4, "ftypmp4" }, { 4, "ftypqt  " }, { 4, "ftypM4V" },
		{ 4, "ftyp3g" }, { 4, "ftypavc1" }, { 4, "ftypdash" } };
	char head[16] = { 0 };

	if (pmk_read_at(fd, head, sizeof head, 0) < (int)sizeof head)
		return false;
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		if (memcmp(head + marks[i].at, marks[i].mark, strlen(marks[i].mark)) == 0)
			return true;
	}
	return false;
}

/* Copy the decoded planes to `image`, which has their layout. */
static void copy_planes(const struct pmk_decoded *decoded, struct pmk_image *image)
{
	const uint8_t *from = decoded->picture;

	for (int p = 0; p < 3; p++) {
		size_t width = (size_t)pmk_layout_plane_width(&image->layout, p);

		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++, from += width)
			memcpy(image->plane[p] + (size_t)y * (size_t)image->stride[p], from, width);
	}
}

/* 1: it is a picture, and it is kept; 0: it is a video; or a negative errno. */
static int open_picture(struct held *held)
{
	struct pmk_decoded decoded;
	int err;

	if (is_video(held->file))
		return 0;
	err = pmk_sandbox_run(&held->job, 0, held->file, &decoded);
	if (err)
		return err;
	held->told = decoded.reply.line_count;
	held->info = (struct pmk_media_info){
		.layout = decoded.layout, .fps = 30, .frames = 1, .still = true, .audio = decoded.reply.audio != 0
	};
	if (decoded.layout.width)
		err = pmk_image_alloc(&held->picture, &decoded.layout);
	if (decoded.layout.width && !err)
		copy_planes(&decoded, &held->picture);
	err = err ? err : decoded.layout.width != 0;
	pmk_decoded_free(&decoded);
	return err;
}

static int open_film(struct held *held, const char *path, bool to_play)
{
	const struct pmk_media_calls *calls = pmk_media_module_enter(path);
	int err;

	if (!calls)
		return -ENOPKG;
	err = (to_play ? calls->media_open_to_play : calls->media_open)(path, &held->film);
	if (err)
		pmk_media_module_leave();
	return err;
}

int pmk_media_open(const char *path, struct pmk_media **media)
{
	struct held *held = calloc(1, sizeof *held);
	int err;

	if (!held)
		return -ENOMEM;
	held->file = begin(&held->job, PMK_JOB_PLANES, path);
	err = held->file < 0 ? held->file : open_picture(held);
	if (err == 0) {
		close(held->file);
		held->file = -1;
		err = open_film(held, path, false);
	}
	if (err < 0) {
		if (held->file >= 0)
			close(held->file);
		free(held);
		return err;
	}
	*media = (struct pmk_media *)held;
	return 0;
}

int pmk_media_open_to_play(const char *path, struct pmk_media **media)
{
	struct held *held = calloc(1, sizeof *held);
	int err = held ? open_film(held, path, true) : -ENOMEM;

	if (err) {
		free(held);
		return err;
	}
	*media = (struct pmk_media *)held;
	return 0;
}

void pmk_media_close(struct pmk_media *media)
{
	struct held *held = held_of(media);

	if (!held)
		return;
	if (held->film) {
		pmk_media_module_calls()->media_close(held->film);
		pmk_media_module_leave();
	} else {
		close(held->file);
		pmk_image_free(&held->picture);
	}
	free(held);
}

const struct pmk_media_info *pmk_media_info(const struct pmk_media *media)
{
	const struct held *held = held_of(media);

	return held->film ? pmk_media_module_calls()->media_info(held->film) : &held->info;
}

void pmk_media_fit(struct pmk_media *media, int width, int height, enum pmk_media_fit fit)
{
	struct held *held = held_of(media);

	if (held->film) {
		pmk_media_module_calls()->media_fit(held->film, width, height, fit);
		return;
	}
	held->job.width = held->info.layout.width = width ? width : held->picture.layout.width;
	held->job.height = held->info.layout.height = width ? height : held->picture.layout.height;
	held->job.fit = fit;
}

/* Decode the picture again, in another size. */
static int read_fitted(struct held *held, struct pmk_image *image)
{
	struct pmk_decoded decoded;
	int err = pmk_sandbox_run(&held->job, held->told, held->file, &decoded);

	if (err)
		return err;
	if (pmk_layout_equal(&decoded.layout, &image->layout))
		copy_planes(&decoded, image);
	else
		err = -EBADMSG;
	held->bar_x = decoded.reply.bar_x;
	held->bar_y = decoded.reply.bar_y;
	pmk_decoded_free(&decoded);
	return err;
}

int pmk_media_read(struct pmk_media *media, struct pmk_image *image, int64_t *position_ns)
{
	struct held *held = held_of(media);
	int err = 0;

	if (held->film)
		return pmk_media_module_calls()->media_read(held->film, image, position_ns);
	if (held->given)
		return 0;
	if (pmk_layout_equal(&image->layout, &held->picture.layout))
		pmk_image_copy(image, &held->picture);
	else
		err = read_fitted(held, image);
	if (err)
		return err;
	held->given = true;
	*position_ns = 0;
	return 1;
}

int pmk_media_next(struct pmk_media *media, int64_t due_ns, int64_t *position_ns)
{
	struct held *held = held_of(media);

	if (held->film)
		return pmk_media_module_calls()->media_next(held->film, due_ns, position_ns);
	*position_ns = 0;
	return !held->given;
}

int64_t pmk_media_lasts_ns(const struct pmk_media *media)
{
	const struct held *held = held_of(media);

	return held->film ? pmk_media_module_calls()->media_lasts_ns(held->film) : 0;
}

void pmk_media_bars(const struct pmk_media *media, int *x, int *y)
{
	const struct held *held = held_of(media);

	if (held->film) {
		pmk_media_module_calls()->media_bars(held->film, x, y);
		return;
	}
	*x = held->bar_x;
	*y = held->bar_y;
}

int pmk_media_rewind(struct pmk_media *media)
{
	struct held *held = held_of(media);

	if (held->film)
		return pmk_media_module_calls()->media_rewind(held->film);
	held->given = false;
	return 0;
}

int64_t pmk_media_damaged(const struct pmk_media *media)
{
	const struct held *held = held_of(media);

	return held->film ? pmk_media_module_calls()->media_damaged(held->film) : 0;
}

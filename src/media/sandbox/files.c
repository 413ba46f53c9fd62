/* SPDX-License-Identifier: MIT */
/* The program's functions of media.h: the helper's workers decode, in one go a picture, and a film as it is asked for
 * (reel.h). The picture that was closed last is kept, since files are opened once to see what they are, and again. */
#include "base/open_file.h"
#include "media/media_module.h"
#include "media/sandbox/reel.h"
#include "media/sandbox/sandbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What callers hold as a struct pmk_media. */
struct held {
	struct pmk_reel *film; /* NULL: a picture, to which the rest belongs */
	struct pmk_job job;
	int file;
	uint32_t told; /* lines that the decoder logged before, and will again */
	struct pmk_media_info info;
	struct pmk_image picture; /* of the layout that it had first */
	int bar_x, bar_y;
	bool given; /* it has been read */
	struct stat identity; /* of the file */
};

static struct {
	pthread_mutex_t lock;
	struct held *held; /* a picture that nobody has open, or NULL */
} last = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct held *held_of(const struct pmk_media *media)
{
	return (struct held *)media;
}

/* What begins as a video does; FFmpeg takes none of these for a picture. */
static const struct {
	size_t at;
	const char *mark;
	size_t bytes;
} videos[] = {
	{ 0,
		"\x1a"
		"E\xdf\xa3",
		4 }, /* Matroska */
	{ 0, "YUV4MPEG2 ", 10 },
	{ 0, "OggS", 4 },
	{ 0, "FLV\x01", 4 },
	{ 0, "0&\xb2u", 4 }, /* ASF */
	{ 8, "AVI ", 4 },
	{ 0, "\0\0\x01\xba", 4 }, /* MPEG program stream */
	{ 0, "\0\0\0\x01", 4 }, /* H.264, HEVC */
	{ 0, "\x06\x0e+4", 4 }, /* MXF */
	{ 4, "moov", 4 }, /* QuickTime before there were brands */
	{ 4, "mdat", 4 },
	{ 4, "wide", 4 },
};

/* ISO/IEC 14496-12: what is not of a brand of pictures (ISO/IEC 23008-12, AVIF) is a video. */
static bool is_video_brand(const char head[16])
{
	static const char pictures[] = "avif avis heic heix heim heis hevc hevx mif1 msf1 jp2  jxl  crx ";
	char brand[5] = "";

	memcpy(brand, head + 8, 4);
	return memcmp(head + 4, "ftyp", 4) == 0 && !strstr(pictures, brand);
}

/* Whether a file surely is a video. It need not be decoded to know that. */
static bool is_video(int fd)
{
	enum { PACKET = 188, SYNC = 'G' }; /* ISO/IEC 13818-1: of a transport stream */
	char head[PACKET + 1] = "";

	if (pmk_read_at(fd, head, sizeof head, 0) < (int)sizeof head)
		return false;
	for (size_t i = 0; i < sizeof videos / sizeof videos[0]; i++) {
		if (memcmp(head + videos[i].at, videos[i].mark, videos[i].bytes) == 0)
			return true;
	}
	return is_video_brand(head) || (head[0] == SYNC && head[PACKET] == SYNC);
}

void pmk_media_ready(const char *path)
{
	int64_t bytes;
	int fd = pmk_open_file(path, &bytes);

	if (fd < 0)
		return;
	pmk_sandbox_ready(is_video(fd));
	close(fd);
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
	held->told = decoded.reply.lines.count;
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

static int open_film(struct held *held, enum pmk_job_kind kind)
{
	held->job.kind = kind;
	return pmk_reel_open(&held->job, held->file, &held->film);
}

/* Nothing is read from the file by this process. */
static void close_file(struct held *held)
{
	if (held->file >= 0)
		close(held->file);
	held->file = -1;
}

static void free_picture(struct held *held)
{
	if (!held)
		return;
	close_file(held);
	pmk_image_free(&held->picture);
	free(held);
}

/* Put `held` in the place of the picture that was closed last; gives that one. */
static struct held *exchange(struct held *held)
{
	struct held *before;

	pthread_mutex_lock(&last.lock);
	before = last.held;
	last.held = held;
	pthread_mutex_unlock(&last.lock);
	return before;
}

void pmk_media_forget(void)
{
	free_picture(exchange(NULL));
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
		a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* The picture that was closed last, as it was when it was opened, if `held` is the same file under the same name. */
static struct held *find_again(const struct held *held)
{
	struct held *found = exchange(NULL);

	if (!found || strcmp(found->job.path, held->job.path) != 0 || !is_same(&found->identity, &held->identity)) {
		free_picture(found);
		return NULL;
	}
	found->job.width = 0;
	found->info.layout = found->picture.layout;
	found->bar_x = found->bar_y = 0;
	found->given = false;
	return found;
}

int pmk_media_open(const char *path, struct pmk_media **media)
{
	struct held *held = calloc(1, sizeof *held), *again;
	int err;

	if (!held)
		return -ENOMEM;
	err = held->file = pmk_sandbox_open(&held->job, PMK_JOB_PLANES, path);
	if (err >= 0 && fstat(held->file, &held->identity) == 0 && (again = find_again(held))) {
		free_picture(held);
		*media = (struct pmk_media *)again;
		return 0;
	}
	if (err >= 0)
		err = open_picture(held);
	if (err == 0) {
		err = open_film(held, PMK_JOB_FILM);
		close_file(held);
	}
	if (err < 0) {
		free_picture(held);
		return err;
	}
	*media = (struct pmk_media *)held;
	return 0;
}

int pmk_media_open_to_play(const char *path, struct pmk_media **media)
{
	struct held *held = calloc(1, sizeof *held);
	int err;

	if (!held)
		return -ENOMEM;
	err = held->file = pmk_sandbox_open(&held->job, PMK_JOB_PLAY, path);
	if (err >= 0)
		err = open_film(held, PMK_JOB_PLAY);
	close_file(held);
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
	if (!held->film) {
		free_picture(exchange(held));
		return;
	}
	pmk_reel_close(held->film);
	free(held);
}

const struct pmk_media_info *pmk_media_info(const struct pmk_media *media)
{
	const struct held *held = held_of(media);

	return held->film ? pmk_reel_info(held->film) : &held->info;
}

void pmk_media_fit(struct pmk_media *media, int width, int height, enum pmk_media_fit fit)
{
	struct held *held = held_of(media);

	if (held->film) {
		const struct pmk_reel_ask ask = { .what = PMK_REEL_FIT, .width = width, .height = height, .fit = fit };

		(void)!pmk_reel_do(held->film, &ask); /* if it fails, so does what comes next */
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
		return pmk_reel_read(held->film, image, position_ns);
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

	if (held->film) {
		const struct pmk_reel_ask ask = { .what = PMK_REEL_NEXT, .due_ns = due_ns };
		int got = pmk_reel_do(held->film, &ask);

		*position_ns = got == 1 ? pmk_reel_last(held->film)->position_ns : *position_ns;
		return got;
	}
	*position_ns = 0;
	return !held->given;
}

int64_t pmk_media_lasts_ns(const struct pmk_media *media)
{
	const struct held *held = held_of(media);

	return held->film ? pmk_reel_last(held->film)->lasts_ns : 0;
}

void pmk_media_bars(const struct pmk_media *media, int *x, int *y)
{
	const struct held *held = held_of(media);

	if (held->film) {
		*x = pmk_reel_last(held->film)->bar_x;
		*y = pmk_reel_last(held->film)->bar_y;
		return;
	}
	*x = held->bar_x;
	*y = held->bar_y;
}

int pmk_media_rewind(struct pmk_media *media)
{
	struct held *held = held_of(media);

	if (held->film) {
		const struct pmk_reel_ask ask = { .what = PMK_REEL_REWIND };

		return pmk_reel_do(held->film, &ask);
	}
	held->given = false;
	return 0;
}

int64_t pmk_media_damaged(const struct pmk_media *media)
{
	const struct held *held = held_of(media);

	return held->film ? pmk_reel_last(held->film)->damaged : 0;
}

const struct pmk_holes *pmk_media_holes(const struct pmk_media *media)
{
	static const struct pmk_holes none;
	const struct held *held = held_of(media);

	return held->film ? &pmk_reel_last(held->film)->holes : &none;
}

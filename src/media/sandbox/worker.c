/* SPDX-License-Identifier: MIT */
#include "media/sandbox/worker.h"

#include "base/open_file.h"
#include "media/media_module.h"
#include "media/sandbox/lockdown.h"
#include "media/simple/simple.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct worker {
	const struct pmk_media_calls *calls;
	const struct pmk_job *job;
	struct pmk_reply *reply;
	uint8_t *picture; /* its place in the memory */
};

static int put_pixels(struct worker *w, const uint8_t *data, int width, int height, int stride)
{
	size_t row = (size_t)width * pmk_reply_pixel_bytes(w->job->kind);

	if (row * (size_t)height > PMK_REPLY_MEMORY - PMK_REPLY_HEAD)
		return -EFBIG;
	for (int y = 0; y < height; y++)
		memcpy(w->picture + (size_t)y * row, data + (size_t)y * (size_t)stride, row);
	w->reply->width = width;
	w->reply->height = height;
	return 0;
}

/* Whether the module is to go on with the file, as `err` says; *err is changed if it cannot be loaded. */
static bool is_for_module(const struct worker *w, int *err)
{
	if (*err != -ENOTSUP)
		return false;
	if (!w->calls && w->job->module)
		*err = pmk_media_module_look(w->job->path);
	if (*err == -ENOMEM)
		_exit(PMK_WORKER_NO_MEMORY);
	return w->calls;
}

static int read_rgb(struct worker *w)
{
	struct pmk_rgb rgb;
	int err = pmk_simple_read(w->job->path, &rgb);

	if (is_for_module(w, &err))
		err = w->calls->still_read(w->job->path, &rgb);
	return err ? err : put_pixels(w, rgb.data, rgb.width, rgb.height, rgb.stride);
}

static int read_one(struct worker *w)
{
	struct pmk_rgb rgb;
	int kind = pmk_simple_read(w->job->path, &rgb), err;

	kind = kind ? kind : PMK_STILL_ONE;
	if (is_for_module(w, &kind))
		kind = w->calls->still_read_one(w->job->path, &rgb);
	if (kind != PMK_STILL_ONE)
		return kind;
	err = put_pixels(w, rgb.data, rgb.width, rgb.height, rgb.stride);
	return err ? err : kind;
}

static int read_sheet(struct worker *w)
{
	struct pmk_sheet sheet;
	int err = pmk_simple_read_sheet(w->job->path, &sheet);

	if (is_for_module(w, &err))
		err = w->calls->still_read_sheet(w->job->path, &sheet);
	return err ? err : put_pixels(w, sheet.data, sheet.width, sheet.height, sheet.stride);
}

static int probe(struct worker *w)
{
	int kind = pmk_simple_probe(w->job->path);

	return is_for_module(w, &kind) ? w->calls->still_probe(w->job->path) : kind;
}

static void put_planes(struct worker *w, const struct pmk_image *image, int bar_x, int bar_y)
{
	const struct pmk_layout *layout = &image->layout;
	struct pmk_reply *reply = w->reply;
	uint8_t *to = w->picture;

	for (int p = 0; p < 3; p++) {
		size_t width = (size_t)pmk_layout_plane_width(&image->layout, p);

		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++, to += width)
			memcpy(to, image->plane[p] + (size_t)y * (size_t)image->stride[p], width);
	}
	reply->bar_x = bar_x;
	reply->bar_y = bar_y;
	reply->chroma = layout->chroma;
	reply->range = layout->range;
	reply->matrix = layout->matrix;
	reply->primaries = layout->primaries;
	reply->transfer = layout->transfer;
	reply->siting = layout->siting;
	reply->width = layout->width;
	reply->height = layout->height;
}

static int open_in_module(struct worker *w)
{
	const struct pmk_media_calls *calls = w->calls;
	const struct pmk_media_info *info;
	struct pmk_media *media;
	struct pmk_image image;
	int64_t position_ns;
	int bar_x, bar_y, err = calls->media_open(w->job->path, &media);

	if (err)
		return err;
	info = calls->media_info(media);
	if (!info->still)
		return 0;
	if (w->job->width)
		calls->media_fit(media, w->job->width, w->job->height, w->job->fit);
	err = pmk_image_alloc(&image, &info->layout);
	if (!err)
		err = calls->media_read(media, &image, &position_ns) == 1 ? 0 : -EBADMSG;
	if (err)
		return err;
	calls->media_bars(media, &bar_x, &bar_y);
	put_planes(w, &image, bar_x, bar_y);
	w->reply->audio = info->audio;
	return 0;
}

static int read_planes(struct worker *w)
{
	const struct pmk_simple_fit fit = { w->job->width, w->job->height, w->job->fit };
	struct pmk_image image;
	int bar_x, bar_y, err = pmk_simple_read_planes(w->job->path, &fit, &image, &bar_x, &bar_y);

	if (is_for_module(w, &err))
		return open_in_module(w);
	if (!err)
		put_planes(w, &image, bar_x, bar_y);
	return err;
}

/* Each of these must fail, and not only because there is nothing to open or no descriptor free. */
static int try_all(struct worker *w, unsigned locks)
{
	pid_t made;

	w->reply->tried = PMK_TRIED_RAN | (locks & PMK_LOCK_SECCOMP ? PMK_TRIED_SECCOMP : 0) |
		(locks & PMK_LOCK_LANDLOCK ? PMK_TRIED_LANDLOCK : 0);
	if (open("/proc/self/exe", O_RDONLY) < 0)
		w->reply->tried |= PMK_TRIED_FILES;
	if (socket(AF_INET, SOCK_STREAM, 0) < 0)
		w->reply->tried |= PMK_TRIED_NETWORK;
	made = fork();
	if (made == 0)
		_exit(0);
	if (made < 0)
		w->reply->tried |= PMK_TRIED_PROGRAMS;
	return 0;
}

static int do_job(struct worker *w, unsigned locks)
{
	switch (w->job->kind) {
	case PMK_JOB_RGB:
		return read_rgb(w);
	case PMK_JOB_SHEET:
		return read_sheet(w);
	case PMK_JOB_ONE:
		return read_one(w);
	case PMK_JOB_PROBE:
		return probe(w);
	case PMK_JOB_PLANES:
		return read_planes(w);
	default:
		return try_all(w, locks);
	}
}

_Noreturn void pmk_worker_run(const struct pmk_media_calls *calls, const struct pmk_job *job, int file, int memory)
{
	const struct pmk_lock_limits limits = { .memory = PMK_HELPER_MEMORY,
		.shared = PMK_REPLY_MEMORY,
		.cpu_s = PMK_HELPER_CPU_S,
		.wall_s = PMK_HELPER_WALL_S };
	unsigned locks;
	uint8_t *block = mmap(NULL, PMK_REPLY_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	struct worker w = { .calls = calls, .job = job, .reply = (struct pmk_reply *)block };

	if (block == MAP_FAILED)
		_exit(PMK_WORKER_NO_MEMORY);
	close(memory);
	w.picture = block + PMK_REPLY_HEAD;
	pmk_open_file_hand(file, job->bytes);
	pmk_log_redirect(pmk_reply_hear, &w.reply->lines);
	locks = pmk_lockdown(&limits);
	w.reply->result = do_job(&w, locks);
	if (w.reply->result == -ENOMEM && locks & PMK_LOCK_POOR)
		_exit(PMK_WORKER_NO_MEMORY);
	atomic_thread_fence(memory_order_release);
	w.reply->done = PMK_REPLY_DONE;
	_exit(0);
}

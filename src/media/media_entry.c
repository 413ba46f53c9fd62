/* SPDX-License-Identifier: MIT */
/* Part of the module: its only exported symbol, and the program's functions under their own names. */
#include "base/clock.h"
#include "media/media_module.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static const struct pmk_media_host *host;

static void start(const struct pmk_media_host *given)
{
	host = given;
}

extern const struct pmk_media_module pmk_media_module;
__attribute__((visibility("default"))) const struct pmk_media_module pmk_media_module = {
	.interface = PMK_MEDIA_INTERFACE,
	.start = start,
	.calls = {
		.media_open = pmk_media_open,
		.media_open_to_play = pmk_media_open_to_play,
		.media_close = pmk_media_close,
		.media_info = pmk_media_info,
		.media_read = pmk_media_read,
		.media_fit = pmk_media_fit,
		.media_next = pmk_media_next,
		.media_lasts_ns = pmk_media_lasts_ns,
		.media_bars = pmk_media_bars,
		.media_rewind = pmk_media_rewind,
		.media_damaged = pmk_media_damaged,
		.media_holes = pmk_media_holes,
		.media_out_open = pmk_media_out_open,
		.media_out_layout = pmk_media_out_layout,
		.media_out_write = pmk_media_out_write,
		.media_out_finish = pmk_media_out_finish,
		.media_out_abandon = pmk_media_out_abandon,
		.still_read = pmk_still_read,
		.still_read_sheet = pmk_still_read_sheet,
		.still_write_rgb = pmk_still_write_rgb,
		.still_write_alpha = pmk_still_write_alpha,
		.still_write_grey = pmk_still_write_grey,
		.still_probe = pmk_still_probe,
		.still_read_one = pmk_still_read_one,
		.rescale_create = pmk_rescale_create,
		.rescale_run = pmk_rescale_run,
		.rescale_destroy = pmk_rescale_destroy,
		.stream_can = pmk_stream_can,
		.stream_create = pmk_stream_create,
		.stream_destroy = pmk_stream_destroy,
		.stream_decode = pmk_stream_decode,
		.stream_picture = pmk_stream_picture,
		.stream_lose = pmk_stream_lose,
		.stream_awaits = pmk_stream_awaits,
	},
};

void pmk_log(enum pmk_log_level level, enum pmk_cure cure, const char *subject, const char *format, ...)
{
	int saved = errno;
	char line[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	errno = saved;
	host->log(level, cure, subject, "%s", line);
}

uint64_t pmk_clock_now_ns(void)
{
	return host->clock_now_ns();
}

int pmk_layout_plane_width(const struct pmk_layout *layout, int plane)
{
	return host->layout_plane_width(layout, plane);
}

int pmk_layout_plane_height(const struct pmk_layout *layout, int plane)
{
	return host->layout_plane_height(layout, plane);
}

int pmk_image_alloc(struct pmk_image *image, const struct pmk_layout *layout)
{
	return host->image_alloc(image, layout);
}

void pmk_image_free(struct pmk_image *image)
{
	host->image_free(image);
}

int pmk_rgb_alloc(struct pmk_rgb *rgb, int width, int height)
{
	return host->rgb_alloc(rgb, width, height);
}

void pmk_rgb_free(struct pmk_rgb *rgb)
{
	host->rgb_free(rgb);
}

int pmk_sheet_alloc(struct pmk_sheet *sheet, int width, int height)
{
	return host->sheet_alloc(sheet, width, height);
}

void pmk_sheet_premultiply(uint8_t *row, int count)
{
	host->sheet_premultiply(row, count);
}

int pmk_new_file_create(struct pmk_new_file *file, const char *path)
{
	return host->new_file_create(file, path);
}

int pmk_new_file_claim(struct pmk_new_file *file, const char *path)
{
	return host->new_file_claim(file, path);
}

int pmk_new_file_keep(struct pmk_new_file *file)
{
	return host->new_file_keep(file);
}

void pmk_new_file_drop(struct pmk_new_file *file)
{
	host->new_file_drop(file);
}

int pmk_new_file_end(struct pmk_new_file *file, const char *path, int fd, int err, const char *why)
{
	return host->new_file_end(file, path, fd, err, why);
}

int pmk_open_file(const char *path, int64_t *bytes)
{
	return host->open_file(path, bytes);
}

int64_t pmk_read_at(int fd, void *data, size_t size, int64_t at)
{
	return host->read_at(fd, data, size, at);
}

int pmk_mem_read_file(const char *path, size_t budget, uint8_t **data, size_t *size)
{
	return host->mem_read_file(path, budget, data, size);
}

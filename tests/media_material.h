/* SPDX-License-Identifier: MIT */
/* Helpers of the tests of pictures and videos: a directory of their own, drawn pictures, files that are made, damaged
 * and compared, and the errors that were logged. */
#ifndef PMK_TESTS_MEDIA_MATERIAL_H
#define PMK_TESTS_MEDIA_MATERIAL_H

#include "base/log.h"
#include "image/frame.h"
#include "media/media_out.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char material_directory[64];
static int material_errors; /* errors logged since it was last set to 0 */
static int material_warnings; /* likewise */
static char material_line[512]; /* the last of both */

static inline void material_heard(void *user, enum pmk_log_level level, const char *line)
{
	if (level > PMK_LOG_WARN)
		return;
	material_errors += level == PMK_LOG_ERROR;
	material_warnings += level == PMK_LOG_WARN;
	snprintf(material_line, sizeof material_line, "%s", line);
}

static inline int material_setup(void **state)
{
	strcpy(material_directory, "/tmp/pmk-test-XXXXXX");
	if (!mkdtemp(material_directory))
		return -1;
	pmk_log_redirect(material_heard, NULL);
	return 0;
}

static inline const char *material_path(const char *name)
{
	static char paths[8][512];
	static int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof paths[0], "%s/%s", material_directory, name);
	return path;
}

/* Remove all files of the directory. Returns how many there were, with hidden ones. */
static inline int material_clear(void)
{
	DIR *directory = opendir(material_directory);
	struct dirent *entry;
	int count = 0;

	while (directory && (entry = readdir(directory))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		remove(material_path(entry->d_name));
		count++;
	}
	if (directory)
		closedir(directory);
	return count;
}

static inline int material_teardown(void **state)
{
	material_clear();
	pmk_log_redirect(NULL, NULL);
	return rmdir(material_directory);
}

/* `call` fails with `code` and one error line that names `what`. */
#define assert_fails(call, code, what) \
	do { \
		material_errors = 0; \
		assert_int_equal((call), (code)); \
		assert_int_equal(material_errors, 1); \
		assert_non_null(strstr(material_line, (what))); \
	} while (0)

/* Draw soft shapes that move a little with `number`, so that each picture differs and codecs keep them well. */
static inline void material_draw(struct pmk_image *image, int number)
{
	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&image->layout, p),
		    height = pmk_layout_plane_height(&image->layout, p);
		for (int y = 0; y < height; y++) {
			for (int x = 0; x < width; x++)
				image->plane[p][(size_t)y * (size_t)image->stride[p] + (size_t)x] = (uint8_t)(128 +
					50 * sin((x + 2 * number) * 6.0 / width + p) +
					40 * cos((y + number) * 5.0 / height - p));
		}
	}
}

static inline double material_plane_psnr(const struct pmk_image *a, const struct pmk_image *b, int plane)
{
	int width = pmk_layout_plane_width(&a->layout, plane), height = pmk_layout_plane_height(&a->layout, plane);
	double sum = 0;

	assert_int_equal(width, pmk_layout_plane_width(&b->layout, plane));
	assert_int_equal(height, pmk_layout_plane_height(&b->layout, plane));
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			double d = a->plane[plane][(size_t)y * (size_t)a->stride[plane] + (size_t)x] -
				b->plane[plane][(size_t)y * (size_t)b->stride[plane] + (size_t)x];
			sum += d * d;
		}
	}
	return sum == 0 ? 99 : 10 * log10(255.0 * 255.0 * width * height / sum);
}

static inline double material_psnr(const struct pmk_image *a, const struct pmk_image *b)
{
	return fmin(material_plane_psnr(a, b, 0), fmin(material_plane_psnr(a, b, 1), material_plane_psnr(a, b, 2)));
}

/* Write `count` drawn pictures, the n-th at positions[n]; if `positions` is NULL, at the nominal rate. */
static inline void material_write(
	const char *path, const struct pmk_media_out_settings *settings, int count, const int64_t *positions)
{
	struct pmk_media_out *out;
	struct pmk_image image;

	assert_int_equal(pmk_image_alloc(&image, &settings->layout), 0);
	assert_int_equal(pmk_media_out_open(path, settings, &out), 0);
	for (int n = 0; n < count; n++) {
		material_draw(&image, n);
		assert_int_equal(pmk_media_out_write(out, &image, NULL,
					 positions ? positions[n] : (int64_t)(n * 1e9 / settings->fps)),
			0);
	}
	assert_int_equal(pmk_media_out_finish(out, false), 0);
	pmk_image_free(&image);
}

static inline uint8_t *material_load(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	*size = (size_t)ftell(file);
	rewind(file);
	data = malloc(*size + 1);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, *size, file), *size);
	fclose(file);
	return data;
}

static inline void material_store(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fclose(file);
}

/* Pseudo-random, the same numbers each time. */
static inline uint32_t material_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

#endif

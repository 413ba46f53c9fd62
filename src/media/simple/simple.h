/* SPDX-License-Identifier: MIT */
/* Picture files of the three kinds that nearly all pictures are: PNG, JPEG and WebP, by libpng, libjpeg and libwebp.
 * They need no FFmpeg. The functions that read are for the worker that decodes one file (sandbox/worker.h).
 *
 * The one rule: the same file gives the same picture as the module for files does (still.h, media.h), but for
 * rounding, for how chroma is interpolated, and for how a picture of more than PMK_STILL_WHOLE_PX is made smaller. What
 * is animated, and forms that these libraries do not know, is left to that module.
 *
 * Errors are logged in one line that names the file. One thread. */
#ifndef PMK_MEDIA_SIMPLE_SIMPLE_H
#define PMK_MEDIA_SIMPLE_SIMPLE_H

#include "media/media.h"
#include "media/still.h"

/* As pmk_still_read, pmk_still_read_sheet and pmk_still_probe. -ENOTSUP, not logged: the file is not of these kinds, or
 * is for the module. */
int pmk_simple_read(const char *path, struct pmk_rgb *rgb) __attribute__((warn_unused_result));
int pmk_simple_read_sheet(const char *path, struct pmk_sheet *sheet) __attribute__((warn_unused_result));
int pmk_simple_probe(const char *path) __attribute__((warn_unused_result));

/* How planes are wanted: as pmk_media_fit. A width of 0: as they are. */
struct pmk_simple_fit {
	int width, height;
	enum pmk_media_fit fit;
};

/* As pmk_media_open, pmk_media_fit and pmk_media_read of a single picture. The caller frees `image`. *bar_x and *bar_y
 * are as in pmk_media_bars. Otherwise as above. */
int pmk_simple_read_planes(const char *path, const struct pmk_simple_fit *fit, struct pmk_image *image, int *bar_x,
	int *bar_y) __attribute__((warn_unused_result));

struct pmk_simple_pixels {
	int width, height, stride, bytes; /* px; px; bytes; of a pixel: 1, grey, or 3 */
	const uint8_t *data;
};

/* Write a file, as still.h says: a WebP file if its name says so, otherwise PNG; with `alpha`, unless that is NULL.
 * -EINVAL: larger than a WebP file can be. */
int pmk_simple_write(const char *path, const struct pmk_simple_pixels *pixels, const struct pmk_mask *alpha,
	int quality) __attribute__((warn_unused_result));
bool pmk_simple_writes(const char *path); /* whether it can; all names but ".webp" if PMK_HAVE_WEBP is not defined */

/* Part of it, only where PMK_HAVE_WEBP is defined: a WebP file in memory, which the caller frees. -EINVAL: larger than
 * such a file can be; -ENOMEM. */
int pmk_simple_webp_encode(const struct pmk_simple_pixels *pixels, const struct pmk_mask *alpha, int quality,
	uint8_t **data, size_t *bytes) __attribute__((warn_unused_result));

#endif

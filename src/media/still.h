/* SPDX-License-Identifier: MIT */
/* Pictures in files: read through FFmpeg's libraries under a budget, written as PNG.
 * Errors are logged in one line naming the file (what, why, what to do) and given as negative errno. */
#ifndef PMK_MEDIA_STILL_H
#define PMK_MEDIA_STILL_H

#include "image/colour.h"

enum {
	PMK_STILL_MAX_BYTES = 256 << 20, /* of the file */
	PMK_STILL_MAX_PX = 16384, /* a side; the area is at most 100 million px */
};

/* The first picture of `path` as RGB (alpha is dropped onto black; EXIF orientation is applied if FFmpeg reports it).
 * -ENOENT, -EACCES .., -EFBIG, -EBADMSG (damaged, or no picture). rgb is the caller's. */
int pmk_still_read(const char *path, struct pmk_rgb *rgb) __attribute__((warn_unused_result));

/* Write PNG through a temporary file beside it and rename, so that a half-written file is never seen. */
int pmk_still_write_rgb(const char *path, const struct pmk_rgb *rgb) __attribute__((warn_unused_result));
int pmk_still_write_grey(const char *path, const struct pmk_mask *mask) __attribute__((warn_unused_result));

/* Whether the file is a single picture rather than a video, by its content; several JPEGs in a file are a photo where
 * the name says so. 1, 0, or negative errno (logged). */
int pmk_still_probe(const char *path) __attribute__((warn_unused_result));

#endif

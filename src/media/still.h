/* SPDX-License-Identifier: MIT */
/* Picture files: reading any kind within limits, and writing PNG and WebP. The program does PNG, JPEG and WebP itself
 * (simple/simple.h), the media module all others, with FFmpeg's libraries. Errors are logged in one line that names the
 * file, and returned as negative errno. Any thread. */
#ifndef PMK_MEDIA_STILL_H
#define PMK_MEDIA_STILL_H

#include "image/colour.h"
#include "image/sheet.h"

enum {
	PMK_STILL_MAX_BYTES = 256 << 20, /* of the file */
	PMK_STILL_MAX_PX = 16384, /* per side; the area is at most 128 million px */
	PMK_STILL_WHOLE_PX = 32000000, /* a picture of a larger area is given in a smaller size, of about that area */
};

/* Read the first picture of `path` as RGB: upright, and in the colours of sRGB if it has a colour profile. A picture
 * with alpha is blended over black. In the program, another process decodes it (sandbox/sandbox.h). -EFBIG: the file is
 * too large, or takes too much memory or time; -EINVAL: the picture is too large; -EBADMSG: damaged, not a picture, or
 * one that cannot be had right; -ENOPKG: it is for the media module, which is missing; -ECHILD: no process decodes it;
 * -ENOMEM; or the errno of open. The caller frees `rgb` with pmk_rgb_free. */
int pmk_still_read(const char *path, struct pmk_rgb *rgb) __attribute__((warn_unused_result));
/* The same with its alpha, or all opaque if it has none. The caller frees it with pmk_sheet_free. */
int pmk_still_read_sheet(const char *path, struct pmk_sheet *sheet) __attribute__((warn_unused_result));

/* Write a PNG file, or a WebP file if its name says so, with alpha unless that is NULL. `quality`, of
 * WebP, is that of media/out/encoding.h. It is a hidden temporary file
 * until it is complete, so that no half-written file is ever seen. */
int pmk_still_write_rgb(const char *path, const struct pmk_rgb *rgb) __attribute__((warn_unused_result));
int pmk_still_write_alpha(const char *path, const struct pmk_rgb *rgb, const struct pmk_mask *alpha, int quality)
	__attribute__((warn_unused_result)); /* plain colours, and alpha of the same size */
int pmk_still_write_grey(const char *path, const struct pmk_mask *mask) __attribute__((warn_unused_result));

/* Whether the file is a single picture, by its content: PMK_STILL_NONE, of a video; PMK_STILL_ONE; PMK_STILL_ANIMATED,
 * whose first picture can be read; or a negative errno (logged). A file of several JPEGs is a single picture if its
 * name is a photo's. */
enum { PMK_STILL_NONE, PMK_STILL_ONE, PMK_STILL_ANIMATED };
int pmk_still_probe(const char *path) __attribute__((warn_unused_result));
/* Both: returns what pmk_still_probe does, and of PMK_STILL_ONE, reads the picture. */
int pmk_still_read_one(const char *path, struct pmk_rgb *rgb) __attribute__((warn_unused_result));

#endif

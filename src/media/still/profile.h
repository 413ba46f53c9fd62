/* SPDX-License-Identifier: MIT */
/* Conversion of a picture's colours to sRGB, from those that its colour profile tells (ICC.1:2010), with Little CMS.
 *
 * The one rule: a picture whose colours are sRGB already is left alone, bit for bit. So no profile is made for it. */
#ifndef PMK_MEDIA_STILL_PROFILE_H
#define PMK_MEDIA_STILL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pmk_profile;

enum pmk_profile_pixels { /* of 8 bits a sample */
	PMK_PROFILE_RGB,
	PMK_PROFILE_RGBA,
	PMK_PROFILE_CMYK, /* 255: all of the ink */
};

/* Make the conversion of `pixels` by an ICC profile, which is not needed afterwards. A grey profile serves pictures of
 * RGB that are `grey`. *profile becomes NULL, with 0 returned, if there is nothing to convert, or if the profile is
 * damaged or for another kind of pixels, of which the picture at `path` gets a warning. -ENOMEM. */
int pmk_profile_open(const char *path, const uint8_t *icc, size_t bytes, enum pmk_profile_pixels pixels, bool grey,
	struct pmk_profile **profile) __attribute__((warn_unused_result));

/* The same for RGB or RGBA with primaries and white at the chromaticities `xy` (x and y of white, red, green, blue;
 * NULL: those of sRGB), and samples that are light to the power of `gamma` (0: the curve of sRGB). */
int pmk_profile_open_primaries(const double xy[8], double gamma, enum pmk_profile_pixels pixels,
	struct pmk_profile **profile) __attribute__((warn_unused_result));

/* The same as a PNG file's gAMA and cHRM tell: samples are light to the power of 1 / `gamma` (0: not told), and `xy`
 * may be all 0. A screen's usual gamma is the curve of sRGB. */
int pmk_profile_open_gamma(const double xy[8], double gamma, enum pmk_profile_pixels pixels,
	struct pmk_profile **profile) __attribute__((warn_unused_result));

/* Convert `count` pixels: RGB and RGBA in place (`to` is `from`), CMYK to RGB. Alpha stays. */
void pmk_profile_run(const struct pmk_profile *profile, const uint8_t *from, uint8_t *to, int count);
void pmk_profile_close(struct pmk_profile *profile); /* NULL is allowed */

#endif

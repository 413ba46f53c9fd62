/* SPDX-License-Identifier: MIT */
/* The common part of the two readers of JPEG files by libjpeg (odd_jpeg.c of the module, simple_jpeg.c): the inks that
 * libjpeg leaves as they are, and whether a picture is there in all its components. */
#ifndef PMK_MEDIA_STILL_INKS_H
#define PMK_MEDIA_STILL_INKS_H

#include "media/still/profile.h"

#include <stdio.h>

#include <jpeglib.h>

/* Convert a row of CMYK, as libjpeg gives it, to RGB, by the profile; NULL: simply. `inks` may be changed. */
void pmk_still_inks_row(
	const struct jpeg_decompress_struct *library, const struct pmk_profile *profile, uint8_t *inks, uint8_t *rgb);

/* Whether there was a scan of each component, once decompression has begun; libjpeg does not tell. */
bool pmk_still_jpeg_has_all(const struct jpeg_decompress_struct *library);

#endif

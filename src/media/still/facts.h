/* SPDX-License-Identifier: MIT */
/* What the file of a picture says about it beside its pixels, as far as FFmpeg 5.1 does not pass it on: how it was held
 * (EXIF in WebP, PNG and TIFF; irot and imir in AVIF and HEIC), and what its numbers mean as colours. Pure functions on
 * bytes of any content; any thread. */
#ifndef PMK_MEDIA_STILL_FACTS_H
#define PMK_MEDIA_STILL_FACTS_H

#include "base/parse.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pmk_still_facts {
	/* As EXIF counts: 2 to 8 if the stored picture must be turned or mirrored to be upright, otherwise 1. To JPEG
	 * XL the decoder applies it, so it is 1 here */
	int orientation;
	/* An ICC profile that is stored as it is (AVIF, HEIC); part of the given bytes, or NULL */
	const uint8_t *icc;
	size_t icc_bytes;
	/* A PNG file's gAMA and cHRM, unless it has a profile or is declared to be sRGB */
	double gamma; /* of the file: 0.45455 for a screen's 2.2; 0 if it has none */
	double xy[8]; /* chromaticities of white, red, green and blue; all 0 if it has none */
	bool jpeg;
	bool odd_jpeg; /* that FFmpeg decodes to wrong colours or not at all: CMYK, or with arithmetic coding */
	const char *unread; /* why FFmpeg would give black for a TIFF file; NULL: it does not */
	bool raw_photo; /* a TIFF file that holds what a camera's sensor saw, and at most a preview as a picture */
};

void pmk_still_facts(const uint8_t *data, size_t bytes, struct pmk_still_facts *facts);

/* Whether a file of several JPEGs is a photo by its name, and not a film: cameras append small ones. */
static inline bool pmk_still_named_photo(const char *path)
{
	return pmk_parse_ends(path, ".jpg") || pmk_parse_ends(path, ".jpeg") || pmk_parse_ends(path, ".jpe") ||
		pmk_parse_ends(path, ".mpo");
}

#endif

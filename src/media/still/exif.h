/* SPDX-License-Identifier: MIT */
/* How a picture was held, from the EXIF data in its file. Pure functions on bytes of any content; any thread. */
#ifndef PMK_MEDIA_STILL_EXIF_H
#define PMK_MEDIA_STILL_EXIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The orientation in EXIF data (CIPA DC-008, tag 0x0112 of the first directory). They are a small TIFF file, which may
 * follow "Exif\0\0". 1 to 8; 0 if there is none, or they are damaged. */
int pmk_exif_orientation(const uint8_t *data, size_t bytes);

/* The same for EXIF data in hexadecimal digits, as programs wrote them into PNG files before there was a chunk for
 * them: a name, the number of bytes, and the digits, each on lines of their own. */
int pmk_exif_orientation_in_text(const char *text);

/* Why FFmpeg 5.1 would give black for the first picture of a TIFF file; NULL if it reads it, or says itself that it
 * does not. */
const char *pmk_exif_unread(const uint8_t *data, size_t bytes);

/* Whether a TIFF file is a camera's raw one (DNG, NEF, CR2 and the like): its first directory says so, or that its
 * picture is a preview. */
bool pmk_exif_is_raw(const uint8_t *data, size_t bytes);

#endif

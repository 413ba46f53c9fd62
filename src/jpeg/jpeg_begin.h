/* SPDX-License-Identifier: MIT */
/* Where the picture begins in what a camera sent: after bytes that are no JPEG, a second start marker, or a picture
 * that ends before it began. Pure function; any thread.
 *
 * The one rule: only markers are looked at. libjpeg reads the header, and judges it. */
#ifndef PMK_JPEG_JPEG_BEGIN_H
#define PMK_JPEG_JPEG_BEGIN_H

#include <stddef.h>
#include <stdint.h>

/* The last start marker (SOI) before the first scan. NULL: there is no scan, or no start marker before it. */
const uint8_t *pmk_jpeg_begin(const uint8_t *data, size_t bytes);

#endif

/* SPDX-License-Identifier: MIT */
/* Decoder of MJPEG frames to planar YUV in their own sampling. jpeg_scan.h judges and decodes ordinary pictures;
 * libjpeg-turbo's classic API, which decodes into the caller's rows, decodes all others, and all on CPUs that
 * jpeg_idct.h does not name. Both give the same samples. JPEG carries full-range BT.601 (JFIF, ITU-T T.871).
 *
 *	if (pmk_jpeg_layout(jpeg, data, bytes, &layout) == 0 && pmk_layout_equal(&layout, &image.layout))
 *		err = pmk_jpeg_decode(jpeg, data, bytes, &image);
 *
 * The one rule: what can be decoded is decoded. A picture of which all blocks are there, each without an entropy error
 * (jpeg_scan.h), is good, whatever else a camera wrote before, between, inside and after its parts. Any other one is
 * damaged, and so is one that looks torn (jpeg_tear.h): decode fails, and the caller drops the frame and goes on. */
#ifndef PMK_JPEG_JPEG_H
#define PMK_JPEG_JPEG_H

#include "image/frame.h"

struct pmk_jpeg; /* a decoder with its scratch planes; one thread at a time */

int pmk_jpeg_create(struct pmk_jpeg **jpeg) __attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_jpeg_destroy(struct pmk_jpeg *jpeg); /* NULL is allowed */

/* Read the header: `layout` is what pmk_jpeg_decode will give. 4:2:2 and 4:2:0 stay; other samplings (4:4:4, 4:4:0,
 * 4:1:1, grey) become 4:2:0. -EBADMSG: not a JPEG, far too few bytes for its size, or a side is outside
 * PMK_IMAGE_MIN_PX..PMK_IMAGE_MAX_PX. Nothing is logged. */
int pmk_jpeg_layout(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
	__attribute__((warn_unused_result));

/* Decode into `image`. -EBADMSG: its layout is not that of pmk_jpeg_layout, or the data are damaged or truncated;
 * pixels are then undefined. -ENOMEM. Nothing is logged, as a bad cable causes hundreds of errors. */
int pmk_jpeg_decode(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_image *image)
	__attribute__((warn_unused_result));

/* For tests: let libjpeg decode all pictures, as on a CPU for which we have no transforms; and whether it decoded the
 * last one. */
void pmk_jpeg_use_library(struct pmk_jpeg *jpeg);
bool pmk_jpeg_by_library(const struct pmk_jpeg *jpeg);

#endif

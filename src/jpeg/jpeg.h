/* SPDX-License-Identifier: MIT */
/* MJPEG frames to planar YUV in their own sampling (libjpeg-turbo's classic API, which decodes into the caller's
 * rows; the scans of ordinary pictures by jpeg_scan.h, with the same samples). JPEG carries full-range BT.601 (JFIF,
 * ITU-T T.871).
 *
 * The one rule: a camera's frame may be cut off or damaged; then decode fails, and the caller drops the frame and goes
 * on. */
#ifndef PMK_JPEG_JPEG_H
#define PMK_JPEG_JPEG_H

#include "image/frame.h"

struct pmk_jpeg; /* a decoder with its scratch planes; one thread */

int pmk_jpeg_create(struct pmk_jpeg **jpeg) __attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_jpeg_destroy(struct pmk_jpeg *jpeg); /* NULL is fine */

/* Read the header: size and what pmk_jpeg_decode will give: 4:2:2 stays, 4:2:0 stays, all others (4:4:4, 4:4:0, 4:1:1,
 * grey) become 4:2:0. -EBADMSG when it is no JPEG, truncated, or a side is outside PMK_IMAGE_MIN_PX..PMK_IMAGE_MAX_PX.
 * Logs nothing. */
int pmk_jpeg_layout(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
	__attribute__((warn_unused_result));

/* Decode into `image`, whose layout is what pmk_jpeg_layout said (-EBADMSG when it is not). -EBADMSG when damaged or
 * truncated (pixels then undefined); up to 16 stray bytes before the end marker, which some cameras write in each
 * frame, are no damage. Logs nothing: a bad cable makes hundreds of these. */
int pmk_jpeg_decode(struct pmk_jpeg *jpeg, const uint8_t *data, size_t bytes, struct pmk_image *image)
	__attribute__((warn_unused_result));

#endif

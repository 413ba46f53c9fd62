/* SPDX-License-Identifier: MIT */
/* A camera's buffer to planes: raw formats are converted, JPEG is decoded. Belongs to the source that has it. */
#ifndef PMK_IO_UNPACK_H
#define PMK_IO_UNPACK_H

#include "image/frame.h"

struct pmk_jpeg;

struct pmk_unpack {
	uint32_t fourcc;
	struct pmk_jpeg *jpeg; /* MJPG only */
	struct pmk_image scratch; /* a JPEG of another sampling than the frames' */
};

/* For PMK_FOURCC_MJPG or a raw format. -ENOMEM. A zeroed one is what finish leaves. */
int pmk_unpack_init(struct pmk_unpack *unpack, uint32_t fourcc) __attribute__((warn_unused_result));
void pmk_unpack_finish(struct pmk_unpack *unpack);

/* A camera's JPEGs keep their sampling: the first one tells it. Changes nothing when these bytes are no JPEG, or raw.
 */
void pmk_unpack_adopt(struct pmk_unpack *unpack, const uint8_t *data, size_t bytes, struct pmk_layout *layout);

/* Into `image`, whose layout is the camera's; rows of raw formats are `stride` bytes apart. NULL, or what is wrong with
 * the bytes. */
const char *pmk_unpack(
	struct pmk_unpack *unpack, const uint8_t *data, size_t bytes, int stride, struct pmk_image *image);

#endif

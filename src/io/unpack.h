/* SPDX-License-Identifier: MIT */
/* Converts a camera's buffer to planes: raw formats are converted, JPEG is decoded.
 *
 * The one rule: each JPEG tells its own layout, which need not be what the camera agreed to. One thread, the source's.
 */
#ifndef PMK_IO_UNPACK_H
#define PMK_IO_UNPACK_H

#include "image/frame.h"

struct pmk_jpeg;
struct pmk_planes; /* image/convert.h */

struct pmk_unpack {
	uint32_t fourcc;
	struct pmk_jpeg *jpeg; /* JPEG only */
};

/* For JPEG or a raw format. -ENOMEM. A zeroed struct is finished. */
int pmk_unpack_init(struct pmk_unpack *unpack, uint32_t fourcc) __attribute__((warn_unused_result));
void pmk_unpack_finish(struct pmk_unpack *unpack);

/* Set sampling, range and matrix to what pictures of this format have unless the camera says otherwise: full range for
 * JPEG and grey, else limited; BT.601. True: whatever the camera says, they are so, because a standard defines them
 * (JPEG) or we make them (RGB). */
bool pmk_unpack_meaning(uint32_t fourcc, struct pmk_layout *layout);

/* Read the layout of these bytes from a JPEG's header. That of a raw format is what the camera agreed to, and `layout`
 * stays. NULL, or why the bytes are unusable, in a few words. */
const char *pmk_unpack_layout(struct pmk_unpack *unpack, const uint8_t *data, size_t bytes, struct pmk_layout *layout);

/* Convert or decode into `image`, which has this layout; rows of a raw format are `stride` bytes apart. NULL, or why
 * the bytes are unusable, in a few words. */
const char *pmk_unpack(
	struct pmk_unpack *unpack, const uint8_t *data, size_t bytes, int stride, struct pmk_image *image);
/* The same for a raw format whose planes are apart (pmk_fourcc_is_apart). */
const char *pmk_unpack_planes(struct pmk_unpack *unpack, const struct pmk_planes *planes, struct pmk_image *image);

#endif

/* SPDX-License-Identifier: MIT */
/* Converts a camera's buffer to planes: raw formats are converted; JPEG, H.264 and HEVC are decoded.
 *
 * The one rule: each JPEG tells its own layout, which need not be what the camera agreed to, and so does each picture
 * of H.264 or HEVC. These refer to earlier ones, so all buffers must be given, in order (media/stream.h). One thread,
 * the source's. */
#ifndef PMK_IO_UNPACK_H
#define PMK_IO_UNPACK_H

#include "image/frame.h"

struct pmk_jpeg;
struct pmk_stream;
struct pmk_planes; /* image/convert.h */

struct pmk_unpack {
	uint32_t fourcc;
	struct pmk_jpeg *jpeg; /* JPEG only */
	struct pmk_stream *stream; /* H264 and HEVC only */
};

/* What is returned instead of a reason if there is no picture, but nothing is wrong: a key frame is awaited. */
#define PMK_UNPACK_LATER ""

/* For any format of fourcc.h. -ENOMEM; -ENOPKG, logged: there is no decoder. A zeroed struct is finished. */
int pmk_unpack_init(struct pmk_unpack *unpack, uint32_t fourcc) __attribute__((warn_unused_result));
bool pmk_unpack_can(uint32_t fourcc); /* whether there is a decoder; true for other formats than H264 and HEVC */
void pmk_unpack_finish(struct pmk_unpack *unpack);

/* Set sampling, range and matrix to what pictures of this format have unless the camera says otherwise: full range for
 * JPEG and grey, else limited; BT.601. True: whatever the camera says, they are so, because a standard defines them
 * (JPEG) or we make them (RGB). */
bool pmk_unpack_meaning(uint32_t fourcc, struct pmk_layout *layout);

/* Read the layout of these bytes from a JPEG's header, or decode them. That of a raw format is what the camera agreed
 * to, and `layout` stays. NULL; PMK_UNPACK_LATER; or why the bytes are unusable, in a few words. */
const char *pmk_unpack_layout(struct pmk_unpack *unpack, const uint8_t *data, size_t bytes, struct pmk_layout *layout);

/* Convert or decode into `image`, which has this layout; rows of a raw format are `stride` bytes apart. NULL, or why
 * the bytes are unusable, in a few words. */
const char *pmk_unpack(
	struct pmk_unpack *unpack, const uint8_t *data, size_t bytes, int stride, struct pmk_image *image);
/* The same for a raw format whose planes are apart (pmk_fourcc_is_apart). */
const char *pmk_unpack_planes(struct pmk_unpack *unpack, const struct pmk_planes *planes, struct pmk_image *image);

/* Tell that a buffer was lost: pictures that refer to others are left out until the next key frame. */
void pmk_unpack_lose(struct pmk_unpack *unpack);
bool pmk_unpack_awaits(const struct pmk_unpack *unpack); /* whether a key frame is awaited */

#endif

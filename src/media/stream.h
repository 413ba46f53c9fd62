/* SPDX-License-Identifier: MIT */
/* Decodes the pictures of a camera that gives H.264 or HEVC: one buffer of the camera holds one picture. On one thread,
 * with low delay: a picture comes out as soon as its bytes have gone in.
 *
 * The one rule: a picture is given only if it and all that it was made of were decoded without an error. After damage,
 * and at the start, everything up to the next key frame is left out, because it refers to what is missing. So all of a
 * camera's buffers must be given to decode, in order, or pmk_stream_lose be called.
 *
 * An error is what FFmpeg finds. Of H.264 it misses a few slices that are cut off, on arm64 some more, and of HEVC all,
 * unless the stream has checksums. There, the driver's mark on the buffer is what counts.
 *
 * One thread. These functions are in the module (media_module.h). */
#ifndef PMK_MEDIA_STREAM_H
#define PMK_MEDIA_STREAM_H

#include "image/frame.h"

enum pmk_stream_kind { PMK_STREAM_H264, PMK_STREAM_HEVC };

struct pmk_stream;

/* Whether pmk_stream_create will find a decoder. Nothing is logged. [any thread] */
bool pmk_stream_can(enum pmk_stream_kind kind);

/* -ENOPKG, logged: the module is missing, or FFmpeg has no such decoder; -ENOMEM. */
int pmk_stream_create(enum pmk_stream_kind kind, struct pmk_stream **stream) __attribute__((warn_unused_result));
void pmk_stream_destroy(struct pmk_stream *stream); /* NULL is fine */

/* Decode a buffer of Annex B bytes. 0: it gave a picture, of this layout: 4:2:0 or 4:2:2, with the range and matrix
 * that the stream tells, or else limited range, and BT.709 from 720 rows on. -EAGAIN: no picture, and nothing is wrong,
 * as while a key frame is awaited. -EBADMSG: damaged. Nothing is logged. */
int pmk_stream_decode(struct pmk_stream *stream, const uint8_t *data, size_t bytes, struct pmk_layout *layout)
	__attribute__((warn_unused_result));
/* Copy the picture of the last decode that returned 0. `image` has its layout. */
int pmk_stream_picture(struct pmk_stream *stream, struct pmk_image *image) __attribute__((warn_unused_result));
void pmk_stream_lose(struct pmk_stream *stream); /* a buffer was lost: await a key frame */
bool pmk_stream_awaits(const struct pmk_stream *stream); /* whether a key frame is awaited */

#endif

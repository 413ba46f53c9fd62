/* SPDX-License-Identifier: MIT */
/* Planar YUV pictures in memory, and the raw camera frame.
 *
 * The one rule: a struct pmk_frame holds raw camera pixels, so no output accepts one. Outputs accept a struct pmk_shown
 * (shown.h). */
#ifndef PMK_IMAGE_FRAME_H
#define PMK_IMAGE_FRAME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* limits of the width and height of a picture of a source, sink or file */
enum { PMK_IMAGE_MIN_PX = 16, PMK_IMAGE_MAX_PX = 8192 };

enum pmk_chroma { PMK_CHROMA_420, PMK_CHROMA_422 }; /* chroma planes are ceil(w/2) wide, and ceil(h/2) or h high */
enum pmk_range { PMK_RANGE_LIMITED, PMK_RANGE_FULL }; /* Y 16..235, U and V 16..240; or all 0..255 (JFIF) */
enum pmk_matrix { PMK_MATRIX_BT601, PMK_MATRIX_BT709 };

/* A part of a picture, in px. It lies inside the picture unless a function says otherwise. */
struct pmk_rect {
	int x, y, width, height;
};

/* How a picture is laid out in memory, and what its numbers mean. */
struct pmk_layout {
	int width, height; /* px */
	enum pmk_chroma chroma;
	enum pmk_range range;
	enum pmk_matrix matrix;
	/* Labels, which nothing computes with: code points of ITU-T H.273 for the colours of red, green and blue and
	 * for the curve. 0: not said; then the matrix tells them, BT.601 those of 525 lines. */
	uint8_t primaries, transfer;
	/* Likewise, where the chroma samples of 4:2:0 are: H.273's Chroma420SampleLocType and 1. 0: not said */
	uint8_t siting;
};

/* The planes Y, U and V, with a row every stride[] bytes. The caller of pmk_image_alloc owns them; an image whose
 * `block` is NULL shares the planes of another. */
struct pmk_image {
	struct pmk_layout layout;
	uint8_t *plane[3];
	int stride[3]; /* bytes */
	void *block; /* what pmk_image_free frees; NULL: the planes are another image's */
};

bool pmk_layout_equal(const struct pmk_layout *a, const struct pmk_layout *b); /* the labels may differ */
int pmk_layout_plane_width(const struct pmk_layout *layout, int plane); /* px of plane 0, 1 or 2 */
int pmk_layout_plane_height(const struct pmk_layout *layout, int plane);

/* Allocate all planes in one zeroed block; strides are multiples of 64 bytes. -EINVAL: a side is outside
 * 1..PMK_IMAGE_MAX_PX; -ENOMEM. */
int pmk_image_alloc(struct pmk_image *image, const struct pmk_layout *layout) __attribute__((warn_unused_result));
void pmk_image_free(struct pmk_image *image); /* a zeroed image is allowed */
void pmk_image_copy(struct pmk_image *to, const struct pmk_image *from); /* layouts must be equal */
void pmk_image_fill(struct pmk_image *image, const uint8_t yuv[3]);

/* A mask: an 8-bit alpha plane of a picture's size. 0 is room, 255 is person. */
struct pmk_mask {
	int width, height, stride; /* px, px, bytes */
	uint8_t *alpha;
	uint64_t number; /* of the frame that it was computed from; compose refuses any other frame */
};

/* Allocate a zeroed mask; its sides are 1 to 2 * PMK_IMAGE_MAX_PX. 0, -EINVAL or -ENOMEM. */
int pmk_mask_alloc(struct pmk_mask *mask, int width, int height) __attribute__((warn_unused_result));
void pmk_mask_free(struct pmk_mask *mask);

/* A frame: raw camera pixels and the time of their capture. It is reference-counted; the last unref returns it to its
 * pool. */
struct pmk_frame {
	struct pmk_image image;
	struct pmk_layout planes; /* what they were allocated for */
	uint64_t time_ns; /* of capture, CLOCK_MONOTONIC; of reading, for a file that is not paced */
	uint64_t number; /* counts up from 0; a gap means dropped frames */
	unsigned generation; /* of frames that belong together: another camera or orientation begins another */
	int64_t position_ns; /* in a recorded video; -1 for a live source */
	int bar_x, bar_y; /* px at the left and the right, at the top and the bottom, that show nothing */
	atomic_int users;
	struct pmk_frame_pool *pool;
};

/* When a frame is, for all that changes with time: its position in a recorded video, or else its capture. */
static inline uint64_t pmk_frame_moment_ns(const struct pmk_frame *frame)
{
	return frame->position_ns >= 0 ? (uint64_t)frame->position_ns : frame->time_ns;
}

struct pmk_frame_pool;

/* Create a pool of `count` frames, whose planes are allocated when first used. NULL if out of memory. */
struct pmk_frame_pool *pmk_frame_pool_create(int count) __attribute__((warn_unused_result));
/* Destroy the pool; NULL is allowed. Frames in use keep its memory until their last unref. */
void pmk_frame_pool_destroy(struct pmk_frame_pool *pool);

/* Take a free frame with this layout and one user. Its pixels are undefined. NULL: all frames are in use, or out of
 * memory. Allocates only if size or sampling differ from the frame's previous use. [one thread] */
struct pmk_frame *pmk_frame_pool_take(struct pmk_frame_pool *pool, const struct pmk_layout *layout)
	__attribute__((warn_unused_result));
/* Leave out columns at the right and rows at the bottom, without moving a pixel. The size is not larger than now. */
void pmk_frame_cut(struct pmk_frame *frame, int width, int height);
/* Copy time, number, position and bars, for a frame made from another. */
void pmk_frame_copy_moment(struct pmk_frame *to, const struct pmk_frame *from);
void pmk_frame_unref(struct pmk_frame *frame); /* [any thread]; NULL is allowed */

#endif

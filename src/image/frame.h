/* SPDX-License-Identifier: MIT */
/* Planar YUV pictures in memory, and the raw camera frame.
 *
 * The one rule: a struct pmk_frame holds raw camera pixels. Outputs do not take it; they take a struct pmk_shown
 * (shown.h). */
#ifndef PMK_IMAGE_FRAME_H
#define PMK_IMAGE_FRAME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sides of a picture that a source, sink or file may have */
enum { PMK_IMAGE_MIN_PX = 16, PMK_IMAGE_MAX_PX = 8192 };

enum pmk_chroma { PMK_CHROMA_420, PMK_CHROMA_422 }; /* chroma planes ceil(w/2) wide and ceil(h/2) or h high */
enum pmk_range { PMK_RANGE_LIMITED, PMK_RANGE_FULL }; /* Y 16..235, U and V 16..240; or 0..255 (JFIF) */
enum pmk_matrix { PMK_MATRIX_BT601, PMK_MATRIX_BT709 };

/* A part of a picture, px. Where a function says so it may stick out of the picture. */
struct pmk_rect {
	int x, y, width, height;
};

/* How a picture lies in memory and what its numbers mean. */
struct pmk_layout {
	int width, height; /* px */
	enum pmk_chroma chroma;
	enum pmk_range range;
	enum pmk_matrix matrix;
};

/* Planes Y, U, V; a row every stride bytes. Whoever allocated it owns it; a view shares another's planes. */
struct pmk_image {
	struct pmk_layout layout;
	uint8_t *plane[3];
	int stride[3]; /* bytes */
	void *block; /* what pmk_image_free frees; NULL in a view */
};

bool pmk_layout_equal(const struct pmk_layout *a, const struct pmk_layout *b);
int pmk_layout_plane_width(const struct pmk_layout *layout, int plane); /* px of plane 0, 1 or 2 */
int pmk_layout_plane_height(const struct pmk_layout *layout, int plane);

/* One block for all planes, strides multiples of 64 bytes, zeroed. -EINVAL for a size outside 1..PMK_IMAGE_MAX_PX,
 * -ENOMEM. */
int pmk_image_alloc(struct pmk_image *image, const struct pmk_layout *layout) __attribute__((warn_unused_result));
void pmk_image_free(struct pmk_image *image); /* a zeroed image is fine too */
void pmk_image_copy(struct pmk_image *to, const struct pmk_image *from); /* layouts must be equal */
void pmk_image_fill(struct pmk_image *image, const uint8_t yuv[3]);

/* An 8-bit alpha plane of a picture's size: 0 = room, 255 = person. */
struct pmk_mask {
	int width, height, stride; /* px, px, bytes */
	uint8_t *alpha;
	uint64_t number; /* of the frame it was computed from; compose refuses another */
};

int pmk_mask_alloc(struct pmk_mask *mask, int width, int height) __attribute__((warn_unused_result));
void pmk_mask_free(struct pmk_mask *mask);

/* Raw camera pixels and when they were taken. Counted: the last unref gives it back to its pool. */
struct pmk_frame {
	struct pmk_image image;
	uint64_t time_ns; /* capture, CLOCK_MONOTONIC; for unpaced files the time of reading */
	uint64_t number; /* counts up from 0; gaps are frames that were dropped */
	int64_t position_ns; /* place in a recorded video, -1 for a live source */
	atomic_int users;
	struct pmk_frame_pool *pool;
};

struct pmk_frame_pool;

/* `count` frames, their planes allocated at first use. NULL when out of memory. */
struct pmk_frame_pool *pmk_frame_pool_create(int count) __attribute__((warn_unused_result));
/* frames that are still out keep its memory until their last unref; NULL is fine */
void pmk_frame_pool_destroy(struct pmk_frame_pool *pool);

/* A free frame of that layout with one user, or NULL when all are in use or out of memory. Allocates only when size
 * or sampling change. Its pixels are undefined. [one thread] */
struct pmk_frame *pmk_frame_pool_take(struct pmk_frame_pool *pool, const struct pmk_layout *layout)
	__attribute__((warn_unused_result));
/* time, number and position, for a remade picture */
void pmk_frame_copy_moment(struct pmk_frame *to, const struct pmk_frame *from);
void pmk_frame_unref(struct pmk_frame *frame); /* [any thread]; NULL is fine */

#endif

/* SPDX-License-Identifier: MIT */
#include "image/frame.h"

#include "base/mem.h"
#include "base/num.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool pmk_layout_equal(const struct pmk_layout *a, const struct pmk_layout *b)
{
	return a->width == b->width && a->height == b->height && a->chroma == b->chroma && a->range == b->range &&
		a->matrix == b->matrix;
}

int pmk_layout_plane_width(const struct pmk_layout *layout, int plane)
{
	return plane ? (layout->width + 1) / 2 : layout->width;
}

int pmk_layout_plane_height(const struct pmk_layout *layout, int plane)
{
	return plane && layout->chroma == PMK_CHROMA_420 ? (layout->height + 1) / 2 : layout->height;
}

static int padded(int width)
{
	return pmk_align_up(width, PMK_MEM_ALIGN);
}

int pmk_image_alloc(struct pmk_image *image, const struct pmk_layout *layout)
{
	struct pmk_image made = { .layout = *layout };
	size_t bytes = 0, at[3];

	if (layout->width < 1 || layout->height < 1 || layout->width > PMK_IMAGE_MAX_PX ||
		layout->height > PMK_IMAGE_MAX_PX)
		return -EINVAL;
	for (int p = 0; p < 3; p++) {
		made.stride[p] = padded(pmk_layout_plane_width(layout, p));
		at[p] = bytes;
		bytes += (size_t)made.stride[p] * (size_t)pmk_layout_plane_height(layout, p);
	}
	made.block = pmk_mem_alloc(bytes);
	if (!made.block)
		return -ENOMEM;
	for (int p = 0; p < 3; p++)
		made.plane[p] = (uint8_t *)made.block + at[p];
	*image = made;
	return 0;
}

void pmk_image_free(struct pmk_image *image)
{
	free(image->block);
	*image = (struct pmk_image){ 0 };
}

void pmk_image_copy(struct pmk_image *to, const struct pmk_image *from)
{
	assert(pmk_layout_equal(&to->layout, &from->layout));
	for (int p = 0; p < 3; p++) {
		size_t width = (size_t)pmk_layout_plane_width(&from->layout, p);
		for (int y = 0; y < pmk_layout_plane_height(&from->layout, p); y++)
			memcpy(to->plane[p] + (size_t)y * to->stride[p], from->plane[p] + (size_t)y * from->stride[p],
				width);
	}
}

void pmk_image_fill(struct pmk_image *image, const uint8_t yuv[3])
{
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++)
			memset(image->plane[p] + (size_t)y * image->stride[p], yuv[p],
				(size_t)pmk_layout_plane_width(&image->layout, p));
	}
}

int pmk_mask_alloc(struct pmk_mask *mask, int width, int height)
{
	struct pmk_mask made = { .width = width, .height = height, .stride = padded(width) };

	if (width < 1 || height < 1 || width > 2 * PMK_IMAGE_MAX_PX || height > 2 * PMK_IMAGE_MAX_PX)
		return -EINVAL;
	made.alpha = pmk_mem_alloc((size_t)made.stride * (size_t)height);
	if (!made.alpha)
		return -ENOMEM;
	*mask = made;
	return 0;
}

void pmk_mask_free(struct pmk_mask *mask)
{
	free(mask->alpha);
	*mask = (struct pmk_mask){ 0 };
}

struct pmk_frame_pool {
	atomic_int holders; /* the owner, and each frame that is out */
	int count;
	struct pmk_frame frames[];
};

struct pmk_frame_pool *pmk_frame_pool_create(int count)
{
	struct pmk_frame_pool *pool = calloc(1, sizeof *pool + (size_t)count * sizeof pool->frames[0]);

	if (!pool)
		return NULL;
	pool->count = count;
	atomic_init(&pool->holders, 1);
	for (int i = 0; i < count; i++)
		pool->frames[i].pool = pool;
	return pool;
}

static void let_go(struct pmk_frame_pool *pool)
{
	if (atomic_fetch_sub(&pool->holders, 1) > 1)
		return;
	for (int i = 0; i < pool->count; i++)
		pmk_image_free(&pool->frames[i].image);
	free(pool);
}

void pmk_frame_pool_destroy(struct pmk_frame_pool *pool)
{
	if (pool)
		let_go(pool);
}

static struct pmk_frame *find_idle(struct pmk_frame_pool *pool)
{
	for (int i = 0; i < pool->count; i++) {
		int idle = 0;
		if (atomic_compare_exchange_strong(&pool->frames[i].users, &idle, 1))
			return &pool->frames[i];
	}
	return NULL;
}

static bool same_planes(const struct pmk_layout *a, const struct pmk_layout *b)
{
	return a->width == b->width && a->height == b->height && a->chroma == b->chroma;
}

struct pmk_frame *pmk_frame_pool_take(struct pmk_frame_pool *pool, const struct pmk_layout *layout)
{
	struct pmk_frame *frame = find_idle(pool);

	if (!frame)
		return NULL;
	if (!frame->image.block || !same_planes(&frame->planes, layout)) {
		pmk_image_free(&frame->image);
		if (pmk_image_alloc(&frame->image, layout)) {
			atomic_store(&frame->users, 0);
			return NULL;
		}
	}
	frame->image.layout = frame->planes = *layout; /* range and matrix are labels only */
	atomic_fetch_add(&pool->holders, 1);
	frame->time_ns = frame->number = 0;
	frame->generation = 0;
	frame->position_ns = -1;
	frame->bar_x = frame->bar_y = 0;
	return frame;
}

void pmk_frame_cut(struct pmk_frame *frame, int width, int height)
{
	assert(width <= frame->image.layout.width && height <= frame->image.layout.height);
	frame->image.layout.width = width;
	frame->image.layout.height = height;
}

void pmk_frame_copy_moment(struct pmk_frame *to, const struct pmk_frame *from)
{
	to->time_ns = from->time_ns;
	to->number = from->number;
	to->generation = from->generation;
	to->position_ns = from->position_ns;
	to->bar_x = from->bar_x;
	to->bar_y = from->bar_y;
}

void pmk_frame_unref(struct pmk_frame *frame)
{
	struct pmk_frame_pool *pool;
	int before;

	if (!frame)
		return;
	pool = frame->pool;
	before = atomic_fetch_sub(&frame->users, 1);
	assert(before > 0);
	if (before == 1)
		let_go(pool);
}

/* SPDX-License-Identifier: MIT */
#include "framing/crop.h"

#include "base/mem.h"
#include "base/num.h"
#include "pixels/rows.h"

#include <errno.h>
#include <stdlib.h>

enum { MOST_SMALLER = 3, MARGIN = 16 /* bytes that stretch may write behind a row */ };

/* Where the pixels of a line of the picture come from. */
struct line {
	int count; /* px of the picture */
	int *at; /* for each, its place in the frame, in 1/256 px */
	struct pmk_taps *taps; /* the same for eight at a time; columns only */
};

struct pmk_crop {
	struct pmk_layout frames, pictures;
	const struct pmk_rows *rows;
	struct pmk_frame_pool *pool; /* of one frame, which is out all the time */
	struct pmk_frame *frame;
	struct pmk_mask mask;
	struct pmk_box part; /* that the lines are made for */
	struct line columns[2], lines[2]; /* of luma and mask; of chroma */
	/* two rows of the frame at the picture's width, and which ones; -1: none */
	uint8_t *row[2];
	int row_of[2];
};

static int alloc_line(struct line *line, int count, bool taps)
{
	line->count = count;
	line->at = pmk_mem_alloc((size_t)count * sizeof *line->at);
	if (taps)
		line->taps = pmk_mem_alloc(((size_t)count + 7) / 8 * sizeof *line->taps);
	return line->at && (line->taps || !taps) ? 0 : -ENOMEM;
}

static int alloc(struct pmk_crop *c)
{
	const struct pmk_layout *to = &c->pictures;
	int err = pmk_mask_alloc(&c->mask, to->width, to->height);

	for (int i = 0; !err && i < 2; i++) {
		c->row[i] = pmk_mem_alloc((size_t)to->width + MARGIN);
		err = c->row[i] ? alloc_line(&c->columns[i], pmk_layout_plane_width(to, i), true) : -ENOMEM;
		if (!err)
			err = alloc_line(&c->lines[i], pmk_layout_plane_height(to, i), false);
	}
	c->pool = err ? NULL : pmk_frame_pool_create(1);
	c->frame = c->pool ? pmk_frame_pool_take(c->pool, to) : NULL;
	return c->frame ? 0 : -ENOMEM;
}

int pmk_crop_create(const struct pmk_layout *frames, const struct pmk_layout *pictures, struct pmk_crop **crop)
{
	struct pmk_crop *c;

	if (frames->chroma != pictures->chroma || frames->width > MOST_SMALLER * pictures->width ||
		frames->height > MOST_SMALLER * pictures->height)
		return -EINVAL;
	c = calloc(1, sizeof *c);
	if (!c)
		return -ENOMEM;
	c->frames = *frames;
	c->pictures = *pictures;
	c->rows = pmk_rows();
	if (alloc(c)) {
		pmk_crop_destroy(c);
		return -ENOMEM;
	}
	*crop = c;
	return 0;
}

void pmk_crop_destroy(struct pmk_crop *c)
{
	if (!c)
		return;
	for (int i = 0; i < 2; i++) {
		free(c->columns[i].at);
		free(c->columns[i].taps);
		free(c->lines[i].at);
		free(c->row[i]);
	}
	pmk_frame_unref(c->frame);
	pmk_frame_pool_destroy(c->pool);
	pmk_mask_free(&c->mask);
	free(c);
}

/* Pixel i of the picture is at start + (i + 0.5) scale - 0.5, in px of the frame's plane, which has `most` of them. */
static void place(struct line *line, double start, double scale, int most)
{
	for (int i = 0; i < line->count; i++) {
		double at = (start + (i + 0.5) * scale) * 256 - 128;

		line->at[i] = (int)(fmin(fmax(at, 0), (most - 1) * 256.0) + 0.5);
	}
	if (line->taps && !pmk_taps_make(line->taps, line->at, line->count))
		abort(); /* MOST_SMALLER forbids it */
}

static void place_all(struct pmk_crop *c, const struct pmk_box *part)
{
	double across = (part->right - part->left) / c->pictures.width,
	       down = (part->bottom - part->top) / c->pictures.height;

	if (part->left == c->part.left && part->top == c->part.top && part->right == c->part.right &&
		part->bottom == c->part.bottom)
		return;
	for (int i = 0; i < 2; i++) {
		bool half = i && c->frames.chroma == PMK_CHROMA_420;

		place(&c->columns[i], i ? part->left / 2 : part->left, across, pmk_layout_plane_width(&c->frames, i));
		place(&c->lines[i], half ? part->top / 2 : part->top, down, pmk_layout_plane_height(&c->frames, i));
	}
	c->part = *part;
}

static const uint8_t *row_at(struct pmk_crop *c, const struct line *columns, const uint8_t *from, int stride, int index)
{
	uint8_t *row = c->row[index & 1];

	if (c->row_of[index & 1] != index)
		c->rows->stretch(from + (size_t)index * (size_t)stride, columns->taps, row, columns->count);
	c->row_of[index & 1] = index;
	return row;
}

static void scale(struct pmk_crop *c, int chroma, const uint8_t *from, int stride, uint8_t *to, int to_stride)
{
	const struct line *columns = &c->columns[chroma], *lines = &c->lines[chroma];

	c->row_of[0] = c->row_of[1] = -1;
	for (int y = 0; y < lines->count; y++) {
		int index = lines->at[y] / 256, part = lines->at[y] % 256;
		const uint8_t *a = row_at(c, columns, from, stride, index);
		const uint8_t *b = part ? row_at(c, columns, from, stride, index + 1) : a;

		c->rows->mix(a, b, part, to + (size_t)y * (size_t)to_stride, columns->count);
	}
}

static bool fits(const struct pmk_crop *c, const struct pmk_frame *frame, const struct pmk_mask *mask)
{
	const struct pmk_layout *f = &frame->image.layout;

	return f->width == c->frames.width && f->height == c->frames.height && f->chroma == c->frames.chroma &&
		(!mask || (mask->width == f->width && mask->height == f->height && mask->number == frame->number));
}

/* A part that differs from the whole by less than the places can tell. */
static bool is_whole(const struct pmk_crop *c, const struct pmk_box *part)
{
	const double least = 1.0 / 512;

	return c->frames.width == c->pictures.width && c->frames.height == c->pictures.height && part->left < least &&
		part->top < least && part->right > c->frames.width - least && part->bottom > c->frames.height - least;
}

int pmk_crop_run(struct pmk_crop *c, const struct pmk_box *part, const struct pmk_frame *frame,
	const struct pmk_mask *mask, const struct pmk_frame **cut_frame, const struct pmk_mask **cut_mask)
{
	const struct pmk_image *from = &frame->image;
	struct pmk_image *to = &c->frame->image;
	bool all;

	if (!fits(c, frame, mask))
		return -EINVAL;
	all = is_whole(c, part);
	*cut_frame = all ? frame : c->frame;
	*cut_mask = all || !mask ? mask : &c->mask;
	if (all)
		return 0;
	place_all(c, part);
	for (int p = 0; p < 3; p++)
		scale(c, p > 0, from->plane[p], from->stride[p], to->plane[p], to->stride[p]);
	to->layout.range = from->layout.range;
	to->layout.matrix = from->layout.matrix;
	pmk_frame_copy_moment(c->frame, frame);
	if (mask)
		scale(c, 0, mask->alpha, mask->stride, c->mask.alpha, c->mask.stride);
	c->mask.number = frame->number;
	return 0;
}

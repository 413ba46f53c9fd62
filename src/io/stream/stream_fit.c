/* SPDX-License-Identifier: MIT */
#include "io/stream/stream_fit.h"

#include "base/num.h"
#include "image/convert.h"

#include <math.h>
#include <string.h>

static const double SAME = 1.02, SQUARE = 1.01, MOST_PIXEL = 4;

/* An even side: nearly all codecs want that. */
static int longer(int side, double factor)
{
	return 2 * (int)(side * factor / 2 + 0.5);
}

/* The size of the pictures with square pixels, which has at least as many of them. False: the pixels are of no shape
 * that can be had so, and count as square. */
static bool square(const struct pmk_y4m_head *head, int *width, int *height)
{
	double wider = (double)head->pixel.over / head->pixel.under;

	*width = head->width;
	*height = head->height;
	if (wider < 1 / MOST_PIXEL || wider > MOST_PIXEL)
		return false;
	if (wider > SQUARE)
		*width = longer(head->width, wider);
	else if (wider < 1 / SQUARE)
		*height = longer(head->height, 1 / wider);
	if (*width <= PMK_IMAGE_MAX_PX && *height <= PMK_IMAGE_MAX_PX)
		return !head->said_pixel.over == !head->said_pixel.under;
	*width = head->width;
	*height = head->height;
	return false;
}

/* The middle of width x height px that is `wider` times as wide; `wider` below 1: as high. */
static struct pmk_rect middle(int width, int height, double wider)
{
	struct pmk_rect rect = { 0, 0, width, height };

	if (wider > SAME)
		rect.width = pmk_max(2, (int)(width / wider + 0.5));
	else if (wider < 1 / SAME)
		rect.height = pmk_max(2, (int)(height * wider + 0.5));
	rect.x = (width - rect.width) / 2 & ~1;
	rect.y = (height - rect.height) / 2 & ~1;
	if (rect.width < width)
		rect.width = width - 2 * rect.x;
	if (rect.height < height)
		rect.height = height - 2 * rect.y;
	return rect;
}

void pmk_stream_fit_choose(
	struct pmk_stream_fit *fit, const struct pmk_y4m_head *head, const struct pmk_source_wish *wish)
{
	int width, height;
	bool squared = square(head, &width, &height);
	double wider, more;

	*fit = (struct pmk_stream_fit){ .width = width, .height = height, .pixel_unused = !squared };
	if (wish->width && wish->height) {
		more = fmin(fmin((double)width / wish->width, (double)height / wish->height), 2);
		more = wish->larger ? fmax(more, 1) : 1;
		if (more > 1) {
			fit->picture_width = wish->width;
			fit->picture_height = wish->height;
		}
		fit->width = (int)(wish->width * more);
		fit->height = (int)(wish->height * more);
	}
	wider = (double)width * fit->height / ((double)height * fit->width);
	fit->from = middle(head->width, head->height, wish->contain ? 1 : wider);
	fit->to = middle(fit->width, fit->height, wish->contain ? 1 / wider : 1);
}

bool pmk_stream_fit_crops(const struct pmk_stream_fit *fit, const struct pmk_y4m_head *head)
{
	return fit->from.width < head->width || fit->from.height < head->height;
}

bool pmk_stream_fit_changes(const struct pmk_stream_fit *fit, const struct pmk_y4m_head *head)
{
	return fit->width != head->width || fit->height != head->height || pmk_stream_fit_crops(fit, head) ||
		fit->to.width < fit->width || fit->to.height < fit->height;
}

/* A part of a picture, whose planes it shares. */
static struct pmk_image part_of(const struct pmk_image *image, const struct pmk_rect *rect)
{
	struct pmk_image part = *image;

	part.block = NULL;
	part.layout.width = rect->width;
	part.layout.height = rect->height;
	for (int p = 0; p < 3; p++) {
		int x = p ? rect->x / 2 : rect->x;
		int y = p && image->layout.chroma == PMK_CHROMA_420 ? rect->y / 2 : rect->y;

		part.plane[p] += (size_t)y * (size_t)image->stride[p] + (size_t)x;
	}
	return part;
}

/* Repeat the rim of what lies in the middle of the whole. */
static void repeat_rim(const struct pmk_image *whole, const struct pmk_image *part, int p)
{
	int width = pmk_layout_plane_width(&whole->layout, p), height = pmk_layout_plane_height(&whole->layout, p);
	int in_width = pmk_layout_plane_width(&part->layout, p), in_height = pmk_layout_plane_height(&part->layout, p);
	size_t stride = (size_t)whole->stride[p], offset = (size_t)(part->plane[p] - whole->plane[p]);
	int top = (int)(offset / stride), left = (int)(offset % stride);

	for (int y = top; y < top + in_height; y++) {
		uint8_t *row = whole->plane[p] + (size_t)y * stride;

		memset(row, row[left], (size_t)left);
		memset(row + left + in_width, row[left + in_width - 1], (size_t)(width - left - in_width));
	}
	for (int y = 0; y < height; y++) {
		int from = pmk_clamp(y, top, top + in_height - 1);

		if (from != y)
			memcpy(whole->plane[p] + (size_t)y * stride, whole->plane[p] + (size_t)from * stride,
				(size_t)width);
	}
}

void pmk_stream_fit_run(const struct pmk_stream_fit *fit, const struct pmk_image *stored, struct pmk_frame *frame)
{
	struct pmk_image from = part_of(stored, &fit->from), to = part_of(&frame->image, &fit->to);

	(void)!pmk_convert_scale(&from, &to); /* range and matrix are the same */
	for (int p = 0; p < 3; p++)
		repeat_rim(&frame->image, &to, p);
	frame->bar_x = fit->to.x;
	frame->bar_y = fit->to.y;
}

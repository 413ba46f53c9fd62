/* SPDX-License-Identifier: MIT */
#include "scene/blur.h"

#include "base/mem.h"
#include "image/convert.h"
#include "scene/enlarge.h"
#include "scene/filter.h"

#include <errno.h>
#include <libyuv.h>
#include <stdlib.h>

enum { QUARTER = 4, PASSES = 3 };	/* three boxes in a row are close to a Gaussian */

/* The floor: at 1 % of the width as box radius three times over, print that fills a twentieth of the picture is gone. */
static const double FLOOR = 0.01, CEILING = 0.05;	/* radius over width */

/* Weight, of 255, of the mean background: a place that only a few pixels reach shows it rather than those few. */
static const float FEW = 8;

struct pmk_blur {
	struct pmk_image result;
	int width, height, radius;	/* of the quarter picture, px */
	uint8_t *byte, *weight_byte;	/* a quarter plane each */
	float *weight, *value, *scratch;
	struct pmk_enlarge enlarge[2];	/* to luma's size, to chroma's */
};

static int init_enlarge(struct pmk_blur *b)
{
	for (int i = 0; i < 2; i++) {
		int err = pmk_enlarge_init(&b->enlarge[i], b->width, b->height, pmk_layout_plane_width(&b->result.layout, i),
			pmk_layout_plane_height(&b->result.layout, i));
		if (err)
			return err;
	}
	return 0;
}

int pmk_blur_create(const struct pmk_layout *layout, int percent, struct pmk_blur **blur)
{
	struct pmk_blur *b = calloc(1, sizeof *b);
	size_t count;

	if (!b)
		return -ENOMEM;
	b->width = layout->width < 2 * QUARTER ? 1 : layout->width / QUARTER;
	b->height = layout->height < 2 * QUARTER ? 1 : layout->height / QUARTER;
	b->radius = (int)(b->width * (FLOOR + (CEILING - FLOOR) * percent / 100) + 0.5);
	b->radius = b->radius < 2 ? 2 : b->radius;
	count = (size_t)b->width * (size_t)b->height;
	b->byte = pmk_mem_alloc(count);
	b->weight_byte = pmk_mem_alloc(count);
	b->weight = pmk_mem_alloc(count * sizeof *b->weight);
	b->value = pmk_mem_alloc(count * sizeof *b->value);
	b->scratch = pmk_mem_alloc((count + 2 * (size_t)b->width) * sizeof *b->scratch);
	if (!b->byte || !b->weight_byte || !b->weight || !b->value || !b->scratch || pmk_image_alloc(&b->result, layout) ||
	    init_enlarge(b)) {
		pmk_blur_destroy(b);
		return -ENOMEM;
	}
	*blur = b;
	return 0;
}

void pmk_blur_destroy(struct pmk_blur *b)
{
	if (!b)
		return;
	pmk_enlarge_finish(&b->enlarge[0]);
	pmk_enlarge_finish(&b->enlarge[1]);
	pmk_image_free(&b->result);
	free(b->byte);
	free(b->weight_byte);
	free(b->weight);
	free(b->value);
	free(b->scratch);
	free(b);
}

static void smooth(struct pmk_blur *b, float *plane)
{
	for (int i = 0; i < PASSES; i++)
		pmk_filter_box(plane, plane, b->scratch, b->width, b->height, b->radius);
}

/* To a quarter. A plane that has a half already in one direction only (4:2:2 chroma) loses every other row first, so that libyuv
 * meets its fast exact halves and quarters. */
static void shrink(struct pmk_blur *b, const uint8_t *from, int stride, int width, int height, uint8_t *to)
{
	int across = width / b->width, down = height / b->height;

	if (down == 2 * across && across >= 2) {
		stride *= 2;
		height /= 2;
		down /= 2;
	}
	ScalePlane(from, stride, across * b->width, down * b->height, to, b->width, b->width, b->height, kFilterBox);
}

/* One plane: the mean of its background by weight, and where no background reaches, the mean of all of it. */
static void blur_plane(struct pmk_blur *b, const struct pmk_image *frame, int plane)
{
	struct pmk_mask out = { .width = pmk_layout_plane_width(&b->result.layout, plane), .stride = b->result.stride[plane],
		.height = pmk_layout_plane_height(&b->result.layout, plane), .alpha = b->result.plane[plane] };
	size_t count = (size_t)b->width * (size_t)b->height;
	double sum = 0, weights = 0;
	float mean;

	shrink(b, frame->plane[plane], frame->stride[plane], out.width, out.height, b->byte);
	for (size_t i = 0; i < count; i++) {
		float w = (float)(255 - b->weight_byte[i]);
		b->value[i] = w * b->byte[i];
		sum += b->value[i];
		weights += w;
	}
	mean = weights > 0 ? (float)(sum / weights) : 128;
	smooth(b, b->value);
	for (size_t i = 0; i < count; i++) {
		float v = (b->value[i] + mean * FEW) / (b->weight[i] + FEW);	/* rounding in the running sums can leave it just outside */
		b->byte[i] = v <= 0 ? 0 : v >= 255 ? 255 : (uint8_t)(v + 0.5f);
	}
	if (frame->layout.range == PMK_RANGE_FULL)
		pmk_convert_row_to_limited(b->byte, b->byte, (int)count, plane);
	pmk_enlarge_run(&b->enlarge[plane != 0], b->byte, b->width, &out);
}

const struct pmk_image *pmk_blur_run(struct pmk_blur *b, const struct pmk_image *frame, const struct pmk_mask *mask)
{
	size_t count = (size_t)b->width * (size_t)b->height;

	shrink(b, mask->alpha, mask->stride, mask->width, mask->height, b->weight_byte);
	for (size_t i = 0; i < count; i++)
		b->weight[i] = (float)(255 - b->weight_byte[i]);
	smooth(b, b->weight);
	for (int p = 0; p < 3; p++)
		blur_plane(b, frame, p);
	return &b->result;
}

/* SPDX-License-Identifier: MIT */
#include "scene/stillness.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "image/shrink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 240 }; /* px */
enum { MOTIONS = 2, REST = 4 }; /* after MOTIONS comparisons that found motion, REST pictures are not read */
enum { BLOCK = 4, AREA = BLOCK * BLOCK, LEAST = 2 * AREA, MOST = 6 * AREA }; /* px; sums of a block's differences */

static const uint64_t LONGEST_NS = 100 * PMK_MS_NS;

int pmk_stillness_init(struct pmk_stillness *s, const struct pmk_layout *layout)
{
	bool missing = false;

	*s = (struct pmk_stillness){ .layout = *layout };
	while (layout->width >> (s->halved + 1) >= SMALLEST && layout->height >> (s->halved + 1) >= BLOCK)
		s->halved++;
	for (int i = 0; i < 3; i++) {
		s->width[i] = (pmk_layout_plane_width(layout, i) + (1 << s->halved) - 1) >> s->halved;
		s->height[i] = (pmk_layout_plane_height(layout, i) + (1 << s->halved) - 1) >> s->halved;
		s->stride[i] = pmk_align_up(s->width[i], PMK_MEM_ALIGN);
		missing |= !(s->now[i] = pmk_mem_alloc((size_t)s->stride[i] * (size_t)s->height[i] + 1));
		missing |= !(s->seen[i] = pmk_mem_alloc((size_t)s->stride[i] * (size_t)s->height[i] + 1));
	}
	missing |= !(s->half = pmk_mem_alloc((size_t)(layout->width / 2 + 1) * (size_t)(layout->height / 2 + 1)));
	missing |= !(s->columns = pmk_mem_alloc((size_t)s->stride[0] * sizeof *s->columns));
	if (!missing)
		return 0;
	pmk_stillness_finish(s);
	return -ENOMEM;
}

void pmk_stillness_finish(struct pmk_stillness *s)
{
	for (int i = 0; i < 3; i++) {
		free(s->now[i]);
		free(s->seen[i]);
	}
	free(s->half);
	free(s->columns);
	*s = (struct pmk_stillness){ 0 };
}

void pmk_stillness_reset(struct pmk_stillness *s)
{
	s->primed = false;
	s->motions = s->rest = 0;
}

/* The mean over the square that becomes pixel (x, y) of a small plane; at the right and lower border, over the last
 * whole square. */
static uint8_t mean_at(const struct pmk_stillness *s, const struct pmk_image *image, int plane, int x, int y)
{
	int side = 1 << s->halved, left = pmk_layout_plane_width(&image->layout, plane) - side,
	    top = pmk_layout_plane_height(&image->layout, plane) - side;
	const uint8_t *row = image->plane[plane] + (size_t)pmk_min(y * side, top) * (size_t)image->stride[plane] +
		pmk_min(x * side, left);
	int sum = side * side / 2;

	for (int i = 0; i < side; i++, row += image->stride[plane]) {
		for (int k = 0; k < side; k++)
			sum += row[k];
	}
	return (uint8_t)(sum / (side * side));
}

/* Fill the last column from row 0 to `height`, and the last row, if whole squares do not reach them. */
static void shrink_rim(struct pmk_stillness *s, const struct pmk_image *image, int plane, int width, int height)
{
	uint8_t *now = s->now[plane];

	for (int y = 0; y < height && width < s->width[plane]; y++)
		now[(size_t)y * (size_t)s->stride[plane] + (size_t)width] = mean_at(s, image, plane, width, y);
	for (int x = 0; x < s->width[plane] && height < s->height[plane]; x++)
		now[(size_t)height * (size_t)s->stride[plane] + (size_t)x] = mean_at(s, image, plane, x, height);
}

static void shrink(struct pmk_stillness *s, const struct pmk_image *image, int plane)
{
	int whole_width = pmk_layout_plane_width(&image->layout, plane) >> s->halved,
	    whole_height = pmk_layout_plane_height(&image->layout, plane) >> s->halved;

	shrink_rim(s, image, plane, whole_width, whole_height);
	pmk_shrink(image->plane[plane], image->stride[plane], s->halved, s->now[plane], s->stride[plane], whole_width,
		whole_height, s->half);
}

/* Add up the differences of `rows` rows in each column. */
static void add_columns(const uint8_t *a, const uint8_t *b, int stride, int width, int rows, uint16_t *columns)
{
	memset(columns, 0, (size_t)width * sizeof *columns);
	for (int y = 0; y < rows; y++) {
		for (int x = 0; x < width; x++) {
			int d = a[x] - b[x];
			columns[x] = (uint16_t)(columns[x] + (d < 0 ? -d : d));
		}
		a += stride;
		b += stride;
	}
}

/* A block at the border may be smaller than the others; its sum is scaled to a whole block's. */
static int block_sum(const uint16_t *columns, int width, int rows)
{
	int sum = 0, count = pmk_min(width, BLOCK);

	for (int x = 0; x < count; x++)
		sum += columns[x];
	return count * rows == AREA ? sum : sum * AREA / (count * rows);
}

/* Count the blocks that have each sum. False at once if one is over MOST: that is motion whatever the noise. */
static bool count_blocks(struct pmk_stillness *s, int plane, int counts[MOST + 1])
{
	int width = s->width[plane], height = s->height[plane], stride = s->stride[plane];

	for (int y = 0; y < height; y += BLOCK) {
		int rows = pmk_min(height - y, BLOCK);

		add_columns(s->now[plane] + (size_t)y * stride, s->seen[plane] + (size_t)y * stride, stride, width,
			rows, s->columns);
		for (int x = 0; x < width; x += BLOCK) {
			int sum = block_sum(s->columns + x, width - x, rows);
			if (sum > MOST)
				return false;
			counts[sum]++;
		}
	}
	return true;
}

static bool plane_is_still(struct pmk_stillness *s, int plane)
{
	int blocks = ((s->width[plane] + BLOCK - 1) / BLOCK) * ((s->height[plane] + BLOCK - 1) / BLOCK);
	int counts[MOST + 1] = { 0 }, noise = 0, largest = MOST, below;

	if (!count_blocks(s, plane, counts))
		return false;
	for (below = counts[0]; below * 4 < blocks; below += counts[noise])
		noise++;
	while (largest > 0 && !counts[largest])
		largest--;
	return largest <= pmk_clamp(2 * noise + AREA, LEAST, MOST);
}

/* Whether pictures of this layout can be tested, and compared with the last one. */
static bool take_layout(struct pmk_stillness *s, const struct pmk_layout *layout)
{
	if (pmk_layout_equal(&s->layout, layout))
		return true;
	s->primed = false;
	if (layout->width != s->layout.width || layout->height != s->layout.height ||
		layout->chroma != s->layout.chroma)
		return false;
	s->layout = *layout;
	return true;
}

bool pmk_stillness_test(struct pmk_stillness *s, const struct pmk_image *image, uint64_t now_ns)
{
	bool still;

	s->looked = take_layout(s, &image->layout) && !s->rest;
	if (s->rest)
		s->rest--;
	if (!s->looked)
		return false;
	for (int i = 0; i < 3; i++)
		shrink(s, image, i);
	s->now_ns = now_ns;
	if (!s->primed || now_ns <= s->seen_ns || now_ns - s->seen_ns > LONGEST_NS)
		return false;
	still = plane_is_still(s, 0) && plane_is_still(s, 1) && plane_is_still(s, 2);
	s->motions = still ? 0 : s->motions + 1;
	s->rest = s->motions >= MOTIONS ? REST : 0;
	return still;
}

void pmk_stillness_saw(struct pmk_stillness *s)
{
	for (int i = 0; i < 3; i++) {
		uint8_t *seen = s->seen[i];
		s->seen[i] = s->now[i];
		s->now[i] = seen;
	}
	s->seen_ns = s->now_ns;
	s->primed = s->looked;
	s->looked = false;
}

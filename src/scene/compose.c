/* SPDX-License-Identifier: MIT */
#include "scene/compose.h"

#include "base/clock.h"
#include "base/mem.h"
#include "image/convert.h"
#include "image/shown_seal.h"
#include "scene/rim.h"
#include "scene/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pmk_composer {
	struct pmk_layout layout;
	struct pmk_shown_pool *pool;
	const struct pmk_rows *rows;
	struct pmk_rim *rim;	/* or NULL */
	struct pmk_match *match;	/* the caller's, or NULL */
	const struct pmk_image *kept;	/* a picture that is behind and does not change, or NULL */
	uint64_t kept_number;	/* counts up from 1: which of them it is */
	uint8_t *half;	/* a row of alpha at the chroma's width */
	uint8_t *behind;	/* a row of what is behind, where that is made row by row */
};

int pmk_composer_create(const struct pmk_layout *layout, int count, struct pmk_composer **composer)
{
	struct pmk_composer *c;

	if (layout->range != PMK_RANGE_LIMITED)
		return -EINVAL;
	c = calloc(1, sizeof *c);
	if (!c)
		return -ENOMEM;
	c->layout = *layout;
	c->pool = pmk_shown_pool_create(count, layout);
	c->rows = pmk_rows();
	c->half = pmk_mem_alloc((size_t)layout->width);
	c->behind = pmk_mem_alloc((size_t)layout->width);
	if (!c->pool || !c->half || !c->behind) {
		pmk_composer_destroy(c);
		return -ENOMEM;
	}
	*composer = c;
	return 0;
}

int pmk_composer_clean_rim(struct pmk_composer *c)
{
	return c->rim ? 0 : pmk_rim_create(&c->layout, &c->rim);
}

void pmk_composer_match(struct pmk_composer *c, struct pmk_match *match)
{
	c->match = match;
}

void pmk_composer_keep_behind(struct pmk_composer *c, const struct pmk_image *behind)
{
	c->kept = behind;
	c->kept_number++;
}

void pmk_composer_destroy(struct pmk_composer *c)
{
	if (!c)
		return;
	pmk_rim_destroy(c->rim);
	pmk_shown_pool_destroy(c->pool);
	free(c->half);
	free(c->behind);
	free(c);
}

static bool is_room(const uint8_t *alpha)	/* of 32 pixels */
{
	uint64_t words[4];

	memcpy(words, alpha, sizeof words);
	return (words[0] | words[1] | words[2] | words[3]) == 0;
}

/* All that is not room. Many pixels at a time first: most rows have wide margins. */
static struct pmk_shown_span find_person(const uint8_t *alpha, int count)
{
	struct pmk_shown_span s = { 0, count };

	while (s.first + 32 <= count && is_room(alpha + s.first))
		s.first += 32;
	while (s.first < count && !alpha[s.first])
		s.first++;
	while (s.end - 32 >= s.first && is_room(alpha + s.end - 32))
		s.end -= 32;
	while (s.end > s.first && !alpha[s.end - 1])
		s.end--;
	return s;
}

/* What one frame is composed of. */
struct parts {
	const struct pmk_frame *frame;
	const struct pmk_mask *mask;
	const struct pmk_image *picture;	/* behind, or */
	struct pmk_blur *blur;
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Bring back what is behind where somebody was and nobody is now. */
static void restore(const uint8_t *back, uint8_t *to, struct pmk_shown_span was, struct pmk_shown_span now)
{
	int left = least(was.end, now.first), right = now.end > was.first ? now.end : was.first;

	if (left > was.first)
		memcpy(to + was.first, back + was.first, (size_t)(left - was.first));
	if (was.end > right)
		memcpy(to + right, back + right, (size_t)(was.end - right));
}

/* Alpha is 0 outside of the span; outside of `was` the row is what is behind already. */
static void compose_row(struct pmk_composer *c, const struct parts *parts, const uint8_t *alpha, struct pmk_shown_span was, struct pmk_shown_span span,
	struct pmk_image *out, int plane, int y)
{
	const struct pmk_image *frame = &parts->frame->image;
	const uint8_t *person = frame->plane[plane] + (size_t)y * frame->stride[plane], *back = c->behind;
	uint8_t *to = out->plane[plane] + (size_t)y * out->stride[plane];
	int first = span.first, end = span.end;

	if (parts->blur)
		pmk_blur_row(parts->blur, plane, y, c->behind);
	else
		back = parts->picture->plane[plane] + (size_t)y * parts->picture->stride[plane];
	if (c->match)
		back = pmk_match_row(c->match, plane, y, back);
	restore(back, to, was, span);
	if (frame->layout.range == PMK_RANGE_FULL)
		c->rows->blend_to_limited(person + first, back + first, alpha + first, to + first, end - first, plane);
	else
		c->rows->blend(person + first, back + first, alpha + first, to + first, end - first);
	if (c->rim)
		pmk_rim_row(c->rim, plane, y, alpha, first, end, back, to);
}

/* Alpha of a span of one chroma row: the mean over the pixels that a sample covers. The last column of an odd width stands alone. */
static void halve_alpha(const struct pmk_rows *rows, const uint8_t *a, const uint8_t *b, int width, struct pmk_shown_span span, uint8_t *half)
{
	int pairs = span.end < width / 2 ? span.end : width / 2;

	if (pairs > span.first)
		rows->halve(a + 2 * span.first, b + 2 * span.first, half + span.first, pairs - span.first);
	if (span.end > width / 2)
		half[width / 2] = (uint8_t)((a[width - 1] + b[width - 1] + 1) / 2);
}

static bool fits(const struct pmk_composer *c, const struct pmk_layout *frame)
{
	return frame->width == c->layout.width && frame->height == c->layout.height && frame->chroma == c->layout.chroma &&
		frame->matrix == c->layout.matrix;
}

static struct pmk_shown_span both(struct pmk_shown_span a, struct pmk_shown_span b)
{
	if (a.first == a.end)
		return b;
	if (b.first == b.end)
		return a;
	return (struct pmk_shown_span){ a.first < b.first ? a.first : b.first, a.end > b.end ? a.end : b.end };
}

/* The same of a row of chroma. */
static struct pmk_shown_span halved(struct pmk_shown_span s)
{
	return (struct pmk_shown_span){ s.first / 2, (s.end + 1) / 2 };
}

/* Luma and chroma in turns: a row of alpha is read while it is near. `knows`: the picture holds what is behind already, but for its spans. */
static void compose_rows(struct pmk_composer *c, const struct parts *parts, bool knows, struct pmk_shown *shown)
{
	int rows = c->layout.chroma == PMK_CHROMA_420 ? 2 : 1, width = c->layout.width;

	for (int y = 0; y < c->layout.height; y += rows) {
		bool two = rows == 2 && y + 1 < c->layout.height;
		const uint8_t *a = parts->mask->alpha + (size_t)y * parts->mask->stride, *b = two ? a + parts->mask->stride : a;
		struct pmk_shown_span now = { 0, 0 }, was = { 0, 0 }, *kept = &shown->span[y];

		for (int i = 0; i <= two; i++) {
			const uint8_t *alpha = i ? b : a;
			struct pmk_shown_span before = knows ? kept[i] : (struct pmk_shown_span){ 0, width };

			kept[i] = find_person(alpha, width);
			compose_row(c, parts, alpha, before, kept[i], &shown->image, 0, y + i);
			now = i ? both(now, kept[i]) : kept[i];
			was = i ? both(was, before) : before;
		}
		now = halved(now);
		was = halved(was);
		halve_alpha(c->rows, a, b, width, now, c->half);
		compose_row(c, parts, c->half, was, now, &shown->image, 1, y / rows);
		compose_row(c, parts, c->half, was, now, &shown->image, 2, y / rows);
	}
}

/* Whether what is behind is the same for each frame, so that pictures may keep what they hold of it. */
static bool stays(const struct pmk_composer *c, const struct parts *parts)
{
	return parts->picture && parts->picture == c->kept && !c->match;
}

static int compose(struct pmk_composer *c, const struct parts *parts, const struct pmk_layout *behind, struct pmk_shown **shown)
{
	const struct pmk_frame *frame = parts->frame;
	const struct pmk_mask *mask = parts->mask;
	bool stay = stays(c, parts);
	struct pmk_shown *s;

	if (!fits(c, &frame->image.layout) || !pmk_layout_equal(behind, &c->layout) || mask->number != frame->number ||
	    mask->width != c->layout.width || mask->height != c->layout.height)
		return -EINVAL;
	s = pmk_shown_pool_take(c->pool);
	if (!s)
		return -EAGAIN;
	if (parts->blur)
		pmk_blur_begin(parts->blur, &frame->image, mask);
	if (c->rim)
		pmk_rim_begin(c->rim, &frame->image, mask);
	compose_rows(c, parts, stay && s->backdrop == c->kept_number, s);
	s->backdrop = stay ? c->kept_number : 0;
	s->time_ns = frame->time_ns;
	s->position_ns = frame->position_ns;
	s->cover = false;
	*shown = s;
	return 0;
}

int pmk_compose(struct pmk_composer *c, const struct pmk_frame *frame, const struct pmk_mask *mask, const struct pmk_image *behind,
	struct pmk_shown **shown)
{
	struct parts parts = { .frame = frame, .mask = mask, .picture = behind };

	return compose(c, &parts, &behind->layout, shown);
}

int pmk_compose_blurred(struct pmk_composer *c, const struct pmk_frame *frame, const struct pmk_mask *mask, struct pmk_blur *blur,
	struct pmk_shown **shown)
{
	struct parts parts = { .frame = frame, .mask = mask, .blur = blur };

	return compose(c, &parts, pmk_blur_layout(blur), shown);
}

int pmk_compose_cover(struct pmk_composer *c, const struct pmk_image *cover, const struct pmk_frame *instead_of, struct pmk_shown **shown)
{
	struct pmk_shown *s;

	if (!pmk_layout_equal(&cover->layout, &c->layout))
		return -EINVAL;
	s = pmk_shown_pool_take(c->pool);
	if (!s)
		return -EAGAIN;
	pmk_image_copy(&s->image, cover);
	s->time_ns = instead_of ? instead_of->time_ns : pmk_clock_now_ns();
	s->position_ns = instead_of ? instead_of->position_ns : -1;
	s->cover = true;
	s->backdrop = 0;
	*shown = s;
	return 0;
}

static void draw_border(struct pmk_image *image)
{
	static const uint8_t red[3] = { 0xe0, 0x10, 0x10 };
	uint8_t yuv[3];

	pmk_convert_rgb_to_yuv(red, &image->layout, yuv);
	for (int p = 0; p < 3; p++) {
		int w = pmk_layout_plane_width(&image->layout, p), h = pmk_layout_plane_height(&image->layout, p);
		int side = w / 48 + 1, top = h / 27 + 1;
		for (int y = 0; y < h; y++) {
			uint8_t *row = image->plane[p] + (size_t)y * image->stride[p];
			int reach = y < top || y >= h - top ? w : side;
			memset(row, yuv[p], (size_t)reach);
			memset(row + w - reach, yuv[p], (size_t)reach);
		}
	}
}

int pmk_compose_room(struct pmk_composer *c, const struct pmk_frame *frame, struct pmk_shown **shown)
{
	const struct pmk_image *from = &frame->image;
	struct pmk_shown *s;

	if (!fits(c, &from->layout))
		return -EINVAL;
	s = pmk_shown_pool_take(c->pool);
	if (!s)
		return -EAGAIN;
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&c->layout, p); y++) {
			const uint8_t *row = from->plane[p] + (size_t)y * from->stride[p];
			uint8_t *to = s->image.plane[p] + (size_t)y * s->image.stride[p];
			int width = pmk_layout_plane_width(&c->layout, p);
			if (from->layout.range == PMK_RANGE_FULL)
				pmk_convert_row_to_limited(row, to, width, p);
			else
				memcpy(to, row, (size_t)width);
		}
	}
	draw_border(&s->image);
	s->backdrop = 0;
	s->time_ns = frame->time_ns;
	s->position_ns = frame->position_ns;
	s->cover = false;
	*shown = s;
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "compose/blur/blur_parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRID = PMK_CELL };

/* A picture of at least so many cells across, with patches of more than so many, is drawn on a grid of 2x2 cells. */
enum { COARSE_WIDTH = 128, COARSE_PATCH = 2 };

/* the side of a patch at strength 0 and 100, as a share of the shorter side */
static const double LEAST = 0.032, MOST = 0.12;
static const uint64_t SHOW_NS = 45 * PMK_MS_NS; /* the picture changes no sooner: about 15 times in a second */
static const uint64_t CUT_NS = 500 * PMK_MS_NS; /* frames that are further apart do not belong together */

double pmk_blur_patch(int percent)
{
	return LEAST + (MOST - LEAST) * percent / 100;
}

static int init_plane(struct pmk_blur_plane *p, int width, int height)
{
	p->width = width;
	p->height = height;
	p->stride = width + 2;
	p->block = pmk_mem_alloc((size_t)p->stride * (size_t)height * sizeof *p->block);
	p->at = p->block ? p->block + 1 : NULL;
	return p->block ? 0 : -ENOMEM;
}

static int init_full(struct pmk_blur *b, enum pmk_chroma chroma, int plane)
{
	struct pmk_blur_full *f = &b->full[plane];
	bool missing = false;

	f->across = (plane ? GRID / 2 : GRID) * b->step;
	f->down = (plane && chroma == PMK_CHROMA_420 ? GRID / 2 : GRID) * b->step;
	f->stride = pmk_align_up(b->width * f->across, PMK_MEM_ALIGN);
	for (int i = 0; i < PMK_BLUR_NEAR; i++)
		missing |= !(f->wide[i] = pmk_mem_alloc((size_t)f->stride * sizeof *f->wide[i]));
	missing |= !(f->pixels = pmk_mem_alloc((size_t)f->stride * (size_t)f->down));
	return missing ? -ENOMEM : 0;
}

static int allocate(struct pmk_blur *b, const struct pmk_layout *layout)
{
	size_t cells = (size_t)b->width * (size_t)b->step * PMK_BLUR_LARGER;
	bool missing = pmk_image_alloc(&b->picture, layout) != 0;

	for (int i = 0; i < PMK_BLUR_VALUES; i++) {
		missing |= init_plane(&b->small[i], b->width, b->height) != 0;
		missing |= !(b->cells[i] = pmk_mem_alloc(cells * sizeof *b->cells[i]));
		missing |= init_full(b, layout->chroma, i) != 0;
	}
	missing |= !(b->alpha = pmk_mem_alloc(cells * sizeof *b->alpha));
	return missing ? -ENOMEM : 0;
}

/* A coarse grid can hold all that large patches leave, at a quarter of the work. */
static void choose_grid(struct pmk_blur *b, const struct pmk_layout *layout)
{
	int cells = (layout->width + GRID - 1) / GRID, size;
	double patch = b->share * pmk_min(layout->width, layout->height) / GRID;

	b->step = cells >= COARSE_WIDTH && patch > COARSE_PATCH ? 2 : 1;
	size = GRID * b->step;
	b->width = (layout->width + size - 1) / size;
	b->height = (layout->height + size - 1) / size;
}

int pmk_blur_create(const struct pmk_layout *layout, int percent, struct pmk_blur **blur)
{
	struct pmk_blur *b = calloc(1, sizeof *b);

	if (!b)
		return -ENOMEM;
	b->rows = pmk_rows();
	b->share = pmk_blur_patch(percent);
	choose_grid(b, layout);
	if (allocate(b, layout) || pmk_blur_patches_init(b)) {
		pmk_blur_destroy(b);
		return -ENOMEM;
	}
	*blur = b;
	return 0;
}

static void finish_full(struct pmk_blur_full *f)
{
	for (int i = 0; i < PMK_BLUR_NEAR; i++)
		free(f->wide[i]);
	free(f->pixels);
}

void pmk_blur_destroy(struct pmk_blur *b)
{
	if (!b)
		return;
	for (int i = 0; i < PMK_BLUR_VALUES; i++) {
		free(b->small[i].block);
		free(b->cells[i]);
		finish_full(&b->full[i]);
	}
	free(b->alpha);
	pmk_blur_patches_finish(b);
	pmk_image_free(&b->picture);
	free(b);
}

/* Row y of the grid at full size. The end of the picture may cut the last one. */
static void write_row(struct pmk_blur *b, int plane, int y)
{
	const struct pmk_blur_full *f = &b->full[plane];
	struct pmk_image *out = &b->picture;
	int last = b->height - 1, above = pmk_clamp(y - 1, 0, last), below = pmk_clamp(y + 1, 0, last),
	    stride = out->stride[plane];
	int left = pmk_layout_plane_height(&b->picture.layout, plane) - y * f->down;
	uint8_t *to = out->plane[plane] + (size_t)(y * f->down) * (size_t)stride;
	bool cut = left < f->down;

	b->rows->heighten(f->wide[above % PMK_BLUR_NEAR], f->wide[y % PMK_BLUR_NEAR], f->wide[below % PMK_BLUR_NEAR],
		f->down, cut ? f->pixels : to, cut ? f->stride : stride, f->stride);
	for (int i = 0; cut && i < left; i++)
		memcpy(to + (size_t)i * (size_t)stride, f->pixels + (size_t)i * (size_t)f->stride, (size_t)f->stride);
}

/* A row of the grid is kept at full width until the row after the next one is made. */
static void write_picture(struct pmk_blur *b)
{
	for (int y = 0, widened = 0; y < b->height; y++) {
		for (; widened <= pmk_min(y + 1, b->height - 1); widened++) {
			for (int i = 0; i < PMK_BLUR_VALUES; i++)
				b->rows->widen(pmk_blur_row(&b->small[i], widened), b->full[i].across,
					b->full[i].wide[widened % PMK_BLUR_NEAR], b->width);
		}
		for (int i = 0; i < PMK_BLUR_VALUES; i++)
			write_row(b, i, y);
	}
}

const struct pmk_layout *pmk_blur_layout(const struct pmk_blur *b)
{
	return &b->picture.layout;
}

/* Whether a frame stands alone; if not, how long it is after the one before. */
static bool stands_alone(struct pmk_blur *b, const struct pmk_frame *frame, uint64_t *passed_ns)
{
	/* to 1 us: programs round the times of a rate in different ways */
	uint64_t now = (pmk_frame_moment_ns(frame) + 500) / 1000 * 1000;
	bool again = frame->number == b->number && now == b->moment_ns; /* composed once more, after a change */
	bool alone = !b->began || frame->generation != b->generation || (frame->number <= b->number && !again) ||
		now < b->moment_ns || now > b->moment_ns + CUT_NS;

	*passed_ns = alone ? 0 : now - b->moment_ns;
	b->began = true;
	b->generation = frame->generation;
	b->number = frame->number;
	b->moment_ns = now;
	return alone;
}

/* All of the frame, or what it was cut out of. */
static struct pmk_blur_sight find_sight(const struct pmk_blur *b, const struct pmk_frame *frame,
	const struct pmk_cells *cells, const struct pmk_whole *whole)
{
	const struct pmk_layout *to = &b->picture.layout;

	if (!whole || whole->frame->image.layout.width > PMK_BLUR_LARGER * to->width)
		return (struct pmk_blur_sight){ .image = &frame->image, .cells = cells, .scale_x = 1, .scale_y = 1 };
	return (struct pmk_blur_sight){ .image = &whole->frame->image,
		.mask = whole->mask,
		.left = whole->left,
		.top = whole->top,
		.scale_x = whole->width / to->width,
		.scale_y = whole->height / to->height };
}

const struct pmk_image *pmk_blur_begin(struct pmk_blur *b, const struct pmk_frame *frame, const struct pmk_cells *cells,
	const struct pmk_whole *whole, bool *stays)
{
	struct pmk_blur_sight sight = find_sight(b, frame, cells, whole);
	const struct pmk_layout *from = &sight.image->layout;
	uint64_t passed_ns;
	bool other = pmk_blur_patches_lay(b, from->width, from->height), alone = stands_alone(b, frame, &passed_ns);
	bool anew = pmk_blur_remember(b, &sight, passed_ns, alone || other);
	bool changes = pmk_blur_spline_aim(b, &sight, other);

	b->unshown_ns += passed_ns;
	if (anew || b->unshown_ns >= SHOW_NS) {
		changes |= pmk_blur_patches_run(b, from->range, b->unshown_ns, anew);
		b->unshown_ns = 0;
	}
	if (changes) {
		pmk_blur_spline(b);
		write_picture(b);
	}
	*stays = !changes;
	return &b->picture;
}

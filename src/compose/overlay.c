/* SPDX-License-Identifier: MIT */
#include "compose/overlay.h"

#include "base/log.h"
#include "base/num.h"
#include "base/open_file.h"
#include "image/colour.h"
#include "media/still.h"
#include "pixels/cells.h"
#include "text/caption.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns first..end - 1 of luma in a row of cells that the overlay touches. */
struct run {
	int first, end;
	bool opaque;
};

struct pmk_overlay {
	const struct pmk_rows *rows;
	struct pmk_image colour; /* plain, where alpha is not 0 */
	struct pmk_mask alpha[2]; /* at the size of luma, and of chroma */
	int cell_rows;
	int *first_run; /* of each row of cells, and one more at the end */
	struct run *run;
	struct pmk_rect tag; /* where the name tag is; width 0: there is none */
};

int pmk_overlay_check(const char *path, char *why, size_t size)
{
	const char *missing = *path ? pmk_open_file_missing(path) : NULL;

	if (*path && !missing)
		return 0;
	snprintf(why, size, "%s",
		!*path                         ? "which picture? as in logo.png" :
			strcmp(path, "-") == 0 ? "an overlay cannot come through a pipe" :
						 missing);
	return *path ? -ENOENT : -EINVAL;
}

bool pmk_overlay_settings_equal(const struct pmk_overlay_settings *a, const struct pmk_overlay_settings *b)
{
	return strcmp(a->picture, b->picture) == 0 && a->place == b->place && a->size == b->size &&
		strcmp(a->caption, b->caption) == 0 && a->caption_spot == b->caption_spot;
}

/* --- where it lies --- */

/* The highest alpha in a part of the sheet, or the lowest. */
static int alpha_in(const struct pmk_sheet *sheet, const struct pmk_rect *part, bool highest)
{
	int found = highest ? 0 : 255;

	for (int y = part->y; y < part->y + part->height; y++) {
		const uint8_t *row = sheet->data + (size_t)y * (size_t)sheet->stride;

		for (int x = part->x; x < part->x + part->width; x++)
			found = highest ? pmk_max(found, row[4 * x + 3]) : pmk_min(found, row[4 * x + 3]);
	}
	return found;
}

static bool is_opaque(const struct pmk_sheet *sheet)
{
	return alpha_in(sheet, &(struct pmk_rect){ 0, 0, sheet->width, sheet->height }, false) > 250;
}

/* A clear middle, and something in a corner. */
static bool is_frame(const struct pmk_sheet *sheet)
{
	int w = sheet->width, h = sheet->height;
	const uint8_t *top = sheet->data + 3, *bottom = top + (size_t)(h - 1) * (size_t)sheet->stride;

	return alpha_in(sheet, &(struct pmk_rect){ w / 4, h / 4, w / 2, h / 2 }, true) < 16 &&
		(top[0] || top[4 * (w - 1)] || bottom[0] || bottom[4 * (w - 1)]);
}

/* Made to lie over the whole picture: of its shape, or a frame; not tiny, and with something to see through. */
static bool is_full(const struct pmk_sheet *sheet, const struct pmk_layout *layout)
{
	double shape = (double)sheet->width / sheet->height * layout->height / layout->width;

	return sheet->width * 3 >= layout->width && !is_opaque(sheet) &&
		((shape > 0.95 && shape < 1.05) || is_frame(sheet));
}

/* Even places and sizes keep the picture's edges on those of chroma samples. */
static int even(double px)
{
	return pmk_max(2 * (int)(px / 2 + 0.5), 2);
}

/* A picture that spans the frame touches its edges; another one keeps a margin. */
static struct pmk_rect place_of(
	const struct pmk_overlay_settings *s, const struct pmk_sheet *sheet, const struct pmk_layout *layout)
{
	enum pmk_spot place = s->place == PMK_SPOT_AUTO ? PMK_SPOT_TOP_RIGHT : s->place;
	double wide = layout->width, high = layout->height, share = s->size > 0 ? s->size : 0.2;
	double scale = fmin(wide * (s->size > 0 ? share : 1.25 * share) / sheet->width, high * share / sheet->height);
	struct pmk_rect r;
	int margin, gap_x, gap_y;

	if (s->place == PMK_SPOT_FULL || (s->place == PMK_SPOT_AUTO && !(s->size > 0) && is_full(sheet, layout)))
		return (struct pmk_rect){ 0, 0, layout->width, layout->height };
	if (!(s->size > 0))
		scale = fmin(scale, 1);
	r.width = pmk_min(even(sheet->width * scale), layout->width);
	r.height = pmk_min(even(sheet->height * scale), layout->height);
	gap_x = layout->width - r.width;
	gap_y = layout->height - r.height;
	margin = gap_x < wide / 20 || gap_y < high / 20 ? 0 : (int)(fmin(wide, high) / 25);
	r.x = place % 3 == 0 ? margin : place % 3 == 1 ? gap_x / 2 : gap_x - margin;
	r.y = place / 3 == 0 ? margin : place / 3 == 1 ? gap_y / 2 : gap_y - margin;
	r.x = pmk_max(r.x, 0) & ~1;
	r.y = pmk_max(r.y, 0) & ~1;
	return r;
}

static int read_picture(const struct pmk_overlay_settings *s, struct pmk_sheet *picture)
{
	int still = pmk_still_probe(s->picture);

	if (still < 0)
		return still;
	if (still == PMK_STILL_ANIMATED)
		pmk_warn("overlay \"%s\": only the first picture of this animation lies over the picture", s->picture);
	if (still == PMK_STILL_NONE) {
		pmk_error("overlay \"%s\": a video cannot lie over the picture; give a picture", s->picture);
		return -ENOTSUP;
	}
	return pmk_still_read_sheet(s->picture, picture);
}

static int put_picture(const struct pmk_overlay_settings *s, const struct pmk_layout *layout, struct pmk_sheet *sheet)
{
	struct pmk_sheet picture;
	struct pmk_rect at;
	int err = read_picture(s, &picture);

	if (err)
		return err;
	at = place_of(s, &picture, layout);
	pmk_debug("overlay \"%s\": %dx%d, shown as %dx%d at %d,%d", s->picture, picture.width, picture.height, at.width,
		at.height, at.x, at.y);
	if (at.width == layout->width && at.height == layout->height && is_opaque(&picture))
		pmk_warn("overlay \"%s\": no part of it is transparent, so it hides the whole picture", s->picture);
	err = pmk_sheet_put(&picture, sheet, &at);
	if (err)
		pmk_error_cure(PMK_CURE_SCALE_FILE, "overlay \"%s\": cannot be scaled to %dx%d: %s", s->picture,
			at.width, at.height, strerror(-err));
	pmk_sheet_free(&picture);
	return err;
}

/* --- from the sheet to planes --- */

/* The mean colour and alpha of the block of pixels at (x, y) that is `wide` and `high` px large or cut by the edge. */
static uint8_t mean_block(const struct pmk_sheet *sheet, int x, int y, int wide, int high,
	const struct pmk_layout *layout, uint8_t yuv[3])
{
	int count = 0, sum[4] = { 0 };
	uint8_t rgb[3];

	for (int j = y; j < y + high && j < sheet->height; j++) {
		for (int i = x; i < x + wide && i < sheet->width; i++, count++) {
			const uint8_t *p = sheet->data + (size_t)j * (size_t)sheet->stride + 4 * (size_t)i;
			for (int c = 0; c < 4; c++)
				sum[c] += p[c];
		}
	}
	if (!sum[3])
		return 0;
	for (int c = 0; c < 3; c++)
		rgb[c] = (uint8_t)pmk_min((sum[2 - c] * 255 + sum[3] / 2) / sum[3], 255);
	pmk_colour_rgb_to_yuv(rgb, layout, yuv);
	return (uint8_t)((sum[3] + count / 2) / count);
}

static void fill_luma(struct pmk_overlay *o, const struct pmk_sheet *sheet)
{
	for (int y = 0; y < sheet->height; y++) {
		uint8_t *to = o->colour.plane[0] + (size_t)y * o->colour.stride[0];
		uint8_t *alpha = o->alpha[0].alpha + (size_t)y * o->alpha[0].stride;

		for (int x = 0; x < sheet->width; x++) {
			uint8_t yuv[3] = { 0 };

			alpha[x] = mean_block(sheet, x, y, 1, 1, &o->colour.layout, yuv);
			to[x] = yuv[0];
		}
	}
}

static void fill_chroma(struct pmk_overlay *o, const struct pmk_sheet *sheet)
{
	int high = o->colour.layout.chroma == PMK_CHROMA_420 ? 2 : 1;

	for (int y = 0; y < o->alpha[1].height; y++) {
		uint8_t *u = o->colour.plane[1] + (size_t)y * o->colour.stride[1];
		uint8_t *v = o->colour.plane[2] + (size_t)y * o->colour.stride[2];
		uint8_t *alpha = o->alpha[1].alpha + (size_t)y * o->alpha[1].stride;

		for (int x = 0; x < o->alpha[1].width; x++) {
			uint8_t yuv[3] = { 0 };

			alpha[x] = mean_block(sheet, 2 * x, high * y, 2, high, &o->colour.layout, yuv);
			u[x] = yuv[1];
			v[x] = yuv[2];
		}
	}
}

/* Keep the runs of cells that are not clear. */
static int find_runs(struct pmk_overlay *o, struct pmk_cells *cells)
{
	int count = 0;

	o->cell_rows = cells->rows;
	o->first_run = calloc((size_t)cells->rows + 1, sizeof *o->first_run);
	o->run = calloc((size_t)cells->rows * (size_t)cells->columns, sizeof *o->run);
	if (!o->first_run || !o->run)
		return -ENOMEM;
	pmk_cells_find(cells, &o->alpha[0]);
	for (int row = 0; row < cells->rows; row++) {
		o->first_run[row] = count;
		pmk_cells_enter(cells, row);
		for (int i = 0; i < cells->runs; i++) {
			const struct pmk_cell_run *r = &cells->run[i];

			if (r->kind != PMK_CELL_ROOM)
				o->run[count++] = (struct run){ r->first, r->end, r->kind == PMK_CELL_PERSON };
		}
	}
	o->first_run[cells->rows] = count;
	return 0;
}

static int make(struct pmk_overlay *o, const struct pmk_sheet *sheet, const struct pmk_layout *layout)
{
	struct pmk_cells cells = { 0 };
	int err = pmk_image_alloc(&o->colour, layout);

	if (!err)
		err = pmk_mask_alloc(&o->alpha[0], layout->width, layout->height);
	if (!err)
		err = pmk_mask_alloc(
			&o->alpha[1], pmk_layout_plane_width(layout, 1), pmk_layout_plane_height(layout, 1));
	if (!err)
		err = pmk_cells_init(&cells, layout->width, layout->height);
	if (err)
		return err;
	o->rows = pmk_rows();
	fill_luma(o, sheet);
	fill_chroma(o, sheet);
	err = find_runs(o, &cells);
	pmk_cells_finish(&cells);
	return err;
}

int pmk_overlay_of_sheet(const struct pmk_sheet *sheet, const struct pmk_rect *tag, const struct pmk_layout *layout,
	struct pmk_overlay **overlay)
{
	struct pmk_overlay *o = calloc(1, sizeof *o);
	int err = o ? make(o, sheet, layout) : -ENOMEM;

	if (err) {
		pmk_overlay_destroy(o);
		return err;
	}
	if (tag)
		o->tag = *tag;
	*overlay = o;
	return 0;
}

static int draw_caption(const struct pmk_overlay_settings *s, struct pmk_sheet *sheet, struct pmk_rect *tag)
{
	const struct pmk_caption caption = { s->caption, (int)s->caption_spot % 3, (int)s->caption_spot / 3 };

	return pmk_caption_draw(&caption, sheet, tag);
}

int pmk_overlay_create(
	const struct pmk_overlay_settings *s, const struct pmk_layout *layout, struct pmk_overlay **overlay)
{
	struct pmk_rect tag = { 0 };
	struct pmk_sheet sheet;
	int err;

	*overlay = NULL;
	if (!s->picture[0] && !s->caption[0])
		return 0;
	err = pmk_sheet_alloc(&sheet, layout->width, layout->height);
	if (err)
		return err;
	if (s->picture[0])
		err = put_picture(s, layout, &sheet);
	if (!err && s->caption[0])
		err = draw_caption(s, &sheet, &tag);
	if (!err)
		err = pmk_overlay_of_sheet(&sheet, &tag, layout, overlay);
	pmk_sheet_free(&sheet);
	return err;
}

void pmk_overlay_destroy(struct pmk_overlay *o)
{
	if (!o)
		return;
	pmk_image_free(&o->colour);
	pmk_mask_free(&o->alpha[0]);
	pmk_mask_free(&o->alpha[1]);
	free(o->first_run);
	free(o->run);
	free(o);
}

/* --- drawing --- */

void pmk_overlay_row(const struct pmk_overlay *o, int plane, int y, int first, int end, uint8_t *to)
{
	bool halved = plane && o->colour.layout.chroma == PMK_CHROMA_420;
	int row = y / (halved ? PMK_CELL / 2 : PMK_CELL);
	const struct pmk_mask *mask = &o->alpha[plane > 0];
	const uint8_t *alpha = mask->alpha + (size_t)y * mask->stride;
	const uint8_t *colour = o->colour.plane[plane] + (size_t)y * o->colour.stride[plane];

	for (int i = o->first_run[row]; i < o->first_run[row + 1]; i++) {
		const struct run *run = &o->run[i];
		int left = pmk_max(first, plane ? run->first / 2 : run->first);
		int count = pmk_min(end, plane ? (run->end + 1) / 2 : run->end) - left;

		if (count > 0 && run->opaque)
			memcpy(to + left, colour + left, (size_t)count);
		else if (count > 0)
			o->rows->blend(colour + left, to + left, alpha + left, to + left, count);
	}
}

void pmk_overlay_image(const struct pmk_overlay *o, struct pmk_image *image)
{
	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&image->layout, p);

		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++)
			pmk_overlay_row(o, p, y, 0, width, image->plane[p] + (size_t)y * image->stride[p]);
	}
}

void pmk_overlay_alpha(const struct pmk_overlay *o, struct pmk_mask *alpha)
{
	for (int y = 0; y < alpha->height; y++) {
		const uint8_t *over = o->alpha[0].alpha + (ptrdiff_t)y * o->alpha[0].stride;
		uint8_t *to = alpha->alpha + (ptrdiff_t)y * alpha->stride;

		for (int x = 0; x < alpha->width; x++)
			to[x] = (uint8_t)(to[x] + (over[x] * (255 - to[x]) + 127) / 255);
	}
}

int pmk_overlay_hinders(const struct pmk_overlay *o, const struct pmk_rect *rect)
{
	int first = pmk_max(rect->y, 0) / PMK_CELL, last = (rect->y + rect->height - 1) / PMK_CELL;
	const struct pmk_rect *t = &o->tag;

	if (t->x < rect->x + rect->width && t->x + t->width > rect->x && t->y < rect->y + rect->height &&
		t->y + t->height > rect->y)
		return 2;
	for (int row = first; row <= last && row < o->cell_rows; row++) {
		for (int i = o->first_run[row]; i < o->first_run[row + 1]; i++) {
			if (o->run[i].first < rect->x + rect->width && o->run[i].end > rect->x)
				return 1;
		}
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* The built-in backdrops that move a little (draw/scenery/motion.h): a picture in light over one in shade, by what
 * passes the veils at the frame's moment. A new moment comes PICTURES times in a second. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "compose/backdrop.h"
#include "draw/builtin.h"
#include "draw/scenery/motion.h"
#include "pixels/rows.h"

#include <errno.h>
#include <stdlib.h>

enum { PICTURES = 15, IMAGES = 4 };

struct sway {
	struct pmk_backdrop base; /* its cover is the moment 0 */
	struct pmk_image lit, shaded, picture;
	struct pmk_veils veils;
	const struct pmk_rows *rows;
	struct pmk_taps *taps; /* from the veils' width to the picture's */
	uint8_t *light; /* a row of the veils */
	uint8_t *wide[2]; /* the rows `first` and `first` + 1 of the veils, enlarged; at their number modulo 2 */
	uint8_t *alpha[2], *half; /* two rows of the picture, and one at chroma's width */
	uint64_t moment; /* of the picture, in units of 1 / PICTURES s */
};

/* Keep the rows `row` and `row` + 1 of the veils in `wide`; `have` is how many of them were made so far. */
static int enlarge_to(struct sway *s, double seconds, int row, int have)
{
	for (; have <= pmk_min(row + 1, s->veils.height - 1); have++) {
		pmk_veils_row(&s->veils, seconds, have, s->light);
		s->rows->stretch(s->light, s->taps, s->wide[have % 2], s->picture.layout.width);
	}
	return have;
}

static void blend_row(struct sway *s, int plane, int y, const uint8_t *alpha)
{
	size_t at = (size_t)y * (size_t)s->picture.stride[plane];

	s->rows->blend(s->lit.plane[plane] + at, s->shaded.plane[plane] + at, alpha, s->picture.plane[plane] + at,
		pmk_layout_plane_width(&s->picture.layout, plane));
}

/* Chroma of the rows of luma y and y - 1, or of the last one alone, which has no pair. */
static void blend_chroma(struct sway *s, int y)
{
	const struct pmk_layout *layout = &s->picture.layout;
	bool pairs = layout->chroma == PMK_CHROMA_420;
	const uint8_t *here = s->alpha[y % 2], *before = pairs && y % 2 ? s->alpha[0] : here;

	if (pairs && y % 2 == 0 && y + 1 < layout->height)
		return;
	s->rows->halve(before, here, s->half, (layout->width + 1) / 2);
	blend_row(s, 1, pairs ? y / 2 : y, s->half);
	blend_row(s, 2, pairs ? y / 2 : y, s->half);
}

static void make_picture(struct sway *s, uint64_t moment)
{
	int width = s->picture.layout.width, height = s->picture.layout.height, have = 0;
	double seconds = (double)moment / PICTURES;

	for (int y = 0; y < height; y++) {
		int at = (int)(((int64_t)(2 * y + 1) * s->veils.height * 128) / height) - 128, row;
		uint8_t *alpha = s->alpha[y % 2];

		at = pmk_clamp(at, 0, (s->veils.height - 1) * 256);
		row = at / 256;
		have = enlarge_to(s, seconds, row, have);
		s->rows->mix(
			s->wide[row % 2], s->wide[pmk_min(row + 1, s->veils.height - 1) % 2], at % 256, alpha, width);
		alpha[width] = alpha[width - 1]; /* for the last sample of chroma, which may have no pair */
		blend_row(s, 0, y, alpha);
		blend_chroma(s, y);
	}
	s->moment = moment;
}

static const struct pmk_image *begin(
	struct pmk_backdrop *backdrop, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	struct sway *s = (struct sway *)backdrop;
	uint64_t ns = pmk_frame_moment_ns(frame), second = PMK_S_NS;
	uint64_t moment = ns / second * PICTURES + ns % second * PICTURES / second;

	*stays = moment == s->moment;
	if (!*stays)
		make_picture(s, moment);
	return &s->picture;
}

static void destroy(struct pmk_backdrop *backdrop)
{
	struct sway *s = (struct sway *)backdrop;

	for (int i = 0; i < 2; i++) {
		free(s->wide[i]);
		free(s->alpha[i]);
	}
	free(s->half);
	free(s->light);
	free(s->taps);
	pmk_veils_finish(&s->veils);
	pmk_image_free(&s->lit);
	pmk_image_free(&s->shaded);
	pmk_image_free(&s->picture);
	pmk_image_free(&s->base.cover);
	free(s);
}

static const struct pmk_backdrop_impl sway_impl = { .begin = begin, .pictures = IMAGES, .destroy = destroy };

static int paint(int (*painter)(struct pmk_canvas *canvas), struct pmk_image *image)
{
	struct pmk_rgb rgb;
	int err = pmk_rgb_alloc(&rgb, image->layout.width, image->layout.height);

	if (err)
		return err;
	err = pmk_builtin_paint(painter, &rgb);
	if (!err)
		pmk_colour_rgb_to_image(&rgb, image);
	pmk_rgb_free(&rgb);
	return err;
}

static int allocate(struct sway *s, const struct pmk_layout *layout)
{
	size_t width = (size_t)layout->width + PMK_CELL;
	struct pmk_image *const images[IMAGES] = { &s->lit, &s->shaded, &s->picture, &s->base.cover };
	bool missing = false;

	for (int i = 0; i < IMAGES; i++)
		missing |= pmk_image_alloc(images[i], layout) != 0;
	for (int i = 0; i < 2; i++) {
		missing |= !(s->wide[i] = pmk_mem_alloc(width));
		missing |= !(s->alpha[i] = pmk_mem_alloc(width));
	}
	missing |= !(s->half = pmk_mem_alloc(width));
	missing |= !(s->light = pmk_mem_alloc((size_t)s->veils.width + 1));
	missing |= !(s->taps = pmk_mem_alloc(width / 8 * sizeof *s->taps));
	return missing ? -ENOMEM : 0;
}

static int make_taps(struct sway *s, int width)
{
	int *place = malloc((size_t)width * sizeof *place), most = (s->veils.width - 1) * 256;
	bool made;

	if (!place)
		return -ENOMEM;
	for (int x = 0; x < width; x++)
		place[x] = pmk_clamp((int)((int64_t)(2 * x + 1) * s->veils.width * 128 / width) - 128, 0, most);
	made = pmk_taps_make(s->taps, place, width);
	free(place);
	return made ? 0 : -EINVAL;
}

static int create(struct sway *s, const struct pmk_motion *motion, const struct pmk_layout *layout)
{
	int err = pmk_veils_init(&s->veils, motion, layout->width, layout->height);

	s->base.impl = &sway_impl;
	s->rows = pmk_rows();
	err = err ? err : allocate(s, layout);
	err = err ? err : make_taps(s, layout->width);
	err = err ? err : paint(motion->lit, &s->lit);
	err = err ? err : paint(motion->shaded, &s->shaded);
	if (err)
		return err;
	s->light[s->veils.width] = 0;
	make_picture(s, 0);
	pmk_image_copy(&s->base.cover, &s->picture);
	return 0;
}

int pmk_backdrop_sway_open(
	const struct pmk_motion *motion, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	struct sway *s = calloc(1, sizeof *s);
	int err;

	if (!s)
		return -ENOMEM;
	err = create(s, motion, layout);
	if (err) {
		destroy(&s->base);
		return err;
	}
	*backdrop = &s->base;
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "compose/film/screen.h"

#include "base/clock.h"
#include "base/num.h"
#include "image/colour.h"

#include <string.h>

enum { MOST_LATE = 16 }; /* pictures of a round that is recorded */

static const int64_t LATE_NS = 400 * PMK_MS_NS;

/* The largest place of the film's shape in the middle; chroma samples want even coordinates. A side that is nearly the
 * screen's is that. */
static struct pmk_rect middle(const struct pmk_layout *film, const struct pmk_layout *to)
{
	double fx = (double)to->width / film->width, fy = (double)to->height / film->height, f = fx < fy ? fx : fy;
	int width = pmk_max(2, (int)(film->width * f / 2 + 0.5) * 2),
	    height = pmk_max(2, (int)(film->height * f / 2 + 0.5) * 2);
	struct pmk_rect place = { .width = width >= to->width - 1 ? to->width : width,
		.height = height >= to->height - 1 ? to->height : height };

	place.x = (to->width - place.width) / 2 & ~1;
	place.y = (to->height - place.height) / 2 & ~1;
	return place;
}

static void choose_place(struct pmk_screen *c, enum pmk_fit fit)
{
	const struct pmk_layout *film = &pmk_media_info(c->media)->layout;

	c->tiled = fit == PMK_FIT_TILE;
	c->place = (struct pmk_rect){ .width = c->layout.width, .height = c->layout.height };
	if (fit == PMK_FIT_CONTAIN)
		c->place = middle(film, &c->layout);
	if (c->tiled) /* so that samples of chroma meet those of the next tile */
		c->place = (struct pmk_rect){ .width = (film->width + 1) & ~1, .height = (film->height + 1) & ~1 };
}

int pmk_screen_open(struct pmk_screen *c, const char *path, enum pmk_fit fit, const struct pmk_layout *layout)
{
	struct pmk_screen made = { .layout = *layout };
	int err = pmk_media_open_to_play(path, &made.media);

	if (err)
		return err;
	choose_place(&made, fit);
	pmk_media_fit(made.media, made.place.width, made.place.height,
		fit == PMK_FIT_STRETCH ? PMK_MEDIA_STRETCH : PMK_MEDIA_CROP);
	if (made.tiled) {
		struct pmk_layout tile = *layout;

		tile.width = made.place.width;
		tile.height = made.place.height;
		err = pmk_image_alloc(&made.tile, &tile);
	}
	if (err)
		pmk_screen_close(&made);
	else
		*c = made;
	return err;
}

void pmk_screen_close(struct pmk_screen *c)
{
	pmk_media_close(c->media);
	pmk_loop_destroy(c->loop);
	pmk_image_free(&c->tile);
	*c = (struct pmk_screen){ 0 };
}

int pmk_screen_alloc(const struct pmk_screen *c, struct pmk_image *image)
{
	static const uint8_t black[3] = { 16, 128, 128 };
	int err = pmk_image_alloc(image, &c->layout);

	if (!err)
		pmk_image_fill(image, black);
	return err;
}

static void forget_round(struct pmk_screen *c)
{
	pmk_loop_destroy(c->loop);
	c->loop = NULL;
}

void pmk_screen_record(struct pmk_screen *c, bool on)
{
	if (!c->media)
		return;
	forget_round(c);
	c->records = on;
	c->late = 0;
	if (on && pmk_loop_takes(&c->layout))
		c->loop = pmk_loop_create(&c->layout);
}

/* The place of the film's picture, as an image. */
static struct pmk_image place_in(const struct pmk_screen *c, const struct pmk_image *image)
{
	struct pmk_image part = *image;
	int rows = c->layout.chroma == PMK_CHROMA_420 ? 2 : 1; /* of luma for a row of chroma */

	part.layout.width = c->place.width;
	part.layout.height = c->place.height;
	part.block = NULL;
	part.plane[0] += (ptrdiff_t)c->place.y * image->stride[0] + c->place.x;
	for (int p = 1; p < 3; p++)
		part.plane[p] += (ptrdiff_t)(c->place.y / rows) * image->stride[p] + c->place.x / 2;
	return part;
}

/* In place, from what the film has to what is composed. */
static void convert_colours(const struct pmk_screen *c, struct pmk_image *image)
{
	for (int p = 0; p < 3 && image->layout.range == PMK_RANGE_FULL; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++) {
			uint8_t *row = image->plane[p] + (ptrdiff_t)y * image->stride[p];

			pmk_colour_row_to_limited(row, row, pmk_layout_plane_width(&image->layout, p), p);
		}
	}
	image->layout.range = PMK_RANGE_LIMITED;
	pmk_colour_to_matrix(image, c->layout.matrix);
}

static void lay_tiles(const struct pmk_image *tile, struct pmk_image *to)
{
	for (int p = 0; p < 3; p++) {
		int tile_width = pmk_layout_plane_width(&tile->layout, p),
		    tile_height = pmk_layout_plane_height(&tile->layout, p),
		    width = pmk_layout_plane_width(&to->layout, p);

		for (int y = 0; y < pmk_layout_plane_height(&to->layout, p); y++) {
			const uint8_t *row = tile->plane[p] + (ptrdiff_t)(y % tile_height) * tile->stride[p];

			for (int x = 0; x < width; x += tile_width)
				memcpy(to->plane[p] + (ptrdiff_t)y * to->stride[p] + x, row,
					(size_t)pmk_min(tile_width, width - x));
		}
	}
}

/* A round that is too long for a loop will be so again. */
static void record(struct pmk_screen *c, const struct pmk_image *image, int64_t position_ns)
{
	if (pmk_loop_add(c->loop, image, position_ns, pmk_media_lasts_ns(c->media), pmk_media_info(c->media)->frames))
		pmk_screen_record(c, false);
}

int pmk_screen_next(struct pmk_screen *c, int64_t due_ns, int64_t now_ns, int64_t *position_ns)
{
	int got;

	if (!c->media)
		return pmk_loop_next(c->loop, due_ns, position_ns);
	got = pmk_media_next(c->media, c->loop ? INT64_MIN : due_ns, position_ns);
	if (got != 1 || !c->loop)
		return got;
	c->late += now_ns - *position_ns >= LATE_NS;
	if (c->late <= MOST_LATE)
		return 1;
	forget_round(c);
	return pmk_media_next(c->media, due_ns, position_ns);
}

int64_t pmk_screen_lasts_ns(const struct pmk_screen *c)
{
	return c->media ? pmk_media_lasts_ns(c->media) : pmk_loop_lasts_ns(c->loop);
}

int pmk_screen_rewind(struct pmk_screen *c)
{
	int err;

	if (c->loop) {
		pmk_media_close(c->media);
		c->media = NULL;
		pmk_loop_rewind(c->loop);
		return 0;
	}
	err = pmk_media_rewind(c->media);
	if (!err)
		pmk_screen_record(c, c->records);
	return err;
}

int pmk_screen_read(struct pmk_screen *c, struct pmk_image *image, int64_t *position_ns)
{
	struct pmk_image part = c->tiled ? c->tile : place_in(c, image);
	int got;

	if (!c->media)
		return pmk_loop_read(c->loop, image, position_ns);
	part.layout.range = c->layout.range;
	part.layout.matrix = c->layout.matrix;
	got = pmk_media_read(c->media, &part, position_ns);
	if (got != 1)
		return got;
	convert_colours(c, &part);
	if (c->tiled)
		lay_tiles(&c->tile, image);
	if (c->loop)
		record(c, image, *position_ns);
	return 1;
}

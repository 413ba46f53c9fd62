/* SPDX-License-Identifier: MIT */
#include "compose/backdrop.h"

#include "base/log.h"
#include "base/parse.h"
#include "compose/blur.h"
#include "draw/builtin.h"
#include "media/still.h"

#include <errno.h>
#include <libyuv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pmk_backdrop {
	struct pmk_image picture; /* the backdrop, or blur's cover */
	struct pmk_blur *blur; /* NULL for all that stands still */
};

int pmk_fit_parse(const char *text, enum pmk_fit *fit)
{
	static const char *const names[] = { "cover", "contain", "stretch", "tile" };

	for (int i = 0; i < 4; i++) {
		if (strcmp(text, names[i]) == 0) {
			*fit = (enum pmk_fit)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* Scale the part `x, y, w, h` of `from` into the place `tx, ty, tw, th` of `to`. libyuv scales 4-byte pixels only, so
 * one channel at a time would be its other way; this runs once a backdrop. */
static int scale_part(
	const struct pmk_rgb *from, int x, int y, int w, int h, struct pmk_rgb *to, int tx, int ty, int tw, int th)
{
	uint8_t *wide = malloc((size_t)w * (size_t)h * 4), *scaled = malloc((size_t)tw * (size_t)th * 4);
	int err = -ENOMEM;

	if (wide && scaled) {
		err = RAWToARGB(
			      from->data + (size_t)y * from->stride + (size_t)x * 3, from->stride, wide, w * 4, w, h) ||
				ARGBScale(wide, w * 4, w, h, scaled, tw * 4, tw, th, kFilterBox) ||
				ARGBToRAW(scaled, tw * 4, to->data + (size_t)ty * to->stride + (size_t)tx * 3,
					to->stride, tw, th) ?
			-EINVAL :
			0;
	}
	free(wide);
	free(scaled);
	return err;
}

static int at_least_one(double px)
{
	return px < 1 ? 1 : (int)(px + 0.5);
}

static int fit_cover(const struct pmk_rgb *from, struct pmk_rgb *to)
{
	double fx = (double)to->width / from->width, fy = (double)to->height / from->height, f = fx > fy ? fx : fy;
	int w = at_least_one(to->width / f), h = at_least_one(to->height / f);

	w = w > from->width ? from->width : w;
	h = h > from->height ? from->height : h;
	return scale_part(from, (from->width - w) / 2, (from->height - h) / 2, w, h, to, 0, 0, to->width, to->height);
}

static int fit_contain(const struct pmk_rgb *from, struct pmk_rgb *to)
{
	double fx = (double)to->width / from->width, fy = (double)to->height / from->height, f = fx < fy ? fx : fy;
	int w = at_least_one(from->width * f), h = at_least_one(from->height * f);

	w = w > to->width ? to->width : w;
	h = h > to->height ? to->height : h;
	for (int y = 0; y < to->height; y++)
		memset(to->data + (size_t)y * to->stride, 0, (size_t)to->width * 3);
	return scale_part(from, 0, 0, from->width, from->height, to, (to->width - w) / 2, (to->height - h) / 2, w, h);
}

static void fit_tile(const struct pmk_rgb *from, struct pmk_rgb *to)
{
	for (int y = 0; y < to->height; y++) {
		const uint8_t *row = from->data + (size_t)(y % from->height) * from->stride;
		for (int x = 0; x < to->width; x += from->width) {
			int n = to->width - x < from->width ? to->width - x : from->width;
			memcpy(to->data + (size_t)y * to->stride + (size_t)x * 3, row, (size_t)n * 3);
		}
	}
}

int pmk_backdrop_fit(const struct pmk_rgb *from, enum pmk_fit fit, struct pmk_rgb *to)
{
	switch (fit) {
	case PMK_FIT_COVER:
		return fit_cover(from, to);
	case PMK_FIT_CONTAIN:
		return fit_contain(from, to);
	case PMK_FIT_STRETCH:
		return scale_part(from, 0, 0, from->width, from->height, to, 0, 0, to->width, to->height);
	default:
		fit_tile(from, to);
		return 0;
	}
}

static void fill(struct pmk_image *picture, const uint8_t rgb[3])
{
	uint8_t yuv[3];

	pmk_colour_rgb_to_yuv(rgb, &picture->layout, yuv);
	pmk_image_fill(picture, yuv);
}

static int draw_builtin(const char *name, struct pmk_image *picture)
{
	const struct pmk_builtin *list;
	struct pmk_rgb rgb;
	char names[256] = "";
	int count, err;

	err = pmk_rgb_alloc(&rgb, picture->layout.width, picture->layout.height);
	if (err)
		return err;
	err = pmk_builtin_draw(name, &rgb);
	if (!err)
		pmk_colour_rgb_to_image(&rgb, picture);
	pmk_rgb_free(&rgb);
	if (err == -ENOENT) {
		list = pmk_builtin_list(&count);
		for (int i = 0; i < count; i++)
			snprintf(names + strlen(names), sizeof names - strlen(names), " builtin:%s", list[i].name);
		pmk_error("backdrop \"builtin:%s\": there is no such built-in backdrop; there are%s", name, names);
		err = -EINVAL;
	}
	return err;
}

static int load_picture(const char *path, enum pmk_fit fit, struct pmk_image *picture)
{
	struct pmk_rgb whole = { 0 }, fitted = { 0 };
	int still = pmk_still_probe(path), err;

	if (still < 0)
		return still;
	if (!still) {
		pmk_error(
			"backdrop \"%s\": a moving picture or video cannot stand behind you yet; give a still picture",
			path);
		return -ENOTSUP;
	}
	err = pmk_still_read(path, &whole);
	if (err)
		return err;
	err = pmk_rgb_alloc(&fitted, picture->layout.width, picture->layout.height);
	if (!err)
		err = pmk_backdrop_fit(&whole, fit, &fitted);
	if (!err)
		pmk_colour_rgb_to_image(&fitted, picture);
	else
		pmk_error_cure(PMK_CURE_SCALE_FILE, "backdrop \"%s\": cannot fit it to %dx%d: %s", path,
			picture->layout.width, picture->layout.height, strerror(-err));
	pmk_rgb_free(&fitted);
	pmk_rgb_free(&whole);
	return err;
}

/* Blur's cover is a plain colour: nothing of the room may be in it. */
static int make_blur(const char *strength, struct pmk_backdrop *b)
{
	static const uint8_t calm[3] = { 0x4a, 0x52, 0x5c };
	int percent = 60;

	if (strength[0] && (strength[0] != ':' || pmk_parse_int(strength + 1, 0, 100, &percent))) {
		pmk_error("backdrop \"blur%s\": the strength is a whole number from 0 to 100, as in blur:60", strength);
		return -EINVAL;
	}
	fill(&b->picture, calm);
	return pmk_blur_create(&b->picture.layout, percent, &b->blur);
}

static int make_picture(const char *spec, enum pmk_fit fit, struct pmk_backdrop *b)
{
	static const uint8_t green[3] = { 0x00, 0xb1, 0x40 }; /* the usual chroma-key green */
	const char *rest;
	uint8_t rgb[3];

	if (strcmp(spec, "green") == 0) {
		fill(&b->picture, green);
		return 0;
	}
	rest = pmk_parse_after(spec, "color:");
	if (rest) {
		if (pmk_parse_colour(rest, rgb)) {
			pmk_error("backdrop \"%s\": a colour is written as color:#rrggbb, for example color:#336699",
				spec);
			return -EINVAL;
		}
		fill(&b->picture, rgb);
		return 0;
	}
	rest = pmk_parse_after(spec, "builtin:");
	if (rest)
		return draw_builtin(rest, &b->picture);
	rest = pmk_parse_after(spec, "blur");
	if (rest && (rest[0] == '\0' || rest[0] == ':'))
		return make_blur(rest, b);
	return load_picture(spec, fit, &b->picture);
}

int pmk_backdrop_create(
	const char *spec, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	struct pmk_backdrop *b = calloc(1, sizeof *b);
	int err = -ENOMEM;

	if (!b)
		return -ENOMEM;
	err = pmk_image_alloc(&b->picture, layout);
	if (!err)
		err = make_picture(spec, fit, b);
	if (err) {
		pmk_backdrop_destroy(b);
		return err;
	}
	*backdrop = b;
	return 0;
}

void pmk_backdrop_destroy(struct pmk_backdrop *b)
{
	if (!b)
		return;
	pmk_blur_destroy(b->blur);
	pmk_image_free(&b->picture);
	free(b);
}

const struct pmk_image *pmk_backdrop_behind(const struct pmk_backdrop *b)
{
	return b->blur ? NULL : &b->picture;
}

struct pmk_blur *pmk_backdrop_blur(struct pmk_backdrop *b)
{
	return b->blur;
}

const struct pmk_image *pmk_backdrop_cover(const struct pmk_backdrop *b)
{
	return &b->picture;
}

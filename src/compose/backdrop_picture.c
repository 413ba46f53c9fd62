/* SPDX-License-Identifier: MIT */
/* Backdrops that never change: pictures, colours, and most of the built-in ones. The backdrop is its own cover. */
#include "base/num.h"
#include "compose/backdrop.h"

#include "base/log.h"
#include "base/parse.h"
#include "base/words/near.h"
#include "draw/builtin.h"
#include "media/still.h"

#include <errno.h>
#include <libyuv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libyuv's averages lose levels as they are taken over more pixels, and are black at last. */
enum { MOST_SHRINK = 16 };

/* Scale the part `x, y, w, h` of `from` into the place `tx, ty, tw, th` of `to`: each colour alone, since libyuv makes
 * pixels of 4 bytes darker as it enlarges them, and leaves some out as it shrinks them. Copies are affordable, since
 * this runs once per backdrop. */
static int scale_part(
	const struct pmk_rgb *from, int x, int y, int w, int h, struct pmk_rgb *to, int tx, int ty, int tw, int th)
{
	size_t whole = (size_t)w * (size_t)h, scaled = (size_t)tw * (size_t)th;
	enum FilterMode filter = w <= MOST_SHRINK * tw && h <= MOST_SHRINK * th ? kFilterBox : kFilterBilinear;
	uint8_t *block = malloc(3 * (whole + scaled)), *out;

	if (!block)
		return -ENOMEM;
	out = block + 3 * whole;
	SplitRGBPlane(from->data + (size_t)y * from->stride + (size_t)x * 3, from->stride, block, w, block + whole, w,
		block + 2 * whole, w, w, h);
	for (size_t c = 0; c < 3; c++)
		ScalePlane(block + c * whole, w, w, h, out + c * scaled, tw, tw, th, filter);
	MergeRGBPlane(out, tw, out + scaled, tw, out + 2 * scaled, tw,
		to->data + (size_t)ty * to->stride + (size_t)tx * 3, to->stride, tw, th);
	free(block);
	return 0;
}

static int at_least_one(double px)
{
	return px < 1 ? 1 : (int)(px + 0.5);
}

static int fit_cover(const struct pmk_rgb *from, struct pmk_rgb *to)
{
	double fx = (double)to->width / from->width, fy = (double)to->height / from->height, f = fx > fy ? fx : fy;
	int w = pmk_min(at_least_one(to->width / f), from->width),
	    h = pmk_min(at_least_one(to->height / f), from->height);

	return scale_part(from, (from->width - w) / 2, (from->height - h) / 2, w, h, to, 0, 0, to->width, to->height);
}

static int fit_contain(const struct pmk_rgb *from, struct pmk_rgb *to)
{
	double fx = (double)to->width / from->width, fy = (double)to->height / from->height, f = fx < fy ? fx : fy;
	int w = pmk_min(at_least_one(from->width * f), to->width),
	    h = pmk_min(at_least_one(from->height * f), to->height);

	for (int y = 0; y < to->height; y++)
		memset(to->data + (size_t)y * to->stride, 0, (size_t)to->width * 3);
	return scale_part(from, 0, 0, from->width, from->height, to, (to->width - w) / 2, (to->height - h) / 2, w, h);
}

static void fit_tile(const struct pmk_rgb *from, struct pmk_rgb *to)
{
	for (int y = 0; y < to->height; y++) {
		const uint8_t *row = from->data + (size_t)(y % from->height) * from->stride;
		for (int x = 0; x < to->width; x += from->width) {
			int n = pmk_min(to->width - x, from->width);
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

static const struct pmk_image *begin(
	struct pmk_backdrop *b, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	*stays = true;
	return &b->cover;
}

static void destroy(struct pmk_backdrop *b)
{
	pmk_image_free(&b->cover);
	free(b);
}

static struct pmk_backdrop *copy(const struct pmk_backdrop *b);

static const struct pmk_backdrop_impl still_impl = { .begin = begin, .pictures = 1, .copy = copy, .destroy = destroy };

/* The caller fills in the picture. */
static int create(const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	struct pmk_backdrop *b = calloc(1, sizeof *b);
	int err;

	if (!b)
		return -ENOMEM;
	b->impl = &still_impl;
	err = pmk_image_alloc(&b->cover, layout);
	if (err) {
		free(b);
		return err;
	}
	*backdrop = b;
	return 0;
}

static struct pmk_backdrop *copy(const struct pmk_backdrop *b)
{
	struct pmk_backdrop *made;

	if (create(&b->cover.layout, &made))
		return NULL;
	pmk_image_copy(&made->cover, &b->cover);
	made->transparent = b->transparent;
	return made;
}

int pmk_backdrop_colour_check(const char *rest, char *why, size_t size)
{
	struct pmk_near near = pmk_near_to(rest);
	char ask[PMK_NEAR_ASK];
	uint8_t rgb[3];

	if (!pmk_parse_colour(rest, rgb))
		return 0;
	pmk_backdrop_try_colours(&near);
	pmk_near_ask(&near, ask);
	if (*ask)
		snprintf(why, size, "there is no such colour%s", ask);
	else
		snprintf(why, size, "a colour is a name such as navy, or #rrggbb or #rgb, as in color:#336699");
	return -EINVAL;
}

void pmk_backdrop_try_colours(struct pmk_near *near)
{
	const char *name;

	for (int i = 0; (name = pmk_parse_colour_name(i)); i++)
		pmk_near_try(near, "color:", name);
}

int pmk_backdrop_colour_open(
	const char *rest, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	uint8_t rgb[3], yuv[3];
	int err;

	if (pmk_parse_colour(rest, rgb))
		return -EINVAL;
	err = create(layout, backdrop);
	if (err)
		return err;
	pmk_colour_rgb_to_yuv(rgb, layout, yuv);
	pmk_image_fill(&(*backdrop)->cover, yuv);
	return 0;
}

int pmk_backdrop_transparent_open(
	const char *rest, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	int err = pmk_backdrop_colour_open(rest, fit, layout, backdrop);

	if (!err)
		(*backdrop)->transparent = true;
	return err;
}

int pmk_backdrop_builtin_check(const char *rest, char *why, size_t size)
{
	struct pmk_near near = pmk_near_to(rest);
	const struct pmk_builtin *list;
	char names[256] = "", ask[PMK_NEAR_ASK];
	int count;

	list = pmk_builtin_list(&count);
	for (int i = 0; i < count; i++) {
		if (strcmp(list[i].name, rest) == 0)
			return 0;
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s",
			!i                    ? "" :
				i + 1 < count ? ", " :
						" and ",
			list[i].name);
	}
	pmk_backdrop_try_builtins(&near);
	pmk_near_ask(&near, ask);
	if (*ask)
		snprintf(why, size, "there is no such built-in backdrop%s", ask);
	else
		snprintf(why, size, "the built-in backdrops are %s", names);
	return -EINVAL;
}

void pmk_backdrop_try_builtins(struct pmk_near *near)
{
	const struct pmk_builtin *list;
	int count;

	list = pmk_builtin_list(&count);
	for (int i = 0; i < count; i++)
		pmk_near_try(near, "builtin:", list[i].name);
}

/* `rgb` has the layout's size. */
static int open_rgb(struct pmk_rgb *rgb, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	int err = create(layout, backdrop);

	if (!err)
		pmk_colour_rgb_to_image(rgb, &(*backdrop)->cover);
	return err;
}

int pmk_backdrop_builtin_open(
	const char *rest, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	const struct pmk_motion *motion = pmk_builtin_motion(rest);
	struct pmk_rgb rgb;
	int err;

	if (motion)
		return pmk_backdrop_sway_open(motion, layout, backdrop);
	err = pmk_rgb_alloc(&rgb, layout->width, layout->height);
	if (err)
		return err;
	err = pmk_builtin_draw(rest, &rgb);
	if (!err)
		err = open_rgb(&rgb, layout, backdrop);
	pmk_rgb_free(&rgb);
	return err;
}

static int open_fitted(
	const struct pmk_rgb *whole, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	struct pmk_rgb fitted;
	int err = pmk_rgb_alloc(&fitted, layout->width, layout->height);

	if (err)
		return err;
	err = pmk_backdrop_fit(whole, fit, &fitted);
	if (!err)
		err = open_rgb(&fitted, layout, backdrop);
	pmk_rgb_free(&fitted);
	return err;
}

int pmk_backdrop_picture_open(
	const char *path, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_backdrop **backdrop)
{
	struct pmk_rgb whole;
	int still = pmk_still_read_one(path, &whole), err;

	if (still < 0)
		return still;
	if (still != PMK_STILL_ONE)
		return pmk_backdrop_film_open(path, fit, layout, backdrop);
	err = open_fitted(&whole, fit, layout, backdrop);
	if (err)
		pmk_error_cure(PMK_CURE_SCALE_FILE, "backdrop \"%s\": cannot fit it to %dx%d: %s", path, layout->width,
			layout->height, strerror(-err));
	pmk_rgb_free(&whole);
	return err;
}

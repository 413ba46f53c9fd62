/* SPDX-License-Identifier: MIT */
/* The best that a network could reach if nothing around it lost quality, for doc/quality.md. It is not a test;
 * tools/oracle runs it.
 *
 *	oracle MODEL MARGIN|matte PICTURE TRUTH OUT.png
 *	oracle MODEL MARGIN|matte VIDEO TRUTH.mkv OUT.mkv
 *
 * The view follows from the truth: it has the network's shape and encloses the true person's box, with MARGIN over the
 * box's larger side; as in view.h, at most a tenth of it is outside the picture. Each picture is computed by itself,
 * with the default refinement. With `matte`, the truth at the network's size, with margin 1.2, replaces the network's
 * output: this gives the bound of the size and of the refinement. */
#include "find/person.h"
#include "find/prepare.h"
#include "mask/refine.h"
#include "media/media.h"
#include "media/media_out.h"
#include "media/still.h"
#include "model/engine.h"
#include "model/manifest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double OUTSIDE = 0.1, MATTE_MARGIN = 1.2;

struct oracle {
	struct pmk_model model;
	struct pmk_engine *engine;
	struct pmk_prepare *prepare;
	struct pmk_refine *refine;
	float *probability;
	double margin;
	bool matte;
	struct pmk_media *in, *truth_in;
	struct pmk_image picture, truth;
	struct pmk_mask mask;
	struct pmk_media_out *out;
};

static void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "oracle: %s\n", what);
	exit(1);
}

static void open_pictures(struct oracle *o, const char *in, const char *truth)
{
	need(pmk_media_open(in, &o->in) == 0 && pmk_media_open(truth, &o->truth_in) == 0, "cannot open the pictures");
	need(pmk_image_alloc(&o->picture, &pmk_media_info(o->in)->layout) == 0, "no memory");
	need(pmk_image_alloc(&o->truth, &pmk_media_info(o->truth_in)->layout) == 0, "no memory");
	need(o->picture.layout.width == o->truth.layout.width && o->picture.layout.height == o->truth.layout.height,
		"sizes differ");
	need(pmk_mask_alloc(&o->mask, o->picture.layout.width, o->picture.layout.height) == 0, "no memory");
}

static void open_chain(struct oracle *o, const char *model)
{
	struct pmk_refine_settings alone = {
		.mode = PMK_REFINE_GUIDED, .threshold = -1, .erode = -1, .dilate = -1, .feather = -1
	};
	const struct pmk_model_card *card = &o->model.card;

	need(pmk_model_load(model, &o->model) == 0, "cannot load the model");
	need(pmk_engine_create(&o->model.graph, PMK_ENGINE_AUTO, 1, &o->engine) == 0, "no engine");
	need(pmk_prepare_create(card, &o->prepare) == 0, "no memory");
	need(card->output_width == card->input_width && card->output_height == card->input_height,
		"the network's answer is of another size");
	need(pmk_refine_create(
		     &alone, card->output_width, card->output_height, o->mask.width, o->mask.height, &o->refine) == 0,
		"no memory");
	o->probability = malloc((size_t)card->output_width * (size_t)card->output_height * sizeof *o->probability);
	need(o->probability, "no memory");
}

static void close_all(struct oracle *o)
{
	free(o->probability);
	pmk_refine_destroy(o->refine);
	pmk_prepare_destroy(o->prepare);
	pmk_engine_destroy(o->engine);
	pmk_model_finish(&o->model);
	pmk_mask_free(&o->mask);
	pmk_image_free(&o->truth);
	pmk_image_free(&o->picture);
	pmk_media_close(o->truth_in);
	pmk_media_close(o->in);
}

static bool is_person(const struct pmk_image *truth, int x, int y)
{
	return truth->plane[0][(size_t)y * (size_t)truth->stride[0] + (size_t)x] > 127;
}

/* Place a line of `size` around the middle of first..last, so that at most a tenth of it is outside 0..side. */
static void place(int first, int last, double size, int side, int *at, int *length)
{
	double out = size * OUTSIDE, fits = fmin(size, side + 2 * out), from = (first + last + 1) / 2.0 - fits / 2;

	*at = 2 * (int)lround(fmin(fmax(from, -out), side + out - fits) / 2);
	*length = 2 * (int)lround(fits / 2);
}

static struct pmk_rect true_view(const struct oracle *o)
{
	const struct pmk_image *t = &o->truth;
	int left = t->layout.width, top = t->layout.height, right = -1, bottom = -1;
	double shape = (double)o->model.card.input_width / o->model.card.input_height, side;
	struct pmk_rect r = { 0, 0, t->layout.width, t->layout.height };

	for (int y = 0; y < t->layout.height; y++) {
		for (int x = 0; x < t->layout.width; x++) {
			if (!is_person(t, x, y))
				continue;
			left = x < left ? x : left;
			right = x > right ? x : right;
			top = y < top ? y : top;
			bottom = y;
		}
	}
	if (right < 0)
		return r;
	side = fmax((right - left + 1) / shape, bottom - top + 1) * o->margin;
	place(left, right, side * shape, t->layout.width, &r.x, &r.width);
	place(top, bottom, side, t->layout.height, &r.y, &r.height);
	return r;
}

/* Mean of the truth over the pixels that a pixel of the network covers. Outside of the picture, its edge pixels are
 * repeated. */
static float covered(const struct pmk_image *t, const struct pmk_rect *view, int x, int y, int width, int height)
{
	int left = view->x + x * view->width / width, right = view->x + (x + 1) * view->width / width;
	int top = view->y + y * view->height / height, bottom = view->y + (y + 1) * view->height / height;
	double sum = 0;
	int count = 0;

	for (int row = top; row < bottom || row == top; row++) {
		for (int column = left; column < right || column == left; column++, count++) {
			int in_x = column < 0 ? 0 : column < t->layout.width ? column : t->layout.width - 1;
			int in_y = row < 0 ? 0 : row < t->layout.height ? row : t->layout.height - 1;
			sum += t->plane[0][(size_t)in_y * (size_t)t->stride[0] + (size_t)in_x];
		}
	}
	return (float)(sum / 255 / count);
}

static void find_person(struct oracle *o)
{
	const struct pmk_model_card *card = &o->model.card;
	struct pmk_rect view = true_view(o);
	int width = card->output_width, height = card->output_height;

	pmk_prepare_run(o->prepare, &o->picture, &view, pmk_engine_input(o->engine));
	for (int y = 0; o->matte && y < height; y++) {
		for (int x = 0; x < width; x++)
			o->probability[(size_t)y * (size_t)width + (size_t)x] = covered(
				&o->truth, &view, x, y, width, height);
	}
	if (!o->matte) {
		need(pmk_engine_run(o->engine) == 0, "the network failed");
		need(pmk_person_probability(card, pmk_engine_output(o->engine), o->probability) == 0,
			"the network gave no numbers");
	}
	pmk_refine_run(o->refine, o->probability, &view, pmk_prepare_small(o->prepare), &o->picture, &o->mask);
}

static void write_video(struct oracle *o, const char *path)
{
	struct pmk_media_out_settings settings = {
		.layout = o->picture.layout, .fps = pmk_media_info(o->in)->fps, .grey = true
	};
	struct pmk_image grey = {
		.layout = o->picture.layout, .plane = { o->mask.alpha }, .stride = { o->mask.stride }
	};
	int64_t position, unused;

	need(pmk_media_out_open(path, &settings, &o->out) == 0, "cannot write the video");
	while (pmk_media_read(o->in, &o->picture, &position) > 0 &&
		pmk_media_read(o->truth_in, &o->truth, &unused) > 0) {
		find_person(o);
		need(pmk_media_out_write(o->out, &grey, NULL, position) == 0, "cannot write the video");
	}
	need(pmk_media_out_finish(o->out, false) == 0, "cannot write the video");
}

int main(int argc, char **argv)
{
	struct oracle o = { .margin = MATTE_MARGIN };
	int64_t unused;

	need(argc == 6, "usage: oracle MODEL MARGIN|matte IN TRUTH OUT");
	o.matte = strcmp(argv[2], "matte") == 0;
	if (!o.matte)
		o.margin = atof(argv[2]);
	need(o.margin >= 1 && o.margin <= 4, "a margin is 1 to 4");
	open_pictures(&o, argv[3], argv[4]);
	open_chain(&o, argv[1]);
	if (pmk_media_info(o.in)->still) {
		need(pmk_media_read(o.in, &o.picture, &unused) > 0 && pmk_media_read(o.truth_in, &o.truth, &unused) > 0,
			"no picture");
		find_person(&o);
		need(pmk_still_write_grey(argv[5], &o.mask) == 0, "cannot write the mask");
	} else {
		write_video(&o, argv[5]);
	}
	close_all(&o);
	return 0;
}

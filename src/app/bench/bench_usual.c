/* SPDX-License-Identifier: MIT */
#include "app/bench/bench_usual.h"

#include "base/mem.h"
#include "find/person.h"
#include "media/rescale.h"
#include "model/engine.h"
#include "model/manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <turbojpeg.h>

struct pmk_usual {
	int width, height;
	tjhandle jpeg;
	struct pmk_model model;
	struct pmk_engine *engine;
	struct pmk_rescale *shrink, *enlarge, *pack;
	uint8_t *planes[3], *bgr, *room, *small, *mask, *small_mask, *packed;
	float *probability;
};

static int alloc_all(struct pmk_usual *u)
{
	const struct pmk_model_card *c = &u->model.card;
	size_t px = (size_t)u->width * (size_t)u->height, out = (size_t)c->output_width * (size_t)c->output_height;
	bool missing = false;

	for (int i = 0; i < 3; i++)
		missing |= !(u->planes[i] = pmk_mem_alloc(px + (size_t)u->width * 16));
	missing |= !(u->bgr = pmk_mem_alloc(px * 3)) || !(u->room = pmk_mem_alloc(px * 3)) ||
		!(u->mask = pmk_mem_alloc(px)) || !(u->packed = pmk_mem_alloc(px * 2)) ||
		!(u->small_mask = pmk_mem_alloc(out)) ||
		!(u->small = pmk_mem_alloc((size_t)c->input_width * (size_t)c->input_height * 3)) ||
		!(u->probability = pmk_mem_alloc(out * sizeof *u->probability));
	return missing ? -ENOMEM : 0;
}

static int create_converters(struct pmk_usual *u)
{
	const struct pmk_model_card *c = &u->model.card;
	const struct pmk_packed whole = { PMK_PIXELS_BGR, u->width, u->height },
				client = { PMK_PIXELS_YUYV, u->width, u->height };
	const struct pmk_packed input = { PMK_PIXELS_RGB, c->input_width, c->input_height };
	const struct pmk_packed output = { PMK_PIXELS_GREY, c->output_width, c->output_height },
				mask = { PMK_PIXELS_GREY, u->width, u->height };
	int err;

	u->jpeg = tjInitDecompress();
	err = u->jpeg ? pmk_rescale_create(&whole, &input, &u->shrink) : -ENOMEM;
	if (!err)
		err = pmk_rescale_create(&output, &mask, &u->enlarge);
	if (!err)
		err = pmk_rescale_create(&whole, &client, &u->pack);
	return err;
}

int pmk_usual_create(const char *model, int width, int height, struct pmk_usual **usual)
{
	struct pmk_usual *u = calloc(1, sizeof *u);
	int err;

	if (!u)
		return -ENOMEM;
	u->width = width;
	u->height = height;
	err = pmk_model_load(model, &u->model);
	if (!err)
		err = pmk_engine_create(&u->model.graph,
			pmk_engine_is_built(PMK_ENGINE_XNNPACK) ? PMK_ENGINE_XNNPACK : PMK_ENGINE_AUTO, 1, &u->engine);
	if (!err)
		err = alloc_all(u);
	if (!err)
		err = create_converters(u);
	if (err) {
		pmk_usual_destroy(u);
		return err;
	}
	*usual = u;
	return 0;
}

void pmk_usual_destroy(struct pmk_usual *u)
{
	if (!u)
		return;
	for (int i = 0; i < 3; i++)
		free(u->planes[i]);
	free(u->bgr);
	free(u->room);
	free(u->small);
	free(u->mask);
	free(u->small_mask);
	free(u->packed);
	free(u->probability);
	pmk_rescale_destroy(u->shrink);
	pmk_rescale_destroy(u->enlarge);
	pmk_rescale_destroy(u->pack);
	if (u->jpeg)
		tjDestroy(u->jpeg);
	pmk_engine_destroy(u->engine);
	pmk_model_finish(&u->model);
	free(u);
}

int pmk_usual_decode(struct pmk_usual *u, const uint8_t *jpeg, size_t bytes)
{
	int strides[3] = { u->width, u->width, u->width };

	return tjDecompressToYUVPlanes(u->jpeg, jpeg, bytes, u->planes, u->width, strides, u->height, 0) ? -EIO : 0;
}

static void blend_bgr(struct pmk_usual *u)
{
	size_t px = (size_t)u->width * (size_t)u->height;

	for (size_t i = 0; i < px; i++) {
		int a = u->mask[i];
		for (int k = 0; k < 3; k++)
			u->bgr[3 * i + k] = (uint8_t)((u->bgr[3 * i + k] * a + u->room[3 * i + k] * (255 - a) + 127) /
				255);
	}
}

int pmk_usual_frame(struct pmk_usual *u, const uint8_t *jpeg, size_t bytes)
{
	const struct pmk_model_card *c = &u->model.card;
	size_t in = (size_t)c->input_width * (size_t)c->input_height * 3,
	       out = (size_t)c->output_width * (size_t)c->output_height;
	float *input = pmk_engine_input(u->engine);

	if (tjDecompress2(u->jpeg, jpeg, bytes, u->bgr, u->width, u->width * 3, u->height, TJPF_BGR, 0))
		return -EIO;
	pmk_rescale_run(u->shrink, u->bgr, u->width * 3, u->small, c->input_width * 3);
	for (size_t i = 0; i < in; i++)
		input[i] = (float)u->small[i] * (c->scale / 255) + c->mean;
	if (pmk_engine_run(u->engine) || pmk_person_probability(c, pmk_engine_output(u->engine), u->probability))
		return -EIO;
	for (size_t i = 0; i < out; i++)
		u->small_mask[i] = (uint8_t)(u->probability[i] * 255 + 0.5f);
	pmk_rescale_run(u->enlarge, u->small_mask, c->output_width, u->mask, u->width);
	blend_bgr(u);
	pmk_rescale_run(u->pack, u->bgr, u->width * 3, u->packed, u->width * 2);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "app/bench/bench.h"
#include "app/bench/bench_usual.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "image/fourcc.h"
#include "model/manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* the usual way is slow, so it gets a third of the frames */
enum { WARM_UP = 3, ENGINE_RUNS = 8, USUAL_SHARE = 3, BEATS = 4 };

/* What takes turns with our chain. NULL: not measured. */
struct rivals {
	struct pmk_usual *usual; /* JPEG only */
	struct pmk_scene *plain; /* ours without the stillness test */
	struct pmk_model model;
	struct pmk_engine *engine, *xnnpack;
};

/* Add the CPU time per frame. If all frames do the same work, the caller counts each frame alone: the median of frames
 * is then not drawn up by the machine's worst moments. */
static void count(struct pmk_series *series, uint64_t since_ns, int frames)
{
	pmk_series_add(series, (pmk_clock_cpu_ns() - since_ns) / (uint64_t)frames);
}

/* The network that looks at the person. A model of the user's own is found by its path, not by its name. */
static const char *model_of(const struct pmk_bench *b)
{
	const char *asked = b->options->settings.pipeline.scene.model;

	return strcmp(asked, "auto") == 0 ? pmk_scene_model(b->scene) : asked;
}

static int create_usual(struct pmk_bench *b, struct rivals *r)
{
	int err = pmk_usual_create(model_of(b), b->camera.width, b->camera.height, &r->usual);

	if (err == -ENOPKG)
		pmk_info("bench: without the media module there is no comparison with decoding alone and the usual "
			 "chain");
	return err == -ENOPKG ? 0 : err;
}

static int create_rivals(struct pmk_bench *b, struct rivals *r)
{
	const struct pmk_options *o = b->options;
	struct pmk_scene_settings plain = o->settings.pipeline.scene;
	int err;

	plain.no_motion_gate = true;
	err = pmk_scene_create(&plain, &b->layout, 2, &r->plain);
	if (!err && o->settings.input_format == PMK_FOURCC_MJPG)
		err = create_usual(b, r);
	if (!err)
		err = pmk_model_load(model_of(b), &r->model);
	if (!err)
		err = pmk_engine_create(&r->model.graph, o->settings.pipeline.scene.engine,
			o->settings.pipeline.scene.threads, &r->engine);
	if (!err && pmk_engine_is_built(PMK_ENGINE_XNNPACK))
		err = pmk_engine_create(
			&r->model.graph, PMK_ENGINE_XNNPACK, o->settings.pipeline.scene.threads, &r->xnnpack);
	return err;
}

static void destroy_rivals(struct rivals *r)
{
	pmk_usual_destroy(r->usual);
	pmk_scene_destroy(r->plain);
	pmk_engine_destroy(r->engine);
	pmk_engine_destroy(r->xnnpack);
	pmk_model_finish(&r->model);
}

/* The network runs on every frame: time does not pass, so no picture counts as still. */
static int round_of_ours(struct pmk_bench *b, int round, int frames)
{
	uint64_t start = pmk_clock_now_ns();
	int err = 0;

	for (int i = 0; !err && i < frames; i++) {
		uint64_t cpu = pmk_clock_cpu_ns();

		err = pmk_bench_frame(b, b->scene, &b->moving, (uint64_t)(round * frames + i), PMK_S_NS, b->stage);
		count(&b->ours, cpu, 1);
	}
	pmk_series_add(&b->wall, (pmk_clock_now_ns() - start) / (uint64_t)frames);
	return err;
}

/* At 30 frames per second the network runs on every fourth frame. Rounds are whole beats of four frames, so that its
 * share is right. */
static int round_of_still(struct pmk_bench *b, struct pmk_scene *scene, int wanted, struct pmk_series *series)
{
	int frames = (wanted / BEATS + 1) * BEATS;
	uint64_t cpu = 0;
	int err = 0;

	for (int i = -WARM_UP; !err && i < frames; i++) {
		uint64_t number = (uint64_t)(i + WARM_UP);
		if (i == 0)
			cpu = pmk_clock_cpu_ns();
		err = pmk_bench_frame(
			b, scene, &b->still, number, PMK_S_NS + (uint64_t)((double)number * 1e9 / b->fps), NULL);
	}
	count(series, cpu, frames);
	return err;
}

static int round_of_usual(struct pmk_bench *b, struct pmk_usual *usual, int round, int frames)
{
	const struct pmk_bench_material *m = &b->moving;
	int err = 0;

	for (int i = 0; !err && i < frames; i++) {
		int at = (round * frames + i) % PMK_BENCH_PICTURES;
		uint64_t start = pmk_clock_cpu_ns();

		err = pmk_usual_decode(usual, m->data[at], m->bytes[at]);
		count(&b->floor, start, 1);
	}
	for (int i = 0; !err && i < frames; i++) {
		int at = (round * frames + i) % PMK_BENCH_PICTURES;
		uint64_t start = pmk_clock_cpu_ns();

		err = pmk_usual_frame(usual, m->data[at], m->bytes[at]);
		count(&b->usual, start, 1);
	}
	return err;
}

static int round_of_engine(struct pmk_engine *engine, struct pmk_series *series)
{
	int err = 0;

	for (int i = -WARM_UP; !err && i < ENGINE_RUNS; i++) {
		uint64_t start = pmk_clock_cpu_ns();

		err = pmk_engine_run(engine);
		if (i >= 0)
			count(series, start, 1);
	}
	return err;
}

static int one_round(struct pmk_bench *b, struct rivals *r, int round, int frames)
{
	int err = round_of_ours(b, round, frames);

	if (!err && r->usual)
		err = round_of_usual(b, r->usual, round, (frames + USUAL_SHARE - 1) / USUAL_SHARE);
	if (!err)
		err = round_of_still(b, b->scene, frames / 2, &b->still_tested);
	if (!err)
		err = round_of_still(b, r->plain, frames / 2, &b->still_plain);
	if (!err)
		err = round_of_engine(r->engine, &b->engine);
	if (!err && r->xnnpack)
		err = round_of_engine(r->xnnpack, &b->xnnpack);
	return err;
}

/* The first round only warms up caches, clocks and branch predictors. */
static void forget_first(struct pmk_bench *b)
{
	struct pmk_series *all[] = { &b->ours, &b->wall, &b->still_tested, &b->still_plain, &b->floor, &b->usual,
		&b->engine, &b->xnnpack };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		all[i]->count = 0;
	for (int i = 0; i < PMK_BENCH_STAGES; i++)
		b->stage[i].count = 0;
}

int pmk_bench_compare(struct pmk_bench *b)
{
	int rounds = pmk_min(b->frames, PMK_BENCH_ROUNDS), frames = b->frames / rounds;
	struct rivals rivals = { 0 };
	int err = create_rivals(b, &rivals);

	for (int round = -1; !err && round < rounds; round++) {
		if (round == 0)
			forget_first(b);
		err = one_round(b, &rivals, pmk_max(round, 0), frames);
	}
	destroy_rivals(&rivals);
	return err;
}

/* SPDX-License-Identifier: MIT */
#include "app/bench/bench.h"
#include "app/commands.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "draw/presenter.h"
#include "image/convert.h"
#include "image/fourcc.h"
#include "media/media.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEFAULT_FRAMES = 300,
	WARM_UP = 20,
	PACED_S = 3,
	/* how many a live run holds: in work, in slots, held by outputs, the cover */
	FRAMES_OUT = 3,
	SHOWN_OUT = 5,
};
static const double DEFAULT_FPS = 30;

static int decode(struct pmk_bench *b, const struct pmk_bench_material *m, uint64_t number, struct pmk_frame **frame)
{
	int i = (int)(number % PMK_BENCH_PICTURES), err;
	struct pmk_frame *f = pmk_frame_pool_take(b->pool, &b->layout);
	uint32_t fourcc = b->options->settings.input_format;

	if (!f)
		return -ENOMEM;
	if (fourcc == PMK_FOURCC_MJPG)
		err = pmk_jpeg_decode(b->jpeg, m->data[i], m->bytes[i], &f->image);
	else
		err = pmk_convert_from_raw(
			&f->image, fourcc, m->data[i], m->bytes[i], pmk_fourcc_stride(fourcc, b->camera.width));
	if (err) {
		pmk_frame_unref(f);
		return err;
	}
	f->number = number;
	*frame = f;
	return 0;
}

int pmk_bench_frame(struct pmk_bench *b, struct pmk_scene *scene, const struct pmk_bench_material *m, uint64_t number,
	uint64_t time_ns, struct pmk_series *stages)
{
	struct pmk_scene_times times = { 0 };
	struct pmk_frame *frame;
	struct pmk_shown *shown = NULL;
	uint64_t start = pmk_clock_thread_ns(), decoded, composed, end;
	int err = decode(b, m, number, &frame);

	if (err)
		return err;
	frame->time_ns = time_ns;
	decoded = pmk_clock_thread_ns();
	err = pmk_scene_run(scene, frame, &shown, &times);
	pmk_frame_unref(frame);
	composed = pmk_clock_thread_ns();
	if (!err)
		err = pmk_convert_to_raw(pmk_shown_image(shown), PMK_FOURCC_YUYV, b->written, b->written_bytes);
	pmk_shown_unref(shown);
	end = pmk_clock_thread_ns();
	if (err || !stages)
		return err;
	pmk_series_add(&stages[PMK_BENCH_DECODE], decoded - start);
	pmk_series_add(&stages[PMK_BENCH_PREPARE], times.prepare);
	pmk_series_add(&stages[PMK_BENCH_INFER], times.infer);
	pmk_series_add(&stages[PMK_BENCH_REFINE], times.refine);
	pmk_series_add(&stages[PMK_BENCH_COMPOSE], times.compose);
	pmk_series_add(&stages[PMK_BENCH_WRITE], end - composed);
	return 0;
}

/* Resident memory of a live run: the program at its start, plus what was added since `before_kb`, with as many pictures
 * in use as in a live run. The benchmark's own material is left out. */
static int measure_memory(struct pmk_bench *b, long program_kb, long before_kb)
{
	struct pmk_frame *frames[FRAMES_OUT] = { NULL };
	struct pmk_shown *shown[SHOWN_OUT] = { NULL };
	int err = 0;

	pmk_media_forget(); /* as a live run does */
	for (int i = 0; !err && i < WARM_UP; i++)
		err = pmk_bench_frame(b, b->scene, &b->moving, (uint64_t)i, PMK_S_NS, NULL);
	for (int i = 0; !err && i < FRAMES_OUT; i++)
		err = decode(b, &b->moving, (uint64_t)i, &frames[i]);
	for (int i = 0; !err && i < SHOWN_OUT; i++)
		err = pmk_scene_run(b->scene, frames[0], &shown[i], NULL);
	b->rss_mb = (double)(pmk_stats_resident_kb() - before_kb + program_kb) / 1024;
	for (int i = 0; i < SHOWN_OUT; i++)
		pmk_shown_unref(shown[i]);
	for (int i = 0; i < FRAMES_OUT; i++)
		pmk_frame_unref(frames[i]);
	return err;
}

static int run_paced(struct pmk_bench *b)
{
	int frames = pmk_min((int)(PACED_S * b->fps), b->frames), err = 0;
	uint64_t start = pmk_clock_now_ns(), cpu = pmk_clock_cpu_ns(), due = start, period = (uint64_t)(1e9 / b->fps);

	for (int i = 0; !err && i < frames; i++) {
		due = start + (uint64_t)i * period;
		pmk_clock_sleep_until(due);
		err = pmk_bench_frame(b, b->scene, &b->moving, (uint64_t)i, due, NULL);
		pmk_series_add(&b->latency, pmk_clock_now_ns() - due);
	}
	b->paced_share = (double)(pmk_clock_cpu_ns() - cpu) / ((double)frames * (double)period);
	b->paced_held = pmk_clock_now_ns() <= due + 2 * period;
	return err;
}

static void compare_masks(const struct pmk_mask *truth, const struct pmk_mask *mask, double *iou)
{
	uint64_t both = 0, either = 0;

	for (int y = 0; y < truth->height; y++) {
		const uint8_t *t = truth->alpha + (size_t)y * truth->stride,
			      *m = mask->alpha + (size_t)y * mask->stride;
		for (int x = 0; x < truth->width; x++) {
			both += t[x] > 127 && m[x] > 127;
			either += t[x] > 127 || m[x] > 127;
		}
	}
	*iou += either ? (double)both / (double)either : 1;
}

/* Mean IoU at alpha 0.5 against the presenter's exact alpha, on the same pictures before encoding. */
static int measure_iou(struct pmk_bench *b)
{
	struct pmk_presenter *presenter;
	struct pmk_mask truth = { 0 };
	double sum = 0;
	int err = pmk_presenter_create(b->camera.width, b->camera.height, 1, &presenter);

	if (err)
		return err;
	err = pmk_mask_alloc(&truth, b->camera.width, b->camera.height);
	for (int i = 0; !err && i < PMK_BENCH_PICTURES; i++) {
		struct pmk_frame *frame = pmk_frame_pool_take(b->pool, &b->layout);
		const struct pmk_mask *mask;

		if (!frame) {
			err = -ENOMEM;
			break;
		}
		frame->number = (uint64_t)i;
		frame->time_ns = PMK_S_NS + (uint64_t)i * PMK_S_NS / 30;
		pmk_presenter_draw_image(presenter, i / DEFAULT_FPS, &frame->image, &truth);
		err = pmk_scene_mask(b->scene, frame, &mask, NULL);
		if (!err)
			compare_masks(&truth, mask, &sum);
		pmk_frame_unref(frame);
	}
	b->iou = sum / PMK_BENCH_PICTURES;
	pmk_mask_free(&truth);
	pmk_presenter_destroy(presenter);
	return err;
}

static void finish(struct pmk_bench *b)
{
	pmk_bench_material_free(&b->moving);
	pmk_bench_material_free(&b->still);
	free(b->written);
	pmk_jpeg_destroy(b->jpeg);
	pmk_frame_pool_destroy(b->pool);
	pmk_scene_destroy(b->scene);
	malloc_trim(0);
}

static int make_material(struct pmk_bench *b)
{
	int err = pmk_bench_material_make(b, false, &b->moving);

	if (!err)
		err = pmk_bench_material_make(b, true, &b->still);
	b->written_bytes = pmk_fourcc_bytes(PMK_FOURCC_YUYV, b->camera.width, b->camera.height,
		pmk_fourcc_stride(PMK_FOURCC_YUYV, b->camera.width));
	b->written = malloc(b->written_bytes);
	if (!b->written)
		return -ENOMEM;
	memset(b->written, 0, b->written_bytes);
	malloc_trim(0);
	return err;
}

static int bench_size(struct pmk_bench *b, long program_kb)
{
	const struct pmk_options *o = b->options;
	struct pmk_scene_settings scene = o->settings.pipeline.scene;
	long before_kb;
	int err;

	b->frames = o->settings.pipeline.frames ? o->settings.pipeline.frames : DEFAULT_FRAMES;
	b->fps = o->settings.pipeline.wish.fps > 0 ? o->settings.pipeline.wish.fps : DEFAULT_FPS;
	b->camera = b->size;
	if (scene.framing != PMK_FRAMING_OFF) {
		scene.picture_width = b->size.width;
		scene.picture_height = b->size.height;
		b->camera = (struct pmk_size){ b->size.width * 3 / 2, b->size.height * 3 / 2 };
	}
	b->layout = pmk_bench_layout(o->settings.input_format, b->camera);
	err = make_material(b);
	if (err)
		return err;
	before_kb = pmk_stats_resident_kb();
	b->pool = pmk_frame_pool_create(FRAMES_OUT);
	err = b->pool ? pmk_jpeg_create(&b->jpeg) : -ENOMEM;
	if (!err)
		err = pmk_scene_create(&scene, &b->layout, SHOWN_OUT, &b->scene);
	if (!err)
		err = measure_memory(b, program_kb, before_kb);
	if (!err)
		err = run_paced(b);
	if (!err)
		err = pmk_bench_compare(b);
	return err ? err : measure_iou(b);
}

static void cpu_name(char *name, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256], *colon;

	snprintf(name, size, "unknown");
	while (f && fgets(line, sizeof line, f)) {
		if (strncmp(line, "model name", 10) == 0 && (colon = strchr(line, ':'))) {
			colon[strcspn(colon, "\n")] = '\0';
			snprintf(name, size, "%s", colon + 2);
			break;
		}
	}
	if (f)
		fclose(f);
}

static int bench_one(const struct pmk_options *options, struct pmk_size size, long program_kb, cJSON *runs)
{
	struct pmk_bench *b = calloc(1, sizeof *b);
	int err;

	if (!b)
		return -ENOMEM;
	b->options = options;
	b->size = size;
	err = bench_size(b, program_kb);
	if (!err && options->settings.json)
		cJSON_AddItemToArray(runs, pmk_bench_json(b));
	else if (!err)
		pmk_bench_print(b);
	finish(b);
	free(b);
	return err;
}

/* Fill in the sizes if none were given. */
static void choose_sizes(struct pmk_options *o)
{
	static const struct pmk_size usual[] = { { 640, 480 }, { 1280, 720 }, { 1920, 1080 } };
	const struct pmk_source_wish *wish = &o->settings.pipeline.wish;

	if (o->settings.size_count)
		return;
	o->settings.size_count = wish->width ? 1 : 3;
	memcpy(o->settings.sizes, usual, sizeof usual);
	if (wish->width)
		o->settings.sizes[0] = (struct pmk_size){ wish->width, wish->height };
}

enum pmk_exit pmk_command_bench(struct pmk_options *options)
{
	long program_kb = pmk_stats_resident_kb();
	cJSON *all = cJSON_CreateObject(), *runs;
	char cpu[128], *text;
	int err = 0;

	choose_sizes(options);
	cpu_name(cpu, sizeof cpu);
	cJSON_AddStringToObject(all, "cpu", cpu);
	cJSON_AddStringToObject(all, "version", PMK_VERSION);
	runs = cJSON_AddArrayToObject(all, "runs");
	if (!options->settings.json)
		pmk_bench_print_head(options, cpu);
	for (int i = 0; !err && i < options->settings.size_count; i++)
		err = bench_one(options, options->settings.sizes[i], program_kb, runs);
	if (!err && options->settings.json) {
		text = cJSON_Print(all);
		puts(text);
		free(text);
	}
	cJSON_Delete(all);
	return pmk_exit_of(PMK_PART_SCENE, err, "");
}

/* SPDX-License-Identifier: MIT */
#include "app/bench_usual.h"
#include "app/commands.h"
#include "base/clock.h"
#include "base/log.h"
#include "image/convert.h"
#include "image/jpeg.h"
#include "io/presenter.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { MATERIAL = 12, WARM_UP = 20, DEFAULT_FRAMES = 300, PACED_FRAMES = 90, QUALITY = 80, POOL = 3, SHOWN = 2 };
static const double FPS = 30;

enum stage { DECODE, PREPARE, INFER, REFINE, COMPOSE, WRITE, STAGES };
static const char *const stage_names[STAGES] = { "decode", "prepare", "infer", "refine", "compose", "write" };

/* What a camera would send, made beforehand. */
struct material {
	uint8_t *data[MATERIAL];
	size_t bytes[MATERIAL], total;
};

struct bench {
	const struct pmk_options *options;
	struct pmk_size size;
	struct pmk_layout layout;	/* of decoded frames */
	struct material material;
	struct pmk_jpeg *jpeg;
	struct pmk_frame_pool *pool;
	struct pmk_scene *scene;
	uint8_t *written;
	size_t written_bytes;
	struct pmk_series stage[STAGES], latency;
	struct pmk_series floor, usual;	/* JPEG input only: its decoding alone, and the usual chain */
	double fps_max, cpu_ms, iou, rss_mb;
};

static bool is_jpeg(const struct bench *b)
{
	return b->options->input_format == PMK_FOURCC_MJPG;
}

static struct pmk_layout camera_layout(uint32_t fourcc, struct pmk_size size)
{
	bool jpeg = fourcc == PMK_FOURCC_MJPG;

	return (struct pmk_layout){ .width = size.width, .height = size.height, .matrix = PMK_MATRIX_BT601,
		.chroma = jpeg ? PMK_CHROMA_422 : pmk_fourcc_chroma(fourcc), .range = jpeg ? PMK_RANGE_FULL : PMK_RANGE_LIMITED };
}

static int encode_jpeg(const struct pmk_image *image, uint8_t **data, size_t *bytes)
{
	tjhandle tj = tjInitCompress();
	const unsigned char *planes[3] = { image->plane[0], image->plane[1], image->plane[2] };
	unsigned char *jpeg = NULL;
	unsigned long size = 0;
	int err = -EIO;

	if (tj && tjCompressFromYUVPlanes(tj, planes, image->layout.width, image->stride, image->layout.height, TJSAMP_422, &jpeg, &size,
	    QUALITY, 0) == 0) {
		*data = malloc(size);
		err = *data ? 0 : -ENOMEM;
		if (*data)
			memcpy(*data, jpeg, size);
		*bytes = size;
	}
	tjFree(jpeg);
	if (tj)
		tjDestroy(tj);
	return err;
}

static int encode(struct bench *b, const struct pmk_image *image, int index)
{
	uint32_t fourcc = b->options->input_format;
	struct material *m = &b->material;

	if (is_jpeg(b))
		return encode_jpeg(image, &m->data[index], &m->bytes[index]);
	m->bytes[index] = pmk_fourcc_bytes(fourcc, b->size.width, b->size.height, pmk_fourcc_stride(fourcc, b->size.width));
	m->data[index] = malloc(m->bytes[index]);
	return m->data[index] ? pmk_convert_to_raw(image, fourcc, m->data[index], m->bytes[index]) : -ENOMEM;
}

static int make_material(struct bench *b)
{
	struct pmk_presenter *presenter;
	struct pmk_image image = { 0 };
	int err = pmk_presenter_create(b->size.width, b->size.height, 1, &presenter);

	if (err)
		return err;
	err = pmk_image_alloc(&image, &b->layout);
	for (int i = 0; !err && i < MATERIAL; i++) {
		pmk_presenter_draw_image(presenter, i / FPS, &image, NULL);
		err = encode(b, &image, i);
		b->material.total += b->material.bytes[i];
	}
	pmk_image_free(&image);
	pmk_presenter_destroy(presenter);
	return err;
}

static int decode(struct bench *b, uint64_t number, struct pmk_frame **frame)
{
	int i = (int)(number % MATERIAL), err;
	struct pmk_frame *f = pmk_frame_pool_take(b->pool, &b->layout);

	if (!f)
		return -ENOMEM;
	if (is_jpeg(b))
		err = pmk_jpeg_decode(b->jpeg, b->material.data[i], b->material.bytes[i], &f->image);
	else
		err = pmk_convert_from_raw(&f->image, b->options->input_format, b->material.data[i], b->material.bytes[i],
			pmk_fourcc_stride(b->options->input_format, b->size.width));
	if (err) {
		pmk_frame_unref(f);
		return err;
	}
	f->number = number;
	*frame = f;
	return 0;
}

/* One frame as the live pipeline does it: from the camera's bytes to the bytes in the client's buffer. */
static int one_frame(struct bench *b, uint64_t number, bool count)
{
	struct pmk_scene_times times = { 0 };
	struct pmk_frame *frame;
	struct pmk_shown *shown = NULL;
	uint64_t start = pmk_clock_now_ns(), decoded, composed, end;
	int err = decode(b, number, &frame);

	if (err)
		return err;
	decoded = pmk_clock_now_ns();
	err = pmk_scene_run(b->scene, frame, &shown, &times);
	pmk_frame_unref(frame);
	composed = pmk_clock_now_ns();
	if (!err)
		err = pmk_convert_to_raw(pmk_shown_image(shown), PMK_FOURCC_YUYV, b->written, b->written_bytes);
	pmk_shown_unref(shown);
	end = pmk_clock_now_ns();
	if (err || !count)
		return err;
	pmk_series_add(&b->stage[DECODE], decoded - start);
	pmk_series_add(&b->stage[PREPARE], times.prepare);
	pmk_series_add(&b->stage[INFER], times.infer);
	pmk_series_add(&b->stage[REFINE], times.refine);
	pmk_series_add(&b->stage[COMPOSE], times.compose);
	pmk_series_add(&b->stage[WRITE], end - composed);
	return 0;
}

static int run_unpaced(struct bench *b, int frames)
{
	uint64_t start, cpu;
	int err = 0;

	for (int i = 0; !err && i < WARM_UP; i++)
		err = one_frame(b, (uint64_t)i, false);
	start = pmk_clock_now_ns();
	cpu = pmk_clock_cpu_ns();
	for (int i = 0; !err && i < frames; i++)
		err = one_frame(b, (uint64_t)i, true);
	b->cpu_ms = (double)(pmk_clock_cpu_ns() - cpu) / 1e6 / frames;
	b->fps_max = frames * 1e9 / (double)(pmk_clock_now_ns() - start);
	return err;
}

static int run_paced(struct bench *b, int frames)
{
	uint64_t start = pmk_clock_now_ns();
	int err = 0;

	for (int i = 0; !err && i < frames; i++) {
		uint64_t due = start + (uint64_t)(i * 1e9 / FPS);
		pmk_clock_sleep_until(due);
		err = one_frame(b, (uint64_t)i, false);
		pmk_series_add(&b->latency, pmk_clock_now_ns() - due);
	}
	return err;
}

/* The same frames through what there is to compare with; taken in turns, so that a busy machine is busy for all. */
static int run_usual(struct bench *b, int frames)
{
	struct pmk_usual *usual = NULL;
	int err = pmk_usual_create(pmk_scene_model(b->scene), b->size.width, b->size.height, &usual);

	for (int i = 0; !err && i < frames + WARM_UP; i++) {
		const uint8_t *data = b->material.data[i % MATERIAL];
		size_t bytes = b->material.bytes[i % MATERIAL];
		uint64_t start = pmk_clock_cpu_ns(), decoded;

		err = pmk_usual_decode(usual, data, bytes);
		decoded = pmk_clock_cpu_ns();
		if (!err)
			err = pmk_usual_frame(usual, data, bytes);
		if (i < WARM_UP)
			continue;
		pmk_series_add(&b->floor, decoded - start);
		pmk_series_add(&b->usual, pmk_clock_cpu_ns() - decoded);
	}
	pmk_usual_destroy(usual);
	return err;
}

/* Mean IoU at alpha 0.5 against the presenter's exact alpha, over the same pictures before they were encoded. */
static int measure_iou(struct bench *b)
{
	struct pmk_presenter *presenter;
	struct pmk_frame *frame = NULL;
	struct pmk_mask truth = { 0 };
	double sum = 0;
	int err = pmk_presenter_create(b->size.width, b->size.height, 1, &presenter);

	if (err)
		return err;
	err = pmk_mask_alloc(&truth, b->size.width, b->size.height);
	for (int i = 0; !err && i < MATERIAL; i++) {
		const struct pmk_mask *mask;
		uint64_t both = 0, either = 0;

		frame = pmk_frame_pool_take(b->pool, &b->layout);
		if (!frame) {
			err = -ENOMEM;
			break;
		}
		pmk_presenter_draw_image(presenter, i / FPS, &frame->image, &truth);
		err = pmk_scene_mask(b->scene, frame, &mask, NULL);
		for (int y = 0; !err && y < truth.height; y++) {
			const uint8_t *t = truth.alpha + (size_t)y * truth.stride, *m = mask->alpha + (size_t)y * mask->stride;
			for (int x = 0; x < truth.width; x++) {
				both += t[x] > 127 && m[x] > 127;
				either += t[x] > 127 || m[x] > 127;
			}
		}
		pmk_frame_unref(frame);
		sum += either ? (double)both / (double)either : 1;
	}
	b->iou = sum / MATERIAL;
	pmk_mask_free(&truth);
	pmk_presenter_destroy(presenter);
	return err;
}

static void finish(struct bench *b)
{
	for (int i = 0; i < MATERIAL; i++)
		free(b->material.data[i]);
	free(b->written);
	pmk_jpeg_destroy(b->jpeg);
	pmk_frame_pool_destroy(b->pool);
	pmk_scene_destroy(b->scene);
}

static int bench_size(struct bench *b)
{
	int frames = b->options->frames ? b->options->frames : DEFAULT_FRAMES, err;

	b->layout = camera_layout(b->options->input_format, b->size);
	b->written_bytes = pmk_fourcc_bytes(PMK_FOURCC_YUYV, b->size.width, b->size.height, pmk_fourcc_stride(PMK_FOURCC_YUYV, b->size.width));
	b->written = malloc(b->written_bytes);
	b->pool = pmk_frame_pool_create(POOL);
	err = b->written && b->pool ? pmk_jpeg_create(&b->jpeg) : -ENOMEM;
	if (!err)
		err = make_material(b);
	if (!err)
		err = pmk_scene_create(&b->options->pipeline.scene, &b->layout, SHOWN, &b->scene);
	if (!err)
		err = run_unpaced(b, frames);
	if (!err)
		err = run_paced(b, frames < PACED_FRAMES ? frames : PACED_FRAMES);
	b->rss_mb = (double)pmk_stats_resident_kb() / 1024 - (double)b->material.total / (1 << 20);
	if (!err && is_jpeg(b))
		err = run_usual(b, frames);
	if (!err)
		err = measure_iou(b);
	return err;
}

static cJSON *quantiles(const struct pmk_series *series)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "p50", pmk_series_quantile(series, 0.5));
	cJSON_AddNumberToObject(o, "p99", pmk_series_quantile(series, 0.99));
	return o;
}

static cJSON *to_json(const struct bench *b)
{
	static const char *const refine[] = { "guided", "none", "morph" };
	const struct pmk_scene_settings *s = &b->options->pipeline.scene;
	cJSON *o = cJSON_CreateObject(), *stages = cJSON_CreateObject();
	uint32_t fourcc = b->options->input_format;
	char size[32];

	snprintf(size, sizeof size, "%dx%d", b->size.width, b->size.height);
	cJSON_AddStringToObject(o, "size", size);
	cJSON_AddStringToObject(o, "format", fourcc == PMK_FOURCC_MJPG ? "mjpeg" : fourcc == PMK_FOURCC_YUYV ? "yuyv" :
		fourcc == PMK_FOURCC_NV12 ? "nv12" : "i420");
	cJSON_AddStringToObject(o, "model", pmk_scene_model(b->scene));
	cJSON_AddNumberToObject(o, "threads", s->threads);
	cJSON_AddStringToObject(o, "refine", refine[s->refine.mode]);
	cJSON_AddStringToObject(o, "backdrop", s->backdrop);
	cJSON_AddNumberToObject(o, "frames", (double)b->stage[DECODE].count);
	cJSON_AddNumberToObject(o, "fps_max", b->fps_max);
	cJSON_AddNumberToObject(o, "cpu_ms_per_frame", b->cpu_ms);
	cJSON_AddItemToObject(o, "latency_ms", quantiles(&b->latency));
	for (int i = 0; i < STAGES; i++)
		cJSON_AddItemToObject(stages, stage_names[i], quantiles(&b->stage[i]));
	cJSON_AddItemToObject(o, "stages_ms", stages);
	if (is_jpeg(b)) {
		cJSON_AddNumberToObject(o, "floor_ms", pmk_series_quantile(&b->floor, 0.5));
		cJSON_AddNumberToObject(o, "usual_ms", pmk_series_quantile(&b->usual, 0.5));
		cJSON_AddNumberToObject(o, "times_floor", b->cpu_ms / pmk_series_quantile(&b->floor, 0.5));
		cJSON_AddNumberToObject(o, "usual_times_ours", pmk_series_quantile(&b->usual, 0.5) / b->cpu_ms);
	}
	cJSON_AddNumberToObject(o, "iou", b->iou);
	cJSON_AddNumberToObject(o, "rss_mb", b->rss_mb);
	return o;
}

static void print_row(const struct bench *b)
{
	printf("%4dx%-4d  %-16s %6.1f  %7.2f  ", b->size.width, b->size.height, pmk_scene_model(b->scene), b->fps_max, b->cpu_ms);
	for (int i = 0; i < STAGES; i++)
		printf(" %7.2f", pmk_series_quantile(&b->stage[i], 0.5));
	printf("  %6.1f %6.1f  %.3f  %5.1f\n", pmk_series_quantile(&b->latency, 0.5), pmk_series_quantile(&b->latency, 0.99), b->iou, b->rss_mb);
	if (is_jpeg(b))
		printf("           decoding alone %.2f ms (x %.2f); the usual way by BGR %.2f ms (x %.2f of ours)\n", pmk_series_quantile(&b->floor, 0.5),
			b->cpu_ms / pmk_series_quantile(&b->floor, 0.5), pmk_series_quantile(&b->usual, 0.5),
			pmk_series_quantile(&b->usual, 0.5) / b->cpu_ms);
	fflush(stdout);
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

enum pmk_exit pmk_command_bench(struct pmk_options *options)
{
	cJSON *all = cJSON_CreateObject(), *runs;
	char cpu[128], *text;
	int err = 0;

	cpu_name(cpu, sizeof cpu);
	cJSON_AddStringToObject(all, "cpu", cpu);
	cJSON_AddStringToObject(all, "version", PMK_VERSION);
	runs = cJSON_AddArrayToObject(all, "runs");
	if (!options->json)
		printf("%s, %d thread(s) of the network; medians in ms\n"
			"size       model             fps max  CPU/frame   decode prepare   infer  refine compose   write   latency    p99    IoU  RSS MB\n",
			cpu, options->pipeline.scene.threads);
	for (int i = 0; !err && i < options->size_count; i++) {
		struct bench *b = calloc(1, sizeof *b);

		if (!b) {
			err = -ENOMEM;
			break;
		}
		b->options = options;
		b->size = options->sizes[i];
		err = bench_size(b);
		if (!err && options->json)
			cJSON_AddItemToArray(runs, to_json(b));
		else if (!err)
			print_row(b);
		finish(b);
		free(b);
	}
	if (!err && options->json) {
		text = cJSON_Print(all);
		puts(text);
		free(text);
	}
	cJSON_Delete(all);
	return pmk_command_exit(PMK_PART_SCENE, err, "");
}

/* SPDX-License-Identifier: MIT */
#include "app/bench/bench.h"
#include "image/fourcc.h"

#include <cjson/cJSON.h>
#include <stdio.h>

static const char *const stage_names[PMK_BENCH_STAGES] = { "decode", "prepare", "infer", "refine", "compose", "write" };

static double median(const struct pmk_series *series)
{
	return pmk_series_quantile(series, 0.5);
}

static const char *format_name(uint32_t fourcc)
{
	return fourcc == PMK_FOURCC_MJPG  ? "mjpeg" :
		fourcc == PMK_FOURCC_YUYV ? "yuyv" :
		fourcc == PMK_FOURCC_NV12 ? "nv12" :
					    "i420";
}

/* --- JSON --- */

static cJSON *quantiles(const struct pmk_series *series)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "p50", median(series));
	cJSON_AddNumberToObject(o, "p99", pmk_series_quantile(series, 0.99));
	return o;
}

/* What our chain was compared with. Keys that end in _ms are CPU time per frame, the others are ratios. */
static void add_rivals(cJSON *o, const struct pmk_bench *b)
{
	if (b->floor.count) {
		cJSON_AddNumberToObject(o, "floor_ms", median(&b->floor));
		cJSON_AddNumberToObject(o, "usual_ms", median(&b->usual));
		cJSON_AddNumberToObject(o, "times_floor", median(&b->ours) / median(&b->floor));
		cJSON_AddNumberToObject(o, "usual_times_ours", median(&b->usual) / median(&b->ours));
	}
	cJSON_AddNumberToObject(o, "engine_ms", median(&b->engine));
	if (b->xnnpack.count) {
		cJSON_AddNumberToObject(o, "xnnpack_ms", median(&b->xnnpack));
		cJSON_AddNumberToObject(o, "xnnpack_times_engine", median(&b->xnnpack) / median(&b->engine));
	}
}

static cJSON *still_json(const struct pmk_bench *b)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "cpu_ms_per_frame", median(&b->still_tested));
	cJSON_AddNumberToObject(o, "gate_off_cpu_ms_per_frame", median(&b->still_plain));
	cJSON_AddNumberToObject(o, "ratio", median(&b->still_tested) / median(&b->still_plain));
	return o;
}

static cJSON *paced_json(const struct pmk_bench *b)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "fps", b->fps);
	cJSON_AddBoolToObject(o, "held", b->paced_held);
	cJSON_AddNumberToObject(o, "cpu_percent", 100 * b->paced_share);
	return o;
}

cJSON *pmk_bench_json(const struct pmk_bench *b)
{
	static const char *const refine[] = { "guided", "none", "morph" };
	const struct pmk_scene_settings *s = &b->options->settings.pipeline.scene;
	cJSON *o = cJSON_CreateObject(), *stages = cJSON_CreateObject();
	char size[32];

	snprintf(size, sizeof size, "%dx%d", b->size.width, b->size.height);
	cJSON_AddStringToObject(o, "size", size);
	cJSON_AddStringToObject(o, "format", format_name(b->options->settings.input_format));
	cJSON_AddStringToObject(o, "model", pmk_scene_model(b->scene));
	cJSON_AddNumberToObject(o, "threads", s->threads);
	cJSON_AddStringToObject(o, "refine", refine[s->refine.mode]);
	cJSON_AddStringToObject(o, "backdrop", s->backdrop);
	cJSON_AddNumberToObject(o, "frames", (double)b->stage[PMK_BENCH_DECODE].count);
	cJSON_AddNumberToObject(o, "fps_max", 1000 / median(&b->wall));
	cJSON_AddNumberToObject(o, "cpu_ms_per_frame", median(&b->ours));
	cJSON_AddItemToObject(o, "latency_ms", quantiles(&b->latency));
	cJSON_AddItemToObject(o, "paced", paced_json(b));
	for (int i = 0; i < PMK_BENCH_STAGES; i++)
		cJSON_AddItemToObject(stages, stage_names[i], quantiles(&b->stage[i]));
	cJSON_AddItemToObject(o, "stages_ms", stages);
	cJSON_AddItemToObject(o, "still", still_json(b));
	add_rivals(o, b);
	cJSON_AddNumberToObject(o, "iou", b->iou);
	cJSON_AddNumberToObject(o, "rss_mb", b->rss_mb);
	return o;
}

/* --- text --- */

void pmk_bench_print_head(const struct pmk_options *options, const char *cpu)
{
	printf("%s, %d network thread%s. CPU time in ms per frame, medians of rounds that took turns.\n", cpu,
		options->settings.pipeline.scene.threads, options->settings.pipeline.scene.threads == 1 ? "" : "s");
}

void pmk_bench_print(const struct pmk_bench *b)
{
	double ours = median(&b->ours);

	printf("\n%dx%d %s, %s, %s\n", b->size.width, b->size.height, format_name(b->options->settings.input_format),
		pmk_scene_model(b->scene), b->options->settings.pipeline.scene.backdrop);
	printf("  a frame         %6.2f   up to %.0f frames per second; IoU %.3f, memory %.0f MB\n", ours,
		1000 / median(&b->wall), b->iou, b->rss_mb);
	printf("  of which       ");
	for (int i = 0; i < PMK_BENCH_STAGES; i++)
		printf(" %s %.2f%s", stage_names[i], median(&b->stage[i]), i + 1 < PMK_BENCH_STAGES ? "," : "\n");
	if (b->floor.count) {
		printf("  decoding alone  %6.2f   a frame takes %.2f times as long\n", median(&b->floor),
			ours / median(&b->floor));
		printf("  the usual way   %6.2f   through BGR, %.2f times as long as a frame\n", median(&b->usual),
			median(&b->usual) / ours);
	}
	printf("  the network     %6.2f", median(&b->engine));
	if (b->xnnpack.count)
		printf("   XNNPACK %.2f, %.2f times as long", median(&b->xnnpack),
			median(&b->xnnpack) / median(&b->engine));
	printf("\n  a still scene   %6.2f   %.2f with --motion-gate no: a ratio of %.2f\n", median(&b->still_tested),
		median(&b->still_plain), median(&b->still_tested) / median(&b->still_plain));
	printf("  at %.0f fps       %s, %.0f %% of one core, latency %.1f ms (p99 %.1f)\n", b->fps,
		b->paced_held ? "held" : "NOT HELD", 100 * b->paced_share, median(&b->latency),
		pmk_series_quantile(&b->latency, 0.99));
	fflush(stdout);
}

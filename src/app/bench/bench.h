/* SPDX-License-Identifier: MIT */
/* One size of `potemkin bench`: its material and its measurements. For the bench_*.c files only. One thread.
 *
 * Times are CPU times of the whole process. Candidates take turns, one round each, and the median of the rounds counts:
 * a busy machine is then busy for all of them. */
#ifndef PMK_APP_BENCH_BENCH_H
#define PMK_APP_BENCH_BENCH_H

#include "app/options.h"
#include "core/stats.h"
#include "jpeg/jpeg.h"

enum { PMK_BENCH_PICTURES = 12, PMK_BENCH_ROUNDS = 10 };

/* Frames as a camera would send them, made beforehand: of the moving presenter, or of one at rest, where only the
 * camera's noise changes. */
struct pmk_bench_material {
	uint8_t *data[PMK_BENCH_PICTURES];
	size_t bytes[PMK_BENCH_PICTURES];
};

enum pmk_bench_stage {
	PMK_BENCH_DECODE,
	PMK_BENCH_PREPARE,
	PMK_BENCH_INFER,
	PMK_BENCH_REFINE,
	PMK_BENCH_COMPOSE,
	PMK_BENCH_WRITE,
	PMK_BENCH_STAGES
};

struct pmk_bench {
	const struct pmk_options *options;
	struct pmk_size size, camera; /* of the pictures; of the frames, which are larger with framing, as when live */
	double fps; /* of the paced run */
	struct pmk_layout layout; /* of decoded frames */
	struct pmk_bench_material moving, still;
	struct pmk_jpeg *jpeg;
	struct pmk_frame_pool *pool;
	struct pmk_scene *scene;
	uint8_t *written; /* the client's buffer */
	size_t written_bytes;

	/* results */
	int frames;
	struct pmk_series stage[PMK_BENCH_STAGES]; /* a value for each frame */
	struct pmk_series ours, wall; /* a frame's CPU time; its elapsed time, a value for each round */
	/* the CPU time in a still scene, with and without the stillness test */
	struct pmk_series still_tested, still_plain;
	struct pmk_series floor, usual; /* JPEG only: decoding alone, and the usual chain */
	struct pmk_series engine, xnnpack; /* the network alone; xnnpack where it is built in */
	struct pmk_series latency; /* of each paced frame */
	double paced_share; /* of one core */
	bool paced_held; /* it kept the rate to the end */
	double iou, rss_mb;
};

/* The layout of frames decoded from that camera format. */
struct pmk_layout pmk_bench_layout(uint32_t fourcc, struct pmk_size size);
int pmk_bench_material_make(const struct pmk_bench *bench, bool still, struct pmk_bench_material *material)
	__attribute__((warn_unused_result));
void pmk_bench_material_free(struct pmk_bench_material *material); /* a zeroed one is fine too */

/* Process one frame as the live pipeline does, from the camera's bytes to the bytes in the client's buffer. The frame's
 * time is `time_ns`; if time does not pass, the stillness test never finds a still picture. `stages` may be NULL. */
int pmk_bench_frame(struct pmk_bench *bench, struct pmk_scene *scene, const struct pmk_bench_material *material,
	uint64_t number, uint64_t time_ns, struct pmk_series *stages) __attribute__((warn_unused_result));

/* Measure our chain and all that it is compared with, in turns. */
int pmk_bench_compare(struct pmk_bench *bench) __attribute__((warn_unused_result));

void pmk_bench_print_head(const struct pmk_options *options, const char *cpu);
void pmk_bench_print(const struct pmk_bench *bench);
struct cJSON;
struct cJSON *pmk_bench_json(const struct pmk_bench *bench); /* one object of "runs" */

#endif

/* SPDX-License-Identifier: MIT */
/* The parts of a pipeline. For pipeline.c, which makes it, pipeline_change.c, which changes it,
 * and pipeline_tell.c, which tells about it.
 *
 * The one rule: what is not marked otherwise is the main thread's, and const while other threads run. */
#ifndef PMK_CORE_PIPELINE_PARTS_H
#define PMK_CORE_PIPELINE_PARTS_H

#include "core/capture/capture.h"
#include "core/outputs/outputs.h"
#include "core/pipeline.h"
#include "core/stage.h"

#include <pthread.h>
#include <stdatomic.h>

struct pmk_pipeline {
	struct pmk_pipeline_settings settings; /* as created, and as applied since; the main thread's */
	struct pmk_capture *capture;
	struct pmk_stage *stage;
	struct pmk_outputs *outputs; /* NULL until start */
	struct pmk_status *status;
	uint64_t started_ns;

	bool waiting_said; /* [output thread; there is only one if outputs may sleep] */
	atomic_bool stopping;
	pthread_mutex_t rest_lock; /* protects what follows, and makes changes of it one with what they cause */
	bool asleep, paused; /* nobody watches; a person wants a pause: in both cases the camera is closed */
};

/* The settings of the capture among those of the pipeline. */
struct pmk_capture_settings pmk_pipeline_reads(
	struct pmk_pipeline *pipeline, const struct pmk_pipeline_settings *settings);

#endif

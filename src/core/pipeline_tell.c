/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "core/pipeline_parts.h"

#include <string.h>

int pmk_pipeline_event_fd(const struct pmk_pipeline *p)
{
	return pmk_status_fd(p->status);
}

int pmk_pipeline_changes_fd(const struct pmk_pipeline *p)
{
	return pmk_status_changes_fd(p->status);
}

enum pmk_state pmk_pipeline_state(const struct pmk_pipeline *p)
{
	return pmk_status_get(p->status);
}

const char *pmk_pipeline_trouble(struct pmk_pipeline *p)
{
	return pmk_stage_missing(p->stage);
}

struct pmk_shown *pmk_pipeline_shown(struct pmk_pipeline *p)
{
	return pmk_outputs_shown(p->outputs);
}

int pmk_pipeline_mask(struct pmk_pipeline *p, struct pmk_mask *mask)
{
	return pmk_stage_mask(p->stage, mask);
}

void pmk_pipeline_watch(struct pmk_pipeline *p, bool watch)
{
	pmk_outputs_watch(p->outputs, watch);
}

unsigned pmk_pipeline_camera(struct pmk_pipeline *p, struct pmk_source_names *names)
{
	/* the capture notes the names first: so the number is never that of a later camera than the names */
	unsigned generation = pmk_capture_generation(p->capture);

	pmk_capture_names(p->capture, names);
	return generation;
}

void pmk_pipeline_open_camera(struct pmk_pipeline *p, char name[PMK_PIPELINE_NAME])
{
	pmk_capture_open_name(p->capture, name);
}

const char *pmk_pipeline_camera_name(const struct pmk_pipeline *p)
{
	return pmk_capture_name(p->capture);
}

const char *pmk_pipeline_output_name(const struct pmk_pipeline *p, int index)
{
	return pmk_outputs_name(p->outputs, index);
}

const char *pmk_pipeline_output_spec(const struct pmk_pipeline *p, int index)
{
	return index < p->settings.output_count ? p->settings.outputs[index] : NULL;
}

bool pmk_pipeline_output_ended(struct pmk_pipeline *p, int index)
{
	return pmk_outputs_has_ended(p->outputs, index);
}

const char *pmk_pipeline_model_name(const struct pmk_pipeline *p)
{
	return pmk_stage_model(p->stage);
}

void pmk_pipeline_report(struct pmk_pipeline *p, struct pmk_pipeline_report *report)
{
	struct pmk_capture_figures read = pmk_capture_figures(p->capture);
	struct pmk_stage_figures made = pmk_stage_figures(p->stage);
	struct pmk_output_figures shown = { 0 };

	if (p->outputs)
		shown = pmk_outputs_figures(p->outputs);
	*report = (struct pmk_pipeline_report){
		.state = pmk_status_get(p->status),
		.captured = read.captured,
		.dropped = read.dropped,
		.damaged = read.damaged,
		.left_out = read.left_out,
		.composed = made.composed,
		.covered = made.covered,
		.replaced = read.replaced + shown.replaced,
		.written = shown.written,
		.repeated = shown.repeated,
		.latency_ms_p50 = shown.latency_ms_p50,
		.latency_ms_p99 = shown.latency_ms_p99,
		.crop = made.crop,
		.running_ns = pmk_clock_now_ns() - p->started_ns,
	};
	memcpy(report->stage_ms_p50, made.ms_p50, sizeof report->stage_ms_p50);
}

const char *pmk_pipeline_hangs(struct pmk_pipeline *p, uint64_t now_ns)
{
	if (pmk_stage_hangs(p->stage, now_ns))
		return "scene";
	if (pmk_capture_hangs(p->capture, now_ns))
		return "camera";
	return p->outputs && pmk_outputs_hang(p->outputs, now_ns) ? "output" : NULL;
}

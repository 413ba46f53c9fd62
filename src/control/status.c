/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "control/control_parts.h"
#include "io/v4l2/holders.h"

#include <string.h>
#include <unistd.h>

enum { MOST_HOLDERS = 8 };

static const uint64_t LEAST_NS = 250 * PMK_MS_NS; /* between two samples: a rate over less would jump */
static const uint64_t LATEST_NS = 500 * PMK_MS_NS; /* after a change, for a picture of it */

static struct pmk_sample now_of(struct pmk_control *c)
{
	struct pmk_pipeline_report report;

	pmk_pipeline_report(c->pipeline, &report);
	return (struct pmk_sample){ pmk_clock_now_ns(), pmk_clock_cpu_ns(), report.written };
}

void pmk_control_sample(struct pmk_control *c)
{
	struct pmk_sample now = now_of(c);

	if (now.at_ns - c->last.at_ns < LEAST_NS)
		return;
	c->before = c->last;
	c->last = now;
}

/* The programs that have the virtual camera's node open. Those behind PipeWire cannot be told. */
static cJSON *readers_of(const char *spec)
{
	struct pmk_holder holders[MOST_HOLDERS];
	int count = strncmp(spec, "/dev/", 5) == 0 ? pmk_holders_find("", spec, holders, MOST_HOLDERS) : 0;
	cJSON *list = cJSON_CreateArray();

	for (int i = 0; i < count; i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddNumberToObject(one, "pid", holders[i].pid);
		cJSON_AddStringToObject(one, "name", holders[i].name);
		cJSON_AddItemToArray(list, one);
	}
	return list;
}

static cJSON *outputs_of(struct pmk_control *c)
{
	cJSON *list = cJSON_CreateArray();
	const char *spec;

	for (int i = 0; (spec = pmk_pipeline_output_spec(c->pipeline, i)); i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddStringToObject(one, "spec", spec);
		cJSON_AddStringToObject(one, "name", pmk_pipeline_output_name(c->pipeline, i));
		cJSON_AddBoolToObject(one, "ended", pmk_pipeline_output_ended(c->pipeline, i));
		cJSON_AddItemToObject(one, "readers", readers_of(spec));
		cJSON_AddItemToArray(list, one);
	}
	return list;
}

static void add_camera(struct pmk_control *c, cJSON *status)
{
	const char *trouble = pmk_pipeline_trouble(c->pipeline);
	char name[PMK_PIPELINE_NAME];

	pmk_pipeline_open_camera(c->pipeline, name);
	cJSON_AddStringToObject(status, "camera", name); /* "": closed */
	if (trouble)
		cJSON_AddStringToObject(status, "trouble", trouble);
}

static void add_rates(struct pmk_control *c, cJSON *status)
{
	double seconds = (double)(c->last.at_ns - c->before.at_ns) / 1e9;
	bool known = c->before.at_ns && seconds > 0;

	cJSON_AddNumberToObject(status, "fps", known ? (double)(c->last.written - c->before.written) / seconds : 0);
	cJSON_AddNumberToObject(
		status, "cpu_percent", known ? 100 * (double)(c->last.cpu_ns - c->before.cpu_ns) / 1e9 / seconds : 0);
}

static void add_figures(struct pmk_control *c, cJSON *status)
{
	static const char *const steps[] = { "prepare", "network", "refine", "compose" };
	cJSON *latency = cJSON_AddObjectToObject(status, "latency_ms"), *stages;
	struct pmk_pipeline_report r;

	pmk_pipeline_report(c->pipeline, &r);
	cJSON_AddNumberToObject(latency, "p50", r.latency_ms_p50);
	cJSON_AddNumberToObject(latency, "p99", r.latency_ms_p99);
	stages = cJSON_AddObjectToObject(status, "stages_ms");
	for (int i = 0; i < 4; i++)
		cJSON_AddNumberToObject(stages, steps[i], r.stage_ms_p50[i]);
	cJSON_AddNumberToObject(status, "frames", (double)r.written);
	cJSON_AddNumberToObject(status, "covers", (double)r.covered);
	cJSON_AddNumberToObject(status, "dropped", (double)r.dropped);
	cJSON_AddNumberToObject(status, "damaged", (double)r.damaged);
	cJSON_AddNumberToObject(status, "replaced", (double)r.replaced);
	cJSON_AddItemToObject(status, "crop",
		cJSON_CreateDoubleArray((const double[]){ r.crop.left, r.crop.top, r.crop.right, r.crop.bottom }, 4));
	cJSON_AddNumberToObject(status, "running_s", (double)r.running_ns / 1e9);
}

static void add_findings(struct pmk_control *c, cJSON *status)
{
	uint64_t age = pmk_clock_now_ns() - c->examined_ns;

	if (!c->findings)
		return;
	cJSON_AddItemToObject(status, "findings", cJSON_Duplicate(c->findings, true));
	cJSON_AddNumberToObject(status, "examined_s", (double)age / 1e9); /* so long ago */
}

cJSON *pmk_control_status(struct pmk_control *c)
{
	cJSON *status = cJSON_CreateObject();

	cJSON_AddStringToObject(status, "state", pmk_status_name(pmk_pipeline_state(c->pipeline)));
	cJSON_AddNumberToObject(status, "pid", getpid());
	cJSON_AddStringToObject(status, "version", PMK_VERSION);
	add_camera(c, status);
	cJSON_AddItemToObject(status, "outputs", outputs_of(c));
	cJSON_AddStringToObject(status, "model", pmk_pipeline_model_name(c->pipeline));
	cJSON_AddStringToObject(status, "backdrop", c->settings.pipeline.scene.backdrop);
	cJSON_AddStringToObject(status, "profile", c->settings.profile);
	add_rates(c, status);
	add_figures(c, status);
	add_findings(c, status);
	return status;
}

struct pmk_shown *pmk_control_shown(const struct pmk_control *c)
{
	struct pmk_shown *shown = pmk_pipeline_shown(c->pipeline);
	uint64_t now = pmk_clock_now_ns();

	while (shown && pmk_shown_time_ns(shown) < c->changed_ns && now < c->changed_ns + LATEST_NS) {
		pmk_shown_unref(shown);
		pmk_clock_sleep_until(now + 5 * PMK_MS_NS);
		shown = pmk_pipeline_shown(c->pipeline);
		now = pmk_clock_now_ns();
	}
	return shown;
}

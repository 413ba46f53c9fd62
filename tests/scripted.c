/* SPDX-License-Identifier: MIT */
#include "scripted.h"

#include "tiny_network.h"

#include <errno.h>
#include <unistd.h>

/* --- the network --- */

char network[64];

/* A real network may take longer than a frame lasts: under sanitizers, or on a busy machine. */
int write_network(void **state)
{
	strcpy(network, "/tmp/potemkin-network-XXXXXX");
	assert_non_null(mkdtemp(network));
	strcat(network, "/tiny.tflite");
	assert_true(tiny_network_write(network, 32, 18));
	return 0;
}

int remove_network(void **state)
{
	char path[80];

	snprintf(path, sizeof path, "%s.ini", network);
	unlink(path);
	unlink(network);
	*strrchr(network, '/') = '\0';
	return rmdir(network);
}

char runtime[] = "/tmp/potemkin-runtime-XXXXXX";

int make_runtime(void **state)
{
	if (!mkdtemp(runtime))
		return -1;
	setenv("XDG_RUNTIME_DIR", runtime, 1);
	return write_network(state);
}

int remove_runtime(void **state)
{
	char command[100];

	snprintf(command, sizeof command, "rm -r %s", runtime);
	return remove_network(state) || system(command) ? -1 : 0;
}

/* --- the pipeline --- */

struct pmk_pipeline *running;
struct pmk_pipeline_settings started;
double cpu_limit;
int drops;
bool outputs_are_optional;
int (*settles)(void *user, const struct pmk_source_names *camera, struct pmk_pipeline_settings *wanted);
int held_by_another[2];
pmk_log_sink *listener;

struct pmk_pipeline *start_with(const char *first, const char *second, uint64_t frames, bool on_demand)
{
	struct pmk_pipeline_settings settings = {
		.camera = "scripted",
		.on_demand = on_demand,
		.output_count = second ? 2 : 1,
		.frames = frames,
		.cpu_limit = cpu_limit,
		.settle = settles,
		.scene = { .threads = 1, .backdrop = "color:#20c040", .refine = { .threshold = -1 } },
	};
	struct pmk_pipeline *p = NULL;
	enum pmk_part part;

	settings.optional[0] = settings.optional[1] = outputs_are_optional;
	assert_int_equal(pmk_spec_copy(settings.scene.model, network), 0);
	assert_int_equal(pmk_spec_copy(settings.outputs[0], first), 0);
	assert_int_equal(pmk_spec_copy(settings.outputs[1], second ? second : ""), 0);
	started = settings;
	unit_catch_log();
	if (listener)
		pmk_log_redirect(listener, NULL);
	memset(outputs, 0, sizeof outputs);
	name_camera("");
	outputs[0].held = held_by_another[0];
	outputs[1].held = held_by_another[1];
	atomic_store(&camera_mode, DELIVER);
	atomic_store(&open_failures, 0);
	atomic_store(&camera_opens, 0);
	atomic_store(&camera_width, 320);
	atomic_store(&camera_drops, drops);
	atomic_store(&given_ns, 0);
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), 0);
	running = p;
	assert_int_equal(part, PMK_PART_NONE);
	assert_false(outputs[0].open);
	assert_int_equal(pmk_pipeline_start(p, &part), 0);
	assert_int_equal(part, PMK_PART_NONE);
	assert_true(held_by_another[0] || seen(0).opened_covered);
	return p;
}

struct pmk_pipeline *start(const char *first, const char *second, uint64_t frames)
{
	atomic_store(&watch, PMK_WATCH_UNKNOWN);
	return start_with(first, second, frames, false);
}

int stop_slowly(struct pmk_pipeline *p, enum pmk_part *part)
{
	int err;

	wait_until((err = pmk_pipeline_stop(p, part)) != -ETIMEDOUT);
	return err;
}

void stop(struct pmk_pipeline *p, int error)
{
	enum pmk_part part;

	assert_int_equal(stop_slowly(p, &part), error);
	for (int i = 0; i < 2; i++) {
		assert_false(outputs[i].open);
		assert_false(outputs[i].leaked);
		assert_false(outputs[i].wrong_layout);
		assert_true(outputs[i].written == 0 || outputs[i].closed_covered);
	}
	running = NULL;
	pmk_pipeline_destroy(p);
	pmk_log_redirect(NULL, NULL);
}

int clear_up(void **state)
{
	atomic_store(&camera_mode, STALL);
	atomic_store(&others_block, false);
	atomic_store(&scene_blocks, false);
	atomic_store(&while_sorting, NULL);
	atomic_store(&broken_fd, -1);
	cpu_limit = 0;
	drops = 0;
	listener = NULL;
	pmk_pipeline_destroy(running);
	running = NULL;
	pmk_log_redirect(NULL, NULL);
	return 0;
}

struct pmk_pipeline_report report_of(struct pmk_pipeline *p)
{
	struct pmk_pipeline_report report;

	pmk_pipeline_report(p, &report);
	return report;
}

enum pmk_state state_of(struct pmk_pipeline *p)
{
	return report_of(p).state;
}

int reach(struct pmk_pipeline *p, enum pmk_state state)
{
	uint64_t start_ns = pmk_clock_now_ns();

	wait_until(state_of(p) == state);
	return (int)((pmk_clock_now_ns() - start_ns) / PMK_MS_NS);
}

void wait_written(int index, int count)
{
	wait_until(seen(index).written >= count);
}

void wait_opens(int count)
{
	wait_until(atomic_load(&camera_opens) >= count);
}

void drain(int index)
{
	wait_until(seen(index).taken_ns == atomic_load(&given_ns));
}

bool composes_nothing(struct pmk_pipeline *p)
{
	uint64_t composed = report_of(p).composed, captured = report_of(p).captured;

	wait_until(report_of(p).captured >= captured + 20);
	return report_of(p).composed == composed;
}

void set_mode(enum camera_mode mode)
{
	atomic_store(&camera_mode, mode);
	wait_until(atomic_load(&heard_mode) == (int)mode);
}

void dry_up(enum camera_mode mode)
{
	set_mode(STALL);
	drain(0);
	set_mode(mode);
}

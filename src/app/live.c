/* SPDX-License-Identifier: MIT */
#include "app/live.h"

#include "app/commands.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Blocks SIGINT, SIGTERM and SIGHUP in this thread and those it starts; gives a descriptor that reads them. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void wait_for_end(struct pmk_pipeline *pipeline, int signal_fd, double duration)
{
	uint64_t end = pmk_clock_now_ns() + (uint64_t)(duration * (double)PMK_S_NS);
	struct pollfd fds[2] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = pmk_pipeline_event_fd(pipeline), .events = POLLIN },
	};

	for (;;) {
		uint64_t now = pmk_clock_now_ns();
		int wait_ms = -1, ready;

		if (duration > 0 && now >= end)
			return;
		if (duration > 0)
			wait_ms = end - now > 1000 * PMK_MS_NS ? 1000 : (int)((end - now) / PMK_MS_NS) + 1;
		ready = poll(fds, 2, wait_ms);
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return;
	}
}

static void announce(const struct pmk_pipeline *p, const struct pmk_options *options)
{
	pmk_info("%s -> %s, %s", pmk_pipeline_camera_name(p), pmk_pipeline_model_name(p), options->pipeline.scene.backdrop);
	for (int i = 0; i < options->pipeline.output_count; i++)
		pmk_info("-> %s", pmk_pipeline_output_name(p, i));
	if (options->duration <= 0 && !options->frames)
		pmk_info("running; Ctrl-C ends it");
}

static void summarize(const struct pmk_pipeline_report *r, uint64_t cpu_ns)
{
	double seconds = (double)r->running_ns / 1e9;

	if (!r->composed) {
		pmk_info("no picture was composed in %.1f s", seconds);
		return;
	}
	pmk_info("%llu pictures in %.1f s (%.1f a second), %.2f ms of CPU each (all threads), latency %.1f ms (p99 %.1f)",
		(unsigned long long)r->composed, seconds, (double)r->composed / seconds, (double)cpu_ns / 1e6 / (double)r->composed,
		r->latency_ms_p50, r->latency_ms_p99);
	pmk_info("median ms: prepare %.2f, network %.2f, refine %.2f, compose %.2f; dropped by the camera %llu, damaged %llu, overtaken %llu",
		r->stage_ms_p50[0], r->stage_ms_p50[1], r->stage_ms_p50[2], r->stage_ms_p50[3], (unsigned long long)r->dropped,
		(unsigned long long)r->damaged, (unsigned long long)r->overtaken);
}

enum pmk_exit pmk_live_run(const struct pmk_options *options, struct pmk_pipeline_report *report)
{
	struct pmk_pipeline_report figures;
	struct pmk_pipeline *pipeline;
	enum pmk_part part;
	uint64_t cpu;
	int err, signal_fd = open_signals();

	err = pmk_pipeline_create(&options->pipeline, &pipeline, &part);
	if (err) {
		close(signal_fd);
		return pmk_command_exit(part, err, options->pipeline.camera);
	}
	announce(pipeline, options);
	cpu = pmk_clock_cpu_ns();
	err = pmk_pipeline_start(pipeline);
	if (!err) {
		wait_for_end(pipeline, signal_fd, options->duration);
		pmk_pipeline_report(pipeline, &figures);
		cpu = pmk_clock_cpu_ns() - cpu;
		err = pmk_pipeline_stop(pipeline, &part);
		summarize(&figures, cpu);
		if (report)
			*report = figures;
	}
	if (err == -ETIMEDOUT) {
		pmk_warn("the camera's driver does not answer; leaving without closing it (the outputs are covered and closed)");
		_exit(PMK_EXIT_OK);
	}
	pmk_pipeline_destroy(pipeline);
	close(signal_fd);
	return pmk_command_exit(part, err, options->pipeline.camera);
}

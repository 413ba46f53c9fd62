/* SPDX-License-Identifier: MIT */
#include "app/live/live.h"

#include "app/commands.h"
#include "app/cures.h"
#include "app/live/locked.h"
#include "app/live/service.h"
#include "app/live/status_line.h"
#include "app/live/steer.h"
#include "app/origin.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/guard/starter.h"
#include "base/log.h"
#include "base/num.h"
#include "media/media.h"
#include "media/sandbox/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct live {
	const struct pmk_options *options;
	struct pmk_settings *settings; /* those of `options`, and of the camera's sections in the file */
	struct pmk_pipeline *pipeline;
	struct pmk_control *control; /* NULL: there is none yet */
};

static const uint64_t DAY_NS = 24 * 3600 * PMK_S_NS;

/* Tell the service manager that the process is alive, unless one of its threads hangs: then the manager restarts it. A
 * main thread that was itself held up, with the whole process, cannot judge the others yet and sends the sign. Returns
 * when the next one is due. */
static uint64_t sign_of_life(struct pmk_pipeline *pipeline, uint64_t now, uint64_t due, uint64_t watchdog)
{
	const char *part = due && now - due > watchdog / 3 ? NULL : pmk_pipeline_hangs(pipeline, now);

	if (part)
		pmk_error("the %s's thread hangs; if that goes on, the service manager restarts this process", part);
	else
		pmk_service_notify("WATCHDOG=1");
	return now + watchdog / 3;
}

/* Wait for a signal, a request to end, the time limit or the end of the pipeline. True: a signal or a request came. */
static bool wait_for_end(const struct live *l)
{
	double duration = l->options->settings.duration;
	uint64_t end = pmk_clock_now_ns() + (uint64_t)(duration * (double)PMK_S_NS),
		 watchdog = pmk_service_watchdog_ns(), sign = 0;
	struct pollfd fds[6] = {
		{ .fd = pmk_signals_fd(), .events = POLLIN },
		{ .fd = pmk_pipeline_event_fd(l->pipeline), .events = POLLIN },
		{ .fd = pmk_signals_reload_fd(), .events = POLLIN },
		{ .fd = pmk_control_quit_fd(l->control), .events = POLLIN },
		{ .fd = pmk_sandbox_end_fd(), .events = POLLIN },
		{ .fd = pmk_starter_end_fd() },
	};

	for (;;) {
		uint64_t now = pmk_clock_now_ns(), next = now + DAY_NS;
		int ready;

		if (duration > 0 && now >= end)
			return false;
		if (watchdog && now >= sign)
			sign = sign_of_life(l->pipeline, now, sign, watchdog);
		if (duration > 0)
			next = pmk_min_u64(next, end);
		if (watchdog)
			next = pmk_min_u64(next, sign);
		next = pmk_min_u64(next, pmk_status_line_draw(now));
		ready = poll(fds, 6, (int)((next - now) / PMK_MS_NS) + 1);
		if (ready < 0 && errno != EINTR)
			return false;
		if (ready > 0 && (fds[0].revents || fds[1].revents || fds[3].revents))
			return !fds[1].revents;
		if (pmk_signals_take_reload())
			pmk_control_reload(l->control);
		if (ready > 0 && fds[4].revents)
			pmk_sandbox_tidy();
		if (ready > 0 && fds[5].revents) {
			pmk_starter_tidy();
			fds[5].fd = -1;
		}
	}
}

static void announce(const struct pmk_pipeline *p, const struct pmk_options *options,
	const struct pmk_pipeline_settings *settings, const char *backdrop)
{
	pmk_info("camera %s; network %s; backdrop %s", pmk_pipeline_camera_name(p), pmk_pipeline_model_name(p),
		backdrop);
	for (int i = 0; i < settings->output_count; i++)
		pmk_info("output %s", pmk_pipeline_output_name(p, i));
	if (options->settings.duration <= 0 && !options->settings.pipeline.frames)
		pmk_info("running; Ctrl-C ends it");
}

static void summarize(const struct pmk_pipeline_report *r, uint64_t cpu_ns)
{
	double seconds = (double)r->running_ns / 1e9;

	if (!r->written) {
		pmk_info("no frame was shown in %.1f s", seconds);
		return;
	}
	pmk_info("%llu frame%s in %.1f s (%.1f frames per second), %.2f ms of CPU each (all threads), latency %.1f ms "
		 "(p99 %.1f)",
		(unsigned long long)r->written, r->written == 1 ? "" : "s", seconds, (double)r->written / seconds,
		(double)cpu_ns / 1e6 / (double)r->written, r->latency_ms_p50, r->latency_ms_p99);
	if (r->left_out)
		pmk_info("about %llu frames were skipped for --cpu-limit", (unsigned long long)r->left_out);
	pmk_info("median ms: prepare %.2f, network %.2f, refine %.2f, compose %.2f; dropped by the camera %llu, "
		 "damaged %llu, replaced %llu",
		r->stage_ms_p50[0], r->stage_ms_p50[1], r->stage_ms_p50[2], r->stage_ms_p50[3],
		(unsigned long long)r->dropped, (unsigned long long)r->damaged, (unsigned long long)r->replaced);
}

static int run(const struct live *l, const struct pmk_pipeline_settings *settings, struct pmk_live_result *result,
	enum pmk_part *part)
{
	uint64_t cpu = pmk_clock_cpu_ns();
	int err = pmk_pipeline_start(l->pipeline, part);
	const char *cures[PMK_CURES];

	if (!err)
		err = pmk_control_start(l->control);
	if (err)
		return err;
	pmk_origin_end();
	pmk_cures_while_running(cures);
	pmk_log_set_cures(cures);
	pmk_media_forget(); /* the backdrop's file has been read by now */
	announce(l->pipeline, l->options, settings, l->settings->pipeline.scene.backdrop);
	pmk_service_notify("READY=1\nSTATUS=Running");
	pmk_status_line_begin(&l->options->settings, l->pipeline);
	result->interrupted = wait_for_end(l);
	pmk_status_line_end();
	pmk_service_notify("STOPPING=1");
	pmk_starter_end_soon();
	pmk_pipeline_report(l->pipeline, &result->report);
	cpu = pmk_clock_cpu_ns() - cpu;
	err = pmk_pipeline_stop(l->pipeline, part);
	pmk_log_set_cures(pmk_cures);
	summarize(&result->report, cpu);
	return err;
}

/* The first camera has been opened: have what the file says for it. */
static int settle_first(struct live *l, const struct pmk_source_names *camera, struct pmk_pipeline_settings *wanted)
{
	struct pmk_settings *fresh = malloc(sizeof *fresh);
	int err = fresh ? 0 : -ENOMEM;

	if (!err && pmk_options_reload(l->options, l->settings->profile, camera, NULL, fresh) != PMK_EXIT_OK)
		err = -EINVAL;
	if (!err) {
		pmk_settings_take_live(l->settings, fresh);
		l->settings->in_use = *camera;
		fresh->pipeline = *wanted; /* with the outputs that were found */
		pmk_settings_take_live(fresh, l->settings);
		*wanted = fresh->pipeline;
	}
	free(fresh);
	return err;
}

static int settle(void *user, const struct pmk_source_names *camera, struct pmk_pipeline_settings *wanted)
{
	struct live *l = user;

	return l->control ? pmk_control_settle(l->control, camera, wanted) : settle_first(l, camera, wanted);
}

static void ask_for_settings(struct live *l, bool steered, struct pmk_pipeline_settings *settings)
{
	settings->by_camera &= steered;
	settings->settle = settle;
	settings->settle_user = l;
	l->settings->pipeline.by_camera = settings->by_camera;
}

static struct pmk_settings *copy_settings(const struct pmk_options *options)
{
	struct pmk_settings *copy = malloc(sizeof *copy);

	if (copy)
		*copy = options->settings;
	else
		pmk_error("not enough memory");
	return copy;
}

/* From the first thread and the first frame on, the process is locked in. */
static int open_pipeline(struct live *l, struct pmk_pipeline_settings *settings, enum pmk_part *part)
{
	int err = pmk_live_lock(&l->options->settings, settings);

	*part = PMK_PART_NONE;
	if (err)
		return err;
	pmk_media_ready(settings->scene.backdrop); /* while the camera is opened */
	err = pmk_pipeline_create(settings, &l->pipeline, part);
	if (err == -ENOMEM && *part != PMK_PART_SCENE)
		pmk_error("not enough memory");
	return err;
}

enum pmk_exit pmk_live_run(
	const struct pmk_options *options, struct pmk_pipeline_settings *settings, struct pmk_live_result *result)
{
	struct pmk_live_result unused;
	/* demo has a camera and outputs of its own choice, which a file would change */
	bool steered = options->command == PMK_COMMAND_RUN;
	struct pmk_control_host host = pmk_steer_host(options);
	struct live live = { .options = options, .settings = copy_settings(options) };
	enum pmk_part part;
	enum pmk_exit code;
	bool hangs;
	int err;

	if (!live.settings)
		return PMK_EXIT_INTERNAL;
	ask_for_settings(&live, steered, settings);
	result = result ? result : &unused;
	*result = (struct pmk_live_result){ 0 };
	err = open_pipeline(&live, settings, &part);
	if (err) {
		free(live.settings);
		return pmk_exit_of(part, err, settings->camera);
	}
	if (pmk_control_create(&host, live.settings, live.pipeline, steered, &live.control) ||
		pmk_signals_catch(steered ? PMK_HANGUP_RELOADS : PMK_HANGUP_ENDS)) {
		pmk_pipeline_destroy(live.pipeline);
		return PMK_EXIT_INTERNAL; /* the process ends */
	}
	err = run(&live, settings, result, &part);
	pmk_sandbox_stop(); /* the control thread may be waiting for a picture */
	hangs = pmk_control_destroy(live.control) != 0 || err == -ETIMEDOUT;
	code = pmk_exit_of(part, err == -ETIMEDOUT ? 0 : err, settings->camera);
	if (hangs) {
		pmk_warn("a camera, pipe, file or process does not answer; potemkin ends without it (virtual cameras "
			 "are covered)");
		_exit((int)code);
	}
	pmk_pipeline_destroy(live.pipeline);
	pmk_signals_release();
	free(live.settings);
	return code;
}

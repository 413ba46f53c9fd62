/* SPDX-License-Identifier: MIT */
#include "app/files/batch.h"

#include "app/files/batch_names.h"
#include "app/files/convert.h"
#include "app/files/film.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "model/engine.h"
#include "scene/scene.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_JOBS = 64, BAR = 20, NOT_DONE = -1, READY = -1 };

struct batch {
	struct pmk_options *options;
	const char **inputs; /* paths */
	char **names; /* of what is written, without ends */
	int count;
	int *codes; /* enum pmk_exit of each, or NOT_DONE */
	int work[2], reports[2]; /* pipes: numbers of files to the processes, what became of them back */
	pid_t workers[MOST_JOBS];
	int worker_count;
	int next, finished; /* the next file to give away; how many are finished */
	bool closed; /* no more are given away */
	uint64_t started_ns;
	bool terminal;
};

struct report {
	int index; /* of a file, or READY: the first process has loaded the network and the backdrop, or has not */
	enum pmk_exit code;
};

/* --- a process that converts --- */

static enum pmk_exit get_ready(const struct pmk_options *options, struct pmk_scene **kept)
{
	const struct pmk_layout any = { .width = 256, .height = 256 };

	return pmk_scene_create(&options->settings.pipeline.scene, &any, 1, kept) ? PMK_EXIT_INPUT : PMK_EXIT_OK;
}

static bool tell(const struct batch *b, int index, enum pmk_exit code)
{
	const struct report report = { index, code };

	return write(b->reports[1], &report, sizeof report) == sizeof report;
}

/* The first process finds out whether model and backdrop are good, before any other begins. */
static void work(struct batch *b)
{
	struct pmk_scene *kept = NULL;
	enum pmk_exit code = PMK_EXIT_OK;
	int index;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	close(b->work[1]);
	close(b->reports[0]);
	if (!b->worker_count)
		code = get_ready(b->options, &kept);
	if (!b->worker_count && (!tell(b, READY, code) || code != PMK_EXIT_OK))
		return;
	while (read(b->work[0], &index, sizeof index) == sizeof index) {
		code = pmk_signals_came() ? PMK_EXIT_INTERNAL :
					    pmk_convert_file(b->options, b->inputs[index], b->names[index], &kept);
		if (!tell(b, index, code))
			break;
	}
	pmk_scene_destroy(kept);
}

/* --- the process that gives them files --- */

static int start_worker(struct batch *b)
{
	pid_t child = fork();

	if (child < 0) {
		pmk_error("cannot start a process: %s", strerror(errno));
		return -errno;
	}
	if (!child) {
		work(b);
		_exit(0);
	}
	b->workers[b->worker_count++] = child;
	return 0;
}

static void close_work(struct batch *b)
{
	if (!b->closed)
		close(b->work[1]);
	b->closed = true;
}

static void give_next(struct batch *b)
{
	if (b->closed)
		return;
	if (b->next == b->count || write(b->work[1], &b->next, sizeof b->next) != sizeof b->next)
		close_work(b);
	else
		b->next++;
}

static void draw_progress(const struct batch *b)
{
	double seconds = (double)(pmk_clock_now_ns() - b->started_ns) / 1e9;
	int filled = BAR * b->finished / b->count;
	int left = b->finished ? (int)(seconds / b->finished * (b->count - b->finished)) : 0;

	if (b->terminal)
		fprintf(stderr, "[%.*s%.*s] %d of %d files  %d:%02d left  \r", filled, "####################",
			BAR - filled, "....................", b->finished, b->count, left / 60, left % 60);
}

/* Wait for a report. False: all processes have ended. */
static bool next_report(struct batch *b, struct report *report)
{
	struct pollfd fds[2] = { { .fd = b->reports[0], .events = POLLIN },
		{ .fd = pmk_signals_fd(), .events = POLLIN } };

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return false;
		if (fds[1].revents) {
			close_work(b);
			fds[1].fd = -1; /* the processes see the signal, too, and end */
			fds[1].revents = 0;
		}
		if (fds[0].revents)
			return read(b->reports[0], report, sizeof *report) == sizeof *report;
	}
}

static enum pmk_exit convert_all(struct batch *b, int jobs)
{
	struct report report;

	while (b->worker_count < jobs && !start_worker(b))
		;
	close(b->work[0]);
	close(b->reports[1]);
	if (!next_report(b, &report))
		return PMK_EXIT_INTERNAL;
	if (report.code != PMK_EXIT_OK)
		return report.code;
	for (int i = 0; i < b->worker_count; i++)
		give_next(b);
	draw_progress(b);
	while (next_report(b, &report)) {
		b->codes[report.index] = (int)report.code;
		b->finished++;
		draw_progress(b);
		if (report.code == PMK_EXIT_NO_OUTPUT)
			close_work(b);
		give_next(b);
	}
	return PMK_EXIT_OK;
}

static void end_processes(struct batch *b)
{
	close_work(b);
	close(b->reports[0]);
	for (int i = 0; i < b->worker_count; i++)
		waitpid(b->workers[i], NULL, 0);
	if (b->terminal)
		fputs("\033[K", stderr);
}

/* --- what is said at the end --- */

static enum pmk_exit say_failed(const struct batch *b, int failed)
{
	enum pmk_exit code = PMK_EXIT_OK;
	char names[2000];
	size_t used = 0;
	int named = 0;

	for (int i = 0; i < b->count; i++) {
		if (b->codes[i] == PMK_EXIT_OK)
			continue;
		if (code == PMK_EXIT_OK)
			code = b->codes[i] == NOT_DONE ? PMK_EXIT_INTERNAL : (enum pmk_exit)b->codes[i];
		if (used + strlen(b->inputs[i]) + 3 > sizeof names)
			continue;
		used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", b->inputs[i]);
		named++;
	}
	if (named == failed)
		pmk_error("%d of %d files were not converted: %s", failed, b->count, names);
	else
		pmk_error("%d of %d files were not converted: %s and %d more", failed, b->count, names, failed - named);
	return code;
}

static enum pmk_exit say_end(const struct batch *b, const char *folder)
{
	double seconds = (double)(pmk_clock_now_ns() - b->started_ns) / 1e9;
	int done = 0;

	for (int i = 0; i < b->count; i++)
		done += b->codes[i] == PMK_EXIT_OK;
	if (pmk_signals_came() && done < b->count) {
		pmk_warn("stopped after %d of %d files; none is half written", done, b->count);
		return PMK_EXIT_INTERNAL;
	}
	pmk_info("%d file%s in %.1f s -> %s", done, done == 1 ? "" : "s", seconds, folder);
	return done == b->count ? PMK_EXIT_OK : say_failed(b, b->count - done);
}

/* --- the whole --- */

bool pmk_batch_is_folder(const char *path)
{
	size_t length = strlen(path);
	struct stat st;

	return (length && path[length - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

static enum pmk_exit make_folder(const char *path)
{
	struct stat st;

	if (!pmk_batch_is_folder(path)) {
		pmk_error("several files are converted into a folder, and \"%s\" is none; to make it, write \"%s/\"",
			path, path);
		return PMK_EXIT_USAGE;
	}
	if (stat(path, &st) == 0 || mkdir(path, 0777) == 0)
		return PMK_EXIT_OK;
	pmk_error_cure(errno == ENOENT ? PMK_CURE_MAKE_FOLDER : PMK_CURE_WRITABLE_FOLDER, "%s: cannot be made: %s",
		path, strerror(errno));
	return PMK_EXIT_NO_OUTPUT;
}

static int prepare(struct batch *b, const char *path)
{
	int length = (int)strlen(path);
	char *folder;

	while (length > 1 && path[length - 1] == '/')
		length--;
	if (asprintf(&folder, "%.*s", length, path) < 0)
		return -ENOMEM;
	b->codes = calloc((size_t)b->count, sizeof *b->codes);
	for (int i = 0; b->codes && i < b->count; i++) {
		b->inputs[i] = pmk_film_path(b->inputs[i]);
		b->codes[i] = NOT_DONE;
	}
	b->names = pmk_batch_names(b->inputs, b->count, folder, b->options->settings.pipeline.scene.backdrop);
	free(folder);
	if (!b->codes || !b->names)
		return -ENOMEM;
	if (pipe(b->work) < 0)
		return -errno;
	if (pipe(b->reports) == 0)
		return 0;
	close(b->work[0]);
	close(b->work[1]);
	return -errno;
}

enum pmk_exit pmk_batch_convert(struct pmk_options *options)
{
	const char *folder = pmk_film_path(options->args[options->arg_count - 1]);
	struct batch b = { .options = options,
		.inputs = options->args + 1,
		.count = options->arg_count - 2,
		.started_ns = pmk_clock_now_ns(),
		.terminal = isatty(STDERR_FILENO) };
	int wanted = options->settings.jobs ? options->settings.jobs : pmk_engine_threads(0), err;
	enum pmk_exit code = make_folder(folder);

	if (code != PMK_EXIT_OK)
		return code;
	err = prepare(&b, folder);
	if (err)
		pmk_error("cannot convert these files: %s", strerror(-err));
	code = PMK_EXIT_INTERNAL;
	if (!err && !pmk_signals_catch(PMK_HANGUP_ENDS)) {
		code = convert_all(&b, pmk_min(pmk_min(wanted, b.count), MOST_JOBS));
		end_processes(&b);
		code = code == PMK_EXIT_OK ? say_end(&b, folder) : code;
	}
	free(b.codes);
	pmk_batch_names_free(b.names, b.count);
	return code;
}

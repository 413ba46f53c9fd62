/* SPDX-License-Identifier: MIT */
#include "app/files/batch.h"

#include "app/files/batch_names.h"
#include "app/files/convert.h"
#include "app/files/film.h"
#include "app/signals.h"
#include "app/unused.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "model/engine.h"
#include "scene/scene.h"
#include "settings/inputs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_JOBS = 64, BAR = 20, NOT_DONE = -1, NO_FILE = -1 };

struct worker {
	pid_t pid;
	int fd; /* numbers of files to it, what became of them back (enum pmk_exit); -1: it has ended */
	int index; /* of the file that it has, or NO_FILE */
};

struct batch {
	struct pmk_options *options;
	const char **inputs; /* paths */
	char **names; /* of what is written, without ends */
	int count;
	int *codes; /* enum pmk_exit of each, or NOT_DONE */
	struct worker workers[MOST_JOBS];
	int worker_count;
	unsigned kinds; /* enum pmk_input of those that were opened */
	int next, finished; /* the next file to give away; how many are finished */
	bool closed; /* no more are given away */
	uint64_t started_ns;
	bool terminal;
};

/* A process's word on a file. */
struct report {
	enum pmk_exit code;
	unsigned what; /* enum pmk_input */
};

/* --- a process that converts --- */

static enum pmk_exit get_ready(const struct pmk_options *options, struct pmk_scene **kept)
{
	const struct pmk_layout any = { .width = 256, .height = 256 };

	return pmk_exit_of(PMK_PART_SCENE, pmk_scene_create(&options->settings.pipeline.scene, &any, 1, kept), "");
}

static bool tell(int fd, enum pmk_exit code, unsigned what)
{
	const struct report report = { code, what };

	return send(fd, &report, sizeof report, MSG_NOSIGNAL) == sizeof report;
}

/* The first process finds out whether model and backdrop are good, before any other begins. */
static void work(struct batch *b, int fd, bool first)
{
	struct pmk_scene *kept = NULL;
	enum pmk_exit code = PMK_EXIT_OK;
	unsigned what = 0;
	int index;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (first)
		code = get_ready(b->options, &kept);
	if (first && (!tell(fd, code, 0) || code != PMK_EXIT_OK))
		return;
	while (read(fd, &index, sizeof index) == sizeof index) {
		code = pmk_signals_came() ?
			PMK_EXIT_INTERNAL :
			pmk_convert_file(b->options, b->inputs[index], b->names[index], &kept, &what);
		if (!tell(fd, code, what))
			break;
	}
	pmk_scene_destroy(kept);
}

/* --- the process that gives them files --- */

static int start_worker(struct batch *b, struct worker *w, bool first)
{
	int ends[2];
	pid_t child;

	*w = (struct worker){ .fd = -1, .index = NO_FILE };
	child = socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) ? -1 : fork();
	if (child < 0) {
		pmk_error("cannot start a process: %s", strerror(errno));
		return -errno;
	}
	if (!child) {
		close(ends[0]);
		work(b, ends[1], first);
		_exit(0);
	}
	close(ends[1]);
	w->pid = child;
	w->fd = ends[0];
	return 0;
}

/* No process gets another file; each ends when it is done with the one that it has. */
static void close_work(struct batch *b)
{
	for (int i = 0; i < b->worker_count; i++) {
		if (b->workers[i].fd >= 0)
			shutdown(b->workers[i].fd, SHUT_WR);
	}
	b->closed = true;
}

static void give_next(struct batch *b, struct worker *w)
{
	if (b->closed || b->next == b->count)
		shutdown(w->fd, SHUT_WR);
	else if (send(w->fd, &b->next, sizeof b->next, MSG_NOSIGNAL) == sizeof b->next)
		w->index = b->next++;
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

/* Wait until one of the processes reports or ends. NULL: all have ended. */
static struct worker *next_worker(struct batch *b)
{
	struct pollfd fds[MOST_JOBS + 1];
	int count = b->worker_count, live = 0;

	for (int i = 0; i < count; i++) {
		fds[i] = (struct pollfd){ .fd = b->workers[i].fd, .events = POLLIN };
		live += b->workers[i].fd >= 0;
	}
	fds[count] = (struct pollfd){ .fd = b->closed ? -1 : pmk_signals_fd(), .events = POLLIN };
	while (live) {
		if (poll(fds, (nfds_t)count + 1, -1) < 0) {
			if (errno != EINTR)
				return NULL;
			continue;
		}
		if (fds[count].revents) {
			close_work(b);
			fds[count].fd = -1; /* the processes see the signal, too, and end */
		}
		for (int i = 0; i < count; i++) {
			if (fds[i].revents)
				return &b->workers[i];
		}
	}
	return NULL;
}

/* A process has ended: say so unless it was meant to. */
static void bury(struct worker *w, const char *had, const char *doing)
{
	int status = 0;

	close(w->fd);
	w->fd = -1;
	if (waitpid(w->pid, &status, 0) < 0 || !had || pmk_signals_came())
		return;
	if (WIFSIGNALED(status))
		pmk_error("%s: the process that was %s was ended by signal %d (%s)", had, doing, WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		pmk_error("%s: the process that was %s ended with status %d", had, doing, WEXITSTATUS(status));
}

/* Take a process's report of its file, or replace it if it has ended over that: a bad file stops no other. */
static void hear(struct batch *b, struct worker *w)
{
	struct report report = { PMK_EXIT_INTERNAL, 0 };
	bool lives = read(w->fd, &report, sizeof report) == sizeof report;
	int index = w->index;

	w->index = NO_FILE;
	b->kinds |= report.what;
	if (index != NO_FILE) {
		b->codes[index] = (int)report.code;
		b->finished++;
	}
	if (!lives)
		bury(w, index == NO_FILE ? NULL : b->inputs[index], "converting it");
	if (report.code == PMK_EXIT_NO_OUTPUT)
		close_work(b);
	if (!lives && (index == NO_FILE || b->closed || b->next == b->count || start_worker(b, w, false)))
		return;
	give_next(b, w);
}

/* The first process says this once it has loaded the network and the backdrop. */
static enum pmk_exit await_ready(struct batch *b)
{
	struct worker *first = next_worker(b);
	struct report report = { PMK_EXIT_INTERNAL, 0 };

	if (first && read(first->fd, &report, sizeof report) != sizeof report)
		bury(first, "model and backdrop", "loading them");
	return report.code;
}

static enum pmk_exit convert_all(struct batch *b, int jobs)
{
	enum pmk_exit code;
	struct worker *w;

	b->worker_count = 1;
	code = start_worker(b, &b->workers[0], true) ? PMK_EXIT_INTERNAL : await_ready(b);
	if (code != PMK_EXIT_OK)
		return code;
	while (b->worker_count < jobs && !start_worker(b, &b->workers[b->worker_count], false))
		b->worker_count++;
	for (int i = 0; i < b->worker_count; i++)
		give_next(b, &b->workers[i]);
	draw_progress(b);
	while ((w = next_worker(b))) {
		hear(b, w);
		draw_progress(b);
	}
	return PMK_EXIT_OK;
}

static void end_processes(struct batch *b)
{
	close_work(b);
	for (int i = 0; i < b->worker_count; i++) {
		if (b->workers[i].fd >= 0)
			bury(&b->workers[i], NULL, NULL);
	}
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
		pmk_error("%d of %d files were not converted, or not wholly: %s", failed, b->count, names);
	else
		pmk_error("%d of %d files were not converted, or not wholly: %s and %d more", failed, b->count, names,
			failed - named);
	return code;
}

/* Whether an option means something depends on what the files are: it is told if it does to none of them. */
static void tell_unused(const struct batch *b)
{
	static const char *const of_films[] = { "from", "to", "codec", "audio", "strip", "cover" };

	if (b->kinds == PMK_INPUT_PICTURE) {
		pmk_unused_tell_moving(b->options, "these files", "they are pictures");
		for (size_t i = 0; i < sizeof of_films / sizeof of_films[0]; i++)
			pmk_unused_tell(b->options, of_films[i], "these files", "they are pictures");
		pmk_unused_tell(b->options, "quality", "these files", "a PNG loses nothing");
	} else if (b->kinds == PMK_INPUT_FILM) {
		pmk_unused_tell(b->options, "fps", "these files", "each keeps its own rate");
	}
}

static enum pmk_exit say_end(const struct batch *b, const char *folder)
{
	double seconds = (double)(pmk_clock_now_ns() - b->started_ns) / 1e9;
	int done = 0;

	for (int i = 0; i < b->count; i++)
		done += b->codes[i] == PMK_EXIT_OK;
	if (pmk_signals_came() && done < b->count) {
		pmk_warn("stopped after %d of %d files; no file is left incomplete", done, b->count);
		return PMK_EXIT_INTERNAL;
	}
	tell_unused(b);
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

/* It is there before the names are chosen, so that none becomes an input's. */
static enum pmk_exit make_folder(const char *path, bool *made)
{
	struct stat st;

	if (!pmk_batch_is_folder(path)) {
		pmk_error("several files are converted into a folder, but \"%s\" is not a folder; to make it, write "
			  "\"%s/\"",
			path, path);
		return PMK_EXIT_USAGE;
	}
	*made = stat(path, &st) != 0;
	if (!*made || mkdir(path, 0777) == 0)
		return PMK_EXIT_OK;
	pmk_error_cure(errno == ENOENT ? PMK_CURE_MAKE_FOLDER : PMK_CURE_WRITABLE_FOLDER, "%s: cannot be made: %s",
		path, strerror(errno));
	return PMK_EXIT_NO_OUTPUT;
}

static int prepare(struct batch *b, const char *path)
{
	int length = (int)strlen(path), err;
	char *folder;

	while (length > 1 && path[length - 1] == '/')
		length--;
	folder = strndup(path, (size_t)length);
	b->codes = calloc((size_t)b->count, sizeof *b->codes);
	for (int i = 0; b->codes && i < b->count; i++) {
		b->inputs[i] = pmk_film_path(b->inputs[i]);
		b->codes[i] = NOT_DONE;
	}
	if (folder && b->codes)
		err = pmk_batch_names(b->inputs, b->count, folder, &b->options->settings, &b->names);
	else
		err = -ENOMEM;
	free(folder);
	return err;
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
	bool made = false;
	enum pmk_exit code = make_folder(folder, &made);

	if (code != PMK_EXIT_OK)
		return code;
	err = pmk_inputs_spare_folder(&options->settings, folder);
	if (!err)
		err = prepare(&b, folder);
	if (err == -ENOMEM)
		pmk_error("not enough memory to convert %d files", b.count);
	code = err ? pmk_inputs_exit(err) : PMK_EXIT_INTERNAL;
	if (!err && !pmk_signals_catch(PMK_HANGUP_ENDS)) {
		code = convert_all(&b, pmk_min(pmk_min(wanted, b.count), MOST_JOBS));
		end_processes(&b);
		code = code == PMK_EXIT_OK ? say_end(&b, folder) : code;
	}
	if (made)
		rmdir(folder); /* if nothing came into it */
	free(b.codes);
	pmk_batch_names_free(b.names, b.count);
	return code;
}

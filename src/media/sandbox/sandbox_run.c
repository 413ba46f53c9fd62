/* SPDX-License-Identifier: MIT */
/* Part of sandbox.c: one job, from the file to the reply. */
#include "media/sandbox/sandbox.h"

#include "base/new_file.h"
#include "base/open_file.h"
#include "media/media_module.h"
#include "media/sandbox/helper.h"
#include "media/sandbox/sandbox_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MOST_JOBS = 3, /* at a time, and so three times the memory of one */
	TRIES = 3, /* one with a helper that is about to end, one with a helper that has ended */
};

static struct {
	pthread_mutex_t lock;
	int jobs; /* in work for this process */
	pthread_cond_t done; /* one is */
} turns = { .lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER };

/* 0, and how the worker ended in *status; -EPIPE: the helper ended, so it can be tried again. */
static int do_once(const struct pmk_job *job, int file, int memory, int *status)
{
	int socket, got, err = pmk_sandbox_begin(job, file, memory, &socket);

	if (err)
		return err;
	got = pmk_sandbox_receive(socket, status, sizeof *status, PMK_SANDBOX_PATIENCE_MS);
	close(socket);
	return got == sizeof *status ? 0 : got < 0 ? got : -EPIPE;
}

int pmk_sandbox_memory(size_t bytes, void **block)
{
	int fd = memfd_create("potemkin-picture", MFD_CLOEXEC | MFD_ALLOW_SEALING), err = 0;

	*block = NULL;
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)bytes) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		err = -errno;
	if (!err) {
		*block = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
		err = *block == MAP_FAILED ? -errno : 0;
	}
	if (!err)
		return fd;
	*block = NULL;
	close(fd);
	return err;
}

bool pmk_sandbox_was_killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

int pmk_sandbox_killed(const char *path)
{
	pmk_error_cure(PMK_CURE_MORE_MEMORY, "%s: its decoder was killed, as when memory is short", path);
	return -ECHILD;
}

static const char *reason_of(int err)
{
	switch (err) {
	case -ENOMEM:
		return "not enough memory";
	case -EFBIG: /* which the memory that is shared with it counts for, too */
		return pmk_new_file_reason(err);
	default:
		return pmk_starter_reason(err);
	}
}

int pmk_sandbox_refuse(const char *path, int err)
{
	if (err != -ENOPKG && err != -ECANCELED)
		pmk_error_cure(err == -ENOMEM ? PMK_CURE_MORE_MEMORY : pmk_starter_cure(err),
			"%s: no decoder can be started: %s", path, reason_of(err));
	return err == -ENOPKG || err == -ECANCELED ? err : -ECHILD;
}

static int tell_late(const char *path, int seconds)
{
	pmk_error_cure(PMK_CURE_OTHER_OR_SCALE, "%s: takes more than %d s to decode", path, seconds);
	return -EFBIG;
}

int pmk_sandbox_explain(const char *path, int status, int cpu_s)
{
	int by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (by == SIGXCPU || by == SIGPROF || by == SIGALRM)
		return tell_late(path, by == SIGALRM ? PMK_HELPER_WALL_S : cpu_s);
	if (pmk_sandbox_was_killed(status))
		return pmk_sandbox_killed(path);
	if (by == SIGSYS) {
		pmk_error("%s: its decoder was ended: the settings of a service manager or container forbid a system "
			  "call that it needs",
			path);
		return -ECHILD;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == PMK_WORKER_NO_MEMORY) {
		pmk_error_cure(PMK_CURE_MORE_MEMORY, "%s: not enough memory to decode it", path);
		return -ECHILD;
	}
	pmk_error_cure(PMK_CURE_OTHER_FILE, "%s: damaged: its decoder ended with %s %d", path,
		by ? "signal" : "exit code", by ? by : WEXITSTATUS(status));
	return -EBADMSG;
}

/* Use the reply of a worker that ended as it should. */
static int take_reply(const struct pmk_job *job, uint32_t told, struct pmk_decoded *decoded)
{
	struct pmk_reply *reply = &decoded->reply;
	bool failed;

	memcpy(reply, decoded->memory, sizeof *reply);
	if (pmk_reply_check(job->kind, reply, &decoded->layout)) {
		pmk_error_cure(PMK_CURE_OTHER_FILE, "%s: damaged: its decoder gave nonsense", job->path);
		return -EBADMSG;
	}
	failed = pmk_reply_pass_on(&reply->lines, told);
	if (reply->result == -ENOTSUP && !job->module)
		return reply->result;
	if (reply->result >= 0 || (failed && reply->result != -ENOMEM))
		return reply->result;
	if (!failed && reply->result == -ENOMEM)
		pmk_error_cure(PMK_CURE_OTHER_OR_SCALE, "%s: needs more than %d MiB of memory to decode", job->path,
			PMK_HELPER_MEMORY >> 20);
	else if (!failed)
		pmk_error_cure(PMK_CURE_OTHER_FILE, "%s: cannot be decoded: %s", job->path, strerror(-reply->result));
	return reply->result == -ENOMEM ? -EFBIG : reply->result;
}

/* Wait until there is room for a job. A page of small pictures would have dozens of them in work. */
static void enter(void)
{
	pthread_mutex_lock(&turns.lock);
	while (turns.jobs >= MOST_JOBS)
		pthread_cond_wait(&turns.done, &turns.lock);
	turns.jobs++;
	pthread_mutex_unlock(&turns.lock);
}

static void leave(void)
{
	pthread_mutex_lock(&turns.lock);
	turns.jobs--;
	pthread_cond_signal(&turns.done);
	pthread_mutex_unlock(&turns.lock);
}

static int run(const struct pmk_job *job, uint32_t told, int file, struct pmk_decoded *decoded)
{
	int status, memory, err;

	memory = pmk_sandbox_memory(PMK_REPLY_MEMORY, &decoded->memory);
	if (memory >= 0) {
		enter();
		err = -EPIPE;
		for (int i = 0; i < TRIES && err == -EPIPE; i++)
			err = do_once(job, file, memory, &status);
		leave();
		close(memory);
	} else {
		err = memory;
	}
	if (err == -ETIMEDOUT)
		err = tell_late(job->path, PMK_HELPER_WALL_S);
	else if (err)
		err = pmk_sandbox_refuse(job->path, err);
	else
		err = WIFEXITED(status) && WEXITSTATUS(status) == 0 ?
			take_reply(job, told, decoded) :
			pmk_sandbox_explain(job->path, status, PMK_HELPER_CPU_S);
	decoded->picture = (const uint8_t *)decoded->memory + PMK_REPLY_HEAD;
	if (err < 0)
		pmk_decoded_free(decoded);
	return err;
}

int pmk_sandbox_run(struct pmk_job *job, uint32_t told, int file, struct pmk_decoded *decoded)
{
	int err = run(job, told, file, decoded);

	if (err != -ENOTSUP || job->module)
		return err;
	job->module = true;
	return run(job, told, file, decoded);
}

void pmk_decoded_free(struct pmk_decoded *decoded)
{
	if (decoded->memory)
		munmap(decoded->memory, PMK_REPLY_MEMORY);
	decoded->memory = NULL;
}

int pmk_sandbox_open(struct pmk_job *job, enum pmk_job_kind kind, const char *path)
{
	int fd, err = pmk_media_simple_kinds() ? 0 : pmk_media_module_look(path);
	const char *missing;

	if (err)
		return err;
	*job = (struct pmk_job){ .kind = kind };
	if (snprintf(job->path, sizeof job->path, "%s", path) >= (int)sizeof job->path)
		fd = -ENAMETOOLONG;
	else
		fd = pmk_open_file(path, &job->bytes);
	missing = fd < 0 ? pmk_open_file_missing(path) : NULL;
	if (fd == -EISDIR)
		pmk_error_cure(PMK_CURE_NAME_INSIDE, "%s: a folder", path);
	else if (missing)
		pmk_error_cure(PMK_CURE_READABLE_FILE, "%s: %s", path, missing);
	else if (fd < 0)
		pmk_error_cure(PMK_CURE_READABLE_FILE, "%s: cannot be opened: %s", path,
			fd == -EINVAL ? "not a regular file" : strerror(-fd));
	return fd;
}

unsigned pmk_sandbox_try(void)
{
	struct pmk_job job = { .kind = PMK_JOB_TRY, .path = "decoding" };
	int file = open("/", O_PATH | O_CLOEXEC); /* nothing is read from it */
	struct pmk_decoded decoded = { 0 };

	if (file < 0) {
		pmk_error("the folder / cannot be opened: %s", strerror(errno));
		return 0;
	}
	if (pmk_sandbox_run(&job, 0, file, &decoded))
		decoded.reply.tried = 0;
	close(file);
	pmk_decoded_free(&decoded);
	return decoded.reply.tried;
}

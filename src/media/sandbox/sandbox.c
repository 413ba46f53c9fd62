/* SPDX-License-Identifier: MIT */
#include "media/sandbox/sandbox.h"

#include "base/open_file.h"
#include "base/place/installed.h"
#include "base/reap.h"
#include "media/media_module.h"
#include "media/sandbox/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	PATIENCE_MS = 30000, /* for a process that hangs in the kernel, where no limit ends it */
	MOST_JOBS = 3, /* at a time, and so three times the memory of one */
	TRIES = 3, /* one with a helper that is about to end, one with a helper that has ended */
};

static const uint64_t END_NS = PMK_S_NS; /* how long a helper that was killed may take to end */

extern char **environ;

static struct {
	pthread_mutex_t lock;
	int socket; /* to the helper; of no meaning while there is none */
	pid_t pid; /* of the helper; 0: there is none */
	pid_t owner; /* the process that started it: one that was forked starts its own */
	bool greeted; /* its first message has been read */
	int watch; /* readable once it has ended; 0: nobody asked for it */
	int jobs; /* in work for this process */
	pthread_cond_t done; /* one is */
} helper = { .lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER };

/* --- the helper; under the lock --- */

static int spawn(int theirs, pid_t *pid)
{
	static const char *const argv[] = { "potemkin", PMK_HELPER_ARGUMENT, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	char program[PATH_MAX];
	int err = pmk_installed_program(program, sizeof program);

	if (err)
		return err;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&actions, theirs, PMK_HELPER_SOCKET);
	posix_spawnattr_init(&attributes);
	/* a terminal's Ctrl-C is not for it */
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	err = posix_spawn(pid, program, &actions, &attributes, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

static void end_helper(void)
{
	if (!helper.pid)
		return;
	close(helper.socket);
	if (helper.owner == getpid()) {
		kill(helper.pid, SIGKILL);
		if (pmk_reap(helper.pid, END_NS) == -ETIMEDOUT)
			pmk_warn("the process that decodes pictures cannot be ended; it is left behind");
	}
	helper.pid = 0;
}

/* An end of the other side is told even where nothing else is asked for; closing our side takes it off again. */
static void watch_helper(void)
{
	struct epoll_event none = { 0 };

	if (helper.watch && helper.pid && epoll_ctl(helper.watch, EPOLL_CTL_ADD, helper.socket, &none))
		pmk_debug("the process that decodes pictures cannot be watched: %s", strerror(errno));
}

static int start_helper(void)
{
	int sockets[2], err;

	if (helper.pid && helper.owner == getpid())
		return 0;
	end_helper();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return -errno;
	err = spawn(sockets[1], &helper.pid);
	close(sockets[1]);
	if (err) {
		close(sockets[0]);
		helper.pid = 0;
		return err;
	}
	helper.socket = sockets[0];
	helper.owner = getpid();
	helper.greeted = false;
	watch_helper();
	return 0;
}

/* 1: a message of exactly that size came; 0: the other side has gone, or sent something else; -ETIMEDOUT. */
static int receive(int socket, void *data, size_t size)
{
	struct pollfd ready = { .fd = socket, .events = POLLIN };
	int count;

	do
		count = poll(&ready, 1, PATIENCE_MS);
	while (count < 0 && errno == EINTR);
	if (count <= 0)
		return -ETIMEDOUT;
	return recv(socket, data, size, 0) == (ssize_t)size;
}

/* Read the helper's first message. */
static int greet(const char *path)
{
	struct pmk_helper_hello hello;
	int got;

	if (helper.greeted)
		return 0;
	got = receive(helper.socket, &hello, sizeof hello);
	if (got != 1)
		return got == -ETIMEDOUT ? got : -EPIPE;
	if (!hello.ready) {
		pmk_media_module_refuse(path, (enum pmk_cure)hello.cure, hello.reason);
		return -ENOPKG;
	}
	helper.greeted = true;
	return 0;
}

static int send_job(const struct pmk_job *job, const int fds[PMK_JOB_DESCRIPTORS])
{
	char control[CMSG_SPACE(sizeof(int[PMK_JOB_DESCRIPTORS]))] = { 0 };
	struct iovec vector = { .iov_base = (void *)job, .iov_len = sizeof *job };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int[PMK_JOB_DESCRIPTORS]));
	memcpy(CMSG_DATA(head), fds, sizeof(int[PMK_JOB_DESCRIPTORS]));
	if (sendmsg(helper.socket, &message, MSG_NOSIGNAL) >= 0)
		return 0;
	return errno == ECONNRESET ? -EPIPE : -errno; /* it has gone, with or without having read all */
}

/* --- a job; without the lock while it is done --- */

static int hand_over(const struct pmk_job *job, const int fds[PMK_JOB_DESCRIPTORS])
{
	int err;

	pthread_mutex_lock(&helper.lock);
	err = start_helper();
	if (!err)
		err = greet(job->path);
	if (!err)
		err = send_job(job, fds);
	if (err)
		end_helper();
	pthread_mutex_unlock(&helper.lock);
	return err;
}

/* 0, and how the worker ended in *status; -EPIPE: the helper ended, so it can be tried again. */
static int do_once(const struct pmk_job *job, int file, int memory, int *status)
{
	int fds[PMK_JOB_DESCRIPTORS] = { [PMK_JOB_FILE] = file, [PMK_JOB_MEMORY] = memory }, sockets[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return -errno;
	fds[PMK_JOB_SOCKET] = sockets[1];
	err = hand_over(job, fds);
	close(sockets[1]);
	if (!err)
		err = receive(sockets[0], status, sizeof *status);
	close(sockets[0]);
	return err == 1 ? 0 : err == 0 ? -EPIPE : err;
}

/* Memory whose size nobody can change. */
static int make_memory(void **block)
{
	int fd = memfd_create("potemkin-picture", MFD_CLOEXEC | MFD_ALLOW_SEALING), err = 0;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, PMK_REPLY_MEMORY) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		err = -errno;
	if (!err) {
		*block = mmap(NULL, PMK_REPLY_MEMORY, PROT_READ, MAP_SHARED, fd, 0);
		err = *block == MAP_FAILED ? -errno : 0;
	}
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int explain_end(const char *path, int status)
{
	int by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (by == SIGXCPU || by == SIGALRM) {
		pmk_error_cure(PMK_CURE_OTHER_OR_SCALE, "%s: takes more than %d s to decode", path,
			by == SIGXCPU ? PMK_HELPER_CPU_S : PMK_HELPER_WALL_S);
		return -EFBIG;
	}
	if (by == SIGKILL) {
		pmk_error_cure(PMK_CURE_OTHER_OR_SCALE, "%s: its decoder was killed, as when memory is short", path);
		return -EFBIG;
	}
	if (by == SIGSYS) {
		pmk_error("%s: its decoder was ended: the settings of a service manager or container forbid a system "
			  "call that it needs",
			path);
		return -EPERM;
	}
	pmk_error_cure(PMK_CURE_OTHER_FILE, "%s: damaged: its decoder ended with %s %d", path,
		by ? "signal" : "exit code", by ? by : WEXITSTATUS(status));
	return -EBADMSG;
}

/* Use the reply of a worker that ended as it should. */
static int take_reply(const struct pmk_job *job, uint32_t told, struct pmk_decoded *decoded)
{
	struct pmk_reply *reply = &decoded->reply;
	bool failed = false;

	memcpy(reply, decoded->memory, sizeof *reply);
	if (pmk_reply_check(job->kind, reply, &decoded->layout)) {
		pmk_error_cure(PMK_CURE_OTHER_FILE, "%s: damaged: its decoder gave nonsense", job->path);
		return -EBADMSG;
	}
	for (uint32_t i = 0; i < reply->line_count; i++) {
		failed |= reply->lines[i].level == PMK_LOG_ERROR;
		if (i >= told)
			pmk_log((enum pmk_log_level)reply->lines[i].level, PMK_CURE_NONE, NULL, "%s",
				reply->lines[i].text);
	}
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
	pthread_mutex_lock(&helper.lock);
	while (helper.jobs >= MOST_JOBS)
		pthread_cond_wait(&helper.done, &helper.lock);
	helper.jobs++;
	pthread_mutex_unlock(&helper.lock);
}

static void leave(void)
{
	pthread_mutex_lock(&helper.lock);
	helper.jobs--;
	pthread_cond_signal(&helper.done);
	pthread_mutex_unlock(&helper.lock);
}

int pmk_sandbox_run(const struct pmk_job *job, uint32_t told, int file, struct pmk_decoded *decoded)
{
	int status, memory, err;

	memory = make_memory(&decoded->memory);
	if (memory >= 0) {
		enter();
		err = -EPIPE;
		for (int i = 0; i < TRIES && err == -EPIPE; i++)
			err = do_once(job, file, memory, &status);
		leave();
		close(memory);
	} else {
		decoded->memory = MAP_FAILED;
		err = memory;
	}
	if (err && err != -ENOPKG)
		pmk_error("%s: the process that decodes pictures cannot be used: %s", job->path, strerror(-err));
	if (!err)
		err = WIFEXITED(status) && WEXITSTATUS(status) == 0 ? take_reply(job, told, decoded) :
								      explain_end(job->path, status);
	decoded->picture = (const uint8_t *)decoded->memory + PMK_REPLY_HEAD;
	if (err < 0)
		pmk_decoded_free(decoded);
	return err;
}

void pmk_decoded_free(struct pmk_decoded *decoded)
{
	if (decoded->memory != MAP_FAILED)
		munmap(decoded->memory, PMK_REPLY_MEMORY);
	decoded->memory = MAP_FAILED;
}

int pmk_sandbox_open(struct pmk_job *job, enum pmk_job_kind kind, const char *path)
{
	int fd, err = pmk_media_module_look(path);

	if (err)
		return err;
	*job = (struct pmk_job){ .kind = kind };
	if (snprintf(job->path, sizeof job->path, "%s", path) >= (int)sizeof job->path)
		fd = -ENAMETOOLONG;
	else
		fd = pmk_open_file(path, &job->bytes);
	if (fd < 0)
		pmk_error_cure(PMK_CURE_READABLE_FILE, "%s: cannot be opened: %s", path,
			fd == -EINVAL ? "not a regular file" : strerror(-fd));
	return fd;
}

unsigned pmk_sandbox_try(void)
{
	const struct pmk_job job = { .kind = PMK_JOB_TRY, .path = "decoding" };
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct pmk_decoded decoded;
	int err = file < 0 ? -errno : pmk_sandbox_run(&job, 0, file, &decoded);

	if (file >= 0)
		close(file);
	if (err)
		return 0;
	pmk_decoded_free(&decoded);
	return decoded.reply.tried;
}

void pmk_sandbox_ready(void)
{
	if (pmk_media_module_look(NULL))
		return;
	pthread_mutex_lock(&helper.lock);
	if (start_helper())
		helper.pid = 0; /* the next job tells why */
	pthread_mutex_unlock(&helper.lock);
}

int pmk_sandbox_end_fd(void)
{
	int fd;

	pthread_mutex_lock(&helper.lock);
	if (!helper.watch) {
		fd = epoll_create1(EPOLL_CLOEXEC);
		helper.watch = fd > 0 ? fd : 0;
		watch_helper();
	}
	fd = helper.watch ? helper.watch : -1;
	pthread_mutex_unlock(&helper.lock);
	return fd;
}

void pmk_sandbox_tidy(void)
{
	struct pollfd end = { .events = 0 };

	pthread_mutex_lock(&helper.lock);
	end.fd = helper.pid ? helper.socket : -1;
	if (poll(&end, 1, 0) == 1)
		end_helper();
	pthread_mutex_unlock(&helper.lock);
}

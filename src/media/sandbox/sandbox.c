/* SPDX-License-Identifier: MIT */
#include "media/sandbox/sandbox.h"

#include "base/guard/starter.h"
#include "base/open_file.h"
#include "base/place/installed.h"
#include "media/media_module.h"
#include "media/sandbox/helper.h"
#include "media/sandbox/sandbox_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

static struct {
	pthread_mutex_t lock;
	int socket; /* to the helper; of no meaning while there is none */
	pid_t pid; /* of the helper; 0: there is none */
	pid_t owner; /* the process that started it: one that was forked starts its own */
	bool greeted; /* its first message has been read */
	pthread_once_t once; /* makes what follows, which is const after that */
	int watch; /* readable once the helper has ended */
	int end; /* readable once nobody is to wait any more */
} helper = { .lock = PTHREAD_MUTEX_INITIALIZER, .once = PTHREAD_ONCE_INIT };

static void make_ends(void)
{
	helper.watch = epoll_create1(EPOLL_CLOEXEC);
	helper.end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static int end_fd(void)
{
	pthread_once(&helper.once, make_ends);
	return helper.end;
}

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
	/* what can be neither read nor written, and is always there */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/", O_PATH, 0);
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

int pmk_sandbox_start_act(struct pmk_order *order, int *fd)
{
	int sockets[2], err;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return order->result = -errno;
	err = spawn(sockets[1], &pid);
	close(sockets[1]);
	if (err)
		close(sockets[0]);
	else
		*fd = sockets[0];
	order->number = err ? 0 : pid;
	return order->result = err;
}

static void end_helper(void)
{
	if (!helper.pid)
		return;
	close(helper.socket);
	if (helper.owner == getpid() && pmk_starter_end(helper.pid, 0) == -ETIMEDOUT)
		pmk_warn("the process that decodes pictures cannot be ended; it is left behind");
	helper.pid = 0;
}

/* An end of the other side is told even where nothing else is asked for; closing our side takes it off again. */
static void watch_helper(void)
{
	struct epoll_event none = { 0 };

	if (helper.watch >= 0 && epoll_ctl(helper.watch, EPOLL_CTL_ADD, helper.socket, &none))
		pmk_debug("the process that decodes pictures cannot be watched: %s", strerror(errno));
}

static int start_helper(void)
{
	struct pollfd end = { .fd = end_fd(), .events = POLLIN };
	struct pmk_order order = { .what = PMK_START_HELPER };
	int fd;

	if (poll(&end, 1, 0) == 1)
		return -ECANCELED;
	if (helper.pid && helper.owner == getpid())
		return 0;
	end_helper();
	fd = pmk_starter_open(&order, pmk_sandbox_start_act);
	if (fd < 0)
		return fd;
	helper.socket = fd;
	helper.pid = order.number;
	helper.owner = getpid();
	helper.greeted = false;
	watch_helper();
	return 0;
}

int pmk_sandbox_receive(int socket, void *data, size_t most, int patience_ms)
{
	struct pollfd ready[] = { { .fd = socket, .events = POLLIN }, { .fd = end_fd(), .events = POLLIN } };
	ssize_t got;
	int count;

	do
		count = poll(ready, 2, patience_ms);
	while (count < 0 && errno == EINTR);
	if (count <= 0)
		return -ETIMEDOUT;
	if (ready[1].revents)
		return -ECANCELED;
	got = recv(socket, data, most, 0);
	return got < 0 ? 0 : (int)got;
}

/* Read the helper's first message. One that hangs is as good as one that ended. */
static int greet(const char *path)
{
	struct pmk_helper_hello hello;
	int got;

	if (helper.greeted)
		return 0;
	got = pmk_sandbox_receive(helper.socket, &hello, sizeof hello, PMK_SANDBOX_PATIENCE_MS);
	if (got != sizeof hello)
		return got == -ECANCELED ? got : -EPIPE;
	hello.reason[sizeof hello.reason - 1] = '\0';
	if (!hello.ready && pmk_module_error((enum pmk_cure)hello.cure) == -ENOMEM)
		return -ENOMEM;
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

/* --- */

static int hand_over(const struct pmk_job *job, const int fds[PMK_JOB_DESCRIPTORS], pid_t *taker)
{
	int err;

	pthread_mutex_lock(&helper.lock);
	err = start_helper();
	if (!err)
		err = greet(job->path);
	if (!err)
		err = send_job(job, fds);
	*taker = helper.pid;
	if (err)
		end_helper();
	pthread_mutex_unlock(&helper.lock);
	return err;
}

/* End a helper that hangs, unless somebody else did. All that it has in work ends with it. */
static void end_hanging(pid_t taker)
{
	pthread_mutex_lock(&helper.lock);
	if (helper.pid == taker)
		end_helper();
	pthread_mutex_unlock(&helper.lock);
}

/* Wait until the helper has taken the job. */
static int wait_until_taken(int socket, pid_t taker)
{
	char word[sizeof PMK_HELPER_TAKEN];
	int got = pmk_sandbox_receive(socket, word, sizeof word, PMK_SANDBOX_PATIENCE_MS);

	if (got == -ETIMEDOUT)
		end_hanging(taker);
	return got > 0 ? 0 : got == -ECANCELED ? got : -EPIPE;
}

int pmk_sandbox_begin(const struct pmk_job *job, int file, int memory, int *socket)
{
	int fds[PMK_JOB_DESCRIPTORS] = { [PMK_JOB_FILE] = file, [PMK_JOB_MEMORY] = memory }, sockets[2], err;
	pid_t taker;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return -errno;
	fds[PMK_JOB_SOCKET] = sockets[1];
	err = hand_over(job, fds, &taker);
	close(sockets[1]);
	if (!err)
		err = wait_until_taken(sockets[0], taker);
	if (err)
		close(sockets[0]);
	else
		*socket = sockets[0];
	return err;
}

void pmk_sandbox_ready(bool film)
{
	static const struct pmk_job load = { .kind = PMK_JOB_LOAD };
	static const int any[PMK_JOB_DESCRIPTORS] = { 0 };

	if (!pmk_media_simple_kinds() && pmk_media_module_look(NULL))
		return;
	pthread_mutex_lock(&helper.lock);
	if (start_helper())
		helper.pid = 0; /* the next job tells why */
	else if (film)
		(void)!send_job(&load, any);
	pthread_mutex_unlock(&helper.lock);
}

int pmk_sandbox_end_fd(void)
{
	pthread_once(&helper.once, make_ends); /* not under the lock, which may be held for some seconds */
	return helper.watch;
}

void pmk_sandbox_tidy(void)
{
	struct pollfd end = { .events = 0 };

	if (pthread_mutex_trylock(&helper.lock)) /* whoever has it finds it out */
		return;
	end.fd = helper.pid ? helper.socket : -1;
	if (poll(&end, 1, 0) == 1)
		end_helper();
	pthread_mutex_unlock(&helper.lock);
}

void pmk_sandbox_stop(void)
{
	(void)!eventfd_write(end_fd(), 1); /* those who wait do so without the lock, or let go of it */
	pthread_mutex_lock(&helper.lock);
	end_helper();
	pthread_mutex_unlock(&helper.lock);
}

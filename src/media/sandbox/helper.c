/* SPDX-License-Identifier: MIT */
#include "media/sandbox/helper.h"

#include "media/media_module.h"
#include "media/sandbox/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IDLE_MS = 10 * 60 * 1000 };

/* Receive a job and its descriptors. False: that was no whole job, or the program has gone. */
static bool receive(struct pmk_job *job, int fds[PMK_JOB_DESCRIPTORS])
{
	char control[CMSG_SPACE(sizeof(int[PMK_JOB_DESCRIPTORS]))];
	struct iovec vector = { .iov_base = job, .iov_len = sizeof *job };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
	};
	ssize_t got = recvmsg(PMK_HELPER_SOCKET, &message, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *head = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (got != sizeof *job || !head || head->cmsg_type != SCM_RIGHTS ||
		head->cmsg_len != CMSG_LEN(sizeof(int[PMK_JOB_DESCRIPTORS])))
		return false;
	memcpy(fds, CMSG_DATA(head), sizeof(int[PMK_JOB_DESCRIPTORS]));
	return true;
}

/* Wait until the worker has ended; kill it once the program has closed its end of the socket. */
static int wait_for_worker(pid_t pid, int socket)
{
	struct pollfd ends[] = { { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN }, { .fd = socket } };
	int status = 0;

	while (ends[0].fd >= 0 && poll(ends, 2, -1) < 0 && errno == EINTR)
		;
	if (ends[0].fd >= 0 && !ends[0].revents)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* This process is killed when its parent ends, which may have ended already: then nobody would know of this one. */
static void end_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

/* Tell the program how the worker ended. It would not hear it if a request of its own were left unread. */
static void tell_end(int socket, int status)
{
	char unread;

	shutdown(socket, SHUT_RD); /* from now on, there comes no other */
	while (recv(socket, &unread, sizeof unread, MSG_DONTWAIT) > 0)
		;
	send(socket, &status, sizeof status, MSG_NOSIGNAL);
}

/* A process of its own, so that several jobs can be in work: it waits for the worker, whose descriptors are the file
 * and the memory, and of a film the socket. */
static _Noreturn void attend(const struct pmk_media_calls *calls, const struct pmk_job *job,
	const int fds[PMK_JOB_DESCRIPTORS], pid_t helper)
{
	const pid_t self = getpid();
	pid_t pid;

	end_with(helper);
	close(PMK_HELPER_SOCKET);
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid == 0) {
		end_with(self);
		if (job->kind == PMK_JOB_FILM || job->kind == PMK_JOB_PLAY)
			pmk_reel_worker_run(calls, job, fds[PMK_JOB_FILE], fds[PMK_JOB_MEMORY], fds[PMK_JOB_SOCKET]);
		close(fds[PMK_JOB_SOCKET]);
		pmk_worker_run(calls, job, fds[PMK_JOB_FILE], fds[PMK_JOB_MEMORY]);
	}
	if (pid < 0)
		_exit(1);
	tell_end(fds[PMK_JOB_SOCKET], wait_for_worker(pid, fds[PMK_JOB_SOCKET]));
	_exit(0);
}

/* Wait for a job. False: none came for some minutes, and none is in work, as a film is for as long as it plays. */
static bool wait_for_job(void)
{
	struct pollfd poll_fd = { .fd = PMK_HELPER_SOCKET, .events = POLLIN };
	int ready;

	do
		ready = poll(&poll_fd, 1, IDLE_MS);
	while (ready == 0 && waitpid(-1, NULL, WNOHANG) == 0);
	return ready == 1;
}

static bool needs_module(const struct pmk_job *job)
{
	return job->module || job->kind >= PMK_JOB_FILM || !pmk_media_simple_kinds();
}

int pmk_helper_serve(const struct pmk_helper_hello *hello, pmk_helper_load *load)
{
	const struct pmk_media_calls *calls = NULL;
	int fds[PMK_JOB_DESCRIPTORS];
	const pid_t helper = getpid();
	struct pmk_job job;

	if (send(PMK_HELPER_SOCKET, hello, sizeof *hello, MSG_NOSIGNAL) < 0 || !hello->ready)
		return 1;
	signal(SIGCHLD, SIG_IGN); /* nobody waits for those who attend */
	while (wait_for_job() && receive(&job, fds)) {
		if (job.kind != PMK_JOB_LOAD) /* before what may take long on a slow disk */
			send(fds[PMK_JOB_SOCKET], PMK_HELPER_TAKEN, strlen(PMK_HELPER_TAKEN), MSG_NOSIGNAL);
		if (!calls && needs_module(&job))
			calls = load();
		if (job.kind != PMK_JOB_LOAD && fork() == 0)
			attend(calls, &job, fds, helper);
		for (int i = 0; i < PMK_JOB_DESCRIPTORS; i++)
			close(fds[i]);
	}
	return 0;
}

static const struct pmk_media_calls *load(void)
{
	const char *reason; /* the worker finds it again */
	enum pmk_cure cure;

	return pmk_media_module_lend(&reason, &cure);
}

int pmk_helper_main(void)
{
	struct pmk_helper_hello hello = { 0 };
	const char *reason = "";
	enum pmk_cure cure = PMK_CURE_NONE;

	close_range(PMK_HELPER_SOCKET + 1, ~0u, 0);
	prctl(PR_SET_NAME, PMK_HELPER_ARGUMENT);
	prctl(PR_SET_DUMPABLE, 0);
	hello.ready = pmk_media_simple_kinds() || pmk_media_module_lend(&reason, &cure);
	hello.cure = cure;
	snprintf(hello.reason, sizeof hello.reason, "%s", reason);
	return pmk_helper_serve(&hello, load);
}

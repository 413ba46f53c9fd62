/* SPDX-License-Identifier: MIT */
#include "app/machine/child.h"

#include "app/signals.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID = 4096, MERCY_MS = 1000 };

extern char **environ;

/* npm spreads one message over several lines, and the first ones help nobody. */
static bool tells(const char *line)
{
	static const char *const keys[] = { "code ", "syscall ", "errno ", "path ", "dest " };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (strncmp(line, keys[i], strlen(keys[i])) == 0)
			return false;
	}
	return *line != '\0';
}

static void choose_line(char *said, char *why, size_t size)
{
	static const char *const marks[] = { "npm ERR! ", "npm error " };
	char *rest = said, *line;

	while ((line = strsep(&rest, "\n"))) {
		for (int i = 0; i < 2; i++)
			line += strncmp(line, marks[i], strlen(marks[i])) == 0 ? strlen(marks[i]) : 0;
		if (!tells(line))
			continue;
		snprintf(why, size, "%s", line);
		return;
	}
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == pid;
}

/* Read until every writer has closed the pipe, or until the program has ended and the pipe is silent: a process that it
 * started may live on and hold the pipe. True: a signal came; the group got SIGTERM, and after a second SIGKILL. */
static bool listen_to(int fd, pid_t pid, char said[SAID])
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = pmk_signals_fd(), .events = POLLIN } };
	uint64_t deadline = UINT64_MAX;
	size_t used = 0;

	for (;;) {
		char more[1024];
		int ready = poll(fds, 2, MERCY_MS);
		ssize_t got;

		if (fds[1].revents) {
			kill(-pid, SIGTERM);
			deadline = pmk_clock_now_ns() + MERCY_MS * PMK_MS_NS;
			fds[1] = (struct pollfd){ .fd = -1 };
		}
		if (pmk_clock_now_ns() >= deadline) {
			kill(-pid, SIGKILL);
			break;
		}
		if (ready == 0 && has_ended(pid))
			break;
		if (ready <= 0 || !fds[0].revents)
			continue;
		got = read(fd, more, sizeof more);
		if (got <= 0)
			break;
		got = (size_t)got < SAID - 1 - used ? got : (ssize_t)(SAID - 1 - used);
		memcpy(said + used, more, (size_t)got);
		used += (size_t)got;
	}
	said[used] = '\0';
	return deadline != UINT64_MAX;
}

void pmk_child_hears(posix_spawnattr_t *attributes, short flags)
{
	sigset_t none, ignored;

	sigemptyset(&none);
	sigemptyset(&ignored);
	sigaddset(&ignored, SIGUSR1);
	sigaddset(&ignored, SIGUSR2);
	sigaddset(&ignored, SIGPIPE);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &ignored);
	posix_spawnattr_setflags(attributes, (short)(flags | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
}

int pmk_child_spawn(const char *file, const char *const argv[], int fd, bool messages, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
	if (messages)
		posix_spawn_file_actions_adddup2(&actions, fd, STDERR_FILENO);
	else
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	pmk_child_hears(&attributes, POSIX_SPAWN_SETPGROUP);
	err = posix_spawnp(pid, file, &actions, &attributes, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

int pmk_child_run(const char *const argv[], char *why, size_t size)
{
	char said[SAID];
	int fds[2], status, err;
	bool ended;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		err = -errno;
		snprintf(why, size, "%s", strerror(-err));
		return err;
	}
	err = pmk_child_spawn(argv[0], argv, fds[1], true, &pid);
	close(fds[1]);
	if (err) {
		close(fds[0]);
		snprintf(why, size, "%s: %s", argv[0], strerror(-err));
		return err;
	}
	ended = listen_to(fds[0], pid, said);
	close(fds[0]);
	do
		err = waitpid(pid, &status, 0) < 0 ? -errno : 0;
	while (err == -EINTR);
	if (ended)
		return -EINTR;
	if (err) {
		snprintf(why, size, "%s: %s", argv[0], strerror(-err));
		return err;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	snprintf(why, size, WIFEXITED(status) ? "%s ended with %d" : "%s was ended by signal %d", argv[0],
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	choose_line(said, why, size);
	return -EIO;
}

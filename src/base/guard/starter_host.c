/* SPDX-License-Identifier: MIT */
/* Part of starter.c: the messages, and what runs in the starter's process and in the keeper's. */
#include "base/guard/starter_parts.h"

#include "base/num.h"
#include "base/reap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_CHILDREN = 64 };

static void *shared; /* by the starters; NULL elsewhere */

/* The starter's own state, in its process. */
struct host {
	const pmk_start_act *acts;
	int socket;
	pid_t children[MOST_CHILDREN]; /* 0: free */
};

/* --- messages: an order or its answer, perhaps with a descriptor --- */

int pmk_order_send(int socket, const struct pmk_order *order, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec vector = { .iov_base = (void *)order, .iov_len = sizeof *order };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	struct cmsghdr *head;
	ssize_t sent;

	if (fd >= 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof control;
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(head), &fd, sizeof fd);
	}
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == sizeof *order ? 0 : -EPIPE;
}

int pmk_order_receive(int socket, struct pmk_order *order, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec vector = { .iov_base = order, .iov_len = sizeof *order };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
	};
	const struct cmsghdr *head;
	ssize_t got;

	*fd = -1;
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	head = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (head && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof *fd))
		memcpy(fd, CMSG_DATA(head), sizeof *fd);
	if (got != sizeof *order)
		return -EPIPE;
	order->text[sizeof order->text - 1] = '\0';
	return 0;
}

/* --- the starter's process --- */

static void note_child(struct host *host, pid_t pid)
{
	for (int i = 0; i < MOST_CHILDREN; i++) {
		if (host->children[i])
			continue;
		host->children[i] = pid;
		return;
	}
}

static void reap_children(struct host *host)
{
	for (int i = 0; i < MOST_CHILDREN; i++) {
		if (host->children[i] && waitpid(host->children[i], NULL, WNOHANG))
			host->children[i] = 0;
	}
}

/* No other process than a child, whose number nobody else can have before it was waited for. */
static int end_child(struct host *host, pid_t pid, int patience_ms)
{
	for (int i = 0; pid > 0 && i < MOST_CHILDREN; i++) {
		int err;

		if (host->children[i] != pid)
			continue;
		err = pmk_reap_or_kill(pid, (uint64_t)pmk_clamp(patience_ms, 0, 1000) * PMK_MS_NS);
		host->children[i] = err == -ETIMEDOUT ? pid : 0;
		return err;
	}
	return 0;
}

static void obey(struct host *host, struct pmk_order *order)
{
	int32_t what = order->what;
	int fd = -1;

	if (what == PMK_ORDER_END)
		order->result = end_child(host, order->number, order->result);
	else if (what < 0 || what > PMK_ORDER_END || !host->acts[what])
		order->result = -ENOSYS;
	else
		order->result = host->acts[what](order, &fd);
	if (!order->result && what <= PMK_START_CAMERAS)
		note_child(host, order->number);
	(void)!pmk_order_send(host->socket, order, fd);
	if (fd >= 0)
		close(fd);
}

static void wake(int number)
{
}

/* Signals are for the program; only the end of a child wakes the starter up. */
static void serve(const pmk_start_act *acts, int socket)
{
	struct host host = { .acts = acts, .socket = socket };
	struct sigaction awake = { .sa_handler = wake };
	struct pollfd ready = { .fd = socket, .events = POLLIN };
	struct pmk_order order;
	sigset_t child;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGCONT); /* stopped, it would not read that its socket is closed */
	sigaction(SIGCHLD, &awake, NULL);
	sigfillset(&child);
	sigdelset(&child, SIGCHLD);
	for (;;) {
		int count = ppoll(&ready, 1, NULL, &child);

		reap_children(&host);
		if (count <= 0)
			continue;
		if (pmk_order_receive(socket, &order, &fd))
			return;
		if (fd >= 0)
			close(fd); /* none is expected */
		obey(&host, &order);
	}
}

/* Nothing of the program is kept open: neither its lock, nor what others read to the end. */
static void let_go(int socket)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; nowhere >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(nowhere, fd);
	if (socket > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned)socket - 1, 0);
	close_range((unsigned)socket + 1, ~0u, 0);
}

/* Fork a process that serves at the other end of *socket until that is closed. */
static int fork_off(const char *name, void (*serves)(const pmk_start_act *acts, int socket), const pmk_start_act *acts,
	int *socket, pid_t *pid)
{
	int sockets[2], err;
	sigset_t all;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return -errno;
	*pid = fork();
	err = *pid < 0 ? -errno : 0;
	if (*pid == 0) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, NULL);
		prctl(PR_SET_NAME, name);
		setpgid(0, 0);
		let_go(sockets[1]);
		serves(acts, sockets[1]);
		_exit(0);
	}
	close(sockets[1]);
	if (err)
		close(sockets[0]);
	else
		*socket = sockets[0];
	return err;
}

/* --- the keeper's process --- */

/* Whatever is asked for is a starter, one at a time. */
static void keep(const pmk_start_act *acts, int socket)
{
	void *memory = mmap(NULL, PMK_STARTER_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sigaction awake = { .sa_handler = wake };
	struct pollfd ready = { .fd = socket, .events = POLLIN };
	struct pmk_order order;
	pid_t pid = 0, old;
	sigset_t child;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* even if it is stopped */
	shared = memory == MAP_FAILED ? NULL : memory;
	sigaction(SIGCHLD, &awake, NULL);
	sigfillset(&child);
	sigdelset(&child, SIGCHLD);
	for (;;) {
		int count = ppoll(&ready, 1, NULL, &child);

		if (pid > 0 && waitpid(pid, NULL, WNOHANG) == pid)
			pid = 0;
		if (count <= 0)
			continue;
		if (pmk_order_receive(socket, &order, &fd))
			return;
		if (fd >= 0)
			close(fd);
		fd = -1;
		old = pid;
		pid = 0;
		order.result = fork_off("starter", serve, acts, &fd, &pid);
		if (old > 0)
			(void)!pmk_reap_or_kill(old, 0);
		(void)!pmk_order_send(socket, &order, fd);
		if (fd >= 0)
			close(fd);
	}
}

int pmk_keeper_fork(const pmk_start_act *acts, int *socket, pid_t *pid)
{
	return fork_off("keeper", keep, acts, socket, pid);
}

void *pmk_starter_memory(void)
{
	return shared;
}

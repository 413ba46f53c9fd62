/* SPDX-License-Identifier: MIT */
#include "app/live/link.h"

#include "base/clock.h"
#include "control/socket.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_BYTES = 1 << 14, MOST_BYTES = 1 << 24 };

int pmk_link_open(struct pmk_link *link, uint64_t until_ns)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	int fd = pmk_socket_connect(until_ns);

	if (fd < 0)
		return fd == -EAGAIN ? -ETIMEDOUT : fd;
	*link = (struct pmk_link){ .fd = fd };
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
		link->peer = peer.pid;
	return 0;
}

/* Wait until something can be done. A signal, such as that which continues a stopped process, costs no time. */
static int wait_for(const struct pmk_link *link, short events, uint64_t until_ns)
{
	struct pollfd ready = { .fd = link->fd, .events = events };
	uint64_t now = pmk_clock_now_ns(), left_ms;

	if (until_ns == PMK_LINK_FOR_EVER)
		return poll(&ready, 1, -1) < 0 && errno != EINTR ? -errno : 0;
	if (now >= until_ns)
		return -ETIMEDOUT;
	left_ms = (until_ns - now) / PMK_MS_NS + 1;
	return poll(&ready, 1, left_ms < INT_MAX ? (int)left_ms : INT_MAX) < 0 && errno != EINTR ? -errno : 0;
}

static int send_all(const struct pmk_link *link, const char *bytes, size_t count, uint64_t until_ns)
{
	int err = 0;

	while (count && !err) {
		ssize_t sent = send(link->fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0)
			err = errno == EAGAIN || errno == EINTR ? wait_for(link, POLLOUT, until_ns) : -EPIPE;
		bytes += sent > 0 ? sent : 0;
		count -= sent > 0 ? (size_t)sent : 0;
	}
	return err;
}

int pmk_link_send(struct pmk_link *link, const char *line, uint64_t until_ns)
{
	int err = send_all(link, line, strlen(line), until_ns);

	return err ? err : send_all(link, "\n", 1, until_ns);
}

static int make_room(struct pmk_link *link)
{
	size_t size = link->size ? 2 * link->size : FIRST_BYTES;
	char *text;

	if (link->used < link->size)
		return 0;
	if (size > MOST_BYTES)
		return -EMSGSIZE;
	text = realloc(link->text, size);
	if (!text)
		return -ENOMEM;
	link->text = text;
	link->size = size;
	return 0;
}

/* Read what there is, or wait for it. */
static int fill(struct pmk_link *link, uint64_t until_ns)
{
	ssize_t got;
	int err = make_room(link);

	if (err)
		return err;
	got = recv(link->fd, link->text + link->used, link->size - link->used, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return wait_for(link, POLLIN, until_ns);
	if (got <= 0)
		return -EPIPE;
	link->used += (size_t)got;
	return 0;
}

int pmk_link_receive(struct pmk_link *link, uint64_t until_ns, const char **line)
{
	char *end;
	int err;

	if (link->taken) {
		link->used -= link->taken;
		memmove(link->text, link->text + link->taken, link->used);
		link->taken = 0;
	}
	while (!(end = link->used ? memchr(link->text, '\n', link->used) : NULL)) {
		err = fill(link, until_ns);
		if (err)
			return err;
	}
	*end = '\0';
	link->taken = (size_t)(end + 1 - link->text);
	*line = link->text;
	return 0;
}

void pmk_link_close(struct pmk_link *link)
{
	close(link->fd);
	free(link->text);
}

/* SPDX-License-Identifier: MIT */
#include "core/outputs/ports.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/retry.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

/* while asleep: how often to ask sinks that have no watch_fd; how often to ask all, to be sure */
enum { ASK_MS = 250, ASK_ANYWAY_MS = 2000 };

struct socket {
	struct pmk_sink *sink; /* NULL while lost */
	const char *spec;
	bool live;
	uint64_t retry_ns, pause_ns; /* when to try next; the pause before that try */
};

struct pmk_ports {
	struct pmk_sink_setup setup; /* const after create */
	struct pollfd *fds; /* the output thread's: one for each sink, and one to stop */

	pthread_mutex_t lock; /* protects the cover */
	struct pmk_shown *cover;

	int count; /* const after create */
	struct socket sockets[]; /* the output thread's */
};

int pmk_ports_create(const struct pmk_port *ports, int count, const struct pmk_sink_setup *setup,
	struct pmk_shown *cover, struct pmk_ports **created)
{
	struct pmk_ports *p = calloc(1, sizeof *p + (size_t)count * sizeof p->sockets[0]);
	struct pollfd *fds = calloc((size_t)count + 1, sizeof *fds);

	if (!p || !fds) {
		free(fds);
		free(p);
		return -ENOMEM;
	}
	p->setup = *setup;
	p->setup.at_once = true; /* others wait for their pictures; there will be another try */
	p->fds = fds;
	p->count = count;
	for (int i = 0; i < count; i++)
		p->sockets[i] = (struct socket){
			.sink = ports[i].sink, .spec = ports[i].spec, .live = pmk_port_is_live(&ports[i])
		};
	pthread_mutex_init(&p->lock, NULL);
	pmk_shown_ref(cover);
	p->cover = cover;
	*created = p;
	return 0;
}

void pmk_ports_destroy(struct pmk_ports *p)
{
	if (!p)
		return;
	pmk_ports_close(p);
	pmk_shown_unref(p->cover);
	pthread_mutex_destroy(&p->lock);
	free(p->fds);
	free(p);
}

/* --- the cover --- */

struct pmk_shown *pmk_ports_cover(struct pmk_ports *p)
{
	struct pmk_shown *cover;

	pthread_mutex_lock(&p->lock);
	cover = p->cover;
	pmk_shown_ref(cover);
	pthread_mutex_unlock(&p->lock);
	return cover;
}

void pmk_ports_set_cover(struct pmk_ports *p, struct pmk_shown *cover)
{
	struct pmk_shown *before;

	pmk_shown_ref(cover);
	pthread_mutex_lock(&p->lock);
	before = p->cover;
	p->cover = cover;
	pthread_mutex_unlock(&p->lock);
	pmk_shown_unref(before);
}

/* --- sinks that are lost and come back --- */

static int close_socket(struct pmk_ports *p, struct socket *socket)
{
	struct pmk_shown *cover = pmk_ports_cover(p);
	int err = socket->sink ? pmk_sink_close(socket->sink, cover) : 0;

	socket->sink = NULL;
	pmk_shown_unref(cover);
	return err;
}

int pmk_ports_close(struct pmk_ports *p)
{
	int err = 0;

	for (int i = 0; i < p->count; i++) {
		int one = close_socket(p, &p->sockets[i]);

		err = err ? err : one;
	}
	return err;
}

static void lose(struct pmk_ports *p, struct socket *socket)
{
	close_socket(p, socket);
	socket->pause_ns = pmk_retry_pause(0);
	socket->retry_ns = pmk_clock_now_ns() + socket->pause_ns;
}

static void reopen(struct pmk_ports *p, struct socket *socket, bool asleep)
{
	struct pmk_shown *cover = pmk_ports_cover(p);

	socket->pause_ns = pmk_retry_pause(socket->pause_ns);
	socket->retry_ns = pmk_clock_now_ns() + socket->pause_ns;
	if (pmk_sink_open(socket->spec, &p->setup, cover, &socket->sink) == 0)
		pmk_info("back again: %s", socket->sink->name);
	else
		socket->sink = NULL;
	if (asleep && socket->sink && pmk_sink_rest(socket->sink, cover))
		lose(p, socket);
	pmk_shown_unref(cover);
}

void pmk_ports_reopen(struct pmk_ports *p, bool asleep)
{
	for (int i = 0; i < p->count; i++) {
		struct socket *socket = &p->sockets[i];

		if (!socket->sink && socket->live && pmk_clock_now_ns() >= socket->retry_ns)
			reopen(p, socket, asleep);
	}
}

int pmk_ports_write(struct pmk_ports *p, const struct pmk_shown *shown, bool repeat)
{
	bool any = false;
	int err = 0;

	for (int i = 0; i < p->count; i++) {
		struct socket *socket = &p->sockets[i];
		int one = !socket->sink || (repeat && !socket->live) ? 0 : pmk_sink_write(socket->sink, shown);

		if (one) {
			lose(p, socket);
			err = one;
		}
		any |= socket->sink || socket->live;
	}
	return any ? 0 : err;
}

/* --- who watches --- */

bool pmk_ports_watched(struct pmk_ports *p)
{
	bool any = false;

	for (int i = 0; i < p->count; i++) /* ask all of them: each must handle its events */
		any |= p->sockets[i].sink && pmk_sink_watched(p->sockets[i].sink) != PMK_WATCH_NOBODY;
	return any;
}

void pmk_ports_rest(struct pmk_ports *p, struct pmk_shown *cover)
{
	for (int i = 0; i < p->count; i++) {
		if (p->sockets[i].sink && pmk_sink_rest(p->sockets[i].sink, cover))
			lose(p, &p->sockets[i]);
	}
}

void pmk_ports_wait(struct pmk_ports *p, int stop_fd)
{
	struct pollfd *fds = p->fds;
	int wait_ms = ASK_ANYWAY_MS, count = 1;

	fds[0] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
	for (int i = 0; i < p->count; i++) {
		if (!p->sockets[i].sink)
			continue;
		fds[count] = (struct pollfd){ 0 };
		fds[count].fd = pmk_sink_watch_fd(p->sockets[i].sink, &fds[count].events);
		if (fds[count].fd < 0)
			wait_ms = ASK_MS;
		else
			count++;
	}
	poll(fds, (nfds_t)count, wait_ms);
	for (int i = 1; i < count; i++) {
		if (!(fds[i].revents & (POLLERR | POLLHUP | POLLNVAL)))
			continue;
		poll(fds, 1, ASK_MS); /* its device is gone: poll would return at once every time */
		break;
	}
}

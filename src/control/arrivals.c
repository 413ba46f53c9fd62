/* SPDX-License-Identifier: MIT */
/* Accepts connections, from programs on the control socket and from threads of this process, or tells them why they
 * cannot be served. */
#include "control/control_parts.h"
#include "control/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static const char TOO_MANY[] =
	"potemkin has too many connections; end a program that steers it, such as potemkin ctl subscribe";
static const char NO_DESCRIPTOR[] =
	"potemkin has no file descriptor left for a connection; start it again with a higher limit (ulimit -n)";

static void add_client(struct pmk_control *c, int fd)
{
	for (int i = 0; i < PMK_CONTROL_CLIENTS; i++) {
		if (c->clients[i].fd >= 0)
			continue;
		c->clients[i].fd = fd;
		return;
	}
	pmk_client_refuse(fd, PMK_EXIT_BUSY, TOO_MANY);
}

/* --- programs --- */

void pmk_control_keep_spare(struct pmk_control *c)
{
	if (c->spare_fd < 0)
		c->spare_fd = fcntl(c->wake_fd, F_DUPFD_CLOEXEC, 0);
}

/* With the spare descriptor, which is there for this. Negative errno: there is none, or it is of no use. */
static int refuse_next(struct pmk_control *c)
{
	int fd;

	if (c->spare_fd >= 0)
		close(c->spare_fd);
	c->spare_fd = -1;
	fd = pmk_socket_accept(c->listening, c->group);
	if (fd >= 0)
		pmk_client_refuse(fd, PMK_EXIT_INTERNAL, NO_DESCRIPTOR);
	return fd;
}

void pmk_control_accept(struct pmk_control *c)
{
	int fd = pmk_socket_accept(c->listening, c->group);

	if (fd >= 0)
		add_client(c, fd);
	else if (fd == -EMFILE || fd == -ENFILE)
		fd = refuse_next(c);
	pmk_control_keep_spare(c);
	c->accept_fails = fd < 0 && fd != -EAGAIN && fd != -EPERM;
}

/* --- threads of this process --- */

void pmk_control_take_arrivals(struct pmk_control *c)
{
	pthread_mutex_lock(&c->arrivals_lock);
	while (c->arrival_count)
		add_client(c, c->arrivals[--c->arrival_count]);
	pthread_mutex_unlock(&c->arrivals_lock);
}

int pmk_control_connect(struct pmk_control *c)
{
	int ends[2], err = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	pthread_mutex_lock(&c->arrivals_lock);
	if (atomic_load(&c->stopping))
		err = -ECANCELED;
	else if (c->arrival_count < PMK_CONTROL_CLIENTS)
		c->arrivals[c->arrival_count++] = ends[0];
	else
		err = -EAGAIN;
	pthread_mutex_unlock(&c->arrivals_lock);
	if (err) {
		close(ends[0]);
		close(ends[1]);
		return err;
	}
	eventfd_write(c->wake_fd, 1);
	return ends[1];
}

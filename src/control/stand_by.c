/* SPDX-License-Identifier: MIT */
/* The control socket is that of one instance. Another one that runs beside it is connected to it meanwhile, so that it
 * learns at once, and without asking, when that one has ended, however it did; then it takes the socket over. */
#include "base/clock.h"
#include "control/control_parts.h"
#include "control/socket.h"

#include <errno.h>
#include <unistd.h>

static const uint64_t RETRY_NS = PMK_S_NS;

static void try_to_listen(struct pmk_control *c)
{
	int fd = pmk_socket_listen(c->group);

	c->tried_ns = pmk_clock_now_ns();
	c->listening = fd < 0 ? -1 : fd;
	c->stands_by = fd == -EADDRINUSE;
	fd = c->stands_by ? pmk_socket_connect_own(0) : -1;
	c->ahead = fd < 0 ? -1 : fd;
}

void pmk_control_listen(struct pmk_control *c)
{
	try_to_listen(c);
	if (c->stands_by)
		pmk_info("another instance is running; control reaches that one, and this one once it has ended");
}

void pmk_control_stand_by(struct pmk_control *c, bool ended)
{
	if (ended) {
		close(c->ahead);
		c->ahead = -1;
	}
	if (!c->stands_by || c->ahead >= 0 || pmk_clock_now_ns() - c->tried_ns < RETRY_NS)
		return;
	try_to_listen(c);
	if (c->listening >= 0)
		pmk_info("the other instance has ended; control reaches this one");
}

/* SPDX-License-Identifier: MIT */
#include "control/page/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAITING = 32 };

int pmk_page_listen_act(struct pmk_order *order, int *fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)order->number),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), again = 1;

	if (made < 0)
		return order->result = -errno;
	/* connections of the run before, which are closing, do not hold the port */
	setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
	if (bind(made, (struct sockaddr *)&address, sizeof address) || listen(made, WAITING) ||
		getsockname(made, (struct sockaddr *)&address, &size)) {
		order->result = -errno;
		close(made);
		return order->result;
	}
	*fd = made;
	order->number = ntohs(address.sin_port);
	return order->result = 0;
}

int pmk_page_listen(int *port)
{
	struct pmk_order order = { .what = PMK_START_LISTEN, .number = *port };
	int fd = pmk_starter_open(&order, pmk_page_listen_act);

	if (fd >= 0)
		*port = order.number;
	return fd;
}

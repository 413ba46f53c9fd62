/* SPDX-License-Identifier: MIT */
/* A connection to the running potemkin, for those who steer it: lines of JSON both ways.
 *
 * The one rule: nothing here waits beyond the time that the caller gives, whatever the other side does, and whatever
 * signals arrive. Not even a stopped program holds up whoever steers it. One thread. */
#ifndef PMK_APP_LIVE_LINK_H
#define PMK_APP_LIVE_LINK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PMK_LINK_FOR_EVER UINT64_MAX

struct pmk_link {
	int fd;
	pid_t peer; /* the process at the other end; 0: unknown */
	char *text; /* what has been received */
	size_t size, used,
		taken; /* bytes of `text`; those that are filled; those of them that were returned as lines */
};

/* Errors as from pmk_socket_connect; -ETIMEDOUT: there are too many who wait to be accepted. */
int pmk_link_open(struct pmk_link *link, uint64_t until_ns) __attribute__((warn_unused_result));
/* Send a line, to which its newline is added. -ETIMEDOUT, -EPIPE, -ENOMEM. */
int pmk_link_send(struct pmk_link *link, const char *line, uint64_t until_ns) __attribute__((warn_unused_result));
/* The next line, without its newline, until the next call. What has arrived is returned even after that time.
 * -ETIMEDOUT; -EPIPE: the other side has closed the connection; -EMSGSIZE; -ENOMEM. */
int pmk_link_receive(struct pmk_link *link, uint64_t until_ns, const char **line) __attribute__((warn_unused_result));
void pmk_link_close(struct pmk_link *link);

#endif

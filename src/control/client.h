/* SPDX-License-Identifier: MIT */
/* A connected program: lines of JSON in, lines of JSON out.
 *
 * The one rule: a client never holds the program up. What it does not read soon is not kept for it: its connection is
 * closed. The control thread's. */
#ifndef PMK_CONTROL_CLIENT_H
#define PMK_CONTROL_CLIENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { PMK_CLIENT_LINE = 16384 }; /* bytes of the longest request, with its newline */

struct pmk_client {
	int fd; /* -1: closed */
	bool subscribed, figures; /* to changes; to figures as well */
	bool too_long; /* the line is longer than PMK_CLIENT_LINE; pmk_client_line returns it as "" */
	size_t used, taken; /* bytes of `line`; those of them that the last call of pmk_client_line returned */
	char line[PMK_CLIENT_LINE];
};

/* Call it when `fd` is readable, or there is a line. The next whole line, without its newline, as a string that is
 * valid until the next call; NULL: there is none now, or the client is closed. */
const char *pmk_client_line(struct pmk_client *client);
bool pmk_client_has_line(const struct pmk_client *client); /* the next call returns one without reading */
void pmk_client_send(struct pmk_client *client, const cJSON *message); /* closes a client that does not read */
void pmk_client_close(struct pmk_client *client);
/* The answer to what fails with this exit code. The caller deletes it. NULL: no memory. */
cJSON *pmk_client_refusal(int code, const char *why);
/* Answer a program that cannot be served, whatever it asks, and close its connection. */
void pmk_client_refuse(int fd, int code, const char *why);

#endif

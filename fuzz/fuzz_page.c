/* SPDX-License-Identifier: MIT */
/* Requests to the page over HTTP: the input is what a connection carries. A byte 1 in it stands for the page's token, 2
 * for its host. Without the token nothing is changed, and nothing is given but the page's own files. */
#include "fuzz.h"
#include "steered.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TOKEN = 1, HOST = 2, SECRET = 32, MOST_SENT = 1 << 15, MOST_READ = 1 << 20, SILENCE_MS = 100 };

static const char stream[] = "multipart/"; /* of the type of the picture, which never ends */

static char host[32], token[SECRET + 1];
static int port;

static int connect_page(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	if (fd < 0 || errno != EINTR)
		abort();
	close(fd);
	return connect_page(); /* one that was interrupted goes on by itself */
}

/* Read until the other side closes, as a request that is still at work would change the settings for the next input. */
static const char *read_all(int fd)
{
	static char answer[MOST_READ + 1], rest[4096];
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t used = 0;
	ssize_t got;

	do {
		bool endless = used && strstr(answer, stream);

		if (TEMP_FAILURE_RETRY(poll(&ready, 1, endless ? SILENCE_MS : -1)) != 1 ||
			(endless && used == MOST_READ))
			break;
		got = TEMP_FAILURE_RETRY(used < MOST_READ ? recv(fd, answer + used, MOST_READ - used, 0) :
							    recv(fd, rest, sizeof rest, 0));
		for (ssize_t i = 0; used < MOST_READ && i < got; i++, used++)
			answer[used] = answer[used] ? answer[used] : ' ';
		answer[used] = '\0';
	} while (got > 0);
	answer[used] = '\0';
	return answer;
}

static const char *talk(const char *sent, size_t size)
{
	int fd = connect_page();
	const char *answer;

	for (ssize_t done; size; sent += done, size -= (size_t)done) {
		done = TEMP_FAILURE_RETRY(send(fd, sent, size, MSG_NOSIGNAL));
		if (done <= 0)
			break; /* it has read enough */
	}
	shutdown(fd, SHUT_WR);
	answer = read_all(fd);
	close(fd);
	return answer;
}

/* Log in as a browser does, with the address that a person is given. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char request[] = "{\"command\":\"page\"}";
	static struct steered_line line;
	char ticket[SECRET + 1], text[300];
	const char *found;
	int fd, length;

	steered_begin();
	fd = steered_connect();
	if (!steered_ask(fd, request, sizeof request - 1, &line))
		abort();
	close(fd);
	found = strstr(line.text, "http://127.0.0.1:");
	if (!found || sscanf(found, "http://127.0.0.1:%d/#%32[0-9a-f]", &port, ticket) != 2)
		abort();
	snprintf(host, sizeof host, "127.0.0.1:%d", port);
	length = snprintf(text, sizeof text,
		"POST /login HTTP/1.0\r\nHost: %s\r\nX-Potemkin-Token: %s\r\nContent-Length: 0\r\n\r\n", host, ticket);
	found = strstr(talk(text, (size_t)length), "\"token\":\"");
	if (!found || sscanf(found, "\"token\":\"%32[0-9a-f]", token) != 1)
		abort();
	return 0;
}

/* The input with the token and the host in their places. */
static size_t write_out(const uint8_t *bytes, size_t size, char *sent)
{
	size_t used = 0;

	for (size_t i = 0; i < size && used < MOST_SENT - SECRET; i++) {
		const char *word = bytes[i] == TOKEN ? token : bytes[i] == HOST ? host : NULL;

		if (word)
			used = (size_t)(stpcpy(sent + used, word) - sent);
		else
			sent[used++] = (char)bytes[i];
	}
	return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const char *const secrets[] = { "\"ok\":true", "Content-Type: image/jpeg", stream, "204 No Content" };
	static struct steered_line before, after;
	static char sent[MOST_SENT];
	bool known = size && memchr(bytes, TOKEN, size);
	int judge = steered_connect();
	const char *answer;

	steered_reset(judge);
	steered_settings(judge, &before);
	answer = talk(sent, write_out(bytes, size, sent));
	steered_settings(judge, &after);
	for (size_t i = 0; !known && i < sizeof secrets / sizeof secrets[0]; i++) {
		if (strstr(answer, secrets[i]))
			abort();
	}
	if (!known && strcmp(before.text, after.text) != 0)
		abort();
	close(judge);
	return 0;
}

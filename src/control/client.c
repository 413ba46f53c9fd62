/* SPDX-License-Identifier: MIT */
#include "control/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void pmk_client_close(struct pmk_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	client->subscribed = client->figures = client->too_long = false;
	client->used = client->taken = 0;
}

/* False: it could not be sent as a whole. */
static bool send_line(int fd, const cJSON *message)
{
	char *text = message ? cJSON_PrintUnformatted(message) : NULL;
	size_t bytes = text ? strlen(text) : 0;
	bool sent;

	if (text)
		text[bytes++] = '\n'; /* in place of the final zero */
	sent = text && send(fd, text, bytes, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)bytes;
	cJSON_free(text);
	return sent;
}

void pmk_client_send(struct pmk_client *client, const cJSON *message)
{
	if (client->fd >= 0 && !send_line(client->fd, message))
		pmk_client_close(client);
}

cJSON *pmk_client_refusal(int code, const char *why)
{
	cJSON *answer = cJSON_CreateObject();

	cJSON_AddFalseToObject(answer, "ok");
	cJSON_AddNumberToObject(answer, "code", code);
	cJSON_AddStringToObject(answer, "error", why);
	return answer;
}

void pmk_client_refuse(int fd, int code, const char *why)
{
	cJSON *answer = pmk_client_refusal(code, why);

	(void)send_line(fd, answer);
	cJSON_Delete(answer);
	close(fd);
}

/* Read what is there. False: nothing new. */
static bool fill(struct pmk_client *client)
{
	ssize_t got = recv(client->fd, client->line + client->used, sizeof client->line - client->used, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got <= 0) {
		pmk_client_close(client);
		return false;
	}
	client->used += (size_t)got;
	return true;
}

const char *pmk_client_line(struct pmk_client *client)
{
	char *end;

	if (client->fd < 0)
		return NULL;
	if (client->taken)
		client->too_long = false;
	client->used -= client->taken;
	memmove(client->line, client->line + client->taken, client->used);
	client->taken = 0;
	while (!(end = memchr(client->line, '\n', client->used))) {
		if (client->used == sizeof client->line) {
			client->too_long = true;
			client->used = 0;
			return NULL; /* the rest in the next round, so that others have their turn */
		}
		if (!fill(client))
			return NULL;
	}
	for (char *c = client->line; c < end; c++) {
		if (*c == '\0')
			*c = ' '; /* no JSON; the line must stay one string */
	}
	*end = '\0';
	client->taken = (size_t)(end + 1 - client->line);
	if (client->too_long)
		client->line[0] = '\0';
	return client->line;
}

bool pmk_client_has_line(const struct pmk_client *client)
{
	return client->fd >= 0 && memchr(client->line + client->taken, '\n', client->used - client->taken);
}

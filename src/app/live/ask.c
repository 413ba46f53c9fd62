/* SPDX-License-Identifier: MIT */
#include "app/live/ask.h"

#include "base/clock.h"
#include "base/log.h"
#include "control/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { QUICK_S = 10, LONG_S = 60 }; /* how long potemkin may take to answer */

/* Those that decode a picture, open a camera, write a file or start a process take as long as these do. */
static int patience_s(const char *command)
{
	static const char *const longer[] = { "set", "add", "backdrop", "next", "camera", "frame", "snapshot", "save",
		"profile", "reload", "examine" };

	for (size_t i = 0; i < sizeof longer / sizeof longer[0]; i++) {
		if (strcmp(longer[i], command) == 0)
			return LONG_S;
	}
	return QUICK_S;
}

static enum pmk_exit tell_not_reached(int err)
{
	const char *no_place = pmk_socket_no_place(), *runtime = getenv("XDG_RUNTIME_DIR");

	if (err == -ENOENT && no_place) {
		pmk_error("%s, so potemkin cannot be reached; set it as it was for potemkin run, as in export "
			  "XDG_RUNTIME_DIR=/run/user/%d",
			no_place, (int)geteuid());
		return PMK_EXIT_NO_OUTPUT;
	}
	if (err == -ENOENT || err == -ECONNREFUSED) {
		pmk_error("no potemkin is running in this session; start one: potemkin run, or systemctl --user start "
			  "potemkin");
		return PMK_EXIT_NO_OUTPUT;
	}
	if (err == -EACCES) {
		pmk_error("potemkin is running as a service of the system, and you are not in its group: sudo usermod "
			  "-aG potemkin $USER, then log out and in again");
		return PMK_EXIT_BUSY;
	}
	if (err == -EPERM) {
		pmk_error("%.200s/potemkin or the control socket in it belongs to another user, or is open to others; "
			  "use the account that started potemkin, or set XDG_RUNTIME_DIR to a folder of your own",
			no_place ? "/run" : runtime);
		return PMK_EXIT_BUSY;
	}
	pmk_error("the control socket in $XDG_RUNTIME_DIR/potemkin: %s", strerror(-err));
	return PMK_EXIT_INTERNAL;
}

/* `peer`: the process; 0: unknown. */
static enum pmk_exit tell_no_answer(int err, const char *command, pid_t peer)
{
	char id[16] = "PID";

	if (err == -EPIPE) {
		pmk_error("potemkin closed the connection without an answer");
		return PMK_EXIT_INTERNAL;
	}
	if (err != -ETIMEDOUT) {
		pmk_error("potemkin's answer to \"%.40s\": %s", command, strerror(-err));
		return PMK_EXIT_INTERNAL;
	}
	if (peer > 0)
		snprintf(id, sizeof id, "%d", (int)peer);
	pmk_error("potemkin (process %s) has not answered \"%.40s\" in %d s, as it is stopped, hangs or is busy; try "
		  "again, or end it (kill -KILL %s) and start it anew",
		peer > 0 ? id : "unknown", command, patience_s(command), id);
	return PMK_EXIT_INTERNAL;
}

static int send_request(struct pmk_link *link, const cJSON *request, uint64_t until_ns)
{
	char *text = cJSON_PrintUnformatted(request);
	int err = text ? pmk_link_send(link, text, until_ns) : -ENOMEM;

	cJSON_free(text);
	return err;
}

/* The next message. */
static int receive(struct pmk_link *link, uint64_t until_ns, cJSON **message)
{
	const char *line;
	int err = pmk_link_receive(link, until_ns, &line);

	if (err)
		return err;
	*message = cJSON_Parse(line);
	return *message ? 0 : -EPROTO;
}

int pmk_ask_next(struct pmk_link *link, cJSON **message)
{
	return receive(link, PMK_LINK_FOR_EVER, message);
}

/* The exit code for an answer; a failure is told. */
static enum pmk_exit judge(const cJSON *answer)
{
	const char *why = cJSON_GetStringValue(cJSON_GetObjectItem(answer, "error"));
	const cJSON *code = cJSON_GetObjectItem(answer, "code");

	if (cJSON_IsTrue(cJSON_GetObjectItem(answer, "ok")))
		return PMK_EXIT_OK;
	pmk_error("%s", why ? why : "potemkin refused, and gave no reason");
	return cJSON_IsNumber(code) && code->valueint > 0 ? (enum pmk_exit)code->valueint : PMK_EXIT_INTERNAL;
}

enum pmk_exit pmk_ask(const cJSON *request, cJSON **answer, struct pmk_link *link)
{
	const char *command = cJSON_GetStringValue(cJSON_GetObjectItem(request, "command"));
	uint64_t until_ns = pmk_clock_now_ns() + (uint64_t)patience_s(command) * PMK_S_NS;
	struct pmk_link made;
	enum pmk_exit code;
	int err = pmk_link_open(&made, until_ns);

	if (err)
		return err == -ETIMEDOUT ? tell_no_answer(err, command, 0) : tell_not_reached(err);
	err = send_request(&made, request, until_ns);
	if (!err)
		err = receive(&made, until_ns, answer);
	code = err ? tell_no_answer(err, command, made.peer) : judge(*answer);
	if (!err && code != PMK_EXIT_OK)
		cJSON_Delete(*answer);
	if (code == PMK_EXIT_OK && link)
		*link = made;
	else
		pmk_link_close(&made);
	return code;
}

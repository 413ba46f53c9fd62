/* SPDX-License-Identifier: MIT */
#include "app/live/ask.h"

#include "app/live/process_stat.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/words/phrase.h"
#include "control/request.h"
#include "control/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct pmk_patience usual = { 10 * PMK_S_NS, 60 * PMK_S_NS };

/* Tell a mistake that the request has, whatever program runs. */
static enum pmk_exit check_request(const char *name, const cJSON *args)
{
	struct pmk_request request = { 0 };
	struct pmk_settings *scratch;
	enum pmk_exit code;
	const cJSON *arg;

	cJSON_ArrayForEach(arg, args)
	{
		if (request.count < PMK_REQUEST_ARGS)
			request.args[request.count++] = arg->valuestring;
	}
	code = pmk_request_take(&request, name);
	if (code != PMK_EXIT_OK || request.kind != PMK_REQUEST_SET)
		return code;
	scratch = malloc(sizeof *scratch);
	if (!scratch)
		return PMK_EXIT_OK; /* which leaves the nearer error to be told */
	pmk_settings_init(scratch);
	code = pmk_request_set(&request, scratch);
	free(scratch);
	return code;
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

/* Whether the process is stopped, as by SIGSTOP or a debugger. */
static bool is_stopped(pid_t pid)
{
	char state = pmk_process_stat(pid).state;

	return state == 'T' || state == 't';
}

/* `peer`: the process; 0: unknown. */
static void tell_silence(const char *command, uint64_t waited_ns, pid_t peer)
{
	int seconds = (int)(waited_ns / PMK_S_NS);
	char id[16] = "PID";

	if (peer > 0)
		snprintf(id, sizeof id, "%d", (int)peer);
	if (is_stopped(peer))
		pmk_error("potemkin (process %s) does not answer \"%s\", as it is stopped; let it go on: kill -CONT %s",
			id, pmk_short(command, 40).text, id);
	else
		pmk_error("potemkin (process %s) has not answered \"%s\" in %d s; end it (kill -KILL %s) and start it "
			  "anew",
			peer > 0 ? id : "unknown", pmk_short(command, 40).text, seconds, id);
}

/* Wait for the first answer, and say so after a while: the one before may have a picture to decode or a camera to
 * open. A stopped process is not waited for any longer. */
static int wait_for_answer(struct pmk_link *link, const char *command, const struct pmk_patience *patience,
	uint64_t begun_ns, cJSON **answer)
{
	int err = receive(link, begun_ns + patience->calm_ns, answer);

	if (err != -ETIMEDOUT || is_stopped(link->peer))
		return err;
	pmk_info("potemkin has not answered \"%s\" in %d s; it may be busy, and is waited for, up to %d s",
		pmk_short(command, 40).text, (int)(patience->calm_ns / PMK_S_NS), (int)(patience->most_ns / PMK_S_NS));
	return receive(link, begun_ns + patience->most_ns, answer);
}

static enum pmk_exit tell_no_answer(int err, const char *command, uint64_t waited_ns, pid_t peer)
{
	if (err == -EPIPE)
		pmk_error("potemkin closed the connection without an answer");
	else if (err == -ETIMEDOUT)
		tell_silence(command, waited_ns, peer);
	else
		pmk_error("potemkin's answer to \"%s\": %s", pmk_short(command, 40).text, strerror(-err));
	return PMK_EXIT_INTERNAL;
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

enum pmk_exit pmk_ask_patiently(
	const cJSON *request, const struct pmk_patience *patience, cJSON **answer, struct pmk_link *link)
{
	const char *command = cJSON_GetStringValue(cJSON_GetObjectItem(request, "command"));
	uint64_t begun_ns = pmk_clock_now_ns();
	struct pmk_link made;
	enum pmk_exit code;
	int err = pmk_link_open(&made, begun_ns + patience->calm_ns);

	if (err == -ETIMEDOUT)
		return tell_no_answer(err, command, patience->calm_ns, 0);
	if (err) {
		code = check_request(command, cJSON_GetObjectItem(request, "args"));
		return code == PMK_EXIT_OK ? tell_not_reached(err) : code;
	}
	err = send_request(&made, request, begun_ns + patience->calm_ns);
	if (!err || err == -EPIPE) /* it may have said why */
		err = wait_for_answer(&made, command, patience, begun_ns, answer);
	code = err ? tell_no_answer(err, command, pmk_clock_now_ns() - begun_ns, made.peer) : judge(*answer);
	if (!err && code != PMK_EXIT_OK)
		cJSON_Delete(*answer);
	if (code == PMK_EXIT_OK && link)
		*link = made;
	else
		pmk_link_close(&made);
	return code;
}

enum pmk_exit pmk_ask(const cJSON *request, cJSON **answer, struct pmk_link *link)
{
	return pmk_ask_patiently(request, &usual, answer, link);
}

/* SPDX-License-Identifier: MIT */
/* `potemkin ctl` and `potemkin status`: a client of the control socket. */
#include "app/commands.h"
#include "app/live/ask.h"
#include "app/live/browser.h"
#include "base/log.h"
#include "base/parse.h"
#include "control/page/page.h"
#include "settings/settings_line.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FINDINGS_S = 60 };

/* A path that the user gave, from / on: the running program has a working directory of its own. `head` is what stands
 * before the path, such as "file:". */
static void absolute(const char *text, const char *head, char out[PATH_MAX])
{
	const char *path = text + strlen(head);
	char here[PATH_MAX];

	if (*path == '/' || !getcwd(here, sizeof here))
		snprintf(out, PATH_MAX, "%s", text);
	else
		snprintf(out, PATH_MAX, "%s%.*s/%s", head, PATH_MAX / 2, here, path);
}

/* Whether the argument at `index` of the command (1: the first) is a spec or a file, which may be a path. */
static bool may_be_path(const char *const *words, int index)
{
	const struct pmk_setting *setting;

	if (strcmp(words[0], "set") != 0 && strcmp(words[0], "add") != 0)
		return strcmp(words[0], "backdrop") == 0 || strcmp(words[0], "camera") == 0;
	setting = index > 1 ? pmk_setting_find(words[1]) : NULL;
	return setting && setting->bytes >= PMK_SPEC;
}

/* An argument as the running program has to see it, which may stand in `home` or `out`. */
static const char *resolve(const char *const *words, int index, char home[PMK_SPEC], char out[PATH_MAX])
{
	static const char *const heads[] = { "file:", "slideshow:", "daylight:" };
	const char *text = words[index];

	if (strcmp(words[0], "snapshot") == 0) {
		absolute(text, "", out);
		return out;
	}
	if (!may_be_path(words, index))
		return text;
	if (pmk_settings_expand_home(text, home) == 0) /* as behind "slideshow:", where no shell does that */
		text = home;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		const char *path = pmk_parse_after(text, heads[i]);

		if (path && *path) {
			absolute(text, heads[i], out);
			return out;
		}
	}
	if (access(text, F_OK) == 0) { /* the picture of a backdrop, or a model */
		absolute(text, "", out);
		return out;
	}
	return text;
}

static cJSON *request_of(const char *const *words, int count)
{
	cJSON *request = cJSON_CreateObject(), *args;
	char path[PATH_MAX], home[PMK_SPEC];

	cJSON_AddStringToObject(request, "command", words[0]);
	args = cJSON_AddArrayToObject(request, "args");
	for (int i = 1; i < count; i++)
		cJSON_AddItemToArray(args, cJSON_CreateString(resolve(words, i, home, path)));
	return request;
}

static const char *text_of(const cJSON *object, const char *name)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));

	return text ? text : "";
}

static double number_of(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItem(object, name);

	return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

/* --- what is printed --- */

static void print_json(const cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json);

	if (text)
		puts(text);
	cJSON_free(text);
	fflush(stdout);
}

/* As the configuration file would hold them. */
static void print_settings(const cJSON *settings)
{
	const cJSON *one, *item;

	cJSON_ArrayForEach(one, settings)
	{
		if (cJSON_IsString(one) && *one->valuestring) /* nothing is set, and the file has no word for that */
			printf("%s = %s\n", one->string, one->valuestring);
		cJSON_ArrayForEach(item, one) printf("%s = %s\n", one->string, item->valuestring);
	}
}

static void print_readers(const cJSON *readers)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, readers) printf("%s%s (%d)", one == readers->child ? ", open in " : ", ",
		text_of(one, "name"), (int)number_of(one, "pid"));
	putchar('\n');
}

static const char *explain(const char *state)
{
	static const char *const states[][2] = {
		{ "idle", "idle: nobody watches, and the camera is off" },
		{ "opening", "opening the camera; the backdrop is shown alone" },
		{ "live", "live" },
		{ "covered", "the camera gives no picture; the backdrop is shown alone" },
		{ "paused", "paused: the backdrop is shown alone, and the camera is off" },
	};

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		if (strcmp(states[i][0], state) == 0)
			return states[i][1];
	}
	return state;
}

static void print_findings(const cJSON *findings)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, findings)
	{
		printf("finding   %s: %s\n", text_of(one, "check"), text_of(one, "what"));
		if (*text_of(one, "why"))
			printf("          why: %s\n", text_of(one, "why"));
		if (*text_of(one, "fix"))
			printf("          do:  %s\n", text_of(one, "fix"));
	}
}

static void print_status(const cJSON *status)
{
	const char *trouble = text_of(status, "trouble"), *camera = text_of(status, "camera");
	const cJSON *output, *latency = cJSON_GetObjectItem(status, "latency_ms");

	printf("state     %s%s%s%s\n", explain(text_of(status, "state")), *trouble ? " (" : "", trouble,
		*trouble ? ")" : "");
	printf("camera    %s\n", *camera ? camera : "closed");
	cJSON_ArrayForEach(output, cJSON_GetObjectItem(status, "outputs"))
	{
		printf("output    %s%s", text_of(output, "name"),
			cJSON_IsTrue(cJSON_GetObjectItem(output, "ended")) ? ": ended" : "");
		print_readers(cJSON_GetObjectItem(output, "readers"));
	}
	printf("backdrop  %s\n", text_of(status, "backdrop"));
	printf("network   %s\n", text_of(status, "model"));
	printf("rate      %.1f frames per second, %.1f %% of one core, latency %.1f ms (p99 %.1f)\n",
		number_of(status, "fps"), number_of(status, "cpu_percent"), number_of(latency, "p50"),
		number_of(latency, "p99"));
	printf("frames    %.0f shown, %.0f dropped by the camera, %.0f damaged\n", number_of(status, "frames"),
		number_of(status, "dropped"), number_of(status, "damaged"));
	print_findings(cJSON_GetObjectItem(status, "findings"));
	printf("process   %d, for %.0f s\n", (int)number_of(status, "pid"), number_of(status, "running_s"));
}

/* Print an answer that is no failure. */
static void print_answer(const char *command, const cJSON *answer)
{
	const cJSON *settings = cJSON_GetObjectItem(answer, "settings"),
		    *status = cJSON_GetObjectItem(answer, "status");

	if (status)
		print_json(status);
	else if (cJSON_IsArray(settings) || strcmp(command, "examine") == 0)
		print_json(answer);
	else if (settings)
		print_settings(settings);
	else if (strcmp(command, "next") == 0)
		puts(text_of(answer, "backdrop"));
	else if (strcmp(command, "page") == 0)
		puts(text_of(answer, "address"));
	else if (strcmp(command, "save") == 0 && !*text_of(answer, "file"))
		puts("nothing has changed since the file was read or saved");
	else if (strcmp(command, "save") == 0)
		printf("saved to %s\n", text_of(answer, "file"));
	if (*text_of(answer, "overridden"))
		pmk_warn("the options on potemkin's command line will override the file at the next start: %s; leave "
			 "them out to use the file",
			text_of(answer, "overridden"));
}

/* Wait for a message. False: whoever reads what is printed has gone, as `head` does. */
static bool is_read(const struct pmk_link *link)
{
	struct pollfd fds[] = { { .fd = link->fd, .events = POLLIN }, { .fd = STDOUT_FILENO } };
	bool waits = link->used == link->taken; /* else there is one */

	while (waits && poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	return !(fds[1].revents & (POLLERR | POLLHUP)) && !ferror(stdout);
}

static void follow(struct pmk_link *link)
{
	cJSON *message;

	while (is_read(link) && pmk_ask_next(link, &message) == 0) {
		print_json(message);
		cJSON_Delete(message);
	}
}

/* `link`: NULL, or gets the connection, as from pmk_ask. */
static enum pmk_exit request(const char *const *words, int count, cJSON **answer, struct pmk_link *link)
{
	cJSON *wanted = request_of(words, count);
	enum pmk_exit code = pmk_ask(wanted, answer, link);

	cJSON_Delete(wanted);
	return code;
}

/* The status, with findings that are no older than FINDINGS_S. */
static enum pmk_exit request_status(cJSON **answer)
{
	static const char *const status[] = { "status" }, *const examine[] = { "examine" };
	enum pmk_exit code = request(status, 1, answer, NULL);
	const cJSON *age;
	cJSON *unused;

	if (code != PMK_EXIT_OK)
		return code;
	age = cJSON_GetObjectItem(cJSON_GetObjectItem(*answer, "status"), "examined_s");
	if (cJSON_IsNumber(age) && age->valuedouble < FINDINGS_S)
		return PMK_EXIT_OK;
	cJSON_Delete(*answer);
	if (request(examine, 1, &unused, NULL) == PMK_EXIT_OK)
		cJSON_Delete(unused);
	return request(status, 1, answer, NULL);
}

enum pmk_exit pmk_command_ctl(struct pmk_options *options)
{
	const char *const *words = options->args + 1;
	cJSON *answer;
	struct pmk_link link;
	bool status = strcmp(words[0], "status") == 0 && options->arg_count == 2;
	enum pmk_exit code = status ? request_status(&answer) : request(words, options->arg_count - 1, &answer, &link);

	if (code != PMK_EXIT_OK)
		return code;
	print_answer(words[0], answer);
	cJSON_Delete(answer);
	if (status)
		return PMK_EXIT_OK;
	if (strcmp(words[0], "subscribe") == 0)
		follow(&link);
	pmk_link_close(&link);
	return PMK_EXIT_OK;
}

enum pmk_exit pmk_command_status(struct pmk_options *options)
{
	enum pmk_exit code;
	cJSON *answer;

	code = request_status(&answer);
	if (code != PMK_EXIT_OK)
		return code;
	if (options->settings.json)
		print_answer("status", answer);
	else
		print_status(cJSON_GetObjectItem(answer, "status"));
	cJSON_Delete(answer);
	return PMK_EXIT_OK;
}

enum pmk_exit pmk_command_ui(struct pmk_options *options)
{
	static const char *const words[] = { "page" };
	char address[PMK_PAGE_ADDRESS] = "";
	enum pmk_exit code;
	cJSON *answer;

	code = request(words, 1, &answer, NULL);
	if (code != PMK_EXIT_OK)
		return code;
	snprintf(address, sizeof address, "%s", text_of(answer, "address"));
	cJSON_Delete(answer);
	printf("%s\n", address);
	fflush(stdout);
	(void)pmk_browser_open(address);
	return PMK_EXIT_OK;
}

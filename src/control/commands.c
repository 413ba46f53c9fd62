/* SPDX-License-Identifier: MIT */
/* The commands of the control socket. */
#include "base/clock.h"
#include "control/control_parts.h"
#include "control/gallery.h"
#include "control/page/page.h"
#include "control/request.h"
#include "settings/settings_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

/* A request at work. */
struct request {
	struct pmk_control *control;
	struct pmk_client *client;
	struct pmk_request wanted;
	cJSON *answer;
	char why[PMK_LOG_LINE]; /* the reason of a failure */
};

/* Each returns 0, or a code of the command line's exits with the reason in r->why. */
typedef int command(struct request *r);

static int __attribute__((format(printf, 3, 4))) refuse(struct request *r, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof r->why, format, args);
	va_end(args);
	return code;
}

/* --- settings --- */

/* The settings to be, with what the request wants. */
static int edit(struct request *r)
{
	struct pmk_settings *fresh = &r->control->fresh;
	const char *name = r->wanted.setting->name;
	int code;

	*fresh = r->control->settings;
	fresh->pipeline.scene.renew_backdrop = strcmp(name, "backdrop") == 0 ? PMK_RENEW : PMK_RENEW_NOT;
	fresh->pipeline.scene.renew_overlay = strcmp(name, "overlay") == 0 ? PMK_RENEW : PMK_RENEW_NOT;
	pmk_log_overhear(r->why); /* with the words for the remedy */
	code = (int)pmk_request_set(&r->wanted, fresh);
	pmk_log_overhear(NULL);
	return code;
}

static int command_set(struct request *r)
{
	struct pmk_control *c = r->control;
	const struct pmk_scene_settings *scene = &c->fresh.pipeline.scene;
	char changes[PMK_CONTROL_CHANGES];
	int code = edit(r);

	if (code)
		return code;
	pmk_control_name_changes(&c->settings, &c->fresh, true, changes);
	if (!changes[0] && !c->unsure && !scene->renew_backdrop && !scene->renew_overlay)
		return 0;
	code = pmk_control_change(c, changes, r->why);
	if (code || !changes[0])
		return code;
	pmk_info("changed: %s", changes);
	pmk_control_tell(c, "settings");
	return 0;
}

static int command_get(struct request *r)
{
	cJSON_AddItemToObject(r->answer, "settings", pmk_control_values(&r->control->settings, r->wanted.setting));
	return 0;
}

static int command_describe(struct request *r)
{
	pmk_control_describe(&r->control->settings, r->answer);
	return 0;
}

/* The backdrop of the gallery after the present one; the first one after any other. Files that cannot be shown, or must
 * not be, such as a recording that goes on, are passed over. */
static int command_next(struct request *r)
{
	struct pmk_gallery gallery = { 0 };
	int code = PMK_EXIT_INTERNAL, at;

	if (pmk_gallery_read(r->control->settings.backdrop_folder, &gallery))
		return refuse(r, PMK_EXIT_INTERNAL, "not enough memory");
	at = pmk_gallery_find(&gallery, r->control->settings.pipeline.scene.backdrop);
	for (int i = 0; i < gallery.count; i++) {
		at = (at + 1) % gallery.count;
		r->wanted = (struct pmk_request){
			.args = { gallery.cards[at].spec }, .count = 1, .setting = pmk_setting_find("backdrop")
		};
		code = command_set(r);
		if (!code || (code == PMK_EXIT_INTERNAL && r->control->unsure)) /* the scene hangs */
			break;
		pmk_warn("%s", r->why); /* which the answer does not hold if another one is shown */
	}
	if (!code)
		cJSON_AddStringToObject(r->answer, "backdrop", gallery.cards[at].spec);
	pmk_gallery_free(&gallery);
	return code;
}

static int command_reload(struct request *r)
{
	return pmk_control_reread(r->control, r->control->settings.profile, r->why);
}

static int command_profile(struct request *r)
{
	const char *name = r->wanted.args[0];

	return pmk_control_reread(r->control, strcmp(name, "none") == 0 ? "" : name, r->why);
}

/* Write what has been changed since the start, or since the last save, to the configuration file. */
static int command_save(struct request *r)
{
	char path[PMK_SPEC] = "", next[PMK_CONTROL_CHANGES];
	bool saved;
	int code;

	if (!pmk_settings_file_of(&r->control->settings, path))
		return refuse(r, PMK_EXIT_USAGE, "there is no configuration file to save to");
	pmk_log_overhear(r->why);
	code = pmk_control_save(r->control, path, &saved, next);
	pmk_log_overhear(NULL);
	if (code || !saved)
		return code;
	cJSON_AddStringToObject(r->answer, "file", path);
	if (next[0])
		cJSON_AddStringToObject(r->answer, "overridden", next);
	return 0;
}

/* --- the run --- */

static int command_pause(struct request *r)
{
	pmk_control_pause(r->control, true);
	return 0;
}

static int command_resume(struct request *r)
{
	pmk_control_pause(r->control, false);
	return 0;
}

static int command_snapshot(struct request *r)
{
	int code;

	pmk_log_overhear(r->why);
	code = (int)pmk_control_snapshot(r->control, r->wanted.args[0]);
	pmk_log_overhear(NULL);
	return code;
}

/* A first status has no rates: they come from two samples. */
static int command_status(struct request *r)
{
	struct pmk_control *c = r->control;
	uint64_t now = pmk_clock_now_ns();

	if (now - c->last.at_ns > 3 * PMK_S_NS) {
		pmk_control_sample(c);
		pmk_clock_sleep_until(now + 300 * PMK_MS_NS);
	}
	pmk_control_sample(c);
	cJSON_AddItemToObject(r->answer, "status", pmk_control_status(c));
	return 0;
}

/* Look at the machine anew. */
static int command_examine(struct request *r)
{
	bool done = pmk_control_examine(r->control, r->answer);

	return done ? 0 : refuse(r, PMK_EXIT_INTERNAL, "this machine could not be examined in time");
}

static int command_subscribe(struct request *r)
{
	bool changes = r->wanted.count > 0;

	r->client->subscribed = true;
	r->client->figures = !changes;
	if (!changes)
		return command_status(r);
	cJSON_AddItemToObject(r->answer, "status", pmk_control_status(r->control));
	return 0;
}

/* Serve the page, if it is not served yet. */
static int command_page(struct request *r)
{
	char address[PMK_PAGE_ADDRESS];
	int err;

	pmk_log_overhear(r->why);
	err = pmk_control_open_page(r->control, 0);
	pmk_log_overhear(NULL);
	if (err)
		return PMK_EXIT_INTERNAL;
	pmk_page_address(r->control->page, address);
	cJSON_AddStringToObject(r->answer, "address", address);
	return 0;
}

static int command_quit(struct request *r)
{
	pmk_info("asked to end");
	eventfd_write(r->control->quit_fd, 1);
	return 0;
}

static command *const commands[PMK_REQUESTS] = {
	[PMK_REQUEST_STATUS] = command_status,
	[PMK_REQUEST_GET] = command_get,
	[PMK_REQUEST_DESCRIBE] = command_describe,
	[PMK_REQUEST_SET] = command_set,
	[PMK_REQUEST_NEXT] = command_next,
	[PMK_REQUEST_PAUSE] = command_pause,
	[PMK_REQUEST_RESUME] = command_resume,
	[PMK_REQUEST_SNAPSHOT] = command_snapshot,
	[PMK_REQUEST_SAVE] = command_save,
	[PMK_REQUEST_PROFILE] = command_profile,
	[PMK_REQUEST_RELOAD] = command_reload,
	[PMK_REQUEST_EXAMINE] = command_examine,
	[PMK_REQUEST_PAGE] = command_page,
	[PMK_REQUEST_SUBSCRIBE] = command_subscribe,
	[PMK_REQUEST_QUIT] = command_quit,
};

static int run(struct request *r, const char *name)
{
	int code;

	pmk_log_overhear(r->why);
	code = (int)pmk_request_take(&r->wanted, name);
	pmk_log_overhear(NULL);
	return code ? code : commands[r->wanted.kind](r);
}

/* False: the arguments are not an array of few strings. Only a value to be set may be empty. */
static bool take_args(struct pmk_request *w, const char *name, const cJSON *args)
{
	const cJSON *arg;

	if (args && !cJSON_IsArray(args))
		return false;
	cJSON_ArrayForEach(arg, args)
	{
		if (!cJSON_IsString(arg) || w->count == PMK_REQUEST_ARGS ||
			(!*arg->valuestring && !(w->count && strcmp(name, "set") == 0)))
			return false;
		w->args[w->count++] = arg->valuestring;
	}
	return true;
}

void pmk_control_answer(struct pmk_control *c, struct pmk_client *client, const char *request)
{
	cJSON *json = cJSON_Parse(request), *id = cJSON_DetachItemFromObjectCaseSensitive(json, "id");
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "command"));
	struct request *r = calloc(1, sizeof *r);
	int code;

	if (!r)
		goto out;
	r->control = c;
	r->client = client;
	r->answer = cJSON_CreateObject();
	if (client->too_long)
		code = refuse(r, PMK_EXIT_USAGE, "a request has at most %d bytes", PMK_CLIENT_LINE);
	else if (!name || strstr(request, "\\u0000") ||
		!take_args(&r->wanted, name, cJSON_GetObjectItemCaseSensitive(json, "args")))
		code = refuse(r, PMK_EXIT_USAGE,
			"give a line such as {\"command\": \"set\", \"args\": [\"smooth\", \"40\"]}");
	else
		code = run(r, name);
	cJSON_AddBoolToObject(r->answer, "ok", !code);
	if (code) {
		cJSON_AddNumberToObject(r->answer, "code", code);
		cJSON_AddStringToObject(r->answer, "error", r->why);
	}
	cJSON_AddItemToObject(r->answer, "id", id); /* NULL: nothing */
	id = NULL;
	pmk_client_send(client, r->answer);
	cJSON_Delete(r->answer);
out:
	cJSON_Delete(id);
	cJSON_Delete(json);
	free(r);
}

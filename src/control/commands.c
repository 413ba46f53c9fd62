/* SPDX-License-Identifier: MIT */
/* The commands of the control socket. */
#include "base/clock.h"
#include "base/parse.h"
#include "base/words/phrase.h"
#include "control/control_parts.h"
#include "control/gallery.h"
#include "control/page/page.h"
#include "settings/settings_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

enum { MOST_ARGS = 16 };

/* A request at work. */
struct request {
	struct pmk_control *control;
	struct pmk_client *client;
	const char *args[MOST_ARGS];
	int count;
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

static const struct pmk_setting *find(struct request *r, const char *name)
{
	const struct pmk_setting *s = pmk_setting_find(name);
	char ask[PMK_NEAR_ASK];

	if (s && s->flags & PMK_SETTING_FILE)
		return s;
	pmk_setting_ask(name, PMK_SETTING_FILE, "", ask);
	pmk_log_overhear(r->why); /* with the words for the remedy */
	pmk_error_cure(*ask ? PMK_CURE_NONE : PMK_CURE_SEE_SETTINGS, "there is no setting \"%s\"%s",
		pmk_short(name, 60).text, ask);
	pmk_log_overhear(NULL);
	return NULL;
}

/* Set `setting` in the settings to be, from the arguments from `first` on. */
static int edit(struct request *r, const struct pmk_setting *s, int first, bool add)
{
	struct pmk_settings *fresh = &r->control->fresh;
	char why[PMK_SETTING_WHY];

	*fresh = r->control->settings;
	fresh->pipeline.scene.renew_backdrop = strcmp(s->name, "backdrop") == 0 ? PMK_RENEW : PMK_RENEW_NOT;
	fresh->pipeline.scene.renew_overlay = strcmp(s->name, "overlay") == 0 ? PMK_RENEW : PMK_RENEW_NOT;
	if (s->flags & PMK_SETTING_LIST && !add)
		pmk_setting_clear(s, fresh);
	for (int i = first; i < r->count; i++) {
		int err = pmk_setting_set(s, r->args[i], fresh, why);

		if (!err)
			continue;
		pmk_log_overhear(r->why);
		pmk_error_cure(err == -ENOENT ? s->cure : PMK_CURE_NONE, "%s \"%s\": %s", s->name,
			pmk_short(r->args[i], 100).text, why);
		pmk_log_overhear(NULL);
		return s->flags & PMK_SETTING_READ ? PMK_EXIT_INPUT : PMK_EXIT_USAGE;
	}
	return 0;
}

static int set(struct request *r, const struct pmk_setting *s, int first, bool add)
{
	struct pmk_control *c = r->control;
	const struct pmk_scene_settings *scene = &c->fresh.pipeline.scene;
	char changes[PMK_CONTROL_CHANGES];
	int code;

	if (!(s->flags & PMK_SETTING_LIVE))
		return refuse(r, PMK_EXIT_USAGE,
			"%s cannot change while potemkin runs; set it in the configuration file and start again",
			s->name);
	if (r->count != first + 1 && !(s->flags & PMK_SETTING_LIST))
		return refuse(r, PMK_EXIT_USAGE, "%s takes one value", s->name);
	code = edit(r, s, first, add);
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

/* Add to a list, whatever else has been added meanwhile. */
static int command_add(struct request *r)
{
	const struct pmk_setting *s = find(r, r->args[0]);

	if (s && !(s->flags & PMK_SETTING_LIST))
		return refuse(r, PMK_EXIT_USAGE, "%s is no list; use set", s->name);
	return s ? set(r, s, 1, true) : PMK_EXIT_USAGE;
}

static int command_set(struct request *r)
{
	const struct pmk_setting *s = find(r, r->args[0]);

	return s ? set(r, s, 1, false) : PMK_EXIT_USAGE;
}

static int command_backdrop(struct request *r)
{
	return set(r, pmk_setting_find("backdrop"), 0, false);
}

static int command_camera(struct request *r)
{
	return set(r, pmk_setting_find("camera"), 0, false);
}

static int command_frame(struct request *r)
{
	return set(r, pmk_setting_find("auto-frame"), 0, false);
}

static int command_get(struct request *r)
{
	const struct pmk_setting *one = r->count ? find(r, r->args[0]) : NULL;

	if (r->count && !one)
		return PMK_EXIT_USAGE;
	cJSON_AddItemToObject(r->answer, "settings", pmk_control_values(&r->control->settings, one));
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
	r->count = 1;
	for (int i = 0; i < gallery.count; i++) {
		at = (at + 1) % gallery.count;
		r->args[0] = gallery.cards[at].spec;
		code = command_backdrop(r);
		if (code != PMK_EXIT_INPUT && code != PMK_EXIT_USAGE)
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
	return pmk_control_reread(r->control, strcmp(r->args[0], "none") == 0 ? "" : r->args[0], r->why);
}

/* Write what has been changed since the start, or since the last save, to the configuration file. */
static int command_save(struct request *r)
{
	char path[PMK_SPEC] = "", next[PMK_CONTROL_CHANGES];
	int saved;

	if (!pmk_settings_file_of(&r->control->settings, path))
		return refuse(r, PMK_EXIT_USAGE, "there is no configuration file to save to");
	pmk_log_overhear(r->why);
	saved = pmk_control_save(r->control, path, next);
	pmk_log_overhear(NULL);
	if (saved <= 0)
		return saved ? PMK_EXIT_INPUT : 0;
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
	code = (int)pmk_control_snapshot(r->control, r->args[0]);
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
	bool changes = r->count > 0;

	if (changes && strcmp(r->args[0], "changes") != 0)
		return refuse(r, PMK_EXIT_USAGE, "usage: subscribe [changes]");
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

static const struct {
	const char *name;
	command *run;
	int least, most; /* arguments */
	const char *usage;
} commands[] = {
	{ "status", command_status, 0, 0, "status" },
	{ "get", command_get, 0, 1, "get [NAME]" },
	{ "describe", command_describe, 0, 0, "describe" },
	{ "set", command_set, 2, MOST_ARGS, "set NAME VALUE..." },
	{ "add", command_add, 2, MOST_ARGS, "add NAME VALUE..." },
	{ "backdrop", command_backdrop, 1, 1, "backdrop SPEC" },
	{ "next", command_next, 0, 0, "next" },
	{ "camera", command_camera, 1, 1, "camera SPEC" },
	{ "frame", command_frame, 1, 1, "frame auto|left|right|wide|off" },
	{ "pause", command_pause, 0, 0, "pause" },
	{ "resume", command_resume, 0, 0, "resume" },
	{ "snapshot", command_snapshot, 1, 1, "snapshot FILE.png" },
	{ "save", command_save, 0, 0, "save" },
	{ "profile", command_profile, 1, 1, "profile NAME|none" },
	{ "reload", command_reload, 0, 0, "reload" },
	{ "examine", command_examine, 0, 0, "examine" },
	{ "page", command_page, 0, 0, "page" },
	{ "subscribe", command_subscribe, 0, 1, "subscribe [changes]" },
	{ "quit", command_quit, 0, 0, "quit" },
};

static int run(struct request *r, const char *name)
{
	struct pmk_near near = pmk_near_to(name);
	char ask[PMK_NEAR_ASK];

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		pmk_near_try(&near, "", commands[i].name);
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (r->count < commands[i].least || r->count > commands[i].most)
			return refuse(r, PMK_EXIT_USAGE, "usage: %s", commands[i].usage);
		return commands[i].run(r);
	}
	pmk_near_ask(&near, ask);
	return refuse(r, PMK_EXIT_USAGE, "there is no command \"%s\"%s", pmk_short(name, 40).text, ask);
}

/* False: the arguments are not an array of few strings. Only a value to be set may be empty. */
static bool take_args(struct request *r, const char *name, const cJSON *args)
{
	const cJSON *arg;

	if (args && !cJSON_IsArray(args))
		return false;
	cJSON_ArrayForEach(arg, args)
	{
		if (!cJSON_IsString(arg) || r->count == MOST_ARGS ||
			(!*arg->valuestring && !(r->count && strcmp(name, "set") == 0)))
			return false;
		r->args[r->count++] = arg->valuestring;
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
	if (!name || strstr(request, "\\u0000") || !take_args(r, name, cJSON_GetObjectItemCaseSensitive(json, "args")))
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

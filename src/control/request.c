/* SPDX-License-Identifier: MIT */
#include "control/request.h"

#include "base/log.h"
#include "base/parse.h"
#include "base/words/phrase.h"

#include <errno.h>
#include <string.h>

static const struct command {
	const char *name;
	enum pmk_request_kind kind;
	int least, most; /* arguments */
	const char *usage;
	const char *sets; /* the setting that it changes; "": the first argument names it */
} commands[] = {
	{ "status", PMK_REQUEST_STATUS, 0, 0, "status", NULL },
	{ "get", PMK_REQUEST_GET, 0, 1, "get [NAME]", NULL },
	{ "describe", PMK_REQUEST_DESCRIBE, 0, 0, "describe", NULL },
	{ "set", PMK_REQUEST_SET, 2, PMK_REQUEST_ARGS, "set NAME VALUE...", "" },
	{ "add", PMK_REQUEST_SET, 2, PMK_REQUEST_ARGS, "add NAME VALUE...", "" },
	{ "backdrop", PMK_REQUEST_SET, 1, 1, "backdrop SPEC", "backdrop" },
	{ "next", PMK_REQUEST_NEXT, 0, 0, "next", NULL },
	{ "camera", PMK_REQUEST_SET, 1, 1, "camera SPEC", "camera" },
	{ "frame", PMK_REQUEST_SET, 1, 1, "frame auto|left|right|wide|off", "auto-frame" },
	{ "pause", PMK_REQUEST_PAUSE, 0, 0, "pause", NULL },
	{ "resume", PMK_REQUEST_RESUME, 0, 0, "resume", NULL },
	{ "snapshot", PMK_REQUEST_SNAPSHOT, 1, 1, "snapshot FILE.png", NULL },
	{ "save", PMK_REQUEST_SAVE, 0, 0, "save", NULL },
	{ "profile", PMK_REQUEST_PROFILE, 1, 1, "profile NAME|none", NULL },
	{ "reload", PMK_REQUEST_RELOAD, 0, 0, "reload", NULL },
	{ "examine", PMK_REQUEST_EXAMINE, 0, 0, "examine", NULL },
	{ "page", PMK_REQUEST_PAGE, 0, 0, "page", NULL },
	{ "subscribe", PMK_REQUEST_SUBSCRIBE, 0, 1, "subscribe [changes]", NULL },
	{ "quit", PMK_REQUEST_QUIT, 0, 0, "quit", NULL },
};

void pmk_request_near(struct pmk_near *near, const char *before)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		pmk_near_try(near, before, commands[i].name);
}

static const struct command *find_command(const char *name)
{
	struct pmk_near near = pmk_near_to(name);
	char ask[PMK_NEAR_ASK];

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	pmk_request_near(&near, "");
	pmk_near_ask(&near, ask);
	if (!*ask && pmk_setting_find(name))
		pmk_phrase(ask, sizeof ask, "; did you mean set %s?", name);
	pmk_error("there is no command \"%s\"%s", pmk_short(name, 40).text,
		*ask ? ask : "; `potemkin ctl --help` lists them");
	return NULL;
}

static const struct pmk_setting *find_setting(const char *name)
{
	const struct pmk_setting *s = pmk_setting_find(name);
	char ask[PMK_NEAR_ASK];

	if (s && s->flags & PMK_SETTING_FILE)
		return s;
	pmk_setting_ask(name, PMK_SETTING_FILE, "", ask);
	pmk_error_cure(*ask ? PMK_CURE_NONE : PMK_CURE_SEE_SETTINGS, "there is no setting \"%s\"%s",
		pmk_short(name, 60).text, ask);
	return NULL;
}

static enum pmk_exit take_setting(struct pmk_request *r, const struct command *command)
{
	const struct pmk_setting *s = find_setting(*command->sets ? command->sets : r->args[0]);

	if (!s)
		return PMK_EXIT_USAGE;
	r->setting = s;
	r->first = !*command->sets;
	r->adds = strcmp(command->name, "add") == 0;
	if (r->adds && !(s->flags & PMK_SETTING_LIST))
		pmk_error("%s is no list; use set", s->name);
	else if (!(s->flags & PMK_SETTING_LIVE))
		pmk_error("%s cannot change while potemkin runs; set it in the configuration file and start again",
			s->name);
	else if (r->count != r->first + 1 && !(s->flags & PMK_SETTING_LIST))
		pmk_error("%s takes one value, not %d; put one with blanks into quotes", s->name, r->count - r->first);
	else
		return PMK_EXIT_OK;
	return PMK_EXIT_USAGE;
}

/* The rules of those that change no setting. */
static enum pmk_exit take_word(struct pmk_request *r, const struct command *command)
{
	const char *word = r->count ? r->args[0] : "", *why = NULL;

	if (r->kind == PMK_REQUEST_GET && r->count) {
		r->setting = find_setting(word);
		return r->setting ? PMK_EXIT_OK : PMK_EXIT_USAGE;
	}
	if (r->kind == PMK_REQUEST_SUBSCRIBE && r->count && strcmp(word, "changes") != 0) {
		pmk_error("usage: potemkin ctl %s", command->usage);
		return PMK_EXIT_USAGE;
	}
	if (r->kind == PMK_REQUEST_SNAPSHOT && pmk_parse_only_end(word))
		why = "an ending without a name; put one before it";
	else if (r->kind == PMK_REQUEST_SNAPSHOT && !pmk_parse_ends(word, ".png"))
		why = "a snapshot is a PNG, so its name must end in .png";
	if (why)
		pmk_error("%s: %s", pmk_short(word, PMK_SHORT).text, why);
	return why ? PMK_EXIT_USAGE : PMK_EXIT_OK;
}

enum pmk_exit pmk_request_take(struct pmk_request *r, const char *name)
{
	const struct command *command = find_command(name);

	if (!command)
		return PMK_EXIT_USAGE;
	if (r->count < command->least || r->count > command->most) {
		pmk_error("usage: potemkin ctl %s", command->usage);
		return PMK_EXIT_USAGE;
	}
	r->kind = command->kind;
	return command->sets ? take_setting(r, command) : take_word(r, command);
}

enum pmk_exit pmk_request_set(const struct pmk_request *r, struct pmk_settings *settings)
{
	const struct pmk_setting *s = r->setting;
	char why[PMK_SETTING_WHY];

	if (s->flags & PMK_SETTING_LIST && !r->adds)
		pmk_setting_clear(s, settings);
	for (int i = r->first; i < r->count; i++) {
		int err = pmk_setting_set(s, r->args[i], settings, why);

		if (!err)
			continue;
		pmk_error_cure(err == -ENOENT ? s->cure : PMK_CURE_NONE, "%s \"%s\": %s", s->name,
			pmk_short(r->args[i], 100).text, why);
		return s->flags & PMK_SETTING_READ ? PMK_EXIT_INPUT : PMK_EXIT_USAGE;
	}
	return PMK_EXIT_OK;
}

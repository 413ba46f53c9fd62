/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include "app/cpu_choice.h"
#include "app/log_json.h"
#include "app/options_help.h"
#include "app/origin.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/words/phrase.h"
#include "compose/backdrop.h"
#include "settings/settings_file.h"
#include "settings/settings_line.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FIRST_LONG = 256, SHOWN = 100 /* bytes of a value in a message */ };

/* How a program that runs reads it all again. */
struct again {
	const struct pmk_settings *start; /* what was read at the start */
	const char *profile; /* in place of the command line's */
	const struct pmk_source_names *in_use; /* the camera */
	const bool *saved; /* what the file overrides the command line in, in the order of the table; NULL: nothing */
};

/* A walk over the command line. */
struct walk {
	struct pmk_settings *settings;
	const struct again *again; /* NULL: this is the start */
	bool early; /* take only the values that decide how the rest is read */
	enum pmk_command command; /* not early: what the values are for */
	const char *word[PMK_SETTINGS_MOST]; /* the last one of an option; NULL: it is not given */
	const char *behind; /* the word behind a switch that would be a value of it; NULL: there is none */
	const struct pmk_setting *its; /* that switch */
	const char *second; /* the word behind an option's value, which may belong to that; NULL: there is none */
	const char *value; /* that value */
	const struct pmk_setting *whose; /* that option */
};

static void build_getopt(struct option *longs, char *shorts)
{
	*shorts++ = ':';
	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];
		/* the command line can turn off a switch that the file sets: --mirror=no */
		int argument = s->value             ? required_argument :
			s->flags & PMK_SETTING_FILE ? optional_argument :
						      no_argument;

		longs[i] = (struct option){ s->name, argument, NULL, FIRST_LONG + i };
		if (!s->letter)
			continue;
		*shorts++ = s->letter;
		if (s->value)
			*shorts++ = ':';
	}
	longs[pmk_settings_count] = (struct option){ 0 };
	*shorts = '\0';
}

static int index_of(int code)
{
	if (code >= FIRST_LONG)
		return code - FIRST_LONG;
	for (int i = 0; i < pmk_settings_count; i++) {
		if (pmk_settings_table[i].letter == code)
			return i;
	}
	return -1;
}

static enum pmk_exit take(struct walk *w, int index, const char *word, const char *text)
{
	const struct pmk_setting *s = &pmk_settings_table[index];
	char why[PMK_SETTING_WHY], full[PMK_SPEC];
	bool first = !w->word[index];
	int err;

	w->word[index] = word;
	if (text && pmk_settings_expand_home(text, full) == 0) /* no shell does that in the middle of a word */
		text = full;
	if ((w->early && !(s->flags & PMK_SETTING_EARLY)) || (w->again && w->again->saved && w->again->saved[index]))
		return PMK_EXIT_OK;
	if (first && s->flags & PMK_SETTING_LIST)
		pmk_setting_clear(s, w->settings);
	err = pmk_setting_set(s, text, w->settings, why);
	if (!err)
		return PMK_EXIT_OK;
	if (err == -ENOENT && w->again) { /* nobody can correct the command line of a program that runs */
		pmk_warn(
			"--%s \"%s\": %s; what was read at the start stays", s->name, pmk_short(text, SHOWN).text, why);
		pmk_setting_copy(s, w->settings, w->again->start);
		return PMK_EXIT_OK;
	}
	pmk_error_cure(err == -ENOENT ? s->cure : PMK_CURE_NONE, "--%s \"%s\": %s%s", s->name,
		pmk_short(text, SHOWN).text, why, pmk_option_dash(word, w->command));
	return s->flags & PMK_SETTING_READ ? PMK_EXIT_INPUT : PMK_EXIT_USAGE;
}

/* "--size 1280 720", "-b blur 60": a value is one word. Only the first such word can be taken for a command. */
static void look_behind_value(struct walk *w, int index, const char *value, const char *next)
{
	if (!w->early || w->second || !next || next[0] == '-' || pmk_option_command(next) >= 0)
		return;
	w->second = next;
	w->value = value;
	w->whose = &pmk_settings_table[index];
}

/* A switch has its value behind an equals sign, if any: what stands next is an argument, or was meant as the value. */
static void look_behind(struct walk *w, int index, const char *next)
{
	const struct pmk_setting *s = &pmk_settings_table[index];
	struct pmk_settings *scratch;
	char why[PMK_SETTING_WHY];

	if (!w->early || s->value || !(s->flags & PMK_SETTING_FILE) || !next)
		return;
	scratch = calloc(1, sizeof *scratch);
	if (scratch && pmk_setting_set(s, next, scratch, why) == 0) {
		w->behind = next;
		w->its = s;
	}
	free(scratch);
}

static enum pmk_exit walk(int argc, char **argv, struct walk *w)
{
	struct option longs[PMK_SETTINGS_MOST + 1];
	char shorts[2 * PMK_SETTINGS_MOST + 2];
	enum pmk_exit code = PMK_EXIT_OK;
	int c;

	build_getopt(longs, shorts);
	optind = 0;
	opterr = 0;
	while (code == PMK_EXIT_OK && (c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		char letter[3] = { '-', (char)optopt };
		const char *word = optopt > 0 && optopt < FIRST_LONG ? letter : argv[optind - 1];

		if (c == '?')
			pmk_option_refuse(word);
		if (c == ':')
			pmk_error("option %s needs a value; see potemkin --help", word);
		if (c == '?' || c == ':')
			return PMK_EXIT_USAGE;
		code = take(w, index_of(c), argv[optind - 1], optarg);
		if (optarg)
			look_behind_value(w, index_of(c), optarg, argv[optind]);
		else
			look_behind(w, index_of(c), argv[optind]);
	}
	return code;
}

/* "help WORD", as in other programs, or "WORD --help". */
static void take_topic(int count, char **words, struct pmk_options *o)
{
	bool asks = count && strcmp(words[0], "help") == 0;

	o->settings.help |= asks;
	o->topic = count > asks ? words[asks] : NULL;
}

static enum pmk_exit check_words(int count, char **words, const struct walk *w)
{
	for (int i = 0; i < count; i++) {
		if (words[i] != w->behind)
			continue;
		pmk_error("a switch has its value behind \"=\": --%s=%s", w->its->name, w->behind);
		return PMK_EXIT_USAGE;
	}
	return PMK_EXIT_OK;
}

/* Of "ctl set NAME VALUE": the setting judges whether it may be empty, as that of an option. */
static bool is_value(char **words, int index)
{
	return index > 2 && strcmp(words[0], "ctl") == 0 && strcmp(words[1], "set") == 0;
}

/* The command, and the arguments behind it. */
static enum pmk_exit take_words(int count, char **words, const struct walk *w, struct pmk_options *o)
{
	int command = count ? pmk_option_command(words[0]) : PMK_COMMAND_RUN;

	o->settings.version |= count && strcmp(words[0], "version") == 0;
	if (o->settings.help || o->settings.version)
		return PMK_EXIT_OK;
	if (command < 0 && words[0] == w->second && w->value[0] == '-' && w->value[1]) {
		pmk_error("--%s needs a value, and \"%s\" was taken for it", w->whose->name,
			pmk_short(w->value, SHOWN).text);
		return PMK_EXIT_USAGE;
	}
	if (command < 0 && words[0] == w->second) {
		pmk_error("\"%s\" is no command; a value is one word: --%s %s", pmk_short(words[0], SHOWN).text,
			w->whose->name, w->whose->value ? w->whose->value : "WORD");
		return PMK_EXIT_USAGE;
	}
	if (command < 0) {
		pmk_option_refuse_command(words[0]);
		return PMK_EXIT_USAGE;
	}
	o->command = (enum pmk_command)command;
	o->args = (const char **)words;
	for (o->arg_count = 0; o->arg_count < count; o->arg_count++) {
		if (*words[o->arg_count] || is_value(words, o->arg_count))
			continue;
		pmk_error("an argument is empty; see potemkin --help");
		return PMK_EXIT_USAGE;
	}
	return PMK_EXIT_OK;
}

/* An option that the command would ignore means that the user expects something else. */
static enum pmk_exit check_given(const struct walk *w, enum pmk_command command)
{
	char known[128];

	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (!w->word[i] || s->commands >> command & 1)
			continue;
		pmk_option_commands(s->commands, known);
		pmk_error("--%s does not apply to potemkin %s, only to %s%s", s->name, pmk_option_command_name(command),
			known, pmk_option_dash(w->word[i], command));
		return PMK_EXIT_USAGE;
	}
	return PMK_EXIT_OK;
}

static enum pmk_exit read_file(struct pmk_options *o, bool asked)
{
	char path[PMK_SPEC];
	struct stat st;
	int err;

	if (asked) {
		memcpy(path, o->settings.config, sizeof path);
	} else if (!pmk_settings_default_file(path)) {
		if (!o->settings.profile[0])
			return PMK_EXIT_OK;
		pmk_error("profile \"%s\": there is no configuration file", pmk_short(o->settings.profile, SHOWN).text);
		return PMK_EXIT_USAGE;
	}
	o->configured = stat(path, &st) == 0 && st.st_size > 0;
	err = pmk_settings_read_file(path, &o->settings);
	return !err ? PMK_EXIT_OK : err == -EINVAL ? PMK_EXIT_USAGE : PMK_EXIT_INPUT;
}

static void set_up_log(const struct pmk_settings *s)
{
	pmk_log_setup(s->quiet     ? PMK_LOG_ERROR :
			s->verbose ? PMK_LOG_DEBUG :
				     PMK_LOG_INFO,
		s->log_json ? pmk_log_json : pmk_log_print_text);
}

static bool is_given(const struct pmk_options *o, const char *name)
{
	return o->given[pmk_setting_find(name) - pmk_settings_table];
}

/* Consent must be given. That the file gives it, perhaps since long ago, is told at the start. */
static enum pmk_exit check_room(const struct pmk_options *o, bool starting)
{
	const unsigned shows = 1u << PMK_COMMAND_RUN | 1u << PMK_COMMAND_CONVERT;
	const struct pmk_scene_settings *scene = &o->settings.pipeline.scene;
	bool given = is_given(o, "backdrop");

	if (!pmk_backdrop_shows_room(scene->backdrop))
		return PMK_EXIT_OK;
	if (!scene->show_room)
		pmk_error("%sbackdrop %s would show the room; %s if you really want that", given ? "--" : "",
			scene->backdrop,
			!starting     ? "start potemkin again with --show-room" :
				given ? "add --show-room" :
					"add show-room = yes to the file, or --show-room,");
	else if (starting && shows >> o->command & 1 && !is_given(o, "show-room"))
		pmk_warn("backdrop %s shows the room, because the configuration file says show-room = yes; add "
			 "--show-room=no to prevent that",
			scene->backdrop);
	return scene->show_room ? PMK_EXIT_OK : PMK_EXIT_USAGE;
}

/* Whether the command does what the configuration file asks for. The others must work whatever is wrong in it: they
 * tell what is, or steer a program that runs. `asked`: the file was named, so that its mistakes are told; doctor does
 * that itself. */
static bool uses_file(enum pmk_command command, bool asked)
{
	const unsigned of = 1u << PMK_COMMAND_RUN | 1u << PMK_COMMAND_CONVERT | 1u << PMK_COMMAND_MASK |
		1u << PMK_COMMAND_BENCH | 1u << PMK_COMMAND_DEMO;

	return of >> command & 1 || (asked && command != PMK_COMMAND_DOCTOR);
}

/* `again` NULL: this is the start, where no other thread runs yet, so that the log may be set up. */
static enum pmk_exit parse(int argc, char **argv, struct pmk_options *o, const struct again *again)
{
	struct walk early = { .settings = &o->settings, .early = true };
	struct walk all = { .settings = &o->settings, .again = again };
	enum pmk_exit code;
	bool asked, starting = !again;

	pmk_settings_init(&o->settings);
	code = walk(argc, argv, &early);
	take_topic(argc - optind, argv + optind, o);
	if (code != PMK_EXIT_OK || o->settings.help || o->settings.version)
		return code; /* whatever the file says */
	if (starting)
		set_up_log(&o->settings);
	code = check_words(argc - optind, argv + optind, &early);
	if (code == PMK_EXIT_OK)
		code = take_words(argc - optind, argv + optind, &early, o);
	if (code == PMK_EXIT_OK && !o->settings.version)
		code = check_given(&early, o->command);
	if (code != PMK_EXIT_OK || o->settings.version)
		return code;
	for (int i = 0; i < pmk_settings_count; i++)
		o->given[i] = early.word[i];
	if (again && pmk_spec_copy(o->settings.profile, again->profile))
		return PMK_EXIT_USAGE;
	if (again)
		o->settings.in_use = *again->in_use;
	all.command = o->command;
	asked = is_given(o, "config");
	code = uses_file(o->command, asked) ? read_file(o, asked) : PMK_EXIT_OK;
	if (code == PMK_EXIT_OK)
		code = walk(argc, argv, &all);
	if (again)
		code = pmk_spec_copy(o->settings.profile, again->profile) ? PMK_EXIT_USAGE : code;
	if (starting)
		set_up_log(&o->settings);
	return code;
}

/* It may be made later, so it stops nothing. */
static void check_folder(const struct pmk_options *o)
{
	const char *folder = o->settings.backdrop_folder;
	DIR *there = *folder ? opendir(folder) : NULL;

	if (*folder && !there)
		pmk_warn("%sbackdrop-folder \"%s\": %s; the gallery has only the built-in backdrops until it is there",
			is_given(o, "backdrop-folder") ? "--" : "", pmk_short(folder, 100).text, strerror(errno));
	if (there)
		closedir(there);
}

enum pmk_exit pmk_options_parse(int argc, char **argv, struct pmk_options *o)
{
	const struct pmk_settings *s = &o->settings;
	enum pmk_exit code;

	o->argc = argc;
	o->argv = argv;
	code = parse(argc, argv, o, NULL);
	if (code != PMK_EXIT_OK || s->help || s->version)
		return code;
	pmk_origin_begin(o);
	code = check_room(o, true);
	if (code != PMK_EXIT_OK)
		return code;
	if (o->command == PMK_COMMAND_RUN || o->command == PMK_COMMAND_LIST)
		check_folder(o);
	return pmk_cpu_choose(s->cpu[0] ? s->cpu : NULL, is_given(o, "cpu"));
}

enum pmk_exit pmk_options_reload(const struct pmk_options *o, const char *profile,
	const struct pmk_source_names *in_use, const bool *saved, struct pmk_settings *settings)
{
	const struct again again = { .start = &o->settings, .profile = profile, .in_use = in_use, .saved = saved };
	struct pmk_options *fresh = calloc(1, sizeof *fresh);
	enum pmk_exit code = fresh ? parse(o->argc, o->argv, fresh, &again) : PMK_EXIT_INTERNAL;
	bool needed = o->configured || (saved && memchr(saved, true, sizeof(bool) * PMK_SETTINGS_MOST));

	if (!fresh)
		pmk_error("not enough memory to read the configuration again");
	if (code == PMK_EXIT_OK) {
		pmk_origin_begin_again(fresh);
		code = check_room(fresh, false);
		pmk_origin_end_again();
	}
	if (code == PMK_EXIT_OK && needed && !fresh->configured) {
		pmk_error("the configuration file is gone or empty; nothing is changed or saved; put it back, or start "
			  "potemkin again to do without it");
		code = PMK_EXIT_INPUT;
	}
	if (code == PMK_EXIT_OK)
		*settings = fresh->settings;
	free(fresh);
	return code;
}

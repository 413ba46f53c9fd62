/* SPDX-License-Identifier: MIT */
/* The text of --help. */
#include "app/options_help.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 80, LEFT = 26 }; /* the width of a line; where an option's text begins */

static const char *const groups[PMK_GROUPS] = {
	[PMK_GROUP_PICTURES] = "pictures",
	[PMK_GROUP_BACKDROP] = "backdrop",
	[PMK_GROUP_OVERLAY] = "overlay",
	[PMK_GROUP_MASK] = "mask",
	[PMK_GROUP_NETWORK] = "network and processor",
	[PMK_GROUP_PROGRAM] = "program",
	[PMK_GROUP_COMMAND] = "for one command",
};

/* In the order of the overview. demo is for `make run`, and stands in the text of all. */
static const struct {
	enum pmk_command command;
	const char *words, *text;
} commands[] = {
	{ PMK_COMMAND_RUN, "[OPTIONS]", "camera to virtual camera, live, until Ctrl-C (the default)" },
	{ PMK_COMMAND_CONVERT, "[OPTIONS] IN OUT, or IN... FOLDER/",
		"a recorded video (audio is kept) or a picture, or many of them; - is a pipe with raw video" },
	{ PMK_COMMAND_MASK, "[OPTIONS] IN OUT", "only the mask: a picture as grey PNG, a video as grey .mkv" },
	{ PMK_COMMAND_STATUS, "[--json]", "what the running potemkin does, for whom, and what it costs" },
	{ PMK_COMMAND_UI, "", "a page in the browser: the live picture and every setting" },
	{ PMK_COMMAND_CTL, "COMMAND [ARG...]",
		"steer it: set, add, get, backdrop, next, camera, frame, pause, resume, snapshot, save, profile, "
		"reload, "
		"subscribe, quit; see man "
		"potemkin-ctl" },
	{ PMK_COMMAND_LIST, "[cameras|outputs|models|backdrops|settings] [--json]",
		"what this machine has to choose from" },
	{ PMK_COMMAND_DOCTOR, "[--sandbox] [--json]",
		"what is missing on this machine, and the command that fixes it" },
	{ PMK_COMMAND_SETUP, "[--hide-camera] [--remove] [--dry-run] [--root FOLDER]",
		"make a virtual camera, now and at every boot (as root), or undo it" },
	{ PMK_COMMAND_MODEL, "list|info|fetch|check [NAME|FILE]", "show, get or check networks" },
	{ PMK_COMMAND_BENCH, "[OPTIONS] [--json]", "what a frame costs on this machine" },
	{ PMK_COMMAND_COMPLETION, "bash|zsh|fish", "a completion script for this shell" },
	{ PMK_COMMAND_DEMO, "", "what `make run` does: live if possible, else a short video" },
};
enum { SHOWN = sizeof commands / sizeof commands[0] };

/* Print `text` from column `at` on, in lines that begin at column `left` and are broken at blanks. */
static void print_wrapped(const char *text, int at, int left)
{
	while (*text) {
		size_t room = (size_t)(COLUMNS - at), length = strlen(text), line = length;

		if (length > room) {
			for (line = room; line && text[line] != ' '; line--)
				;
			line = line ? line : room; /* a word as long as the line */
		}
		printf("%.*s\n", (int)line, text);
		text += line + (text[line] == ' ');
		if (*text)
			printf("%*s", left, "");
		at = left;
	}
}

static void print_command(int index)
{
	int used = printf("  potemkin %s %s", pmk_option_command_name(commands[index].command), commands[index].words);

	if (used < LEFT + 10) {
		printf("%*s", LEFT + 10 - used, "");
	} else {
		printf("\n%*s", LEFT + 10, "");
	}
	print_wrapped(commands[index].text, LEFT + 10, LEFT + 10);
}

static void print_option(const struct pmk_setting *s)
{
	const char *normal = s->normal ? s->normal : s->none;
	bool word = !s->value && s->choices, tell = (s->value || word) && normal;
	char text[400];
	int used = printf("  %c%c%c --%s%s%s", s->letter ? '-' : ' ', s->letter ? s->letter : ' ',
		s->letter ? ',' : ' ', s->name,
		s->value     ? " " :
			word ? "[=WORD]" :
			       "",
		s->value ? s->value : "");

	snprintf(text, sizeof text, "%s%s%s%s", s->help, tell ? " [" : "", tell ? normal : "", tell ? "]" : "");
	if (used + 2 > LEFT)
		printf("\n%*s", LEFT, "");
	else
		printf("%*s", LEFT - used, "");
	print_wrapped(text, LEFT, LEFT);
}

/* The options of a command; -1: of all commands. */
static void print_options(int command)
{
	int group = -1;

	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (command >= 0 && !(s->commands >> command & 1))
			continue;
		if ((int)s->group != group)
			printf("\noptions: %s\n", groups[s->group]);
		group = (int)s->group;
		print_option(s);
	}
}

static void print_common(void)
{
	puts("\noptions that most people need:");
	for (int i = 0; i < pmk_settings_count; i++) {
		if (pmk_settings_table[i].flags & PMK_SETTING_COMMON)
			print_option(&pmk_settings_table[i]);
	}
	puts("\n`potemkin COMMAND --help` has the options of a command, `potemkin --help all`\n"
	     "all of them; more: man potemkin");
}

static void print_commands(void)
{
	puts("potemkin: a virtual webcam that shows you in front of another background\n"
	     "Whatever fails, the room is never shown: the backdrop is shown alone.\n"
	     "\n"
	     "usage:");
	for (int i = 0; i < SHOWN; i++)
		print_command(i);
}

static void print_exits(void)
{
	puts("\nexit: 0 ok, 1 internal, 2 usage, 3 bad model, backdrop or input file,\n"
	     "      4 already in use, 5 no camera, 6 no output");
}

static void print_one(enum pmk_command command)
{
	for (int i = 0; i < SHOWN; i++) {
		if (commands[i].command != command)
			continue;
		puts("usage:");
		print_command(i);
	}
	print_options((int)command);
}

int pmk_options_print_help(const char *topic)
{
	bool all = topic && strcmp(topic, "all") == 0;
	int command = topic && !all ? pmk_option_command(topic) : -1;

	if (topic && !all && command < 0) {
		pmk_option_refuse_command(topic);
		return -EINVAL;
	}
	if (command >= 0) {
		print_one((enum pmk_command)command);
		return 0;
	}
	print_commands();
	if (all)
		print_options(-1);
	else
		print_common();
	print_exits();
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "app/options_help.h"

#include "base/log.h"
#include "base/num.h"

#include <stdio.h>
#include <string.h>

static const char *const commands[PMK_COMMANDS] = {
	[PMK_COMMAND_RUN] = "run",
	[PMK_COMMAND_CONVERT] = "convert",
	[PMK_COMMAND_MASK] = "mask",
	[PMK_COMMAND_LIST] = "list",
	[PMK_COMMAND_MODEL] = "model",
	[PMK_COMMAND_BENCH] = "bench",
	[PMK_COMMAND_DOCTOR] = "doctor",
	[PMK_COMMAND_SETUP] = "setup-loopback",
	[PMK_COMMAND_COMPLETION] = "completion",
	[PMK_COMMAND_CTL] = "ctl",
	[PMK_COMMAND_STATUS] = "status",
	[PMK_COMMAND_DEMO] = "demo",
};

int pmk_option_command(const char *name)
{
	for (int i = 0; i < PMK_COMMANDS; i++) {
		if (strcmp(commands[i], name) == 0)
			return i;
	}
	return -1;
}

const char *pmk_option_command_name(enum pmk_command command)
{
	return commands[command];
}

void pmk_option_commands(unsigned of, char text[128])
{
	const char *last = NULL;
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < PMK_COMMANDS; i++) {
		if (!(of & 1u << i))
			continue;
		if (last)
			used += (size_t)snprintf(text + used, 128 - used, "%s%s", used ? ", " : "", last);
		last = commands[i];
	}
	snprintf(text + used, 128 - used, "%s%s", used ? " and " : "", last);
}

enum { WORD = 32, NEAR = 2, SYLLABLE = 4 };

/* Levenshtein's distance of a word to a name: letters that are added, left out or changed. Two swapped
 * letters count as two. */
static size_t distance(const char *word, size_t length, const char *name)
{
	size_t row[WORD];

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; name[i]; i++) {
		size_t corner = row[0]++;

		for (size_t j = 0; j < length; j++) {
			size_t change = corner + (word[j] != name[i]), add = row[j] + 1, leave = row[j + 1] + 1;

			corner = row[j + 1];
			row[j + 1] = pmk_min_size(change, add);
			row[j + 1] = pmk_min_size(leave, row[j + 1]);
		}
	}
	return row[length];
}

/* The option that a word without its dashes may have meant: it begins with the word, is at most two letters away, or
 * begins with the same four letters. NULL: no option is near. */
static const char *find_near(const char *word)
{
	size_t length = strcspn(word, "="), least = NEAR + 2;
	const char *nearest = NULL;

	if (length < 3 || length >= WORD)
		return NULL;
	for (int i = 0; i < pmk_settings_count; i++) {
		const char *name = pmk_settings_table[i].name;
		size_t far = strncmp(name, word, length) == 0 ? 0 : distance(word, length, name);

		if (far > NEAR || far * 2 > length)
			far = strncmp(name, word, SYLLABLE) == 0 ? NEAR + 1 : NEAR + 2;
		if (far >= least)
			continue;
		least = far;
		nearest = name;
	}
	return nearest;
}

void pmk_option_refuse(const char *word)
{
	const char *near = strncmp(word, "--", 2) == 0 ? find_near(word + 2) : NULL;

	if (near)
		pmk_error("there is no option %s; did you mean --%s?", word, near);
	else
		pmk_error("there is no option %s; see potemkin --help", word);
}

static const char *const groups[PMK_GROUPS] = {
	[PMK_GROUP_PICTURES] = "pictures",
	[PMK_GROUP_BACKDROP] = "backdrop",
	[PMK_GROUP_MASK] = "mask",
	[PMK_GROUP_NETWORK] = "network and processor",
	[PMK_GROUP_PROGRAM] = "program",
	[PMK_GROUP_COMMAND] = "for one command",
};

static void print_option(const struct pmk_setting *s, bool first)
{
	const char *normal = s->normal ? s->normal : s->none;
	bool tell = s->value && normal;
	char left[40];

	if (first)
		printf("\noptions: %s\n", groups[s->group]);
	snprintf(left, sizeof left, "%c%c%c --%s%s%s", s->letter ? '-' : ' ', s->letter ? s->letter : ' ',
		s->letter ? ',' : ' ', s->name, s->value ? " " : "", s->value ? s->value : "");
	printf("  %-28s %s%s%s%s\n", left, s->help, tell ? " [" : "", tell ? normal : "", tell ? "]" : "");
}

void pmk_options_print_help(void)
{
	puts("potemkin: a virtual webcam that shows you in front of another background\n"
	     "\n"
	     "usage: potemkin [run] [OPTIONS]            camera to virtual camera, live, until Ctrl-C\n"
	     "       potemkin convert [OPTIONS] IN OUT   a recorded video (audio is kept) or a picture\n"
	     "       potemkin mask [OPTIONS] IN OUT      only the mask: a picture as grey PNG, a video as grey .mkv\n"
	     "       potemkin list [cameras|outputs|models|backdrops|settings] [--json]\n"
	     "                                           what this machine has to choose from\n"
	     "       potemkin model list|info|fetch|check [NAME|FILE]\n"
	     "                                           show, get or check networks\n"
	     "       potemkin bench [OPTIONS] [--json]   what a frame costs on this machine\n"
	     "       potemkin doctor [--json]            what is missing on this machine, and the command that fixes "
	     "it\n"
	     "       potemkin setup-loopback [--remove] [--dry-run] [--root FOLDER]\n"
	     "                                           make a virtual camera, now and at every boot (as root), or "
	     "undo it\n"
	     "       potemkin status                     what the running potemkin does, and for whom\n"
	     "       potemkin ctl COMMAND [ARG...]       steer it: set, get, backdrop, next, camera, pause, resume,\n"
	     "                                           snapshot, reload, subscribe, quit; see man potemkin-ctl\n"
	     "       potemkin completion bash|zsh|fish   a completion script for this shell\n"
	     "       potemkin demo                       what `make run` does: live if possible, else a short video");
	for (int i = 0; i < pmk_settings_count; i++)
		print_option(
			&pmk_settings_table[i], !i || pmk_settings_table[i].group != pmk_settings_table[i - 1].group);
	puts("\n"
	     "exit: 0 ok, 1 internal, 2 usage, 3 bad model, backdrop or input file, 4 already in use, 5 no camera, 6 "
	     "no output\n"
	     "Whatever fails, the room is never shown: the backdrop is shown alone. More: man potemkin");
}

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
	[PMK_COMMAND_UI] = "ui",
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

/* How far `name` is from what was typed: 0 if it begins with that, up to NEAR letters, or NEAR + 1 if both begin with
 * the same SYLLABLE letters; more: it was not meant. */
static size_t away(const char *word, size_t length, const char *name)
{
	size_t far = strncmp(name, word, length) == 0 ? 0 : distance(word, length, name);

	if (far > NEAR || far * 2 > length)
		far = strncmp(name, word, SYLLABLE) == 0 ? NEAR + 1 : NEAR + 2;
	return far;
}

/* The name that a word may have meant; the names are those that name_of gives for 0, 1, .. NULL: none is near. */
static const char *find_near(const char *word, const char *(*name_of)(int index), int count)
{
	size_t length = strcspn(word, "="), least = NEAR + 2;
	const char *nearest = NULL;

	if (length < 3 || length >= WORD)
		return NULL;
	for (int i = 0; i < count; i++) {
		size_t far = away(word, length, name_of(i));

		if (far >= least)
			continue;
		least = far;
		nearest = name_of(i);
	}
	return nearest;
}

static const char *option_name(int index)
{
	return pmk_settings_table[index].name;
}

static const char *command_name(int index)
{
	return commands[index];
}

void pmk_option_refuse(const char *word)
{
	const char *near = strncmp(word, "--", 2) == 0 ? find_near(word + 2, option_name, pmk_settings_count) : NULL;

	if (near)
		pmk_error("there is no option %s; did you mean --%s?", word, near);
	else
		pmk_error("there is no option %s; see potemkin --help", word);
}

void pmk_option_refuse_command(const char *word)
{
	const char *near = find_near(word, command_name, PMK_COMMANDS);

	if (near)
		pmk_error("there is no command \"%s\"; did you mean \"%s\"?", word, near);
	else
		pmk_error("there is no command \"%s\"; see potemkin --help", word);
}

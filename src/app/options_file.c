/* SPDX-License-Identifier: MIT */
#include "app/options_file.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/parse.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20, MOST_SETTINGS = 1000 };

struct state {
	struct pmk_options *options;
	pmk_options_setting *set;
	const char *where; /* what a message about a value begins with */
	enum pmk_exit code;
};

/* Settings point to the words of the file until the process ends. */
static char *keep(const char *text)
{
	static char *kept[MOST_SETTINGS];
	static int count;

	return count < MOST_SETTINGS ? kept[count++] = strdup(text) : NULL;
}

static int take(void *user, const char *section, const char *name, const char *value)
{
	struct state *state = user;
	char *kept;

	if (state->code != PMK_EXIT_OK)
		return 1; /* one line is said of a file, about its first mistake */
	kept = keep(value);
	state->code = kept ? state->set(state->options, state->where, name, kept) : PMK_EXIT_INTERNAL;
	return state->code == PMK_EXIT_OK;
}

static bool default_file(char path[4096])
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && config[0] == '/')
		snprintf(path, 4096, "%s/potemkin/potemkin.conf", config);
	else if (home)
		snprintf(path, 4096, "%s/.config/potemkin/potemkin.conf", home);
	else
		return false;
	return access(path, F_OK) == 0;
}

/* libinih would take an indented line for more of the value before it; here it is a line like any other. */
static void unindent(char *text)
{
	char *to = text;
	bool begins = true;

	for (const char *from = text; *from; from++) {
		if (begins && (*from == ' ' || *from == '\t'))
			continue;
		begins = *from == '\n';
		*to++ = *from;
	}
	*to = '\0';
}

/* Up to its first mistake, of which one line is said. */
static enum pmk_exit read_text(char *text, struct state *state)
{
	int line = pmk_parse_long_line(text);

	if (line) {
		pmk_error(
			"%sline %d is longer than %d characters; make it shorter", state->where, line, PMK_PARSE_LINE);
		return PMK_EXIT_USAGE;
	}
	unindent(text);
	line = ini_parse_string(text, take, state);
	if (!line || state->code != PMK_EXIT_OK)
		return state->code;
	pmk_error("%sline %d is not of the form \"name = value\"", state->where, line);
	return PMK_EXIT_USAGE;
}

enum pmk_exit pmk_options_file_read(const char *asked, struct pmk_options *options, pmk_options_setting *set)
{
	char path[4096], where[4200];
	struct state state = { .options = options, .set = set, .where = where, .code = PMK_EXIT_OK };
	struct stat st;
	uint8_t *text;
	size_t size;
	int err;

	if (!asked && !default_file(path))
		return PMK_EXIT_OK;
	if (asked)
		snprintf(path, sizeof path, "%s", asked);
	if (strcmp(path, "/dev/null") == 0)
		return PMK_EXIT_OK; /* the usual way to say: no settings */
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
		return PMK_EXIT_OK; /* it sets nothing yet */
	err = pmk_mem_read_file(path, MOST_BYTES, &text, &size);
	if (err) {
		pmk_error("configuration file \"%s\": %s; %s", path, err == -EINVAL ? "not a file" : strerror(-err),
			asked ? "check the path given with --config" : "mend it or remove it");
		return PMK_EXIT_INPUT;
	}
	snprintf(where, sizeof where, "configuration file %s: ", path);
	state.code = read_text((char *)text, &state);
	free(text);
	return state.code;
}

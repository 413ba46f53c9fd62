/* SPDX-License-Identifier: MIT */
#include "app/origin.h"

#include "base/log.h"
#include "base/parse.h"
#include "base/words/phrase.h"
#include "settings/setting_type.h"
#include "settings/settings_file.h"
#include "settings/settings_line.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = PMK_SETTINGS_MOST };

struct origin {
	const struct pmk_options *options;
	char path[PMK_SPEC];
	int count;
	struct line {
		int number;
		const struct pmk_setting *setting;
		char word[PMK_SPEC]; /* as it stands in messages */
	} lines[MOST];
};

static struct {
	atomic_bool active;
	struct origin origin;
} start; /* const while it is active */

static _Thread_local struct origin *again; /* of this thread's messages; NULL: as at the start */

/* Without the kind, and without the seconds of a slideshow: messages name the file, the folder or the camera. */
static void shorten(char word[PMK_SPEC])
{
	static const char *const heads[] = { "file:", "slideshow:", "daylight:" };
	char *colon = strrchr(word, ':');

	if (colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")])
		*colon = '\0';
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		const char *rest = pmk_parse_after(word, heads[i]);

		if (rest && *rest)
			memmove(word, rest, strlen(rest) + 1);
	}
}

/* Whether messages may name its value, and the command line has not set it. */
static bool may_be_named(const struct pmk_options *options, const struct pmk_setting *setting, const char *value)
{
	bool names = setting && (setting->type == &pmk_type_text || setting->type == &pmk_type_zone);

	return names && !options->given[setting - pmk_settings_table] && setting->commands >> options->command & 1 &&
		!(setting->normal && strcmp(value, setting->normal) == 0) &&
		!(setting->none && strcmp(value, setting->none) == 0);
}

static void add(void *user, int number, const char *name, const char *value)
{
	const struct pmk_setting *setting = pmk_setting_find(name);
	struct origin *origin = user;
	struct line *line = &origin->lines[origin->count];

	if (origin->count == MOST || !may_be_named(origin->options, setting, value) ||
		pmk_settings_expand_home(value, line->word))
		return;
	shorten(line->word);
	line->number = number;
	line->setting = setting;
	origin->count += line->word[0] != '\0';
}

static bool read_lines(struct origin *origin, const struct pmk_options *options)
{
	origin->options = options;
	if (!pmk_settings_file_of(&options->settings, origin->path))
		return false;
	pmk_settings_lines(origin->path, add, origin);
	return true;
}

static bool ends_word(char c)
{
	return !isalnum((unsigned char)c) && !strchr("_-.", c ? c : ' ');
}

/* Behind "; " come remedies, whose words name nothing. */
static bool names(const char *text, const char *word)
{
	const char *remedy = strstr(text, "; ");
	size_t length = strlen(word);

	for (const char *at = strstr(text, word); at && (!remedy || at < remedy); at = strstr(at + 1, word)) {
		char before = at == text ? ' ' : at[-1];

		if (ends_word(before) && before != '/' && ends_word(at[length]))
			return true;
	}
	return false;
}

/* The line with its origin in front, in `told`; `line` itself: it has none. */
static const char *tell(enum pmk_log_level level, const char *line, char told[PMK_LOG_LINE])
{
	const struct origin *origin = again ? again : atomic_load(&start.active) ? &start.origin : NULL;

	if (level > PMK_LOG_WARN || !origin || names(line, origin->path))
		return line;
	for (int i = 0; i < origin->count; i++) {
		const struct line *l = &origin->lines[i];
		bool named = strncmp(line, l->setting->name, strlen(l->setting->name)) == 0;

		if (!names(line, l->word) && !(pmk_parse_after(l->word, "pipewire:") && names(line, "pipewire")))
			continue;
		pmk_phrase(told, PMK_LOG_LINE, "configuration file %s: line %d: %s%s%s", origin->path, l->number,
			named ? "" : l->setting->name, named ? "" : ": ", line);
		return told;
	}
	return line;
}

void pmk_origin_begin(const struct pmk_options *options)
{
	atomic_store(&start.active, options->configured && read_lines(&start.origin, options));
	pmk_log_set_origin(tell);
}

void pmk_origin_end(void)
{
	atomic_store(&start.active, false);
}

void pmk_origin_begin_again(const struct pmk_options *options)
{
	again = calloc(1, sizeof *again);
	if (again && !read_lines(again, options))
		pmk_origin_end_again();
}

void pmk_origin_end_again(void)
{
	free(again);
	again = NULL;
}

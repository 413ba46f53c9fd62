/* SPDX-License-Identifier: MIT */
#include "settings/settings_file.h"

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

enum { MOST_BYTES = 1 << 20 };

struct reading {
	struct pmk_settings *settings;
	const char *path;
	int err; /* of the first mistake, since one line is logged per file */
};

static int take(void *user, const char *section, const char *name, const char *value)
{
	const struct pmk_setting *setting = pmk_setting_find(name);
	struct reading *r = user;
	char why[PMK_SETTING_WHY];
	int err;

	if (r->err)
		return 1;
	if (setting && !(setting->flags & PMK_SETTING_FILE))
		setting = NULL;
	if (!setting)
		pmk_error_cure(PMK_CURE_SEE_SETTINGS, "configuration file %s: \"%s\" is not a setting", r->path, name);
	else if ((err = pmk_setting_set(setting, value, r->settings, why)))
		pmk_error_cure(err == -ENOENT ? setting->cure : PMK_CURE_NONE, "configuration file %s: %s \"%s\": %s",
			r->path, name, value, why);
	else
		return 1;
	r->err = -EINVAL;
	return 0;
}

/* libinih would append an indented line to the previous value; here it is a line like any other. */
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

int pmk_settings_read_text(char *text, const char *path, struct pmk_settings *settings)
{
	struct reading r = { .settings = settings, .path = path };
	int line = pmk_parse_long_line(text);

	if (line) {
		pmk_error("configuration file %s: line %d is longer than %d characters", path, line, PMK_PARSE_LINE);
		return -EINVAL;
	}
	unindent(text);
	line = ini_parse_string(text, take, &r);
	if (!line || r.err)
		return r.err;
	pmk_error("configuration file %s: line %d is not of the form \"name = value\"", path, line);
	return -EINVAL;
}

bool pmk_settings_default_file(char path[PMK_SPEC])
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && config[0] == '/')
		snprintf(path, PMK_SPEC, "%s/potemkin/potemkin.conf", config);
	else if (home)
		snprintf(path, PMK_SPEC, "%s/.config/potemkin/potemkin.conf", home);
	else
		return false;
	return access(path, F_OK) == 0;
}

int pmk_settings_read_file(const char *path, struct pmk_settings *settings)
{
	struct stat st;
	uint8_t *text;
	size_t size;
	int err;

	if (strcmp(path, "/dev/null") == 0)
		return 0; /* the usual way to ask for no settings */
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
		return 0; /* an empty file sets nothing */
	err = pmk_mem_read_file(path, MOST_BYTES, &text, &size);
	if (err) {
		pmk_error_cure(PMK_CURE_OTHER_CONFIG, "configuration file \"%s\": %s", path,
			err == -EINVAL ? "not a file" : strerror(-err));
		return err == -EINVAL ? -EISDIR : err;
	}
	err = pmk_settings_read_text((char *)text, path, settings);
	free(text);
	return err;
}

/* SPDX-License-Identifier: MIT */
#include "settings/settings_file.h"

#include "base/log.h"
#include "base/mem.h"
#include "settings/settings_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20 };

/* Set one setting, as the file at `path` says. */
static int take(struct pmk_settings *settings, const char *path, const char *name, const char *value)
{
	const struct pmk_setting *setting = pmk_setting_find(name);
	char why[PMK_SETTING_WHY], full[PMK_SPEC];
	int err;

	if (!setting || !(setting->flags & PMK_SETTING_FILE)) {
		pmk_error_cure(PMK_CURE_SEE_SETTINGS, "configuration file %s: \"%s\" is not a setting", path, name);
		return -EINVAL;
	}
	err = pmk_settings_expand_home(value, full);
	if (err)
		snprintf(why, sizeof why, "it is longer than %d characters", PMK_SPEC - 1);
	else
		err = pmk_setting_set(setting, full, settings, why);
	if (!err)
		return 0;
	pmk_error_cure(err == -ENOENT ? setting->cure : PMK_CURE_NONE, "configuration file %s: %s \"%s\": %s", path,
		name, value, why);
	return -EINVAL;
}

int pmk_settings_read_text(char *text, const char *path, struct pmk_settings *settings)
{
	char *rest = text, *line, *name, *value;
	const char *why;

	if (strncmp(rest, "\xef\xbb\xbf", 3) == 0) /* the mark that some editors put in front of UTF-8 */
		rest += 3;
	for (int number = 1; (line = strsep(&rest, "\n")); number++) {
		int got = pmk_settings_line(line, &name, &value, &why);

		if (got < 0) {
			pmk_error("configuration file %s: line %d %s", path, number, why);
			return -EINVAL;
		}
		if (got && take(settings, path, name, value))
			return -EINVAL;
	}
	return 0;
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

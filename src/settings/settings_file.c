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

struct reading {
	struct pmk_settings *settings,
		*scratch; /* scratch: what sections of other profiles set, to find mistakes in them */
	const char *path;
	int line;
	char section[PMK_SPEC]; /* the profile whose section it is; "": none */
	char known[200]; /* the profiles so far, in words */
	bool found; /* the section of settings->profile */
	bool listed[PMK_SETTINGS_MOST]; /* by the profile, whose list replaces the one before */
};

/* Set one setting, as the line says. */
static int take(struct reading *r, const char *name, const char *value)
{
	const struct pmk_setting *setting = pmk_setting_find(name);
	bool ours = !r->section[0] || strcmp(r->section, r->settings->profile) == 0;
	struct pmk_settings *settings = ours ? r->settings : r->scratch;
	char why[PMK_SETTING_WHY], full[PMK_SPEC];
	bool *listed;
	int err;

	if (!setting || !(setting->flags & PMK_SETTING_FILE)) {
		pmk_error_cure(PMK_CURE_SEE_SETTINGS, "configuration file %s: line %d: \"%s\" is not a setting",
			r->path, r->line, name);
		return -EINVAL;
	}
	listed = &r->listed[setting - pmk_settings_table];
	if (setting->flags & PMK_SETTING_LIST && r->section[0] && (!ours || !*listed))
		pmk_setting_clear(setting, settings);
	*listed |= r->section[0] && ours;
	err = pmk_settings_expand_home(value, full);
	if (err)
		snprintf(why, sizeof why, "it is longer than %d characters", PMK_SPEC - 1);
	else
		err = pmk_setting_set(setting, full, settings, why);
	if (!err || (!ours && err == -ENOENT)) /* what another profile names may be away at present */
		return 0;
	pmk_error_cure(err == -ENOENT ? setting->cure : PMK_CURE_NONE, "configuration file %s: line %d: %s \"%s\": %s",
		r->path, r->line, name, value, why);
	return -EINVAL;
}

static int read_line(struct reading *r, char *line)
{
	char *name, *value;
	const char *why;
	int got, heading;

	heading = pmk_settings_heading(line, r->section);
	if (heading < 0) {
		pmk_error("configuration file %s: line %d: a profile begins with [profile NAME]", r->path, r->line);
		return heading;
	}
	if (heading && r->section[0]) {
		size_t used = strlen(r->known);

		r->found |= strcmp(r->section, r->settings->profile) == 0;
		snprintf(r->known + used, sizeof r->known - used, "%s%s", used ? ", " : "", r->section);
	}
	got = pmk_settings_line(line, &name, &value, &why);
	if (got < 0) {
		pmk_error("configuration file %s: line %d %s", r->path, r->line, why);
		return -EINVAL;
	}
	return got ? take(r, name, value) : 0;
}

static int read_lines(struct reading *r, char *text)
{
	char *rest = text, *line;
	int err = 0;

	if (strncmp(rest, "\xef\xbb\xbf", 3) == 0) /* the mark that some editors put in front of UTF-8 */
		rest += 3;
	for (r->line = 1; !err && (line = strsep(&rest, "\n")); r->line++)
		err = read_line(r, line);
	if (!err && r->settings->profile[0] && !r->found) {
		pmk_error("configuration file %s: there is no profile \"%.100s\" in it%s%s", r->path,
			r->settings->profile, r->known[0] ? "; there are: " : "", r->known);
		err = -EINVAL;
	}
	return err;
}

int pmk_settings_read_text(char *text, const char *path, struct pmk_settings *settings)
{
	struct reading *r = calloc(1, sizeof *r);
	int err = -ENOMEM;

	if (!r)
		return err;
	r->settings = settings;
	r->path = path;
	r->scratch = malloc(sizeof *r->scratch);
	if (r->scratch) {
		*r->scratch = *settings;
		err = read_lines(r, text);
	}
	free(r->scratch);
	free(r);
	return err;
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

	/* the usual way to ask for no settings; an empty file sets nothing either */
	if (strcmp(path, "/dev/null") == 0 || (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0))
		return pmk_settings_read_text((char[1]){ 0 }, path, settings);
	err = pmk_mem_read_file(path, PMK_SETTINGS_FILE_BYTES, &text, &size);
	if (err) {
		pmk_error_cure(PMK_CURE_OTHER_CONFIG, "configuration file \"%s\": %s", path,
			err == -EINVAL ? "not a file" : strerror(-err));
		return err == -EINVAL ? -EISDIR : err;
	}
	err = pmk_settings_read_text((char *)text, path, settings);
	free(text);
	return err;
}

void pmk_settings_profiles(const char *path, void (*found)(void *user, const char *name), void *user)
{
	char *rest, *line, profile[PMK_SPEC];
	uint8_t *text;
	size_t size;

	if (pmk_mem_read_file(path, PMK_SETTINGS_FILE_BYTES, &text, &size))
		return;
	rest = (char *)text;
	while ((line = strsep(&rest, "\n"))) {
		if (pmk_settings_heading(line, profile) > 0 && profile[0])
			found(user, profile);
	}
	free(text);
}

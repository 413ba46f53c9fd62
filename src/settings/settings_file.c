/* SPDX-License-Identifier: MIT */
#include "settings/settings_file.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/open_file.h"
#include "base/words/phrase.h"
#include "settings/settings_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHECK = PMK_SECTIONS }; /* a first round, which sets nothing and finds mistakes */

struct reading {
	struct pmk_settings *settings, *scratch; /* scratch: what a round for mistakes sets */
	const char *path;
	int line;
	int round; /* enum pmk_section: the one whose settings are set now; or CHECK */
	struct pmk_heading heading;
	char known[200]; /* the profiles so far, in words */
	bool found; /* the section of settings->profile */
	bool listed[PMK_SETTINGS_MOST]; /* by the section, whose list replaces the one before */
};

enum { PLACE = 2 * PMK_SPEC };

/* The place of a mistake, in words, with the heading above it if there is one. */
static const char *place_of(const struct reading *r, char place[PLACE])
{
	const char *kind = r->heading.section == PMK_SECTION_CAMERA ? "camera" : "profile";

	if (r->heading.section == PMK_SECTION_TOP)
		snprintf(place, PLACE, "%s: line %d", r->path, r->line);
	else
		snprintf(place, PLACE, "%s: line %d, in [%s %s]", r->path, r->line, kind,
			pmk_short(r->heading.name, 100).text);
	return place;
}

/* Whether what follows the heading is for this run. */
static bool counts(const struct reading *r)
{
	if (r->heading.section == PMK_SECTION_CAMERA)
		return pmk_source_names_fit(&r->settings->in_use, r->heading.name);
	return r->heading.section == PMK_SECTION_TOP || strcmp(r->heading.name, r->settings->profile) == 0;
}

/* The setting that the line is about; NULL, logged: it cannot stand there. */
static const struct pmk_setting *find(const struct reading *r, const char *name)
{
	const struct pmk_setting *setting = pmk_setting_find(name);
	char place[PLACE], ask[PMK_NEAR_ASK];

	if (!setting || !(setting->flags & PMK_SETTING_FILE)) {
		pmk_setting_ask(name, PMK_SETTING_FILE, "", ask);
		pmk_error_cure(*ask ? PMK_CURE_NONE : PMK_CURE_SEE_SETTINGS,
			"configuration file %s: \"%s\" is not a setting%s", place_of(r, place), name, ask);
		return NULL;
	}
	if (r->heading.section == PMK_SECTION_CAMERA &&
		(!(setting->flags & PMK_SETTING_LIVE) || setting == pmk_setting_find("camera"))) {
		pmk_error("configuration file %s: \"%s\" cannot be set for one camera; only what can change "
			  "while the program runs can, and not the camera itself",
			place_of(r, place), name);
		return NULL;
	}
	return setting;
}

/* Set one setting, as the line says. */
static int take(struct reading *r, const char *name, const char *value)
{
	struct pmk_settings *settings = r->round == CHECK ? r->scratch : r->settings;
	const struct pmk_setting *setting = find(r, name);
	char why[PMK_SETTING_WHY], full[PMK_SPEC], place[PLACE];
	bool *listed;
	int err;

	if (!setting)
		return -EINVAL;
	if (r->round != CHECK && ((int)r->heading.section != r->round || !counts(r)))
		return 0;
	listed = &r->listed[setting - pmk_settings_table];
	if (setting->flags & PMK_SETTING_LIST && r->heading.section != PMK_SECTION_TOP && !*listed)
		pmk_setting_clear(setting, settings);
	*listed = true;
	err = pmk_settings_expand_home(value, full);
	if (err)
		snprintf(why, sizeof why, "it is longer than %d characters", PMK_SPEC - 1);
	else
		err = pmk_setting_set(setting, full, settings, why);
	if (!err || (err == -ENOENT && !counts(r))) /* what is for another time may be away at present */
		return 0;
	pmk_error_cure(err == -ENOENT ? setting->cure : PMK_CURE_NONE, "configuration file %s: %s \"%s\": %s",
		place_of(r, place), name, pmk_short(value, 100).text, why);
	return setting->flags & PMK_SETTING_READ ? -EBADMSG : -EINVAL;
}

static void begin_section(struct reading *r)
{
	size_t used = strlen(r->known);

	if (r->heading.section == PMK_SECTION_CAMERA || r->round == CHECK)
		memset(r->listed, 0, sizeof r->listed);
	if (r->round != CHECK)
		return;
	r->settings->pipeline.by_camera |= r->heading.section == PMK_SECTION_CAMERA;
	if (r->heading.section != PMK_SECTION_PROFILE)
		return;
	r->found |= counts(r);
	pmk_phrase(r->known + used, sizeof r->known - used, "%s%s", used ? ", " : "", r->heading.name);
}

static int read_line(struct reading *r, char *line)
{
	char *name, *value, place[PLACE];
	const char *why;
	int got, heading;

	got = pmk_settings_line(line, &name, &value, &why);
	if (got < 0) {
		pmk_error("configuration file %s%s %s", place_of(r, place),
			r->heading.section == PMK_SECTION_TOP ? "" : ",", why);
		return -EINVAL;
	}
	heading = pmk_settings_heading(line, &r->heading);
	if (heading < 0) {
		pmk_error("configuration file %s: line %d: a profile begins with [profile NAME], and a section for one "
			  "camera with [camera NAME]",
			r->path, r->line);
		return heading;
	}
	if (heading)
		begin_section(r);
	return got ? take(r, name, value) : 0;
}

static int read_lines(struct reading *r, char *text)
{
	char *rest = text, *line;
	int err = 0;

	if (strncmp(rest, "\xef\xbb\xbf", 3) == 0) /* the mark that some editors put in front of UTF-8 */
		rest += 3;
	r->heading = (struct pmk_heading){ 0 };
	memset(r->listed, 0, sizeof r->listed);
	for (r->line = 1; !err && (line = strsep(&rest, "\n")); r->line++)
		err = read_line(r, line);
	return err;
}

/* A round over the text, which stays as it is. */
static int go_round(struct reading *r, const char *text, int round)
{
	char *copy = strdup(text);
	int err = copy ? 0 : -ENOMEM;

	r->round = round;
	if (!err)
		err = read_lines(r, copy);
	free(copy);
	return err;
}

static int read_all(struct reading *r, const char *text)
{
	int err = go_round(r, text, CHECK);

	if (!err && r->settings->profile[0] && !r->found) {
		pmk_error("configuration file %s: there is no profile \"%s\" in it%s%s", r->path,
			pmk_short(r->settings->profile, 100).text, r->known[0] ? "; there are: " : "", r->known);
		err = -EINVAL;
	}
	for (int section = 0; section < PMK_SECTIONS && !err; section++)
		err = go_round(r, text, section);
	return err;
}

int pmk_settings_read_text(const char *text, const char *path, struct pmk_settings *settings)
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
		err = read_all(r, text);
	}
	free(r->scratch);
	free(r);
	return err;
}

/* Whether there is a file, or something that keeps us from seeing it, such as a folder that may not be entered, a file
 * in a folder's place, or a link to a disk that is not there: those settings must not be lost in silence. */
static bool may_be_there(const char *path)
{
	char part[PMK_SPEC], *slash;
	struct stat st;

	if (stat(path, &st) == 0 || errno != ENOENT)
		return true;
	snprintf(part, sizeof part, "%s", path);
	while (lstat(part, &st) < 0) {
		slash = strrchr(part, '/');
		if (!slash || slash == part)
			return false;
		*slash = '\0';
	}
	return stat(part, &st) < 0; /* a link to nowhere */
}

/* Whether nothing can be below `path`: so a user is told to have no home, as with /dev/null. */
static bool is_no_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? !S_ISDIR(st.st_mode) : errno == ENOTDIR;
}

bool pmk_settings_default_file(char path[PMK_SPEC])
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	bool own = config && config[0] == '/';
	const char *base = own ? config : home;

	path[0] = '\0';
	if (!base || base[0] != '/' || is_no_folder(base))
		return false;
	snprintf(path, PMK_SPEC, "%s%s/potemkin/potemkin.conf", base, own ? "" : "/.config");
	return may_be_there(path);
}

bool pmk_settings_file_of(const struct pmk_settings *settings, char path[PMK_SPEC])
{
	if (settings->config[0])
		memcpy(path, settings->config, PMK_SPEC);
	else if (!pmk_settings_default_file(path))
		return path[0];
	return strcmp(path, "/dev/null") != 0;
}

static int refuse_file(const char *path, int err)
{
	const char *missing = pmk_open_file_missing(path);

	pmk_error_cure(PMK_CURE_OTHER_CONFIG, "configuration file \"%s\": %s", pmk_short(path, PMK_SHORT).text,
		err == -EINVAL         ? "not a file" :
			err == -EILSEQ ? "not a text file" :
			err == -EFBIG  ? "larger than 1 MiB, which is the most" :
			missing        ? missing :
					 strerror(-err));
	return err == -EINVAL ? -EISDIR : err;
}

int pmk_settings_read_file(const char *path, struct pmk_settings *settings)
{
	struct stat st;
	uint8_t *text;
	size_t size;
	int err;

	/* the usual way to ask for no settings; an empty file sets nothing either */
	if (strcmp(path, "/dev/null") == 0 || (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0))
		return pmk_settings_read_text("", path, settings);
	err = pmk_mem_read_file(path, PMK_SETTINGS_FILE_BYTES, &text, &size);
	if (err)
		return refuse_file(path, err);
	err = memchr(text, '\0', size) ? refuse_file(path, -EILSEQ) :
					 pmk_settings_read_text((const char *)text, path, settings);
	free(text);
	return err;
}

static char *read_text(const char *path)
{
	uint8_t *text;
	size_t size;

	return pmk_mem_read_file(path, PMK_SETTINGS_FILE_BYTES, &text, &size) ? NULL : (char *)text;
}

void pmk_settings_lines(
	const char *path, void (*found)(void *user, int number, const char *name, const char *value), void *user)
{
	char *text = read_text(path), *rest = text, *line, *name, *value;
	const char *why;

	for (int number = 1; (line = strsep(&rest, "\n")); number++) {
		if (pmk_settings_line(line, &name, &value, &why) == 1)
			found(user, number, name, value);
	}
	free(text);
}

void pmk_settings_profiles(const char *path, void (*found)(void *user, const char *name), void *user)
{
	char *text = read_text(path), *rest = text, *line;
	struct pmk_heading heading;

	while ((line = strsep(&rest, "\n"))) {
		if (pmk_settings_heading(line, &heading) > 0 && heading.section == PMK_SECTION_PROFILE)
			found(user, heading.name);
	}
	free(text);
}

/* SPDX-License-Identifier: MIT */
/* The configuration file: INI, with a line "name = value" for each setting (settings_line.h). What follows a heading
 * "[profile NAME]" counts only if settings->profile is NAME, and what follows "[camera NAME]" only if NAME fits
 * settings->in_use (pmk_source_names_fit), but all must be right in any case. Wherever they stand, a profile overrides
 * the sections of cameras, and these what belongs to none; of several sections that fit the camera, the last one. A
 * list replaces the one before. Only live settings can be set for one camera, and not the camera itself. Any other
 * heading is for people, and ends a section.
 *
 * The one rule: one line is logged about a file, for its first mistake. The settings may have been changed by then, so
 * read into a copy that can be thrown away. */
#ifndef PMK_SETTINGS_SETTINGS_FILE_H
#define PMK_SETTINGS_SETTINGS_FILE_H

#include "settings/settings.h"

enum { PMK_SETTINGS_FILE_BYTES = 1 << 20 }; /* the largest file */

/* The user's own file; false: it does not exist, or, with `path` "", there is no place for it, as where the user's home
 * is no folder. One that may be there, but cannot be seen, counts as one that is there: reading it says why. */
bool pmk_settings_default_file(char path[PMK_SPEC]) __attribute__((warn_unused_result));
/* The file that these settings name, or else the user's own; it need not exist. False: there is none to save to. */
bool pmk_settings_file_of(const struct pmk_settings *settings, char path[PMK_SPEC]) __attribute__((warn_unused_result));

/* Set each setting of the file, and settings->pipeline.by_camera if it has sections of cameras. An empty file and
 * /dev/null set nothing. -EINVAL: a mistake in it; -EBADMSG: what it names to be read (PMK_SETTING_READ) cannot be;
 * another negative errno: it cannot be read itself. Errors are logged. */
int pmk_settings_read_file(const char *path, struct pmk_settings *settings) __attribute__((warn_unused_result));

/* The same from memory; `path` is for messages. */
int pmk_settings_read_text(const char *text, const char *path, struct pmk_settings *settings)
	__attribute__((warn_unused_result));
/* Call `found` for each line that sets something, in whatever section, with its number; a file that cannot be read has
 * none. Nothing is logged. */
void pmk_settings_lines(
	const char *path, void (*found)(void *user, int number, const char *name, const char *value), void *user);
/* Call `found` for each profile of the file, in its order; a file that cannot be read has none. Nothing is logged. */
void pmk_settings_profiles(const char *path, void (*found)(void *user, const char *name), void *user);

#endif

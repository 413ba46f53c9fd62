/* SPDX-License-Identifier: MIT */
/* The configuration file: INI, a line "name = value" for each setting. Sections are for people.
 *
 * The one rule: one line is logged about a file, about its first mistake. What came before the mistake is set then, so
 * read into a copy that can be thrown away. */
#ifndef PMK_SETTINGS_SETTINGS_FILE_H
#define PMK_SETTINGS_SETTINGS_FILE_H

#include "settings/settings.h"

/* The user's own file; false: there is none. */
bool pmk_settings_default_file(char path[PMK_SPEC]) __attribute__((warn_unused_result));

/* Each setting of the file, in order. An empty file and /dev/null set nothing. -EINVAL a mistake in it; another
 * negative errno: it cannot be read. Logged. */
int pmk_settings_read_file(const char *path, struct pmk_settings *settings) __attribute__((warn_unused_result));

/* The same from memory; `path` is for messages. Changes `text`. */
int pmk_settings_read_text(char *text, const char *path, struct pmk_settings *settings)
	__attribute__((warn_unused_result));

#endif

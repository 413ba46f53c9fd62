/* SPDX-License-Identifier: MIT */
/* Writes changed settings into the configuration file.
 *
 * The one rule: the file appears whole or not at all, and every line that does not set a changed setting stays as it
 * is, comments and order included. */
#ifndef PMK_SETTINGS_SETTINGS_SAVE_H
#define PMK_SETTINGS_SETTINGS_SAVE_H

#include "settings/settings.h"

/* Write each live setting of `now` that differs from `start`, which is what the file gives so far, to the file at
 * `path`; it and its folders are made if they do not exist. The lines go into the section of now->profile; without
 * one, into the last section of a camera that fits now->in_use and sets the same, or else to the part that belongs to
 * no section. Negative errno, logged. */
int pmk_settings_save(const char *path, const struct pmk_settings *start, const struct pmk_settings *now)
	__attribute__((warn_unused_result));
/* Make the folders above `path` that do not exist, for this user alone; what fails is found out by who writes there.
 * Root makes none in another user's folder, who could not use it: sudo may have left that user's home to it. */
void pmk_settings_make_folders(const char *path);

#endif

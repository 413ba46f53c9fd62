/* SPDX-License-Identifier: MIT */
/* The configuration file: INI, a line "name = value" for each setting, the names being the long options. Sections are
 * for people. One thread. */
#ifndef PMK_APP_OPTIONS_FILE_H
#define PMK_APP_OPTIONS_FILE_H

#include "app/options.h"

/* Take in one setting. `value` lives until the process ends. Errors are logged, beginning with `where`. */
typedef enum pmk_exit pmk_options_setting(
	struct pmk_options *options, const char *where, const char *name, const char *value);

/* Each setting of the file, in order, up to the first mistake. `path` NULL: the user's own file, if there is one.
 * Errors are logged: PMK_EXIT_INPUT the file cannot be read, PMK_EXIT_USAGE it is no such file, or what `set` gave. */
enum pmk_exit pmk_options_file_read(const char *path, struct pmk_options *options, pmk_options_setting *set);

#endif

/* SPDX-License-Identifier: MIT */
/* The command line and the configuration file, by the table of settings.
 *
 * The one rule: an option on the command line is of use to the command, or it is refused; the configuration file, which
 * is there for all commands, may hold any setting. Lists of the command line replace those of the file. */
#ifndef PMK_APP_OPTIONS_H
#define PMK_APP_OPTIONS_H

#include "settings/settings.h"

/* Exit codes of the interface. */
enum pmk_exit {
	PMK_EXIT_OK,
	PMK_EXIT_INTERNAL,
	PMK_EXIT_USAGE,
	PMK_EXIT_INPUT,
	PMK_EXIT_BUSY,
	PMK_EXIT_NO_CAMERA,
	PMK_EXIT_NO_OUTPUT
};

enum { PMK_OPTIONS_MAX_ARGS = 16 };

struct pmk_options {
	struct pmk_settings settings;
	enum pmk_command command;
	const char *args[PMK_OPTIONS_MAX_ARGS]; /* what is no option, in order, the command's name first */
	int arg_count;
	int argc; /* all of it, for pmk_options_reload; the program's own, which lives until it ends */
	char **argv;
};

/* Defaults, then the configuration file, then the command line; the log and the CPU's level are set up by them.
 * PMK_EXIT_OK, or PMK_EXIT_USAGE, or PMK_EXIT_INPUT for the file (logged in one line). Before other threads start. */
enum pmk_exit pmk_options_parse(int argc, char **argv, struct pmk_options *options);

/* What the settings would be if the program were started with the same command line now: the configuration file is read
 * again. As above, with `settings` untouched on failure. Changes nothing else. */
enum pmk_exit pmk_options_reload(const struct pmk_options *options, struct pmk_settings *settings);

#endif

/* SPDX-License-Identifier: MIT */
/* The command line and the configuration file, read by the table of settings.
 *
 * The one rule: an option on the command line applies to the command, or it is refused; the configuration file serves
 * all commands and may hold any setting. A list on the command line replaces the file's list. */
#ifndef PMK_APP_OPTIONS_H
#define PMK_APP_OPTIONS_H

#include "core/exit_code.h"
#include "settings/settings.h"

struct pmk_options {
	struct pmk_settings settings;
	enum pmk_command command;
	const char **args; /* main()'s that are not options; the command's name is the first */
	int arg_count;
	const char *topic; /* of --help; NULL: none was given */
	bool given[PMK_SETTINGS_MOST]; /* on the command line, in the order of the table */
	bool configured; /* by a configuration file that is not empty */
	int argc; /* the whole command line, for pmk_options_reload; main()'s, not a copy */
	char **argv;
};

/* Read the defaults, then the configuration file, then the command line; set up the log and the CPU level by them.
 * PMK_EXIT_OK, PMK_EXIT_USAGE, or PMK_EXIT_INPUT if the file cannot be read; failures are logged in one line. Call it
 * before other threads start. */
enum pmk_exit pmk_options_parse(int argc, char **argv, struct pmk_options *options);

/* Give the settings that the program would start with now, from the same command line but with this profile ("": none)
 * and this camera in use: the configuration file is read again. Where `saved` is true, in the order of the table, the
 * command line's value is passed over, as the running program has saved another one to the file since; NULL: nowhere. A
 * file or folder that the command line names and that is gone is taken as at the start, with a warning. Returns as
 * above, and leaves `settings` untouched on failure. Changes nothing else. */
enum pmk_exit pmk_options_reload(const struct pmk_options *options, const char *profile,
	const struct pmk_source_names *in_use, const bool *saved, struct pmk_settings *settings);

#endif

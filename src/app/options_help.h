/* SPDX-License-Identifier: MIT */
/* Texts about commands and options: --help, and messages about mistyped ones. */
#ifndef PMK_APP_OPTIONS_HELP_H
#define PMK_APP_OPTIONS_HELP_H

#include "settings/settings.h"

/* Print help in 80 columns: NULL: the commands, and the options that most people need; a command's name: what it does,
 * and all of its options; "all": everything. -EINVAL, logged: there is no such topic. */
int pmk_options_print_help(const char *topic) __attribute__((warn_unused_result));

int pmk_option_command(const char *name); /* enum pmk_command; -1: no command has that name */
const char *pmk_option_command_name(enum pmk_command command);
void pmk_option_commands(unsigned commands, char text[128]); /* from a bit for each: "run, convert and mask" */

/* Log that there is no such option or command, and name the one that was meant by "--smoth", "--smoth=3" or "stats". */
void pmk_option_refuse(const char *word);
void pmk_option_refuse_command(const char *word);

/* The hint to append where an option is refused, if its word looks like the name of a file, such as "-beach.jpg"; ""
 * otherwise. */
const char *pmk_option_dash(const char *word, enum pmk_command command);

#endif

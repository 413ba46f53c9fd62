/* SPDX-License-Identifier: MIT */
/* Texts about commands and options: --help, and messages about mistyped ones. */
#ifndef PMK_APP_OPTIONS_HELP_H
#define PMK_APP_OPTIONS_HELP_H

#include "settings/settings.h"

void pmk_options_print_help(void);

int pmk_option_command(const char *name); /* enum pmk_command; -1: no command has that name */
const char *pmk_option_command_name(enum pmk_command command);
void pmk_option_commands(unsigned commands, char text[128]); /* from a bit for each: "run, convert and mask" */

/* Log that there is no such option, and name the one that "--smoth" or "--smoth=3" may have meant. */
void pmk_option_refuse(const char *word);

#endif

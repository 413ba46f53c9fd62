/* SPDX-License-Identifier: MIT */
/* The table of commands and options that the parser, the help and messages read.
 *
 * The one rule: an option on the command line is of use to the command, or it is refused; the configuration file, which
 * is there for all of them, may hold any. */
#ifndef PMK_APP_OPTIONS_TABLE_H
#define PMK_APP_OPTIONS_TABLE_H

#include "app/options.h"

enum pmk_option_id {
	CAMERA,
	OUTPUT,
	BACKDROP,
	FIT,
	MODEL,
	SIZE,
	FPS,
	FORMAT,
	OUTPUT_FORMAT,
	THREADS,
	REFINE,
	SMOOTH,
	FEATHER,
	ERODE,
	DILATE,
	LIGHT_WRAP,
	MATCH,
	THRESHOLD,
	PEOPLE,
	KEEP_OUT,
	MOTION_GATE,
	MIRROR,
	FLIP,
	ON_DEMAND,
	WAIT,
	SHOW_ROOM,
	CONFIG,
	DURATION,
	FRAMES,
	VERBOSE,
	QUIET,
	LOG_JSON,
	JSON,
	SIZES,
	INPUT_FORMAT,
	ENGINE,
	CPU,
	CPU_LIMIT,
	TO,
	ROOT,
	REMOVE,
	DRY_RUN,
	HELP,
	VERSION,
	OPTION_COUNT
};

struct pmk_option {
	const char *name;
	char letter; /* 0: none */
	unsigned commands; /* a bit for each enum pmk_command that knows it */
	const char *value; /* NULL: a switch */
	const char *help;
};

extern const struct pmk_option pmk_option_table[OPTION_COUNT];

int pmk_option_command(const char *name); /* enum pmk_command; -1: there is none of that name */
/* log that there is no such option, with the one that "--smoth" or "--smoth=3" may have meant */
void pmk_option_refuse(const char *word);
const char *pmk_option_command_name(enum pmk_command command);
void pmk_option_commands(int id, char text[128]); /* those that know it: "run, convert and mask" */
bool pmk_option_in_file(int id); /* the configuration file may hold it */

#endif

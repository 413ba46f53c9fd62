/* SPDX-License-Identifier: MIT */
/* The line of the configuration file with a value that is found wrong only when it is used: the file of a model, a
 * camera's name, an output's folder. Below src/app nobody knows where a value came from, so messages are compared with
 * the file.
 *
 * The one rule: an error or warning that names such a value, as a word of its own, begins with the file and the line,
 * as mistakes in the file itself do, until the run has begun. The command line's values have no line. */
#ifndef PMK_APP_ORIGIN_H
#define PMK_APP_ORIGIN_H

#include "app/options.h"
#include "base/log.h"

/* Remember the lines of the file that the options were read from. Call it once, before other threads start. */
void pmk_origin_begin(const struct pmk_options *options);
void pmk_origin_end(void); /* what fails from now on once worked */

/* For pmk_log_setup: print the line with its origin in front, if it has one, as pmk_log_print_text or pmk_log_json. */
void pmk_origin_print_text(enum pmk_log_level level, const char *line);
void pmk_origin_print_json(enum pmk_log_level level, const char *line);

#endif

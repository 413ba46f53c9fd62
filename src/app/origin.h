/* SPDX-License-Identifier: MIT */
/* The line of the configuration file with a value that is found wrong only when it is used: the file of a model, a
 * camera's name, an output's folder. Below src/app nobody knows where a value came from, so messages are compared with
 * the file.
 *
 * The one rule: an error or warning that names such a value, as a word of its own, begins with the file and the line,
 * as mistakes in the file itself do, until the run has begun, and when the file is read again. The command line's
 * values have no line. */
#ifndef PMK_APP_ORIGIN_H
#define PMK_APP_ORIGIN_H

#include "app/options.h"

/* Remember the lines of the file that the options were read from. Call it once, before other threads start. */
void pmk_origin_begin(const struct pmk_options *options);
void pmk_origin_end(void); /* what fails from now on once worked */

/* The same for messages of the calling thread, which has read the file again. */
void pmk_origin_begin_again(const struct pmk_options *options);
void pmk_origin_end_again(void);

#endif

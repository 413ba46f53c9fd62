/* SPDX-License-Identifier: MIT */
/* Conversion of one file, for the command and for batches. One thread. */
#ifndef PMK_APP_FILES_CONVERT_H
#define PMK_APP_FILES_CONVERT_H

#include "app/options.h"

/* `kept` as for pmk_film_open; if it is not NULL, `out` has no end yet: it gets the one that suits what the file is,
 * and a signal leaves no file that is not whole. Errors are logged. */
enum pmk_exit pmk_convert_file(struct pmk_options *options, const char *in, const char *out, struct pmk_scene **kept);

#endif

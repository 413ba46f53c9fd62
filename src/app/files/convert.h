/* SPDX-License-Identifier: MIT */
/* Conversion of one file, for the command and for batches. One thread. */
#ifndef PMK_APP_FILES_CONVERT_H
#define PMK_APP_FILES_CONVERT_H

#include "app/options.h"

/* The kinds of inputs; bits. */
enum pmk_input { PMK_INPUT_PICTURE = 1, PMK_INPUT_FILM = 2, PMK_INPUT_DRAWN = 4 };

/* `kept` as for pmk_film_open; if it is not NULL, `out` has no end yet: it gets the one that suits what the file is,
 * a signal leaves no file that is not whole, and nothing is said of options that mean nothing. `what`: an enum
 * pmk_input, or 0 if the file could not be opened. Errors are logged. */
enum pmk_exit pmk_convert_file(
	struct pmk_options *options, const char *in, const char *out, struct pmk_scene **kept, unsigned *what);

#endif

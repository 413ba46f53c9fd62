/* SPDX-License-Identifier: MIT */
/* Exit codes of the program. An answer of the control socket that says no has the same ones. [any thread] */
#ifndef PMK_CORE_EXIT_CODE_H
#define PMK_CORE_EXIT_CODE_H

#include "core/status.h"

enum pmk_exit {
	PMK_EXIT_OK,
	PMK_EXIT_INTERNAL,
	PMK_EXIT_USAGE,
	PMK_EXIT_INPUT,
	PMK_EXIT_BUSY,
	PMK_EXIT_NO_CAMERA,
	PMK_EXIT_NO_OUTPUT
};

/* The code for a negative errno of a part; 0 gives PMK_EXIT_OK. A camera that is a file counts as an input file.
 * -ECHILD, that no process decodes a file, is not the file's fault, nor is a scene's -EAGAIN, that no thread starts. */
enum pmk_exit pmk_exit_of(enum pmk_part part, int error, const char *camera);

#endif

/* SPDX-License-Identifier: MIT */
/* The files that setup-loopback makes and removes, and the commands that it runs.
 *
 * The one rule: a file begins with a line that says who made it, and only such a file is removed. What fails is said in
 * one line. */
#ifndef PMK_APP_MACHINE_SETUP_FILES_H
#define PMK_APP_MACHINE_SETUP_FILES_H

#include "app/machine/remedy.h"
#include "app/machine/setup.h"

#include <limits.h>

/* The path of a file, with the root before it. */
void pmk_setup_path(const struct pmk_setup *setup, const char *path, char full[PATH_MAX]);

/* Whether we made the file at this full path. *number: what it has behind "video_nr=", if anything. */
bool pmk_setup_made(const char *path, int *number);

/* Print the file, and write it, unless nothing is to be applied; it appears whole or not at all. */
enum pmk_exit pmk_setup_write(const struct pmk_setup *setup, const char *name, const char *text);

/* Remove a file that we made, if it is there. */
enum pmk_exit pmk_setup_remove(const struct pmk_setup *setup, const char *name);

/* Print a command and run it; its exit code. `package`: where it comes from; PMK_PACKAGES: every system has it. */
int pmk_setup_run(const char *const *command, enum pmk_package package);

#endif

/* SPDX-License-Identifier: MIT */
/* Conversion of many files into a folder, by one process or several.
 *
 * The one rule: a bad file stops no other, and no file is left incomplete. Each process loads the network once; one
 * that crashes or is killed takes only its file along, and another takes its place. One thread. */
#ifndef PMK_APP_FILES_BATCH_H
#define PMK_APP_FILES_BATCH_H

#include "app/options.h"

/* Whether `path` is a folder, or is to be one: it ends in a slash. */
bool pmk_batch_is_folder(const char *path);

/* Convert all arguments but the last into that folder, which is made if it ends in a slash, and removed if nothing came
 * into it; --jobs says how many processes. Goes on after a file that fails, and says at the end which ones did; stops
 * if there is no room to write, if model or backdrop are bad, and after a signal. Gives the exit code of the first that
 * failed, or PMK_EXIT_INTERNAL after a signal. Call it before other threads start. */
enum pmk_exit pmk_batch_convert(struct pmk_options *options);

#endif

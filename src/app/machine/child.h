/* SPDX-License-Identifier: MIT */
/* Runs another program until it ends, and reads its output instead of showing it.
 *
 * The one rule: a signal that pmk_signals_catch catches also ends that program and all that it started, so that the
 * caller can tidy up. Main thread. */
#ifndef PMK_APP_MACHINE_CHILD_H
#define PMK_APP_MACHINE_CHILD_H

#include <stddef.h>

/* Run argv[0], found on $PATH, with an empty standard input. 0; -ENOENT: it is not installed; -EINTR: a signal ended
 * it; another negative errno: it failed, and `why` is the most telling line of its output, without the newline. Logs
 * nothing. */
int pmk_child_run(const char *const argv[], char *why, size_t size) __attribute__((warn_unused_result));

#endif

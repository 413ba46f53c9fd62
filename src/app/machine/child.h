/* SPDX-License-Identifier: MIT */
/* Another program, run until it ends; what it says is heard, not shown.
 *
 * The one rule: a signal that pmk_signals_catch catches ends it too, with all that it started, so that who called can
 * tidy up. Main thread. */
#ifndef PMK_APP_MACHINE_CHILD_H
#define PMK_APP_MACHINE_CHILD_H

#include <stddef.h>

/* argv[0] is looked for on $PATH. It reads nothing. 0; -ENOENT: it is not installed; -EINTR: a signal ended it; or
 * another negative errno: it failed, and `why` is the line of what it said that tells most, without its end. Nothing is
 * logged. */
int pmk_child_run(const char *const argv[], char *why, size_t size) __attribute__((warn_unused_result));

#endif

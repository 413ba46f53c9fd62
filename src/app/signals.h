/* SPDX-License-Identifier: MIT */
/* Turns SIGINT, SIGTERM and SIGHUP into readable descriptors, for commands that must cover, complete or remove
 * something before they end.
 *
 * The one rule: from catch to release none of them ends the process, so the caller must check often enough for a person
 * who waits. A SIGHUP that is ignored, as under nohup, stays ignored; a SIGINT that a shell ignores for a background
 * job does not. SIGUSR1 and SIGUSR2 mean nothing, and main() ignores them. One thread, except that a signal may be
 * delivered to any. */
#ifndef PMK_APP_SIGNALS_H
#define PMK_APP_SIGNALS_H

#include <stdbool.h>

/* What SIGHUP does. Even where it reloads, it ends the program if its terminal was closed. */
enum pmk_hangup { PMK_HANGUP_ENDS, PMK_HANGUP_RELOADS };

int pmk_signals_catch(enum pmk_hangup hangup) __attribute__((warn_unused_result)); /* 0, or negative errno, logged */
void pmk_signals_release(void); /* restores the previous handlers */
int pmk_signals_fd(void); /* readable from the first signal that ends the program on; do not read it */
bool pmk_signals_came(void); /* false if they were never caught */

/* Readable while a SIGHUP waits for pmk_signals_take_reload; -1 if SIGHUP ends the program. */
int pmk_signals_reload_fd(void);
/* Whether a SIGHUP that asks for a reload has come since the last call. False, too, if the terminal is gone: then
 * pmk_signals_fd is readable. */
bool pmk_signals_take_reload(void);

#endif

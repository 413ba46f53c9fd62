/* SPDX-License-Identifier: MIT */
/* SIGINT, SIGTERM and SIGHUP as something to look at, where a command has to cover, complete or remove something before
 * it ends.
 *
 * The one rule: from catch to release none of them ends the process; whoever caught them looks, soon enough for a
 * person who waits. A SIGHUP that is ignored, as under nohup, stays so; a SIGINT that a shell ignores for what runs in
 * the background does not. One thread, but for what signals are delivered to. */
#ifndef PMK_APP_SIGNALS_H
#define PMK_APP_SIGNALS_H

#include <stdbool.h>

/* What SIGHUP is for. Where it reloads, it still ends the program whose terminal was closed. */
enum pmk_hangup { PMK_HANGUP_ENDS, PMK_HANGUP_RELOADS };

int pmk_signals_catch(enum pmk_hangup hangup) __attribute__((warn_unused_result)); /* 0, or negative errno, logged */
void pmk_signals_release(void); /* they do again what they did before */
int pmk_signals_fd(void); /* readable once one that ends has come, and from then on. Do not read it */
bool pmk_signals_came(void); /* false where they were never caught */

/* Readable while a SIGHUP waits for pmk_signals_take_reload; -1 where it ends. */
int pmk_signals_reload_fd(void);
/* Whether one came since the last call that asks for a reload. False also when the terminal has gone: then the signals'
 * own descriptor is readable. */
bool pmk_signals_take_reload(void);

#endif

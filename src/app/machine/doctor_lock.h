/* SPDX-License-Identifier: MIT */
/* doctor --sandbox: whether the lock of a live run (base/guard/guard.h) holds on this machine. */
#ifndef PMK_APP_MACHINE_DOCTOR_LOCK_H
#define PMK_APP_MACHINE_DOCTOR_LOCK_H

#include "app/commands.h"

/* Lock processes in as a run is, have each try one thing that must fail, and print what happened. PMK_EXIT_INTERNAL:
 * something did not fail. [the only thread] */
enum pmk_exit pmk_doctor_try_lock(bool json);

/* Lock one process in: a set of PMK_GUARD_... that it got, 0 if there was none to try it. [the only thread] */
unsigned pmk_doctor_probe_lock(void);

#endif

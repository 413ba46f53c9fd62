/* SPDX-License-Identifier: MIT */
/* The program's words for each kind of remedy: options, commands of the program, commands of the system. main() gives
 * them to pmk_log_set_cures before it calls anything else but pmk_cures_of_machine. */
#ifndef PMK_APP_CURES_H
#define PMK_APP_CURES_H

#include "base/cure.h"

extern const char *const pmk_cures[PMK_CURES];

/* The same, as far as they are right on this machine now. */
void pmk_cures_of_machine(const char *texts[PMK_CURES]);
/* The same for a run that goes on: an option cannot be added to it. */
void pmk_cures_while_running(const char *texts[PMK_CURES]);

#endif

/* SPDX-License-Identifier: MIT */
/* The program's words for each kind of remedy: options, commands of the program, commands of the system. main() gives
 * them to pmk_log_set_cures before it calls anything else. */
#ifndef PMK_APP_CURES_H
#define PMK_APP_CURES_H

#include "base/cure.h"

extern const char *const pmk_cures[PMK_CURES];

#endif

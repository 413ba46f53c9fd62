/* SPDX-License-Identifier: MIT */
/* Which vectors the program uses. */
#ifndef PMK_APP_CPU_CHOICE_H
#define PMK_APP_CPU_CHOICE_H

#include "app/options.h"

/* Use the level that --cpu names; NULL: the one of $POTEMKIN_CPU, where that is set, else the best there is.
 * PMK_EXIT_USAGE, logged, where that is no level of this machine. Main thread, before others start. */
enum pmk_exit pmk_cpu_choose(const char *asked);

#endif

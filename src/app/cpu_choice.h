/* SPDX-License-Identifier: MIT */
/* The choice of the vector instructions that the program uses. */
#ifndef PMK_APP_CPU_CHOICE_H
#define PMK_APP_CPU_CHOICE_H

#include "app/options.h"

/* Use the level `asked`, which --cpu names if `option`, and else the configuration file; NULL: that of $POTEMKIN_CPU if
 * it is set, else the best of this machine. PMK_EXIT_USAGE, logged, if this machine does not have the level. Main
 * thread, before others start. */
enum pmk_exit pmk_cpu_choose(const char *asked, bool option);

#endif

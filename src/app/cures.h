/* SPDX-License-Identifier: MIT */
/* The program's words for each kind of remedy: options, its commands, what to run on this system. For
 * pmk_log_set_cures, before anything else is called. */
#ifndef PMK_APP_CURES_H
#define PMK_APP_CURES_H

#include "base/cure.h"

extern const char *const pmk_cures[PMK_CURES];

#endif

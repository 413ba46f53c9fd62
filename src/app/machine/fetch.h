/* SPDX-License-Identifier: MIT */
/* potemkin model fetch: gets models from their publishers. Only npm, curl and wget use the network, never potemkin. */
#ifndef PMK_APP_MACHINE_FETCH_H
#define PMK_APP_MACHINE_FETCH_H

#include "app/options.h"

/* Get the models named behind "model fetch", else the two default ones. Afterwards each file is complete and checked,
 * or it is not there. */
enum pmk_exit pmk_fetch_models(const struct pmk_options *options);

#endif

/* SPDX-License-Identifier: MIT */
/* model fetch: models from their publishers, by npm, curl or wget, which are the only ones to use the network. */
#ifndef PMK_APP_MACHINE_FETCH_H
#define PMK_APP_MACHINE_FETCH_H

#include "app/options.h"

/* The models named behind "model fetch", else the two that are taken by default. Each is there whole and checked, or
 * not at all. */
enum pmk_exit pmk_fetch_models(const struct pmk_options *options);

#endif

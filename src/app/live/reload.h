/* SPDX-License-Identifier: MIT */
/* Reads the configuration file again while the program runs. */
#ifndef PMK_APP_LIVE_RELOAD_H
#define PMK_APP_LIVE_RELOAD_H

#include "app/options.h"

/* Read the file again and apply to `pipeline` what can change while it runs; the command line still takes precedence.
 * Other changed settings are logged, and take effect at the next start. `asked` holds the present settings, and is
 * updated. A mistake is logged in one line, and nothing changes. [main thread] */
void pmk_reload(const struct pmk_options *options, struct pmk_settings *asked, struct pmk_pipeline *pipeline);

#endif

/* SPDX-License-Identifier: MIT */
/* The configuration file read again while the program runs. */
#ifndef PMK_APP_LIVE_RELOAD_H
#define PMK_APP_LIVE_RELOAD_H

#include "app/options.h"

/* Read the file again, with the command line still over it, and apply to `pipeline` what can change while it runs; the
 * rest is named and waits for the next start. `asked` are the settings of now, which follow. A mistake is logged in one
 * line, and nothing changes. [main thread] */
void pmk_reload(const struct pmk_options *options, struct pmk_settings *asked, struct pmk_pipeline *pipeline);

#endif

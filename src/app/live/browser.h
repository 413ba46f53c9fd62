/* SPDX-License-Identifier: MIT */
/* Opens an address in the user's browser, by xdg-open. */
#ifndef PMK_APP_LIVE_BROWSER_H
#define PMK_APP_LIVE_BROWSER_H

#include "base/guard/starter.h"

/* Neither waits for the browser nor leaves a child behind; its messages are dropped, since they would only confuse.
 * -ENOTSUP: there is no display; or another negative errno. Logs nothing. [any thread] */
int pmk_browser_open(const char *address);
/* The starter's part (PMK_START_BROWSER): only a page of this machine is opened. */
int pmk_browser_act(struct pmk_order *order, int *fd);

#endif

/* SPDX-License-Identifier: MIT */
/* Opens an address in the user's browser, by xdg-open. */
#ifndef PMK_APP_LIVE_BROWSER_H
#define PMK_APP_LIVE_BROWSER_H

/* Neither waits for the browser nor leaves a child behind; its messages are dropped, since they would only confuse.
 * -ENOTSUP: there is no display; or another negative errno. Logs nothing. [any thread] */
int pmk_browser_open(const char *address);

#endif

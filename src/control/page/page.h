/* SPDX-License-Identifier: MIT */
/* The local page: a live picture and every setting, for a browser on the same machine.
 *
 * The one rule: it shows what viewers see and nothing else, to nobody without the token. The server listens on
 * 127.0.0.1 only. A ticket that works once is in the fragment of the address, which browsers do not send. The page's
 * script gets the token for it, which it sends as a header with every request. There is no cookie:
 * browsers would send it to servers on other ports of this machine, too. A request with
 * another Host, Origin or Sec-Fetch-Site is refused, so no other site gets anything through the user's browser. Errors
 * are logged in one line and returned as negative errno.
 */
#ifndef PMK_CONTROL_PAGE_PAGE_H
#define PMK_CONTROL_PAGE_PAGE_H

#include "control/control.h"

struct pmk_page;

enum { PMK_PAGE_ADDRESS = 96 };

/* Serve the page until stop, in threads of its own; `port` 0: any free one. `folder`: of the user's own backdrops, as
 * for pmk_gallery_folder. The control and the pipeline must outlive it. -EADDRINUSE; -ENOSYS: this build has no page.
 * [control thread] */
int pmk_page_start(struct pmk_control *control, struct pmk_pipeline *pipeline, int port, const char *folder,
	struct pmk_page **page) __attribute__((warn_unused_result));
/* With the ticket in it, which logs in once; then there is another. [any thread] */
void pmk_page_address(struct pmk_page *page, char address[PMK_PAGE_ADDRESS]);
void pmk_page_stop(struct pmk_page *page); /* ends all connections, and frees it; NULL is fine */

#endif

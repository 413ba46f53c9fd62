/* SPDX-License-Identifier: MIT */
/* The page's socket: on 127.0.0.1 and nothing else. */
#ifndef PMK_CONTROL_PAGE_LISTEN_H
#define PMK_CONTROL_PAGE_LISTEN_H

#include "base/guard/starter.h"

/* Listen on `*port`, 0: any free one, which *port then is. A descriptor, or a negative errno. [any thread] */
int pmk_page_listen(int *port) __attribute__((warn_unused_result));
/* The starter's part (PMK_START_LISTEN). */
int pmk_page_listen_act(struct pmk_order *order, int *fd);

#endif

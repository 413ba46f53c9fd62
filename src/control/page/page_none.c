/* SPDX-License-Identifier: MIT */
/* In place of page.c, where libmicrohttpd is left out. */
#include "base/log.h"
#include "control/page/page.h"

#include <errno.h>

int pmk_page_start(struct pmk_control *control, struct pmk_pipeline *pipeline, int port, const char *folder,
	struct pmk_page **page)
{
	pmk_error("this potemkin was built without its page");
	return -ENOSYS;
}

void pmk_page_address(struct pmk_page *page, char address[PMK_PAGE_ADDRESS])
{
	address[0] = '\0';
}

void pmk_page_stop(struct pmk_page *page)
{
}

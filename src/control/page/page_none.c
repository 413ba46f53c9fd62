/* SPDX-License-Identifier: MIT */
/* In place of page.c, where libmicrohttpd is left out. */
#include "base/log.h"
#include "control/page/page.h"

#include <errno.h>

int pmk_page_start(struct pmk_control *control, struct pmk_pipeline *pipeline, int port, struct pmk_page **page)
{
	pmk_error("this potemkin was built without its page");
	return -ENOSYS;
}

const char *pmk_page_address(const struct pmk_page *page)
{
	return "";
}

void pmk_page_stop(struct pmk_page *page)
{
}

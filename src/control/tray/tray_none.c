/* SPDX-License-Identifier: MIT */
/* In place of the other files, where libsystemd is left out. */
#include "control/tray/tray.h"

#include <errno.h>

int pmk_tray_start(struct pmk_control *control, const struct pmk_control_host *host, const char *folder, bool icon,
	struct pmk_tray **tray)
{
	return -ENOSYS;
}

int pmk_tray_stop(struct pmk_tray *tray, const struct timespec *until)
{
	return 0;
}

int pmk_tray_probe(void)
{
	return -ENOSYS;
}

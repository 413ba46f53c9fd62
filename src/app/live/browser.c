/* SPDX-License-Identifier: MIT */
#include "app/live/browser.h"

#include "app/machine/child.h"
#include "base/reap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The shell ends at once, so the browser, which may run for days, is nobody's child here. */
int pmk_browser_open(const char *address)
{
	static const char command[] = "command -v xdg-open >/dev/null && { xdg-open \"$1\" & }";
	const char *const argv[] = { "sh", "-c", command, "sh", address, NULL };
	int nowhere, err;
	pid_t child;

	if (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY"))
		return -ENOTSUP;
	nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nowhere < 0)
		return -errno;
	err = pmk_child_spawn("sh", argv, nowhere, true, &child);
	close(nowhere);
	if (!err)
		(void)pmk_reap(child, PMK_S_NS);
	return err;
}

/* SPDX-License-Identifier: MIT */
#include "app/live/browser.h"

#include "app/machine/child.h"
#include "base/parse.h"
#include "base/reap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The shell ends at once, so the browser, which may run for days, is nobody's child here. */
static int show(const char *address)
{
	static const char command[] = "command -v xdg-open >/dev/null && { xdg-open \"$1\" & }";
	const char *const argv[] = { "sh", "-c", command, "sh", address, NULL };
	int nowhere, err;
	pid_t child;

	nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nowhere < 0)
		return -errno;
	err = pmk_child_spawn("sh", argv, nowhere, true, &child);
	close(nowhere);
	if (!err)
		(void)pmk_reap(child, PMK_S_NS);
	return err;
}

/* Text behind the port could name another host: http://127.0.0.1:x@host/ is one of `host`. */
static bool is_of_this_machine(const char *address)
{
	const char *port = pmk_parse_after(address, "http://127.0.0.1:");
	size_t digits = port ? strspn(port, "0123456789") : 0;

	return digits && digits <= 5 && (port[digits] == '/' || !port[digits]);
}

int pmk_browser_act(struct pmk_order *order, int *fd)
{
	order->result = is_of_this_machine(order->text) ? show(order->text) : -EPERM;
	return order->result;
}

int pmk_browser_open(const char *address)
{
	struct pmk_order order = { .what = PMK_START_BROWSER };
	int fd;

	if (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY"))
		return -ENOTSUP;
	snprintf(order.text, sizeof order.text, "%s", address);
	return pmk_starter_do(&order, pmk_browser_act, &fd);
}

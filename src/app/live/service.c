/* SPDX-License-Identifier: MIT */
#include "app/live/service.h"

#include "base/log.h"
#include "control/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef PMK_HAVE_SYSTEMD
#include <systemd/sd-daemon.h>

void pmk_service_notify(const char *lines)
{
	int err = sd_notify(0, lines);

	if (err < 0)
		pmk_debug("service manager: %s", strerror(-err));
}

uint64_t pmk_service_watchdog_ns(void)
{
	uint64_t usec;

	return sd_watchdog_enabled(0, &usec) > 0 ? usec * 1000 : 0;
}
#else
void pmk_service_notify(const char *lines)
{
}

uint64_t pmk_service_watchdog_ns(void)
{
	return 0;
}
#endif

/* -1: the user has no runtime directory of their own. */
static int open_lock(char path[PATH_MAX])
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (pmk_socket_no_place())
		return -1;
	snprintf(path, PATH_MAX, "%s/potemkin", runtime);
	mkdir(path, 0700);
	snprintf(path, PATH_MAX, "%s/potemkin/lock", runtime);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int pmk_service_lock(void)
{
	char path[PATH_MAX], other[16] = "";
	int fd = open_lock(path);

	if (fd < 0)
		return 0;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (ftruncate(fd, 0) || dprintf(fd, "%d\n", (int)getpid()) < 0)
			pmk_debug("%s: %s", path, strerror(errno));
		return 0; /* the descriptor stays open, and with it the lock */
	}
	if (read(fd, other, sizeof other - 1) > 0)
		other[strcspn(other, "\n")] = '\0';
	close(fd);
	pmk_error("potemkin is already running as process %s; end it (systemctl --user stop potemkin, or kill %s), or "
		  "name this one's outputs with --output",
		other[0] ? other : "?", other[0] ? other : "it");
	return -EBUSY;
}

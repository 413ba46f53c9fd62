/* SPDX-License-Identifier: MIT */
#include "app/live/service.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

void pmk_service_notify(const char *lines)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t length = path ? strlen(path) : 0;
	int fd;

	if (length < 2 || length >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, length);
	if (path[0] == '@')
		to.sun_path[0] = '\0'; /* the abstract namespace */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (const struct sockaddr *)&to,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		pmk_debug("service manager: %s", strerror(errno));
	close(fd);
}

uint64_t pmk_service_watchdog_ns(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!usec || (pid && strtol(pid, NULL, 10) != getpid()))
		return 0;
	return strtoull(usec, NULL, 10) * 1000;
}

/* -1 without a runtime directory of our own. */
static int open_lock(char path[PATH_MAX])
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (!runtime || runtime[0] != '/')
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
	pmk_error("potemkin runs already, as process %s; end it (systemctl --user stop potemkin, or kill %s), or name "
		  "this one's outputs with --output",
		other[0] ? other : "?", other[0] ? other : "it");
	return -EBUSY;
}

/* SPDX-License-Identifier: MIT */
#include "control/socket.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { WAITING = 8 };

static const char NAME[] = "control";

/* The folder of the socket. Names in it are reached through its descriptor, so that nobody can exchange it for a link
 * in between, and so that they fit into a socket's address. */
static int open_folder(bool create)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char path[PATH_MAX];
	struct stat st;
	int fd;

	if (!runtime || runtime[0] != '/' || snprintf(path, sizeof path, "%s/potemkin", runtime) >= (int)sizeof path)
		return -ENOENT;
	if (create && mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR ? -EPERM : -errno;
	if (fstat(fd, &st) || st.st_uid != geteuid() || st.st_mode & 077) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

static struct sockaddr_un address_in(int folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, NAME);
	return address;
}

static int connect_in(int folder, int flags)
{
	struct sockaddr_un address = address_in(folder);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), err;

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* 0: the name is free now. */
static int clear_name(int folder)
{
	struct stat st;
	int fd;

	if (fstatat(folder, NAME, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
		return -EPERM;
	fd = connect_in(folder, SOCK_NONBLOCK);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 || fd == -EAGAIN)
		return -EADDRINUSE;
	return unlinkat(folder, NAME, 0) ? -errno : 0;
}

static int listen_in(int folder)
{
	struct sockaddr_un address = address_in(folder);
	int fd, err = clear_name(folder);

	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof address) || fchmodat(folder, NAME, 0600, 0) ||
		listen(fd, WAITING)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int pmk_socket_listen(void)
{
	int folder = open_folder(true), fd = folder;

	if (folder >= 0) {
		/* until it is closed: another instance that starts now must not take the name between bind and listen
		 */
		fd = flock(folder, LOCK_EX) ? -errno : listen_in(folder);
		close(folder);
	}
	if (fd == -EPERM)
		pmk_warn("$XDG_RUNTIME_DIR/potemkin or the socket \"%s\" in it is not this user's own, or open to "
			 "others; this instance cannot be controlled",
			NAME);
	else if (fd < 0 && fd != -ENOENT && fd != -EADDRINUSE)
		pmk_warn("the control socket cannot be made: %s", strerror(-fd));
	return fd;
}

void pmk_socket_remove(int fd)
{
	int folder = open_folder(false);

	if (folder >= 0) {
		unlinkat(folder, NAME, 0);
		close(folder);
	}
	close(fd);
}

static bool is_own(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

int pmk_socket_accept(int listening)
{
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (is_own(fd))
		return fd;
	pmk_warn("a program of another user tried to control this one, and was refused");
	close(fd);
	return -EPERM;
}

int pmk_socket_connect(void)
{
	int folder = open_folder(false), fd = folder;

	if (folder < 0)
		return folder;
	fd = connect_in(folder, 0);
	close(folder);
	if (fd < 0 || is_own(fd))
		return fd;
	close(fd);
	return -EPERM;
}

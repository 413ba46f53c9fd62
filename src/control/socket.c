/* SPDX-License-Identifier: MIT */
#include "control/socket.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
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

static const uint64_t RETRY_NS = 20 * PMK_MS_NS;

static const char NAME[] = "control";

/* Let the members of the group in. 0, or negative errno: this process is no member of it itself. */
static int share_folder(int fd, gid_t group)
{
	return fchown(fd, (uid_t)-1, group) || fchmod(fd, 0750) ? -errno : 0;
}

const char *pmk_socket_no_place(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	if (!runtime || !*runtime)
		return "XDG_RUNTIME_DIR is not set";
	if (*runtime != '/')
		return "XDG_RUNTIME_DIR is no absolute path";
	if (strlen(runtime) >= PATH_MAX - sizeof "/potemkin")
		return "XDG_RUNTIME_DIR is too long";
	if (stat(runtime, &st))
		return errno == EACCES ? NULL : "XDG_RUNTIME_DIR names a folder that is not there";
	if (!S_ISDIR(st.st_mode))
		return "XDG_RUNTIME_DIR is no folder";
	if (st.st_mode & S_IWOTH)
		return "XDG_RUNTIME_DIR names a folder that everybody may write to";
	/* what root made there would be in that user's way */
	return st.st_uid && !geteuid() ? "XDG_RUNTIME_DIR belongs to another user" : NULL;
}

/* The folder of the socket, for this user alone, or with the group `group`; to connect, no one else may write there. A
 * run that had a group and was killed leaves the folder to it: it is taken back. Names in it are reached through its
 * descriptor, so that nobody can exchange it for a link in between, and so that they fit into a socket's address. */
static int open_folder(bool create, gid_t group)
{
	mode_t others = !create ? 022 : group == PMK_NO_GROUP ? 077 : 027;
	char path[PATH_MAX];
	struct stat st;
	int fd, err;

	if (pmk_socket_no_place())
		return -ENOENT;
	snprintf(path, sizeof path, "%s/potemkin", getenv("XDG_RUNTIME_DIR"));
	if (create && mkdir(path, 0700) && errno != EEXIST)
		return errno == EACCES ? -EPERM : -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR || errno == EACCES ? -EPERM : -errno;
	err = fstat(fd, &st) || st.st_uid != geteuid() ? -EPERM : 0;
	if (!err && create && group != PMK_NO_GROUP)
		err = share_folder(fd, group);
	else if (!err && create && !(st.st_mode & 027))
		err = fchmod(fd, 0700) ? -errno : 0;
	if (!err && (fstat(fd, &st) || st.st_mode & others))
		err = -EPERM;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static struct sockaddr_un address_in(int folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, NAME);
	return address;
}

/* -EAGAIN: too many wait to be accepted, until then. The kernel tells nobody when that is over. */
static int connect_in(int folder, uint64_t until_ns)
{
	struct sockaddr_un address = address_in(folder);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;

	if (fd < 0)
		return -errno;
	while ((err = connect(fd, (struct sockaddr *)&address, sizeof address) ? -errno : 0) == -EAGAIN &&
		pmk_clock_now_ns() < until_ns)
		pmk_clock_sleep_until(pmk_clock_now_ns() + RETRY_NS);
	if (!err && fcntl(fd, F_SETFL, O_RDWR)) /* it may block from now on */
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
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
	fd = connect_in(folder, 0);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 || fd == -EAGAIN)
		return -EADDRINUSE;
	return unlinkat(folder, NAME, 0) && errno != ENOENT ? -errno : 0;
}

static int listen_in(int folder, gid_t group)
{
	mode_t mode = group == PMK_NO_GROUP ? 0600 : 0660;
	struct sockaddr_un address = address_in(folder);
	int fd, err = clear_name(folder);

	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof address) ||
		(group != PMK_NO_GROUP && fchownat(folder, NAME, (uid_t)-1, group, AT_SYMLINK_NOFOLLOW)) ||
		fchmodat(folder, NAME, mode, 0) || listen(fd, WAITING)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static void tell_no_control(int err)
{
	const char *no_place = pmk_socket_no_place();

	if (no_place)
		pmk_warn("%s, so potemkin ctl and status cannot reach this run; set it to a folder of your own for "
			 "both, as in export XDG_RUNTIME_DIR=/run/user/%d",
			no_place, (int)geteuid());
	else if (err == -EPERM)
		pmk_warn("$XDG_RUNTIME_DIR/potemkin or the socket \"%s\" in it is not this user's own, or open to "
			 "others; this instance cannot be controlled until that folder is removed, or "
			 "XDG_RUNTIME_DIR names one of this user's own",
			NAME);
	else
		pmk_warn("the control socket cannot be made in $XDG_RUNTIME_DIR/potemkin: %s; potemkin ctl and status "
			 "cannot reach this run unless XDG_RUNTIME_DIR names another folder of your own",
			strerror(-err));
}

int pmk_socket_listen(gid_t group)
{
	int folder = open_folder(true, group), fd = folder;

	if (folder >= 0) {
		/* until it is closed: another instance that starts now must not take the name between bind and listen
		 */
		fd = flock(folder, LOCK_EX) ? -errno : listen_in(folder, group);
		close(folder);
	}
	if (fd < 0 && fd != -EADDRINUSE)
		tell_no_control(fd);
	return fd;
}

void pmk_socket_remove(int fd)
{
	int folder = open_folder(false, 0);

	if (folder >= 0) {
		unlinkat(folder, NAME, 0);
		fchmod(folder, 0700); /* a later run may be for this user alone */
		close(folder);
	}
	close(fd);
}

static bool ask_peer(int fd, struct ucred *peer)
{
	socklen_t size = sizeof *peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &size) == 0;
}

/* Whether the peer was a member of the group when it connected. */
static bool is_member(int fd, const struct ucred *peer, gid_t group)
{
	gid_t few[64], *all = few;
	socklen_t size = sizeof few;
	bool found = peer->gid == group;
	int err = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, few, &size);

	if (err && errno == ERANGE) {
		all = malloc(size);
		err = all ? getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, all, &size) : -1;
	}
	for (size_t i = 0; !err && i < size / sizeof *all; i++)
		found |= all[i] == group;
	if (all != few)
		free(all);
	return found;
}

/* The user itself; with a group, root and its members, too. */
static bool may_control(int fd, gid_t group)
{
	struct ucred peer;

	if (!ask_peer(fd, &peer))
		return false;
	return peer.uid == geteuid() || (group != PMK_NO_GROUP && (peer.uid == 0 || is_member(fd, &peer, group)));
}

int pmk_socket_accept(int listening, gid_t group)
{
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (may_control(fd, group))
		return fd;
	pmk_warn("a program of another user tried to control this one, and was refused");
	close(fd);
	return -EPERM;
}

/* Connect in a folder, which is closed then. The user at the other end must be its owner. */
static int connect_to_owner(int folder, uid_t owner, uint64_t until_ns)
{
	int fd = connect_in(folder, until_ns);
	struct ucred peer;

	close(folder);
	if (fd < 0 || (ask_peer(fd, &peer) && peer.uid == owner))
		return fd;
	close(fd);
	return -EPERM;
}

int pmk_socket_connect_shared(const char *path, uint64_t until_ns)
{
	int folder = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (folder < 0)
		return -errno;
	if (fstat(folder, &st) == 0 && !(st.st_mode & 022))
		return connect_to_owner(folder, st.st_uid, until_ns);
	close(folder);
	return -EPERM;
}

int pmk_socket_connect_own(uint64_t until_ns)
{
	int folder = open_folder(false, PMK_NO_GROUP);

	return folder < 0 ? folder : connect_to_owner(folder, geteuid(), until_ns);
}

int pmk_socket_connect(uint64_t until_ns)
{
	int fd = pmk_socket_connect_own(until_ns), shared;

	if (fd != -ENOENT && fd != -ECONNREFUSED)
		return fd;
	shared = pmk_socket_connect_shared(PMK_SOCKET_SHARED, until_ns);
	return shared == -ENOENT || shared == -ECONNREFUSED ? fd : shared;
}

int pmk_socket_group(const char *name, gid_t *group)
{
	const struct group *found;

	*group = PMK_NO_GROUP;
	if (!*name)
		return 0;
	found = getgrnam(name);
	if (!found)
		return -ENOENT;
	*group = found->gr_gid;
	return 0;
}

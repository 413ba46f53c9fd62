/* SPDX-License-Identifier: MIT */
#include "base/place/claim.h"

#include "base/place/file_id.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { TRIES = 100 };

static bool is_at(int fd, const char *name)
{
	struct pmk_file_id id = { 0 };

	return pmk_file_id_of(fd, &id) == 0 && pmk_file_id_is_at(&id, name);
}

/* 0; -EBUSY; or another errno: there are no locks here. */
static int lock(int fd, int kind)
{
	if (flock(fd, kind | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

/* For writing, as NFS locks no other file. One that may only be read can still be removed. */
static int open_left(const char *name)
{
	enum { FLAGS = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };
	int fd = open(name, O_RDWR | FLAGS);

	return fd < 0 && (errno == EACCES || errno == EROFS) ? open(name, O_RDONLY | FLAGS) : fd;
}

/* Only who has its lock may remove it: it might be the next one's by then. */
static int remove_left(const char *name)
{
	int fd = open_left(name), err;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	err = lock(fd, LOCK_EX);
	if (!err && is_at(fd, name) && unlink(name) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* -EAGAIN: another process looked whether it was left meanwhile. */
static int make(const char *temporary, mode_t mode)
{
	int fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode), err;

	if (fd < 0)
		return -errno;
	err = lock(fd, LOCK_EX);
	if (!err && is_at(fd, temporary))
		return fd;
	if (err && err != -EBUSY)
		unlink(temporary);
	close(fd);
	return err && err != -EBUSY ? err : -EAGAIN;
}

int pmk_claim_create(const char *temporary, mode_t mode)
{
	for (int try = 0; try < TRIES; try++) {
		int made = make(temporary, mode);

		if (made == -EEXIST) {
			int err = remove_left(temporary);

			made = err ? err : -EAGAIN;
		}
		if (made != -EAGAIN)
			return made;
	}
	return -EBUSY;
}

bool pmk_claim_is_held(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	bool held = fd >= 0 && lock(fd, LOCK_SH) == -EBUSY;

	if (fd >= 0)
		close(fd);
	return held;
}

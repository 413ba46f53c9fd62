/* SPDX-License-Identifier: MIT */
#include "base/place/rename_new.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* The name is taken by an empty file first. Not every file system has hard links. */
static int take_and_rename(const char *from, const char *to)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), err;

	if (fd < 0)
		return -errno;
	close(fd);
	if (rename(from, to) == 0)
		return 0;
	err = -errno;
	unlink(to);
	return err;
}

int pmk_rename_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	return errno == EINVAL ? take_and_rename(from, to) : -errno;
}

/* SPDX-License-Identifier: MIT */
#include "base/place/take_after.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The group's bits of a file with an access control list are the most that anyone in it gets, not what the group gets:
 * without the list, they would open the file to the group. */
void pmk_take_after(int fd, const char *path, const struct stat *old)
{
	static const char list[] = "system.posix_acl_access";
	mode_t mode = old->st_mode & 0777;
	char acl[4096];
	ssize_t size = getxattr(path, list, acl, sizeof acl);
	bool listed = size > 0 || (size < 0 && errno != ENODATA && errno != ENOTSUP);

	if (fchown(fd, old->st_uid, old->st_gid) < 0 && fchown(fd, (uid_t)-1, old->st_gid) < 0) {
		mode &= ~(mode_t)S_IRWXG | (mode & S_IRWXO) << 3;
		size = -1;
	}
	if (size <= 0 || fsetxattr(fd, list, acl, (size_t)size, 0) < 0) {
		fremovexattr(fd, list); /* the directory may give its files one */
		mode &= listed ? ~(mode_t)S_IRWXG : 0777;
	}
	fchmod(fd, mode);
}

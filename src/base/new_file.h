/* SPDX-License-Identifier: MIT */
/* A new file that appears whole or not at all: it is written as a hidden temporary file in the same directory, then
 * renamed.
 *
 *	fd = pmk_new_file_create(&file, path);
 *	err = ... pmk_new_file_write to fd, now or later ...
 *	err = pmk_new_file_end(&file, path, fd, err, NULL);
 *
 * or pmk_new_file_keep or pmk_new_file_drop, and then close fd: the claim of a file ends when it is closed, and another
 * process may have the temporary name then.
 *
 * If `path` is a link, the link stays and its target is replaced. A pipe or device is never replaced. Errors are logged
 * in one line that names the file, and returned as negative errno. One thread at a time. */
#ifndef PMK_BASE_NEW_FILE_H
#define PMK_BASE_NEW_FILE_H

#include "base/guard/starter.h"
#include "base/place/file_id.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct pmk_new_file {
	char *path, *temporary; /* owned */
	struct pmk_file_id own; /* of the file at the temporary name, as long as that is this one */
	bool claimed; /* no other process writes a file of that path */
	bool precious; /* set after the claim: if another program takes the place meanwhile, keep it beside that one */
	bool partial; /* set before keep, not by the starter: it replaces no older file, and stays beside that one */
	/* There was a file of that name: this one, of this time. It is held open, since FAT and some of
	 * FUSE's file systems give a file another number once nobody has it. */
	bool replaces;
	int older;
	struct pmk_file_id older_id;
	struct timespec modified;
	int ticket; /* by which the starter (guard/starter.h) knows it, for a process that may make no file; or 0 */
};

/* Create the temporary file, empty, and open it for reading and writing. Its permissions are those of the file that it
 * will replace: mode, access control list and, as far as the system allows it, owner and group; for a new name, the
 * usual ones (0666 less the umask). Returns a file descriptor, which the caller closes, or -ENOENT (no such directory),
 * -EACCES, -EISDIR, -ENOTSUP (a pipe or device), -ENAMETOOLONG, -EBUSY (the path is that of a claimed file, under
 * whatever name) or another errno of open. */
int pmk_new_file_create(struct pmk_new_file *file, const char *path) __attribute__((warn_unused_result));

/* The same for a file that takes long to write. For as long as it is open, also after keep, no other process makes a
 * file of that path: -EBUSY there. What was left by one that was killed is removed. Where the file system has no locks,
 * there is no claim. Keep or drop it before you close it; pmk_new_file_end is not for it. */
int pmk_new_file_claim(struct pmk_new_file *file, const char *path) __attribute__((warn_unused_result));

/* Write all of these bytes. 0, or the errno of write; not logged. Inline, so that the modules have it, too. */
static inline int pmk_new_file_write(int fd, const uint8_t *data, size_t bytes)
{
	while (bytes) {
		ssize_t done = write(fd, data, bytes);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			data += done;
			bytes -= (size_t)done;
		}
	}
	return 0;
}

/* The reason for an error of it, in words. Inline likewise. */
static inline const char *pmk_new_file_reason(int err)
{
	return err == -EFBIG ? "the limit of a file's size is reached (ulimit -f)" : strerror(-err);
}

/* The path of what a process leaves there that was killed, and the next claim removes. The caller frees it; NULL: no
 * memory. */
char *pmk_new_file_left(const char *path);

/* Rename the temporary file into place. On failure it is removed, and what was there before stays. `file` is zeroed.
 * -ENOENT, also: another program has removed the temporary file, or put one of its own there, which stays. -EEXIST, of
 * a claimed file: another program has put a file there meanwhile. -EALREADY, of a partial one: the older file stays,
 * and this one keeps its temporary name, which is said, until the next claim; without claims, for good. */
int pmk_new_file_keep(struct pmk_new_file *file) __attribute__((warn_unused_result));
/* Remove the temporary file, if it is still this one. A zeroed `file` is allowed. */
void pmk_new_file_drop(struct pmk_new_file *file);

/* Close it, and keep the file; or if writing failed with `err`, a negative errno, or closing does, log it and drop the
 * file. `why`: what `err` means; NULL: what the system calls it. Returns 0 or what failed. */
int pmk_new_file_end(struct pmk_new_file *file, const char *path, int fd, int err, const char *why)
	__attribute__((warn_unused_result));

/* For the next functions: rename, as keep does, without a word; and let go of `file`, whose names stay as they are. */
int pmk_new_file_place(const struct pmk_new_file *file) __attribute__((warn_unused_result));
void pmk_new_file_forget(struct pmk_new_file *file);

/* The starter's part: PMK_START_FILE, once it has been decided that the path is a good one, ..._KEEP, ..._DROP. */
int pmk_new_file_act(struct pmk_order *order, int *fd);
int pmk_new_file_keep_act(struct pmk_order *order, int *fd);
int pmk_new_file_drop_act(struct pmk_order *order, int *fd);

#endif

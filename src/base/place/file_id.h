/* SPDX-License-Identifier: MIT */
/* Which file it is, whatever its name: for a process that has made a file, whether a name is still that file's.
 *
 * The one rule: it holds for as long as somebody has the file open. FAT and some of FUSE's file systems may give a file
 * another number after that, and any file system gives the number of a removed file to another. Any thread; nothing is
 * logged. */
#ifndef PMK_BASE_PLACE_FILE_ID_H
#define PMK_BASE_PLACE_FILE_ID_H

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

struct pmk_file_id {
	dev_t device;
	ino_t number;
};

/* 0, or the errno of fstat. */
static inline int pmk_file_id_of(int fd, struct pmk_file_id *id)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*id = (struct pmk_file_id){ st.st_dev, st.st_ino };
	return 0;
}

static inline bool pmk_file_id_is(const struct pmk_file_id *id, const struct stat *st)
{
	return st->st_dev == id->device && st->st_ino == id->number;
}

/* A link to it is another file. */
static inline bool pmk_file_id_is_at(const struct pmk_file_id *id, const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0 && S_ISREG(st.st_mode) && pmk_file_id_is(id, &st);
}

#endif

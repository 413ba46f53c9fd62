/* SPDX-License-Identifier: MIT */
#include "base/new_file.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 100 };

static enum pmk_cure cure_of(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
		return PMK_CURE_MAKE_FOLDER;
	case -EACCES:
	case -EPERM:
	case -EROFS:
		return PMK_CURE_WRITABLE_FOLDER;
	case -EISDIR:
		return PMK_CURE_NAME_INSIDE;
	case -ENOTSUP:
		return PMK_CURE_NAME_FILE;
	default:
		return PMK_CURE_OTHER_PLACE;
	}
}

static int fail(const char *path, int err)
{
	pmk_error_cure(cure_of(err), "%s: cannot be created: %s", path,
		err == -ENOTSUP ? "not a regular file" : strerror(-err));
	return err;
}

/* Refuse to replace anything but a regular file: a rename would take a pipe or device away from its readers. */
static int check_place(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
		return 0;
	return S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;
}

/* The target if `path` is a link, so that the link stays; otherwise `path` itself. The caller frees it. */
static char *real_place(const char *path)
{
	char *real = realpath(path, NULL);

	return real ? real : strdup(path);
}

/* "DIRECTORY/.NAME.PID-TRY" */
static char *temporary_name(const char *path, int try)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *text;

	if (asprintf(&text, "%.*s.%s.%d-%d", (int)(name - path), path, name, (int)getpid(), try) < 0)
		return NULL;
	return text;
}

static void forget(struct pmk_new_file *file)
{
	free(file->path);
	free(file->temporary);
	*file = (struct pmk_new_file){ 0 };
}

int pmk_new_file_create(struct pmk_new_file *file, const char *path)
{
	struct pmk_new_file made = { 0 };
	int fd = -1, err = check_place(path);

	if (err)
		return fail(path, err);
	made.path = real_place(path);
	if (!made.path)
		return fail(path, -ENOMEM);
	for (int try = 0; fd < 0 && try < TRIES; try++) {
		free(made.temporary);
		made.temporary = temporary_name(made.path, try);
		errno = ENOMEM;
		if (!made.temporary)
			break;
		fd = open(made.temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		err = fail(path, -errno);
		forget(&made);
		return err;
	}
	*file = made;
	return fd;
}

int pmk_new_file_keep(struct pmk_new_file *file)
{
	int err = 0;

	if (rename(file->temporary, file->path) < 0) {
		err = fail(file->path, -errno);
		unlink(file->temporary);
	}
	forget(file);
	return err;
}

void pmk_new_file_drop(struct pmk_new_file *file)
{
	if (file->temporary)
		unlink(file->temporary);
	forget(file);
}

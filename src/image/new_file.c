/* SPDX-License-Identifier: MIT */
#include "image/new_file.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 100 };

static const char *remedy(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
		return "make its directory first";
	case -EACCES:
	case -EPERM:
	case -EROFS:
		return "choose a directory that you may write to";
	case -EISDIR:
		return "name a file inside it";
	default:
		return "choose another place";
	}
}

static int fail(const char *path, int err)
{
	pmk_error("%s: cannot be created: %s; %s", path, strerror(-err), remedy(err));
	return err;
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

int pmk_new_file_create(struct pmk_new_file *file, const char *path)
{
	struct pmk_new_file made = { 0 };
	struct stat st;
	int fd = -1, err;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return fail(path, -EISDIR);
	for (int try = 0; fd < 0 && try < TRIES; try++) {
		free(made.temporary);
		made.temporary = temporary_name(path, try);
		if (!made.temporary)
			return fail(path, -ENOMEM);
		fd = open(made.temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	err = fd < 0 ? -errno : 0;
	made.path = strdup(path);
	if (!err && !made.path) {
		err = -ENOMEM;
		close(fd);
		unlink(made.temporary);
	}
	if (err) {
		free(made.path);
		free(made.temporary);
		return fail(path, err);
	}
	*file = made;
	return fd;
}

static void forget(struct pmk_new_file *file)
{
	free(file->path);
	free(file->temporary);
	*file = (struct pmk_new_file){ 0 };
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

/* SPDX-License-Identifier: MIT */
#include "base/new_file.h"

#include "base/log.h"
#include "base/place/claim.h"
#include "base/place/file_place.h"
#include "base/place/rename_new.h"
#include "base/place/take_after.h"
#include "base/words/phrase.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much of the name a temporary name has: it must not be too long for the file system either. */
enum { TRIES = 100, NAME_KEPT = 100 };

/* Whether the directory of `path` exists; of a link, that of its target. */
static bool has_folder(const char *path)
{
	char *place = pmk_file_place_real(path);
	const char *slash = place ? strrchr(place, '/') : NULL;
	char folder[PATH_MAX];
	struct stat st;

	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash + 1 - place) : 1, slash ? place : ".");
	free(place);
	return stat(folder, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum pmk_cure cure_of(const char *path, int err)
{
	switch (err) {
	case -ENOENT:
		return has_folder(path) ? PMK_CURE_OTHER_PLACE : PMK_CURE_MAKE_FOLDER;
	case -EACCES:
	case -EPERM:
	case -EROFS:
		return PMK_CURE_WRITABLE_FOLDER;
	case -EISDIR:
		return PMK_CURE_NAME_INSIDE;
	case -ENOTSUP:
		return PMK_CURE_NAME_FILE;
	case -EPIPE:
	case -ETIME:
		return PMK_CURE_START_AGAIN;
	case -EBUSY:
		return PMK_CURE_END_WRITER;
	case -ENAMETOOLONG:
		return PMK_CURE_SHORTER_NAME;
	case -ENOMEM:
		return PMK_CURE_MORE_MEMORY;
	case -EMFILE:
	case -ENFILE:
		return PMK_CURE_NONE;
	default:
		return PMK_CURE_OTHER_PLACE;
	}
}

static const char *reason_of(const char *path, int err)
{
	switch (err) {
	case -EBUSY:
		return "another program is writing it";
	case -EEXIST:
		return "another program has put a file there meanwhile";
	case -ENOTSUP:
		return "not a regular file";
	case -ENOTDIR:
		return "what should be its directory is a file";
	case -ENAMETOOLONG:
		return "the name is too long for a file";
	case -ENOENT:
		if (has_folder(path))
			return "its directory takes no new files";
	}
	return pmk_starter_reason(err);
}

static int fail(const char *path, int err)
{
	pmk_error_cure(cure_of(path, err), "%s: cannot be created: %s",
		err == -ENAMETOOLONG ? pmk_short(path, 100).text : path, reason_of(path, err));
	return err;
}

/* The same where a finished file could not be put in place: it may be gone, and then the directory is not at fault. */
static int fail_to_keep(const char *path, int err)
{
	if (err != -ENOENT || !has_folder(path))
		return fail(path, err);
	pmk_error("%s: cannot be created: its temporary file was removed or replaced meanwhile", path);
	return err;
}

/* Refuse a name that is too long, and to replace anything but a regular file: a rename would take a pipe or device away
 * from its readers. */
static int check_place(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENAMETOOLONG ? -ENAMETOOLONG : 0;
	if (S_ISREG(st.st_mode))
		return 0;
	return S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;
}

/* "DIRECTORY/.NAME.PID-NUMBER"; a long NAME is cut, between two characters. */
static char *temporary_name(const char *path, int number)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t kept = strlen(name);
	char *text;

	if (kept > NAME_KEPT) {
		kept = NAME_KEPT;
		while ((name[kept] & 0xc0) == 0x80)
			kept--;
	}
	if (asprintf(&text, "%.*s.%.*s.%d-%d", (int)(name - path), path, (int)kept, name, (int)getpid(), number) < 0)
		return NULL;
	return text;
}

/* "DIRECTORY/.NAME.potemkin"; too long if NAME almost is. */
static char *claimed_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *text;

	return asprintf(&text, "%.*s.%s.potemkin", (int)(name - path), path, name) < 0 ? NULL : text;
}

char *pmk_new_file_left(const char *path)
{
	char *real = pmk_file_place_real(path), *name = real ? claimed_name(real) : NULL;

	free(real);
	return name;
}

/* Create it with the first number that is free. A file descriptor, or negative errno. */
static int open_numbered(struct pmk_new_file *file, mode_t mode)
{
	int fd = -EEXIST;

	for (int try = 0; fd == -EEXIST && try < TRIES; try++) {
		free(file->temporary);
		file->temporary = temporary_name(file->path, try);
		if (!file->temporary)
			return -ENOMEM;
		fd = open(file->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		fd = fd < 0 ? -errno : fd;
	}
	return fd;
}

static int open_claimed(struct pmk_new_file *file, mode_t mode)
{
	int fd;

	file->temporary = claimed_name(file->path);
	fd = file->temporary ? pmk_claim_create(file->temporary, mode) : -ENOMEM;
	file->claimed = fd >= 0;
	return fd;
}

/* Create the temporary file for file->path. */
static int open_temporary(struct pmk_new_file *file, bool claimed)
{
	struct stat old;
	mode_t mode = stat(file->path, &old) == 0 ? 0600 : 0666;
	int fd = -ENOLCK;

	if (claimed)
		fd = open_claimed(file, mode);
	if (fd < 0 && fd != -EBUSY)
		fd = open_numbered(file, mode);
	return fd;
}

/* Note the older file, if there is one, and make the new one, `fd`, as private. */
static int hold_older(struct pmk_new_file *file, int fd)
{
	struct stat old;

	file->older = open(file->path, O_PATH | O_CLOEXEC);
	if (file->older < 0)
		return errno == ENOENT ? 0 : -errno;
	file->replaces = true;
	if (fstat(file->older, &old) < 0)
		return -errno;
	pmk_take_after(fd, file->path, &old);
	file->older_id = (struct pmk_file_id){ old.st_dev, old.st_ino };
	file->modified = old.st_mtim;
	return 0;
}

void pmk_new_file_forget(struct pmk_new_file *file)
{
	if (file->replaces)
		close(file->older);
	free(file->path);
	free(file->temporary);
	*file = (struct pmk_new_file){ 0 };
}

/* Have it done by the starter, and forget it. */
static int have_ended(struct pmk_new_file *file, enum pmk_start what)
{
	struct pmk_order order = { .what = (int32_t)what, .number = file->ticket };
	pmk_start_act act = what == PMK_START_FILE_KEEP ? pmk_new_file_keep_act : pmk_new_file_drop_act;
	int fd, err = pmk_starter_do(&order, act, &fd);

	if (err)
		fail_to_keep(file->path ? file->path : "?", err);
	pmk_new_file_forget(file);
	return err;
}

static atomic_int tickets; /* how many files were begun by the starter */

static int have_created(struct pmk_new_file *file, const char *path, bool claimed)
{
	struct pmk_new_file made = { .ticket = atomic_fetch_add(&tickets, 1) + 1 };
	struct pmk_order order = { .what = PMK_START_FILE, .number = made.ticket, .result = claimed };
	int fd = -ENAMETOOLONG;

	if (snprintf(order.text, sizeof order.text, "%s", path) < (int)sizeof order.text)
		fd = pmk_starter_open(&order, pmk_new_file_act);
	if (fd < 0) {
		if (fd == -EMFILE) /* it may have been made, and could not be handed over */
			(void)have_ended(&made, PMK_START_FILE_DROP);
		return fail(path, fd);
	}
	made.path = strdup(path);
	*file = made;
	return fd;
}

static void remove_temporary(const struct pmk_new_file *file)
{
	if (file->temporary && pmk_file_id_is_at(&file->own, file->temporary))
		unlink(file->temporary);
}

/* The file itself is looked at last: a process that had the claim before may have renamed its own to it by now. */
static int create_here(struct pmk_new_file *file, bool claimed)
{
	int fd = open_temporary(file, claimed), err;

	if (fd < 0)
		return fd;
	err = pmk_file_id_of(fd, &file->own);
	if (!err)
		err = hold_older(file, fd);
	if (!err && pmk_claim_is_held(file->path))
		err = -EBUSY;
	if (!err)
		return fd;
	remove_temporary(file);
	close(fd);
	return err;
}

static int create(struct pmk_new_file *file, const char *path, bool claimed)
{
	struct pmk_new_file made = { 0 };
	int fd, err = check_place(path);

	if (err)
		return fail(path, err);
	if (pmk_starter_is_there())
		return have_created(file, path, claimed);
	made.path = pmk_file_place_real(path);
	fd = made.path ? create_here(&made, claimed) : -ENOMEM;
	if (fd < 0) {
		pmk_new_file_forget(&made);
		return fail(path, fd);
	}
	*file = made;
	return fd;
}

int pmk_new_file_create(struct pmk_new_file *file, const char *path)
{
	return create(file, path, false);
}

int pmk_new_file_claim(struct pmk_new_file *file, const char *path)
{
	return create(file, path, true);
}

/* The number of a file that was removed may be that of the next one, so its time counts, too. */
static bool is_replaced(const struct pmk_new_file *file, const struct stat *now)
{
	return file->replaces && pmk_file_id_is(&file->older_id, now) && now->st_mtim.tv_sec == file->modified.tv_sec &&
		now->st_mtim.tv_nsec == file->modified.tv_nsec;
}

/* A file that was there when this one was claimed may be replaced, but not by a part; and no other. */
int pmk_new_file_place(const struct pmk_new_file *file)
{
	struct stat now;
	int err = pmk_file_id_is_at(&file->own, file->temporary) ? check_place(file->path) : -ENOENT;

	if (!err && stat(file->path, &now) == 0) {
		if (file->claimed && !is_replaced(file, &now))
			return -EEXIST;
		if (file->partial)
			return -EALREADY;
	}
	if (!err && rename(file->temporary, file->path) < 0)
		err = -errno;
	return err;
}

/* A part of what was wanted: the next claim removes it, if there can be claims. */
static void leave(const struct pmk_new_file *file)
{
	pmk_warn_cure(PMK_CURE_MOVE_FILE, "%s: the older file stays, as the new one is not complete; that is %s%s",
		file->path, file->temporary, file->claimed ? " until another is begun" : "");
}

/* Rename the new file to a hidden name that no process takes for one that was left. */
static void keep_beside(const struct pmk_new_file *file)
{
	char *name = NULL;
	int err = -EEXIST;

	for (int try = 0; err == -EEXIST && try < TRIES; try++) {
		free(name);
		name = temporary_name(file->path, try);
		err = name ? pmk_rename_new(file->temporary, name) : -ENOMEM;
	}
	pmk_error_cure(PMK_CURE_MOVE_FILE,
		"%s: another program has put a file there meanwhile, which stays; this one is %s", file->path,
		err ? file->temporary : name);
	free(name);
}

int pmk_new_file_keep(struct pmk_new_file *file)
{
	int err;

	if (file->ticket)
		return have_ended(file, PMK_START_FILE_KEEP);
	err = pmk_new_file_place(file);
	if (err == -EALREADY) {
		leave(file);
	} else if (err == -EEXIST && file->precious) {
		keep_beside(file);
	} else if (err) {
		fail_to_keep(file->path, err);
		remove_temporary(file);
	}
	pmk_new_file_forget(file);
	return err;
}

void pmk_new_file_drop(struct pmk_new_file *file)
{
	if (file->ticket) {
		(void)have_ended(file, PMK_START_FILE_DROP);
		return;
	}
	remove_temporary(file);
	pmk_new_file_forget(file);
}

/* Its number is known only for as long as it is open: see place/file_id.h. */
int pmk_new_file_end(struct pmk_new_file *file, const char *path, int fd, int err, const char *why)
{
	int held = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (close(fd) < 0 && !err)
		err = -errno;
	if (err) {
		pmk_error_cure(err == -ENOSPC ? PMK_CURE_FREE_SPACE : PMK_CURE_NONE, "%s: cannot be written: %s", path,
			why && err != -EFBIG ? why : pmk_new_file_reason(err));
		pmk_new_file_drop(file);
	} else {
		err = pmk_new_file_keep(file);
	}
	if (held >= 0)
		close(held);
	return err;
}

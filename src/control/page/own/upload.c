/* SPDX-License-Identifier: MIT */
#include "control/page/own/upload.h"

#include "base/clock.h"
#include "base/parse.h"
#include "control/page/own/folder.h"
#include "control/page/own/kind.h"
#include "control/page/own/place.h"
#include "media/still.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 1000, STALE_S = 3600 };

struct pmk_upload {
	char chosen[PMK_SPEC]; /* as it was given */
	char folder[PATH_MAX], temporary[PATH_MAX]; /* "": there is none any more */
	char name[PMK_OWN_NAME];
	int fd;
	size_t bytes;
	uint64_t started_ns;
	int err; /* the first one */
};

/* Remove what a process left that was killed. */
static void sweep(const char *folder)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	struct stat st;

	while (directory && (entry = readdir(directory))) {
		if (strncmp(entry->d_name, PMK_OWN_TEMPORARY, strlen(PMK_OWN_TEMPORARY)) == 0 &&
			fstatat(dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			st.st_mtime + STALE_S < time(NULL))
			unlinkat(dirfd(directory), entry->d_name, 0);
	}
	if (directory)
		closedir(directory);
}

int pmk_upload_begin(const char *chosen, const char *name, struct pmk_upload **upload)
{
	struct pmk_upload *u = calloc(1, sizeof *u);
	int err = u ? pmk_own_folder(chosen, u->folder) : -ENOMEM;

	if (!err)
		err = pmk_spec_copy(u->chosen, chosen);
	if (!err)
		u->fd = pmk_own_new(chosen, u->temporary);
	if (!err && u->fd < 0)
		err = u->fd;
	if (err) {
		free(u);
		return err;
	}
	sweep(u->folder);
	pmk_own_clean_name(name, u->name);
	u->started_ns = pmk_clock_now_ns();
	*upload = u;
	return 0;
}

void pmk_upload_add(struct pmk_upload *u, const void *data, size_t bytes)
{
	const char *at = data;

	if (!u->err && bytes > PMK_UPLOAD_MOST - u->bytes)
		u->err = -EMSGSIZE;
	if (!u->err && pmk_clock_now_ns() - u->started_ns > PMK_UPLOAD_MOST_S * PMK_S_NS)
		u->err = -ETIME;
	while (!u->err && bytes) {
		ssize_t done = write(u->fd, at, bytes);

		if (done < 0 && errno != EINTR)
			u->err = -errno;
		if (done <= 0)
			continue;
		at += done;
		bytes -= (size_t)done;
		u->bytes += (size_t)done;
	}
}

/* The decoder's message names the temporary file; its reader knows another name. */
static void rename_in(char why[PMK_LOG_LINE], const char *from, const char *to)
{
	char *at = strstr(why, from), *rest = at ? strdup(at + strlen(from)) : NULL;

	if (rest)
		snprintf(at, PMK_LOG_LINE - (size_t)(at - why), "%s%s", to, rest);
	free(rest);
}

/* Have it decoded. */
static int check_content(const struct pmk_upload *u, char why[PMK_LOG_LINE])
{
	struct pmk_rgb rgb;
	int still;

	pmk_log_overhear(why);
	pmk_log_answer(true);
	still = pmk_still_probe(u->temporary);
	if (still == PMK_STILL_ONE) {
		still = pmk_still_read(u->temporary, &rgb);
		if (!still)
			pmk_rgb_free(&rgb);
	}
	pmk_log_answer(false);
	pmk_log_overhear(NULL);
	rename_in(why, u->temporary, u->name);
	if (still < 0 && !*why)
		snprintf(why, PMK_LOG_LINE, "%s: %s", u->name, strerror(-still));
	return still < 0 ? still : 0;
}

static const char *name_in(const struct pmk_upload *u, const char *path)
{
	return path + strlen(u->folder) + 1;
}

/* Find the kind, and give the temporary file its ending, which tells a photo from a film in JPEGs. */
static int find_kind(struct pmk_upload *u, const struct pmk_own_kind **kind, char why[PMK_LOG_LINE])
{
	uint8_t head[PMK_OWN_HEAD];
	ssize_t bytes = pread(u->fd, head, sizeof head, 0);
	char with[PATH_MAX];
	int err;

	*kind = bytes > 0 ? pmk_own_kind_of(head, (size_t)bytes) : NULL;
	if (!*kind) {
		snprintf(why, PMK_LOG_LINE,
			"%s: neither a picture nor a film of a kind that is taken: PNG, JPEG, GIF, WebP, AVIF, HEIC, "
			"JPEG XL, BMP, TIFF, MP4, MOV, MKV or WebM",
			u->name);
		return -EBADMSG;
	}
	if (snprintf(with, sizeof with, "%s%s", u->temporary, (*kind)->ending) >= (int)sizeof with)
		return -ENAMETOOLONG;
	err = pmk_own_rename(u->chosen, name_in(u, u->temporary), name_in(u, with));
	if (!err)
		strcpy(u->temporary, with);
	return err;
}

/* Under its name, or that with a number if there is such a file. */
static int keep(struct pmk_upload *u, const char *ending, char path[PATH_MAX])
{
	for (int i = 1; i < TRIES; i++) {
		char number[16] = "";
		int err;

		if (i > 1)
			snprintf(number, sizeof number, " %d", i);
		if (snprintf(path, PATH_MAX, "%s/%s%s%s", u->folder, u->name, number, ending) >= PATH_MAX)
			return -ENAMETOOLONG;
		err = pmk_own_rename(u->chosen, name_in(u, u->temporary), name_in(u, path));
		if (!err)
			u->temporary[0] = '\0';
		if (err != -EEXIST)
			return err;
	}
	return -EEXIST;
}

int pmk_upload_end(struct pmk_upload *u, char path[PATH_MAX], char why[PMK_LOG_LINE])
{
	const struct pmk_own_kind *kind;
	char what[PMK_LOG_LINE];
	int err = u->err;

	why[0] = '\0';
	if (err == -EMSGSIZE)
		snprintf(why, PMK_LOG_LINE, "%s: larger than %d MB", u->name, PMK_UPLOAD_MOST >> 20);
	else if (err == -ETIME)
		snprintf(why, PMK_LOG_LINE, "%s: took longer than %d s", u->name, PMK_UPLOAD_MOST_S);
	if (!err)
		err = find_kind(u, &kind, why);
	if (!err)
		err = check_content(u, why);
	if (!err)
		err = keep(u, kind->ending, path);
	if (err && !*why) {
		snprintf(what, sizeof what, "%s: cannot be stored in %s", u->name, u->folder);
		pmk_own_explain(err, what, why);
	}
	return err;
}

void pmk_upload_free(struct pmk_upload *u)
{
	if (!u)
		return;
	if (u->temporary[0])
		(void)!pmk_own_unlink(u->chosen, name_in(u, u->temporary));
	close(u->fd);
	free(u);
}

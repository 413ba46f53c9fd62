/* SPDX-License-Identifier: MIT */
#include "control/page/own/folder.h"

#include "control/gallery.h"
#include "control/page/own/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEPT = 100, MOST_ENDING = 5 };

int pmk_own_folder(const char *chosen, char path[PATH_MAX])
{
	return pmk_gallery_folder(chosen, path, PATH_MAX);
}

int pmk_own_make_folder(const char *chosen, char path[PATH_MAX])
{
	int err = pmk_own_folder(chosen, path);
	struct stat st;

	if (err)
		return err;
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		err = mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
		if (!slash)
			break;
		*slash = '/';
		if (err == -EACCES || err == -EPERM || err == -EROFS)
			err = 0; /* of a folder above; the last one tells */
		if (err)
			return err;
	}
	if (!err && (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)))
		err = -ENOTDIR;
	return err;
}

int pmk_own_path(const char *chosen, const char *name, char path[PATH_MAX])
{
	char folder[PATH_MAX];
	int err = !*name || *name == '.' || strchr(name, '/') ? -EINVAL : pmk_own_folder(chosen, folder);

	if (err)
		return err;
	return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int pmk_own_remove(const char *chosen, const char *name)
{
	char path[PATH_MAX];
	int err = pmk_own_path(chosen, name, path);

	return err ? err : pmk_own_unlink(chosen, name);
}

/* Bytes of the UTF-8 character at `text`; 0: it is none (RFC 3629, less the rarer overlong forms). */
static int character(const unsigned char *text)
{
	int bytes = text[0] < 0x80 ? 1 : text[0] >= 0xc2 && text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;

	if (text[0] >= 0xf5 || (text[0] >= 0x80 && text[0] < 0xc2))
		return 0;
	for (int i = 1; i < bytes; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	return bytes;
}

/* Cut off ".jpg" and the like: the file's content tells its kind. */
static void cut_ending(char *name)
{
	char *dot = strrchr(name, '.');

	if (dot && dot != name && strlen(dot) <= MOST_ENDING)
		*dot = '\0';
}

void pmk_own_clean_name(const char *given, char name[PMK_OWN_NAME])
{
	size_t used = 0;

	for (const char *at = given; *at; at++) {
		if (*at == '/' || *at == '\\')
			given = at + 1;
	}
	given += strspn(given, ". ");
	for (const unsigned char *at = (const unsigned char *)given; *at;) {
		int bytes = character(at);

		if (used + (size_t)(bytes ? bytes : 1) > KEPT)
			break;
		if (!bytes || *at < 0x20 || *at == 0x7f)
			name[used++] = '_';
		else
			memcpy(name + used, at, (size_t)bytes);
		used += bytes && *at >= 0x20 && *at != 0x7f ? (size_t)bytes : 0;
		at += bytes ? bytes : 1;
	}
	name[used] = '\0';
	cut_ending(name);
	if (!*name)
		strcpy(name, "picture");
}

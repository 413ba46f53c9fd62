/* SPDX-License-Identifier: MIT */
#include "base/place/file_place.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LINKS = 40 }; /* as the kernel follows */

static void take(struct pmk_file_place *place, const struct stat *st)
{
	place->known = true;
	place->device = st->st_dev;
	place->number = st->st_ino;
}

/* The name in a path. */
static char *name_of(char *path)
{
	char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Replace the path of a link by what it says. False: it is none. */
static bool follow(char path[PATH_MAX])
{
	char target[PATH_MAX], *name = name_of(path);
	ssize_t length = readlink(path, target, sizeof target - 1);
	size_t folder = length > 0 && target[0] != '/' ? (size_t)(name - path) : 0;

	if (length <= 0 || folder + (size_t)length >= PATH_MAX)
		return false;
	memcpy(path + folder, target, (size_t)length);
	path[folder + (size_t)length] = '\0';
	return true;
}

/* There is no file at `path`. */
static void find_missing(const char *path, struct pmk_file_place *place)
{
	char at[PATH_MAX], *name;
	struct stat folder;

	if (snprintf(at, sizeof at, "%s", path) >= (int)sizeof at)
		return;
	for (int i = 0; i < MOST_LINKS && follow(at); i++)
		;
	name = name_of(at);
	if (!*name || strlen(name) > NAME_MAX)
		return;
	strcpy(place->name, name);
	*name = '\0';
	if (stat(*at ? at : ".", &folder) == 0)
		take(place, &folder);
}

void pmk_file_place_find(const char *path, struct pmk_file_place *place)
{
	struct stat st;

	*place = (struct pmk_file_place){ 0 };
	if (stat(path, &st) < 0)
		find_missing(path, place);
	else if (S_ISREG(st.st_mode))
		take(place, &st);
}

bool pmk_file_place_equal(const struct pmk_file_place *a, const struct pmk_file_place *b)
{
	return a->known && b->known && a->device == b->device && a->number == b->number &&
		strcasecmp(a->name, b->name) == 0;
}

bool pmk_file_place_same(const char *path, const char *other)
{
	struct pmk_file_place a, b;

	pmk_file_place_find(path, &a);
	pmk_file_place_find(other, &b);
	return pmk_file_place_equal(&a, &b);
}

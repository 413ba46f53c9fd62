/* SPDX-License-Identifier: MIT */
#include "base/place/file_place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static void take(struct pmk_file_place *place, const struct stat *st)
{
	place->known = true;
	place->device = st->st_dev;
	place->number = st->st_ino;
}

/* The place that a link points to where nothing exists; NULL: `path` is no such link. The caller frees it. */
static char *missing_target(const char *path)
{
	const char *slash = strrchr(path, '/');
	char target[PATH_MAX], *joined = NULL;
	ssize_t length = readlink(path, target, sizeof target - 1);

	if (length < 0)
		return NULL;
	target[length] = '\0';
	if (target[0] == '/' || !slash)
		return strdup(target);
	return asprintf(&joined, "%.*s%s", (int)(slash + 1 - path), path, target) < 0 ? NULL : joined;
}

char *pmk_file_place_real(const char *path)
{
	char *real = realpath(path, NULL), *target;

	if (real)
		return real;
	target = errno == ENOENT ? missing_target(path) : NULL; /* links in a circle give ELOOP */
	if (!target)
		return strdup(path);
	real = pmk_file_place_real(target); /* it may be a link, too */
	free(target);
	return real;
}

/* There is no file at `path`. */
static void find_missing(const char *path, struct pmk_file_place *place)
{
	char *real = pmk_file_place_real(path), *slash = real ? strrchr(real, '/') : NULL;
	char *name = slash ? slash + 1 : real;
	struct stat folder;

	if (name && *name && strlen(name) <= NAME_MAX) {
		strcpy(place->name, name);
		*name = '\0';
		if (stat(*real ? real : ".", &folder) == 0)
			take(place, &folder);
	}
	free(real);
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

/* SPDX-License-Identifier: MIT */
#include "control/gallery.h"

#include "base/folder.h"
#include "base/parse.h"
#include "draw/builtin.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_picture_or_film(const char *name)
{
	static const char *const ends[] = { ".avif", ".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".jxl", ".png", ".apng",
		".tif", ".tiff", ".webp", ".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".ogv", ".ts", ".webm",
		".y4m" };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		if (pmk_parse_ends(name, ends[i]))
			return true;
	}
	return false;
}

/* Takes over both texts, NULL or not. */
static int add(struct pmk_gallery *g, char *spec, char *title)
{
	g->cards[g->count++] = (struct pmk_gallery_card){ spec, title };
	return spec && title ? 0 : -ENOMEM;
}

static int add_builtin(struct pmk_gallery *g, const struct pmk_builtin *one)
{
	char *spec = NULL;

	if (asprintf(&spec, "builtin:%s", one->name) < 0)
		spec = NULL;
	return add(g, spec, strdup(one->title));
}

/* A name whose path is too long to be set is left out. */
static int add_file(struct pmk_gallery *g, const char *folder, const char *name)
{
	const char *dot = strrchr(name, '.');
	char *spec = NULL;

	if (!is_picture_or_film(name) || strlen(folder) + strlen(name) + 2 > PMK_SPEC)
		return 0;
	if (asprintf(&spec, "%s/%s", folder, name) < 0)
		spec = NULL;
	return add(g, spec, strndup(name, dot ? (size_t)(dot - name) : strlen(name)));
}

int pmk_gallery_folder(const char *chosen, char *path, size_t size)
{
	char here[PATH_MAX];
	int used;

	if (!*chosen)
		return pmk_folder_of_user("backdrops", path, size);
	if (*chosen == '/')
		used = snprintf(path, size, "%s", chosen);
	else if (realpath(chosen, here))
		used = snprintf(path, size, "%s", here);
	else if (getcwd(here, sizeof here))
		used = snprintf(path, size, "%s/%s", here, chosen);
	else
		return -errno;
	return (size_t)used < size ? 0 : -ENAMETOOLONG;
}

int pmk_gallery_read(const char *chosen, struct pmk_gallery *gallery)
{
	struct pmk_gallery made = { .cards = calloc(PMK_GALLERY_MOST, sizeof *made.cards) };
	struct pmk_folder folder = { 0 };
	const struct pmk_builtin *list;
	char path[PMK_SPEC];
	int count, err = made.cards ? 0 : -ENOMEM;

	list = pmk_builtin_list(&count);
	for (int i = 0; i < count && !err; i++)
		err = add_builtin(&made, &list[i]);
	if (!err && !pmk_gallery_folder(chosen, path, sizeof path) && pmk_folder_read(path, &folder) == -ENOMEM)
		err = -ENOMEM;
	for (int i = 0; i < folder.count && made.count < PMK_GALLERY_MOST && !err; i++)
		err = add_file(&made, path, folder.names[i]);
	pmk_folder_free(&folder);
	if (err) {
		pmk_gallery_free(&made);
		return err;
	}
	*gallery = made;
	return 0;
}

void pmk_gallery_free(struct pmk_gallery *gallery)
{
	for (int i = 0; i < gallery->count; i++) {
		free(gallery->cards[i].spec);
		free(gallery->cards[i].title);
	}
	free(gallery->cards);
	*gallery = (struct pmk_gallery){ 0 };
}

int pmk_gallery_find(const struct pmk_gallery *gallery, const char *spec)
{
	for (int i = 0; i < gallery->count; i++) {
		if (strcmp(gallery->cards[i].spec, spec) == 0)
			return i;
	}
	return -1;
}

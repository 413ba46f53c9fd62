/* SPDX-License-Identifier: MIT */
#include "settings/inputs.h"

#include "base/folder.h"
#include "base/log.h"
#include "base/parse.h"
#include "compose/backdrop.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool is_at(const struct stat *file, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

static bool is_in_folder(const struct stat *file, const char *folder)
{
	struct pmk_folder list = { 0 };
	char path[PMK_SPEC + NAME_MAX];
	bool found = false;

	if (pmk_folder_read(folder, &list))
		return false;
	for (int i = 0; i < list.count && !found; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, list.names[i]);
		found = is_at(file, path);
	}
	pmk_folder_free(&list);
	return found;
}

bool pmk_inputs_have(const struct pmk_settings *settings, const char *in, const char *path)
{
	const struct pmk_pipeline_settings *p = &settings->pipeline;
	const char *film = in ? in : p->camera, *named = pmk_parse_after(film, "file:");
	const char *const files[] = { named ? named : film, p->scene.backdrop, p->scene.overlay.picture, p->scene.model,
		settings->config };
	char folder[PMK_SPEC];
	struct stat file;

	if (stat(path, &file) < 0 || !S_ISREG(file.st_mode))
		return false;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		if (is_at(&file, files[i]))
			return true;
	}
	return pmk_backdrop_folder(p->scene.backdrop, folder) && is_in_folder(&file, folder);
}

bool pmk_inputs_would_be_lost(const struct pmk_settings *settings, const char *in, const char *path)
{
	bool lost = pmk_inputs_have(settings, in, path);

	if (lost)
		pmk_error("\"%s\" is an input and would be overwritten; name another output file", path);
	return lost;
}

bool pmk_inputs_same_place(const char *a, const char *b)
{
	const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');
	char folder_a[PATH_MAX], folder_b[PATH_MAX];
	struct stat st;

	if (stat(a, &st) == 0 && S_ISREG(st.st_mode) && is_at(&st, b))
		return true;
	if (strcmp(slash_a ? slash_a + 1 : a, slash_b ? slash_b + 1 : b) != 0)
		return false;
	snprintf(folder_a, sizeof folder_a, "%.*s./", slash_a ? (int)(slash_a - a) + 1 : 0, a);
	snprintf(folder_b, sizeof folder_b, "%.*s./", slash_b ? (int)(slash_b - b) + 1 : 0, b);
	return stat(folder_a, &st) == 0 && is_at(&st, folder_b);
}

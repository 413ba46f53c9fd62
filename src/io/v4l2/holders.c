/* SPDX-License-Identifier: MIT */
#include "io/v4l2/holders.h"

#include "base/parse.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool holds(const char *root, int pid, const char *path)
{
	char folder[PATH_MAX], target[PATH_MAX];
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/proc/%d/fd", root, pid);
	dir = opendir(folder);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		ssize_t length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		target[length > 0 ? length : 0] = '\0';
		found = strcmp(target, path) == 0;
	}
	closedir(dir);
	return found;
}

static void name_of(const char *root, int pid, char name[32])
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(name, 32, "?");
	snprintf(path, sizeof(path), "%s/proc/%d/comm", root, pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(name, 32, file))
		name[strcspn(name, "\n")] = '\0';
	fclose(file);
}

int pmk_holders_find(const char *root, const char *path, struct pmk_holder *holders, int most)
{
	char folder[PATH_MAX];
	const struct dirent *entry;
	int count = 0, pid;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/proc", root);
	dir = opendir(folder);
	if (!dir)
		return 0;
	while (count < most && (entry = readdir(dir))) {
		if (pmk_parse_int(entry->d_name, 1, INT_MAX, &pid) || pid == getpid() || !holds(root, pid, path))
			continue;
		holders[count].pid = pid;
		name_of(root, pid, holders[count].name);
		count++;
	}
	closedir(dir);
	return count;
}

bool pmk_holders_runs(const char *root, const char *name)
{
	char folder[PATH_MAX], found[32];
	const struct dirent *entry;
	bool runs = false;
	int pid;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/proc", root);
	dir = opendir(folder);
	while (dir && !runs && (entry = readdir(dir))) {
		if (pmk_parse_int(entry->d_name, 1, INT_MAX, &pid) || pid == getpid())
			continue;
		name_of(root, pid, found);
		runs = strcmp(found, name) == 0;
	}
	if (dir)
		closedir(dir);
	return runs;
}

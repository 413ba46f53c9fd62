/* SPDX-License-Identifier: MIT */
#include "io/v4l2/holders.h"

#include "base/guard/starter.h"
#include "base/parse.h"

#include <dirent.h>
#include <errno.h>
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

/* All but the process `self`. */
static int find(const char *root, const char *path, pid_t self, struct pmk_holder *holders, int most)
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
		if (pmk_parse_int(entry->d_name, 1, INT_MAX, &pid) || pid == self || !holds(root, pid, path))
			continue;
		holders[count].pid = pid;
		name_of(root, pid, holders[count].name);
		count++;
	}
	closedir(dir);
	return count;
}

/* --- of the starter: who has the device in order->text open; a line for each --- */

enum { MOST = 32 };

int pmk_holders_act(struct pmk_order *order, int *fd)
{
	struct pmk_holder holders[MOST];
	int count = find("", order->text, pmk_starter_owner(), holders, MOST), used = 0;

	order->text[0] = '\0';
	for (int i = 0; i < count; i++)
		used += snprintf(order->text + used, sizeof(order->text) - (size_t)used, "%d %s\n", (int)holders[i].pid,
			holders[i].name);
	return order->result = 0;
}

static int ask(const char *path, struct pmk_holder *holders, int most)
{
	struct pmk_order order = { .what = PMK_START_HOLDERS };
	char *rest = order.text, *line, *name;
	int fd, count = 0;

	snprintf(order.text, sizeof(order.text), "%s", path);
	if (pmk_starter_do(&order, pmk_holders_act, &fd))
		return 0;
	while (count < most && (line = strsep(&rest, "\n")) && (name = strchr(line, ' '))) {
		*name = '\0';
		if (pmk_parse_int(line, 1, INT_MAX, &holders[count].pid))
			break;
		snprintf(holders[count++].name, sizeof(holders->name), "%s", name + 1);
	}
	return count;
}

int pmk_holders_find(const char *root, const char *path, struct pmk_holder *holders, int most)
{
	/* a process that is locked in may not look into others */
	return *root || !pmk_starter_is_there() ? find(root, path, getpid(), holders, most) : ask(path, holders, most);
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

/* SPDX-License-Identifier: MIT */
#include "base/guard/guard.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* The paths that are allowed; each is a copy. */
struct list {
	struct pmk_guard_path *paths;
	int count, room;
	bool short_of_memory;
};

/* Of these folders, all but what is named behind them may be read: that is root's, or nobody's business. The user's own
 * folder is allowed besides. */
static const char *const read_but[][8] = {
	{ "/", "boot", "etc", "lost+found", "root", "var" },
	{ "/etc", "gshadow", "gshadow-", "shadow", "shadow-", "sudoers", "sudoers.d" },
	{ "/var", "backups", "log", "mail", "spool" },
};

static void add(struct list *list, const char *path, uint64_t may)
{
	if (list->count == list->room) {
		int room = list->room ? 2 * list->room : 256;
		struct pmk_guard_path *more = realloc(list->paths, (size_t)room * sizeof *more);

		if (!more) {
			list->short_of_memory = true;
			return;
		}
		list->paths = more;
		list->room = room;
	}
	list->paths[list->count] = (struct pmk_guard_path){ strdup(path), may };
	list->short_of_memory |= !list->paths[list->count].path;
	list->count += list->paths[list->count].path != NULL;
}

static bool is_named(const char *name, const char *const *names)
{
	for (; *names; names++) {
		if (strcmp(name, *names) == 0)
			return true;
	}
	return false;
}

static void add_but(struct list *list, const char *const *names)
{
	const char *folder = names[0], *slash = strcmp(folder, "/") == 0 ? "" : "/";
	const struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir = opendir(folder);

	while (dir && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			is_named(entry->d_name, names + 1))
			continue;
		snprintf(path, sizeof path, "%s%s%s", folder, slash, entry->d_name);
		add(list, path, PMK_MAY_READ);
	}
	if (dir)
		closedir(dir);
}

/* The bus and the service manager may be reached by such sockets. */
static bool needs_abstract(void)
{
	const char *bus = getenv("DBUS_SESSION_BUS_ADDRESS"), *manager = getenv("NOTIFY_SOCKET");

	return (bus && strstr(bus, "abstract=")) || (manager && *manager == '@');
}

static bool lock_paths(const char *const *folders)
{
	struct list list = { 0 };
	const char *home = getenv("HOME");
	bool done = false;

	for (size_t i = 0; i < sizeof read_but / sizeof read_but[0]; i++)
		add_but(&list, read_but[i]);
	if (home && *home == '/')
		add(&list, home, PMK_MAY_READ);
	add(&list, "/dev", PMK_MAY_READ | PMK_MAY_WRITE | PMK_MAY_CONTROL);
	for (; *folders; folders++)
		add(&list, *folders, PMK_MAY_READ | PMK_MAY_WRITE | PMK_MAY_MAKE);
	if (!list.short_of_memory)
		done = pmk_guard_paths(list.paths, list.count, needs_abstract());
	for (int i = 0; i < list.count; i++)
		free((char *)list.paths[i].path);
	free(list.paths);
	return done;
}

unsigned pmk_guard_lock(const char *const *folders)
{
	const struct rlimit none = { 0, 0 };
	unsigned taken = 0;

	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
#ifndef PMK_COVERAGE /* which writes its counts where it was built */
	taken |= lock_paths(folders) ? PMK_GUARD_LANDLOCK : 0;
#endif
	taken |= pmk_guard_calls() ? PMK_GUARD_SECCOMP : 0;
	return taken;
}

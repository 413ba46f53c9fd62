/* SPDX-License-Identifier: MIT */
#include "app/machine/setup_files.h"

#include "app/machine/child.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OURS "# Made by potemkin setup-loopback; undone by potemkin setup-loopback --remove.\n"

extern char **environ;

void pmk_setup_path(const struct pmk_setup *s, const char *path, char full[PATH_MAX])
{
	snprintf(full, PATH_MAX, "%s%s", s->root, path);
}

bool pmk_setup_made(const char *path, int *number)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	bool ours = false;

	while (file && fgets(line, sizeof line, file)) {
		const char *at = strstr(line, "video_nr=");

		ours |= strcmp(line, OURS) == 0;
		if (at)
			*number = atoi(at + strlen("video_nr="));
	}
	if (file)
		fclose(file);
	return ours;
}

/* Make all folders of the file's path that are not there yet. False, with errno: one cannot be made. */
static bool make_folders(char *path)
{
	bool made = true;

	for (char *slash = strchr(path + 1, '/'); slash && made; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		made = mkdir(path, 0755) == 0 || errno == EEXIST;
		*slash = '/';
	}
	return made;
}

enum pmk_exit pmk_setup_write(const struct pmk_setup *s, const char *name, const char *text)
{
	char path[PATH_MAX], fresh[PATH_MAX + 4];
	FILE *file;
	int failed;

	printf("%s:\n%s%s\n", name, OURS, text);
	if (!s->apply)
		return PMK_EXIT_OK;
	pmk_setup_path(s, name, path);
	snprintf(fresh, sizeof fresh, "%s.new", path); /* modprobe and systemd read only names that end in .conf */
	file = make_folders(path) ? fopen(fresh, "we") : NULL;
	failed = !file || fprintf(file, "%s%s", OURS, text) < 0;
	if (file) {
		failed |= fchmod(fileno(file), 0644) != 0; /* whatever the caller's mask is */
		failed |= fclose(file) != 0;
	}
	failed = failed || rename(fresh, path) != 0;
	if (failed) {
		pmk_error("%s: cannot be written: %s; check the free space and the permissions there", path,
			strerror(errno));
		unlink(fresh);
	}
	return failed ? PMK_EXIT_NO_OUTPUT : PMK_EXIT_OK;
}

int pmk_setup_run(const char *const *command, enum pmk_package package)
{
	char how[PMK_REMEDY_SIZE];
	posix_spawnattr_t attributes;
	pid_t child;
	int status, err;

	for (int i = 0; command[i]; i++)
		printf("%s%s", i ? " " : "# ", command[i]);
	puts("");
	fflush(stdout);
	pmk_child_hears(&attributes, 0);
	err = posix_spawnp(&child, command[0], NULL, &attributes, (char *const *)command, environ);
	posix_spawnattr_destroy(&attributes);
	if (err && package < PMK_PACKAGES)
		pmk_error("%s: %s; install it: %s", command[0], strerror(err), pmk_remedy_install("", package, how));
	else if (err)
		pmk_error("%s: %s", command[0], strerror(err));
	if (err)
		return 127;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

enum pmk_exit pmk_setup_remove(const struct pmk_setup *s, const char *name)
{
	char path[PATH_MAX];
	int number;

	pmk_setup_path(s, name, path);
	if (access(path, F_OK))
		return PMK_EXIT_OK;
	if (!pmk_setup_made(path, &number)) {
		pmk_warn("%s was not made by potemkin, so it stays", path);
		return PMK_EXIT_OK;
	}
	printf("remove %s\n", name);
	if (s->apply && unlink(path)) {
		pmk_error("%s: %s; is the file system writable?", path, strerror(errno));
		return PMK_EXIT_INTERNAL;
	}
	return PMK_EXIT_OK;
}

/* SPDX-License-Identifier: MIT */
/* potemkin setup-loopback: makes a virtual camera, now and at every boot, and undoes it. */
#include "app/machine/setup.h"

#include "app/commands.h"
#include "app/machine/remedy.h"
#include "app/machine/setup_files.h"
#include "app/machine/setup_hide.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/words/phrase.h"
#include "io/v4l2/loopback.h"
#include "io/v4l2/v4l2.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPTIONS_FILE "/etc/modprobe.d/potemkin.conf"
#define LOAD_FILE "/etc/modules-load.d/potemkin.conf"
#define LABEL "Potemkin"

/* above the numbers of usual cameras, and below 64, where old programs stop looking */
enum { FIRST_NUMBER = 60, LAST_NUMBER = 63 };

static bool sets_options(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[1024], word[16], module[32];
	bool found = false;

	while (file && !found && fgets(line, sizeof line, file))
		found = sscanf(line, "%15s %31s", word, module) == 2 && strcmp(word, "options") == 0 &&
			strcmp(module, "v4l2loopback") == 0;
	if (file)
		fclose(file);
	return found;
}

static bool find_rival_in(const char *folder, char rival[PATH_MAX])
{
	const struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(folder);

	while (dir && !found && (entry = readdir(dir))) {
		const char *end = strrchr(entry->d_name, '.');

		if (!end || strcmp(end, ".conf") != 0 || strcmp(entry->d_name, "potemkin.conf") == 0)
			continue;
		snprintf(rival, PATH_MAX, "%s/%s", folder, entry->d_name);
		found = sets_options(rival);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Find another file that sets the module's options: modprobe would mix the two sets. The folders are those of
 * modprobe.d(5). */
static bool find_rival(const struct pmk_setup *s, char rival[PATH_MAX])
{
	static const char *const folders[] = { "/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
		"/usr/lib/modprobe.d", "/lib/modprobe.d" };
	char folder[PATH_MAX];
	bool found = false;

	for (size_t i = 0; !found && i < sizeof folders / sizeof folders[0]; i++) {
		pmk_setup_path(s, folders[i], folder);
		found = find_rival_in(folder, rival);
	}
	return found;
}

/* The number that was chosen last time, else the first free one; -1: none is free. */
static int choose_number(const struct pmk_setup *s)
{
	char path[PATH_MAX];
	int number = 0;

	pmk_setup_path(s, OPTIONS_FILE, path);
	if (pmk_setup_made(path, &number) && number > 0)
		return number;
	for (number = FIRST_NUMBER; number <= LAST_NUMBER; number++) {
		snprintf(path, sizeof path, "%s/dev/video%d", s->root, number);
		if (access(path, F_OK))
			return number;
	}
	return -1;
}

static bool module_is_loaded(const struct pmk_setup *s)
{
	char path[PATH_MAX];

	pmk_setup_path(s, "/sys/module/v4l2loopback", path);
	return access(path, F_OK) == 0;
}

static enum pmk_exit make_device(const struct pmk_setup *s)
{
	static const char *const load[] = { "modprobe", "v4l2loopback", NULL };
	char node[64], how[PMK_REMEDY_SIZE];
	int err;

	snprintf(node, sizeof node, "/dev/video%d", s->number);
	if (access(node, F_OK) == 0) {
		printf("%s is already there.\n", node);
		return PMK_EXIT_OK;
	}
	if (!module_is_loaded(s)) {
		err = pmk_setup_run(load, PMK_PACKAGE_KMOD);
		if (err == 0 && access(node, F_OK) == 0)
			return PMK_EXIT_OK;
		if (err == 0)
			pmk_error("the module v4l2loopback was loaded, but there is no %s: something else sets its "
				  "options; find it with: modprobe -c | grep v4l2loopback",
				node);
		else
			pmk_error("the module v4l2loopback cannot be loaded; install it: %s; then see potemkin doctor",
				pmk_remedy_install("", PMK_PACKAGE_LOOPBACK, how));
		return PMK_EXIT_NO_OUTPUT;
	}
	err = pmk_loopback_add(s->number, LABEL);
	if (err >= 0) {
		printf("%s was added.\n", node);
		return PMK_EXIT_OK;
	}
	if (err == -ENOENT || err == -ENOTTY)
		pmk_error("the module is already loaded, and this version cannot add a device to a loaded module; end "
			  "the programs that use virtual cameras, then: sudo modprobe -r v4l2loopback && sudo modprobe "
			  "v4l2loopback (or reboot)");
	else
		pmk_error("/dev/v4l2loopback: cannot add %s: %s; see potemkin doctor", node, strerror(-err));
	return PMK_EXIT_NO_OUTPUT;
}

static enum pmk_exit set_up(const struct pmk_setup *s)
{
	char options[256], rival[PATH_MAX];
	enum pmk_exit code;

	if (s->number < 0) {
		pmk_error("/dev/video%d to /dev/video%d are all taken; free one, or use an existing one: potemkin list "
			  "outputs",
			FIRST_NUMBER, LAST_NUMBER);
		return PMK_EXIT_BUSY;
	}
	if (find_rival(s, rival)) {
		pmk_error(
			"%s already sets options of v4l2loopback, and modprobe would mix the two; add exclusive_caps=1 "
			"max_buffers=4 there, or remove that file first",
			rival);
		return PMK_EXIT_BUSY;
	}
	snprintf(options, sizeof options,
		"options v4l2loopback devices=1 video_nr=%d card_label=" LABEL " exclusive_caps=1 max_buffers=4\n",
		s->number);
	code = pmk_setup_write(s, OPTIONS_FILE, options);
	if (code == PMK_EXIT_OK)
		code = pmk_setup_write(s, LOAD_FILE, "v4l2loopback\n");
	if (code == PMK_EXIT_OK && s->here)
		code = make_device(s);
	return code;
}

/* The number of a device that we made, when no file tells it any more; -1: there is none. */
static int find_left_device(const struct pmk_setup *s)
{
	char name[64], path[PATH_MAX], label[32];

	for (int number = FIRST_NUMBER; number <= LAST_NUMBER; number++) {
		snprintf(name, sizeof name, "/sys/devices/virtual/video4linux/video%d/name", number);
		pmk_setup_path(s, name, path);
		if (pmk_v4l2_kernel.text(path, label, sizeof label) == 0 && strcmp(label, LABEL) == 0)
			return number;
	}
	return -1;
}

static enum pmk_exit delete_device(const struct pmk_setup *s)
{
	int err = pmk_loopback_remove(s->number);

	if (err == -ENODEV)
		return PMK_EXIT_OK;
	if (err) {
		pmk_error("/dev/video%d: cannot be deleted: %s; end the programs that use it, then do this again: "
			  "nothing was removed yet",
			s->number, strerror(-err));
		return PMK_EXIT_BUSY;
	}
	printf("/dev/video%d was deleted.\n", s->number);
	return PMK_EXIT_OK;
}

/* Remove our device alone if the module can do that, else the module, unless it has other devices. */
static enum pmk_exit unmake_device(const struct pmk_setup *s)
{
	static const char *const unload[] = { "modprobe", "-r", "v4l2loopback", NULL };

	if (!module_is_loaded(s))
		return PMK_EXIT_OK;
	if (pmk_loopback_has_control())
		return delete_device(s);
	if (pmk_loopback_others(s->number)) {
		printf("The module v4l2loopback stays loaded, because it has other devices; /dev/video%d will be gone "
		       "after the next boot.\n",
			s->number);
		return PMK_EXIT_OK;
	}
	pmk_setup_run(unload, PMK_PACKAGE_KMOD);
	if (!module_is_loaded(s)) /* some modprobes fail if a module below it stays */
		return PMK_EXIT_OK;
	pmk_error("the module is in use; end the programs that use virtual cameras, then do this again: nothing was "
		  "removed yet");
	return PMK_EXIT_BUSY;
}

/* The options file comes last, because only it tells which device is ours. */
enum pmk_exit pmk_setup_undo(struct pmk_setup *s)
{
	char path[PATH_MAX];
	bool hidden;
	enum pmk_exit code = pmk_setup_show(s, &hidden); /* its service has the device open */

	if (code != PMK_EXIT_OK)
		return code;
	pmk_setup_path(s, OPTIONS_FILE, path);
	if (!pmk_setup_made(path, &s->number))
		s->number = find_left_device(s);
	if (s->number < 0 && !hidden)
		printf("There is nothing to remove.\n");
	else if (s->number >= 0 && s->here)
		code = unmake_device(s);
	if (code == PMK_EXIT_OK)
		code = pmk_setup_remove(s, LOAD_FILE);
	if (code == PMK_EXIT_OK)
		code = pmk_setup_remove(s, OPTIONS_FILE);
	return code;
}

/* With a virtual camera, which may be one that something else sets up. */
static enum pmk_exit hide(const struct pmk_setup *s)
{
	char rival[PATH_MAX], program[PATH_MAX];
	enum pmk_exit code = pmk_setup_hide_program(s, program);

	if (code == PMK_EXIT_OK && find_rival(s, rival))
		printf("# %s sets up v4l2loopback, so that is used as it is\n", rival);
	else if (code == PMK_EXIT_OK)
		code = set_up(s);
	return code == PMK_EXIT_OK ? pmk_setup_hide(s, program) : code;
}

static enum pmk_exit show(const struct pmk_setup *s)
{
	bool was;
	enum pmk_exit code = pmk_setup_show(s, &was);

	if (code == PMK_EXIT_OK && !was)
		printf("The cameras are not hidden.\n");
	return code;
}

enum pmk_exit pmk_command_setup(struct pmk_options *options)
{
	struct pmk_setup s = { .root = options->settings.root };
	struct stat st;

	if (*s.root && stat(s.root, &st) == 0 && !S_ISDIR(st.st_mode)) {
		pmk_error("--root \"%s\": not a folder; name one, which is made if it is not there",
			pmk_short(s.root, 100).text);
		return PMK_EXIT_USAGE;
	}
	s.apply = !options->settings.dry_run && (options->settings.root[0] || geteuid() == 0);
	s.here = s.apply && !options->settings.root[0];
	s.number = choose_number(&s);
	if (!s.apply)
		printf("# This would be done%s\n\n",
			options->settings.dry_run ? ":" : " by root (sudo potemkin setup-loopback):");
	if (options->settings.hide_camera)
		return options->settings.remove ? show(&s) : hide(&s);
	return options->settings.remove ? pmk_setup_undo(&s) : set_up(&s);
}

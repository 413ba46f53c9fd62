/* SPDX-License-Identifier: MIT */
/* setup-loopback --remove on a machine made up of a folder and a scripted v4l2loopback: 0.12 without a control device,
 * which modprobe unloads, and 0.13 with one. A command of the test's own takes modprobe's place. */
#include "unit.h"

#include "app/machine/setup.h"
#include "app/machine/setup_files.h"
#include "io/v4l2/v4l2.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPTIONS "/etc/modprobe.d/potemkin.conf"
#define LOAD "/etc/modules-load.d/potemkin.conf"
#define MODULE "/sys/module/v4l2loopback"
#define OURS "# Made by potemkin setup-loopback; undone by potemkin setup-loopback --remove.\n"

static char root[64];
static int version, device, busy; /* the number of the only device, or -1; how often it is still in use */

static int scripted_open(const char *path)
{
	return version >= 13 && strcmp(path, "/dev/v4l2loopback") == 0 ? 500 : -ENOENT;
}

static int scripted_close(int fd)
{
	return 0;
}

static int scripted_ioctl(int fd, unsigned long request, void *argument)
{
	if (request != 0x4c81)
		return -ENOSYS;
	if ((int)(uintptr_t)argument != device)
		return -ENODEV;
	if (busy > 0 && busy--)
		return -EBUSY;
	device = -1;
	return 0;
}

static int scripted_nodes(int *numbers, int most)
{
	return 0;
}

static int scripted_text(const char *path, char *text, size_t size)
{
	char own[128];

	snprintf(own, sizeof own, "%s/sys/devices/virtual/video4linux/video%d/name", root, device);
	if (strcmp(path, own) != 0)
		return -ENOENT;
	snprintf(text, size, "Potemkin");
	return 0;
}

const struct pmk_v4l2_sys pmk_v4l2_kernel = { .open = scripted_open,
	.close = scripted_close,
	.ioctl = scripted_ioctl,
	.nodes = scripted_nodes,
	.text = scripted_text };

static void put(const char *path, const char *text, mode_t mode)
{
	char full[256];
	FILE *file;

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(full, mode), 0);
}

static void drop(const char *path)
{
	char full[256];

	snprintf(full, sizeof full, "%s%s", root, path);
	assert_int_equal(unlink(full), 0);
}

static bool is_there(const char *path)
{
	char full[256];

	snprintf(full, sizeof full, "%s%s", root, path);
	return access(full, F_OK) == 0;
}

/* A machine where setup-loopback made /dev/video61. */
static void begin(int of_version)
{
	char path[4096];

	strcpy(root, "/tmp/potemkin-setup-XXXXXX");
	assert_non_null(mkdtemp(root));
	version = of_version;
	device = 61;
	busy = 0;
	put(OPTIONS, OURS "options v4l2loopback devices=1 video_nr=61\n", 0644);
	put(LOAD, OURS "v4l2loopback\n", 0644);
	put(MODULE "/refcnt", "0\n", 0644);
	snprintf(path, sizeof path, "%s/bin:/usr/bin:/bin", root);
	put("/bin/modprobe",
		"#!/bin/sh\n[ -e \"${0%/bin/modprobe}/in-use\" ] || rm -r \"${0%/bin/modprobe}" MODULE "\"\n", 0755);
	assert_int_equal(setenv("PATH", path, 1), 0);
	unit_catch_log();
}

static void end(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r '%s'", root);
	assert_int_equal(system(command), 0);
	pmk_log_redirect(NULL, NULL);
}

static enum pmk_exit undo(void)
{
	struct pmk_setup setup = { .root = root, .apply = true, .here = true, .number = 60 };

	return pmk_setup_undo(&setup);
}

static void test_a_device_in_use_keeps_its_files(void **state)
{
	begin(13);
	busy = 1;
	assert_int_equal(undo(), PMK_EXIT_BUSY);
	assert_non_null(strstr(unit_logged, "/dev/video61"));
	assert_true(is_there(OPTIONS) && is_there(LOAD));
	assert_int_equal(undo(), PMK_EXIT_OK);
	assert_int_equal(device, -1);
	assert_false(is_there(OPTIONS) || is_there(LOAD));
	assert_int_equal(undo(), PMK_EXIT_OK);
	end();
}

static void test_a_module_in_use_keeps_its_files(void **state)
{
	begin(12);
	put("/in-use", "", 0644);
	assert_int_equal(undo(), PMK_EXIT_BUSY);
	assert_true(is_there(OPTIONS) && is_there(LOAD) && is_there(MODULE));
	drop("/in-use");
	assert_int_equal(undo(), PMK_EXIT_OK);
	assert_false(is_there(OPTIONS) || is_there(LOAD) || is_there(MODULE));
	end();
}

/* What an earlier version left: it removed the files first. */
static void test_a_device_without_files_is_found(void **state)
{
	begin(13);
	assert_int_equal(undo(), PMK_EXIT_OK);
	device = 63;
	assert_int_equal(undo(), PMK_EXIT_OK);
	assert_int_equal(device, -1);
	device = 10; /* of the name, but not where we make one */
	assert_int_equal(undo(), PMK_EXIT_OK);
	assert_int_equal(device, 10);
	end();
}

/* A file that cannot be removed is removed by the next call, when the device is gone already. */
static void test_files_that_are_left(void **state)
{
	begin(13);
	device = -1;
	assert_int_equal(undo(), PMK_EXIT_OK);
	assert_false(is_there(OPTIONS) || is_there(LOAD));
	end();
}

/* The program ignores these; whoever it starts does not know that. */
static void test_a_command_ignores_no_signal(void **state)
{
	static const char *const command[] = { "sh", "-c", "kill -s USR1 $$", NULL };

	signal(SIGUSR1, SIG_IGN);
	assert_int_equal(pmk_setup_run(command, PMK_PACKAGES), 128);
	signal(SIGUSR1, SIG_DFL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_device_in_use_keeps_its_files),
		cmocka_unit_test(test_a_module_in_use_keeps_its_files),
		cmocka_unit_test(test_a_device_without_files_is_found),
		cmocka_unit_test(test_files_that_are_left),
		cmocka_unit_test(test_a_command_ignores_no_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

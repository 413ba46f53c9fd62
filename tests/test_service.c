/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "app/live/service.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef PMK_HAVE_SYSTEMD
/* What a manager at this address hears of a notification. */
static void hear(const char *address, char *heard, size_t size)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ssize_t got;

	memcpy(name.sun_path, address, strlen(address));
	if (address[0] == '@')
		name.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&name,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address))),
		0);
	assert_int_equal(setenv("NOTIFY_SOCKET", address, 1), 0);
	pmk_service_notify("READY=1\nSTATUS=Running");
	got = recv(fd, heard, size - 1, 0);
	heard[got > 0 ? got : 0] = '\0';
	close(fd);
	unsetenv("NOTIFY_SOCKET");
}

static void test_notify(void **state)
{
	char folder[] = "/tmp/potemkin-notify-XXXXXX", address[64], heard[64];

	assert_non_null(mkdtemp(folder));
	snprintf(address, sizeof address, "%s/socket", folder);
	hear(address, heard, sizeof heard);
	assert_string_equal(heard, "READY=1\nSTATUS=Running");
	unlink(address);
	rmdir(folder);
	snprintf(address, sizeof address, "@potemkin-notify-%d", (int)getpid());
	hear(address, heard, sizeof heard);
	assert_string_equal(heard, "READY=1\nSTATUS=Running");
}

static void test_watchdog(void **state)
{
	char pid[16];

	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	assert_int_equal(pmk_service_watchdog_ns(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(pmk_service_watchdog_ns(), 30000000000);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(pmk_service_watchdog_ns(), 30000000000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(pmk_service_watchdog_ns(), 0);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}
#endif

/* Nobody listens, or the address is none: nothing happens. */
static void test_no_manager(void **state)
{
	static const char *const addresses[] = { "/nowhere/at/all", "relative", "@", "", "vsock:2:1234" };

	unsetenv("NOTIFY_SOCKET");
	pmk_service_notify("READY=1");
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		setenv("NOTIFY_SOCKET", addresses[i], 1);
		pmk_service_notify("READY=1");
	}
	unsetenv("NOTIFY_SOCKET");
}

/* The lock in a child, whose end frees it. Exit 0: got it; 1: taken. */
static int try_in_child(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(pmk_service_lock() == -EBUSY);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void test_lock(void **state)
{
	char folder[] = "/tmp/potemkin-lock-XXXXXX", path[64];

	unit_catch_log();
	unsetenv("XDG_RUNTIME_DIR");
	assert_int_equal(pmk_service_lock(), 0);
	assert_non_null(mkdtemp(folder));
	setenv("XDG_RUNTIME_DIR", folder, 1);
	assert_int_equal(try_in_child(), 0);
	assert_int_equal(pmk_service_lock(), 0);
	assert_int_equal(try_in_child(), 1);
	unsetenv("XDG_RUNTIME_DIR");
	snprintf(path, sizeof path, "%s/potemkin/lock", folder);
	assert_int_equal(unlink(path), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(folder), 0);
	pmk_log_redirect(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef PMK_HAVE_SYSTEMD
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_watchdog),
#endif
		cmocka_unit_test(test_no_manager),
		cmocka_unit_test(test_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

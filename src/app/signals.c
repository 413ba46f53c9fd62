/* SPDX-License-Identifier: MIT */
#include "app/signals.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { HANGUP, ENDINGS = 3 };
static const int endings[ENDINGS] = { [HANGUP] = SIGHUP, SIGINT, SIGTERM };

static struct sigaction before[ENDINGS];
static int signal_fd = -1, reload_fd = -1;
static bool had_terminal;

static void tell(int fd)
{
	const eventfd_t one = 1;
	int saved = errno;

	if (write(fd, &one, sizeof one) < 0)
		errno = saved; /* the counter is full, so the descriptor is readable anyway */
}

static void on_signal(int number)
{
	tell(number == SIGHUP && reload_fd >= 0 ? reload_fd : signal_fd);
}

static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int open_descriptors(enum pmk_hangup hangup)
{
	signal_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (signal_fd < 0)
		return -errno;
	if (hangup == PMK_HANGUP_ENDS)
		return 0;
	reload_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return reload_fd < 0 ? -errno : 0;
}

static void close_descriptors(void)
{
	if (signal_fd >= 0)
		close(signal_fd);
	if (reload_fd >= 0)
		close(reload_fd);
	signal_fd = reload_fd = -1;
}

/* Use a handler rather than block the signals here: threads of the network and of libraries that are already running
 * block none, so a signal would reach them and end the process with nothing covered. */
int pmk_signals_catch(enum pmk_hangup hangup)
{
	const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	int err = open_descriptors(hangup);

	if (err) {
		pmk_error("cannot listen for signals: %s", strerror(-err));
		close_descriptors();
		return err;
	}
	had_terminal = has_terminal();
	for (int i = 0; i < ENDINGS; i++)
		sigaction(endings[i], &action, &before[i]);
	if (before[HANGUP].sa_handler == SIG_IGN)
		sigaction(SIGHUP, &before[HANGUP], NULL);
	return 0;
}

void pmk_signals_release(void)
{
	for (int i = 0; i < ENDINGS; i++)
		sigaction(endings[i], &before[i], NULL);
	close_descriptors();
}

int pmk_signals_reload_fd(void)
{
	return reload_fd;
}

bool pmk_signals_take_reload(void)
{
	eventfd_t count;

	if (reload_fd < 0 || eventfd_read(reload_fd, &count) < 0)
		return false;
	if (!had_terminal || has_terminal())
		return true;
	tell(signal_fd);
	return false;
}

int pmk_signals_fd(void)
{
	return signal_fd;
}

bool pmk_signals_came(void)
{
	struct pollfd fd = { .fd = signal_fd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0; /* poll ignores a negative descriptor */
}

/* SPDX-License-Identifier: MIT */
#include "app/signals.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { HANGUP, ENDINGS = 3 };
static const int endings[ENDINGS] = { [HANGUP] = SIGHUP, SIGINT, SIGTERM };

static struct sigaction before[ENDINGS];
static int signal_fd = -1;

static void on_signal(int number)
{
	const eventfd_t one = 1;
	int saved = errno;

	if (write(signal_fd, &one, sizeof one) < 0)
		errno = saved; /* it is full of them */
}

/* By a handler, since the threads that run already, of the network and of libraries, block no signal: what is only
 * blocked here would end the process there, with nothing covered. */
int pmk_signals_catch(void)
{
	const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	signal_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (signal_fd < 0) {
		int err = -errno;

		pmk_error("cannot listen for signals: %s", strerror(-err));
		return err;
	}
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
	close(signal_fd);
	signal_fd = -1;
}

int pmk_signals_fd(void)
{
	return signal_fd;
}

bool pmk_signals_came(void)
{
	struct pollfd fd = { .fd = signal_fd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0; /* a negative descriptor is passed over */
}

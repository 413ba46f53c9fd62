/* SPDX-License-Identifier: MIT */
/* Waiting for a child process no longer than one wants to. [any thread] */
#ifndef PMK_BASE_REAP_H
#define PMK_BASE_REAP_H

#include "base/clock.h"
#include "base/num.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

/* Wait until the child has ended, for this long at most. 0, and nothing is left of it; -ETIMEDOUT; -ECHILD: there is no
 * such child. */
static inline int pmk_reap(pid_t pid, uint64_t patience_ns)
{
	uint64_t end = pmk_clock_now_ns() + patience_ns, pause = PMK_MS_NS / 4;

	for (;;) {
		pid_t ended = waitpid(pid, NULL, WNOHANG);
		uint64_t now = pmk_clock_now_ns();

		if (ended == pid)
			return 0;
		if (ended < 0 && errno != EINTR)
			return -errno;
		if (now >= end)
			return -ETIMEDOUT;
		pause = pmk_min_u64(2 * pause, 20 * PMK_MS_NS);
		pmk_clock_sleep_until(pmk_min_u64(now + pause, end));
	}
}

/* The same for a child that nobody needs any more: after this long it is killed. -ETIMEDOUT: it hangs in the kernel for
 * a second even then, and is left behind. */
static inline int pmk_reap_or_kill(pid_t pid, uint64_t patience_ns)
{
	int err = pmk_reap(pid, patience_ns);

	if (err != -ETIMEDOUT)
		return err;
	kill(pid, SIGKILL);
	return pmk_reap(pid, PMK_S_NS);
}

#endif

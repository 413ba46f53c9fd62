/* SPDX-License-Identifier: MIT */
/* Locks the calling process in: what it has open already and memory up to a limit are all that it can use from then on.
 *
 * The one rule: nothing undoes it, and what the kernel lacks is left out. Resource limits always hold. With seccomp, no
 * system call is possible but those by which open files are read and memory is had; with Landlock, no file can be
 * opened and no connection made even by others. */
#ifndef PMK_MEDIA_SANDBOX_LOCKDOWN_H
#define PMK_MEDIA_SANDBOX_LOCKDOWN_H

#include <stddef.h>

struct pmk_lock_limits {
	size_t memory; /* bytes that it may have beside what it has now; with a sanitizer, which needs more, no limit */
	size_t shared; /* bytes of shared memory that it may map besides */
	int cpu_s, wall_s; /* then the kernel ends it, by SIGXCPU or SIGALRM; 0: never */
	int talk; /* the only descriptor that it may write to, and then it may set timers of its own; 0: there is none
		   */
};

enum { PMK_LOCK_SECCOMP = 1, PMK_LOCK_LANDLOCK = 2, PMK_LOCK_POOR = 4 };

/* A set of PMK_LOCK_...: what the kernel took; POOR: a limit from before leaves less memory than these. [the only
 * thread] */
unsigned pmk_lockdown(const struct pmk_lock_limits *limits);

#endif

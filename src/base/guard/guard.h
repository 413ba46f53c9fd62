/* SPDX-License-Identifier: MIT */
/* Locks the running program in, before it has seen a frame: from then on it reads files, writes only where `folders`
 * say, talks to what it is connected to and to sockets of this machine, and can do nothing else.
 *
 * The one rule: nothing undoes it. What the kernel lacks is left out, and told.
 *
 *	no new privileges, no core file, no debugger of the same user
 *	Landlock, landlock(7): no file is written but under `folders` and /dev; none is read of those that only root may
 *	(other parts of /etc and /var, of /root and /boot); none is executed; no TCP connection; where the kernel knows
 *	scopes, no signal to other processes and no abstract socket
 *	seccomp(2): a list of calls is allowed. Others fail with ENOSYS, as on a kernel that lacks them, for which
 *	libraries are prepared; the program would not survive being killed for a call that a newer library tries first.
 *	No process is made, no program started, no memory both written and run, no socket but AF_UNIX, no ioctl but
 *	those of video devices
 *
 * The starter (starter.h) does all that needs more; it must be created before. */
#ifndef PMK_BASE_GUARD_GUARD_H
#define PMK_BASE_GUARD_GUARD_H

#include <stdbool.h>
#include <stdint.h>

enum { PMK_GUARD_SECCOMP = 1, PMK_GUARD_LANDLOCK = 2, PMK_GUARD_ALL = 3 };

/* `folders`: where files and sockets may be made, replaced and removed; one that does not exist is passed over. NULL
 * ends them. A set of PMK_GUARD_...: what the kernel took. [the only thread: those of later inherit it] */
unsigned pmk_guard_lock(const char *const *folders);

/* --- its parts, of which the process that decodes files has its own use --- */

struct pmk_guard_path {
	const char *path;
	uint64_t may; /* a set of PMK_MAY_... */
};

enum {
	PMK_MAY_READ = 1 << 2 | 1 << 3,
	PMK_MAY_WRITE = 1 << 1 | 1 << 14, /* files that are there */
	PMK_MAY_MAKE = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9, /* files, folders and sockets, and remove files */
	PMK_MAY_CONTROL = 1 << 15, /* devices, by ioctl */
};

/* Nothing is possible any more but what `paths` allow. `abstract`: sockets without a file can still be reached. False:
 * the kernel has no Landlock, or there was no memory. */
bool pmk_guard_paths(const struct pmk_guard_path *paths, int count, bool abstract);
/* Only the calls of the list are possible any more. False: the kernel or this build has no seccomp. */
bool pmk_guard_calls(void);

#endif

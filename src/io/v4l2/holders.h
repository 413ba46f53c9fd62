/* SPDX-License-Identifier: MIT */
/* Which programs have a device node open, as /proc tells it. [any thread]
 *
 * The one rule: programs of other users are not seen, unless we are root. Nobody found does not mean that there is
 * nobody. */
#ifndef PMK_IO_V4L2_HOLDERS_H
#define PMK_IO_V4L2_HOLDERS_H

#include <stdbool.h>
#include <sys/types.h>

struct pmk_holder {
	pid_t pid;
	char name[32]; /* of the program, as ps shows it */
};

/* Who has `path` open, this process left out: at most `most` of them; how many. `root` stands before /proc: "" for the
 * real one. */
int pmk_holders_find(const char *root, const char *path, struct pmk_holder *holders, int most);

/* Whether another process of that name runs; also one whose descriptors may not be seen. */
bool pmk_holders_runs(const char *root, const char *name);

#endif

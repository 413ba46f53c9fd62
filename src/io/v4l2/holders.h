/* SPDX-License-Identifier: MIT */
/* Finds the programs that have a device node open, in /proc. [any thread]
 *
 * The one rule: programs of other users are seen by root only, so an empty answer does not prove that nobody has the
 * node open. */
#ifndef PMK_IO_V4L2_HOLDERS_H
#define PMK_IO_V4L2_HOLDERS_H

#include "base/guard/starter.h"

#include <stdbool.h>
#include <sys/types.h>

struct pmk_holder {
	pid_t pid;
	char name[32]; /* as ps shows it */
};

/* Find the programs that have `path` open, except this one: up to `most`. Returns how many. `root` is put in front of
 * /proc; it is "" outside tests. A process that is locked in has its starter look. */
int pmk_holders_find(const char *root, const char *path, struct pmk_holder *holders, int most);
/* The starter's part (PMK_START_HOLDERS). */
int pmk_holders_act(struct pmk_order *order, int *fd);

/* Whether another process of this name is running. Unlike the above, this works for other users' programs too. */
bool pmk_holders_runs(const char *root, const char *name);

#endif

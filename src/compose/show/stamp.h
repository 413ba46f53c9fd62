/* SPDX-License-Identifier: MIT */
/* A mark by which a file is told from another one, or from itself before somebody wrote to it. Any thread. */
#ifndef PMK_COMPOSE_SHOW_STAMP_H
#define PMK_COMPOSE_SHOW_STAMP_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct pmk_stamp {
	dev_t device;
	ino_t number;
	struct timespec changed;
	off_t bytes;
};

/* Of the file at `path`, links followed; all zeros: there is none. */
struct pmk_stamp pmk_stamp_of(const char *path);
bool pmk_stamp_equal(const struct pmk_stamp *a, const struct pmk_stamp *b);

#endif

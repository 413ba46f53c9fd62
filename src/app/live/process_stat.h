/* SPDX-License-Identifier: MIT */
/* Reads the state and the parent of any process, from proc(5). One thread. */
#ifndef PMK_APP_LIVE_PROCESS_STAT_H
#define PMK_APP_LIVE_PROCESS_STAT_H

#include <sys/types.h>

struct pmk_process_stat {
	char state; /* 'R' runs, 'S' sleeps, 'T' is stopped, 't' is traced; '\0': there is no such process */
	pid_t parent; /* 0: none */
};
struct pmk_process_stat pmk_process_stat(pid_t pid);

#endif

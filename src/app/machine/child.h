/* SPDX-License-Identifier: MIT */
/* Runs another program until it ends, and reads its output instead of showing it.
 *
 * The one rule: a signal that pmk_signals_catch catches also ends that program and all that it started, so that the
 * caller can tidy up. Main thread. */
#ifndef PMK_APP_MACHINE_CHILD_H
#define PMK_APP_MACHINE_CHILD_H

#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Run argv[0], found on $PATH, with an empty standard input. 0; -ENOENT: it is not installed; -EINTR: a signal ended
 * it; another negative errno: it failed, and `why` is the most telling line of its output, without the newline. Logs
 * nothing. */
int pmk_child_run(const char *const argv[], char *why, size_t size) __attribute__((warn_unused_result));
/* Begin the attributes of a program that is to hear all signals: none is blocked, and none that main() ignores stays
 * ignored. `flags` are more POSIX_SPAWN_ flags. The caller destroys them. [any thread] */
void pmk_child_hears(posix_spawnattr_t *attributes, short flags);
/* Only start it: `file`, found on $PATH, with its output at `fd`, and its messages there, too, or nowhere. It hears all
 * signals, and has a process group of its own, so that the terminal's Ctrl-C reaches it only through us. The caller
 * waits for it. Negative errno. [any thread] */
int pmk_child_spawn(const char *file, const char *const argv[], int fd, bool messages, pid_t *pid)
	__attribute__((warn_unused_result));

#endif

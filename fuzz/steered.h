/* SPDX-License-Identifier: MIT */
/* A run for the fuzzers of what steers one: the presenter before the camera, a tiny network, an output that goes
 * nowhere, and a control without a socket of its own.
 *
 * The one rule: a fuzzer that can ask for a snapshot, a file of any name, calls steered_lock first. The fuzzer's timer
 * interrupts calls that wait, which are made again. */
#ifndef PMK_FUZZ_STEERED_H
#define PMK_FUZZ_STEERED_H

#include <stdbool.h>
#include <stddef.h>

struct steered_line {
	char text[1 << 17];
	size_t used;
};

/* Where the kernel has Landlock, files are written only in $TMPDIR, in the working directory, where the
 * fuzzer keeps what crashes, and in the folders among `argv`, where it keeps what is new. No TCP either. */
void steered_lock(int argc, char **argv);

/* Begin the run, paused; what fails ends the process. */
void steered_begin(void);

/* A connection to the control. */
int steered_connect(void);

/* Ask for `request`, a line without its end; the answer goes into `line`, and events before it are passed over. False:
 * the other side has closed the connection. No answer in a minute ends the process. */
bool steered_ask(int fd, const char *request, size_t length, struct steered_line *line);

/* All settings back to those of the start, and the pause. */
void steered_reset(int fd);

/* All settings as they are now, as the control gives them. */
void steered_settings(int fd, struct steered_line *line);

#endif

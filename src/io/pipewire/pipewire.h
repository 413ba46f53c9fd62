/* SPDX-License-Identifier: MIT */
/* A connection to the PipeWire daemon, with a thread of its own that runs all callbacks.
 *
 * The one rule: whoever touches the core, or anything made from it, holds the lock; callbacks run on the connection's
 * thread and hold it already. The owner is one thread; it makes the connection, and destroys it without holding the
 * lock. No signal is ever delivered to the threads made here. Nothing is logged but where said. */
#ifndef PMK_IO_PIPEWIRE_PIPEWIRE_H
#define PMK_IO_PIPEWIRE_PIPEWIRE_H

#include <stdbool.h>
#include <stdint.h>

#define PMK_PIPEWIRE_NODE "potemkin" /* name of our camera node, unless another is asked for */
#define PMK_PIPEWIRE_MARK "potemkin.output" /* property of our nodes: such a node is never taken for a camera */

struct pmk_pipewire;
struct pw_core;
struct pw_loop;
struct pw_stream;

/* Starts the thread; connects to nothing yet. `lost` (or NULL): the daemon has gone; called once for each connect, from
 * a callback of the core, so it must not disconnect but leave that to a timer. -ENOMEM, or why libpipewire could not be
 * set up. */
int pmk_pipewire_create(void (*lost)(void *user), void *user, struct pmk_pipewire **pipewire)
	__attribute__((warn_unused_result));
void pmk_pipewire_destroy(struct pmk_pipewire *pipewire); /* NULL is fine; streams and proxies are gone before */

void pmk_pipewire_lock(struct pmk_pipewire *pipewire);
void pmk_pipewire_unlock(struct pmk_pipewire *pipewire);

/* To the daemon of $PIPEWIRE_REMOTE, else the user's. -ENOENT it does not run, -EACCES. [locked] */
int pmk_pipewire_connect(struct pmk_pipewire *pipewire) __attribute__((warn_unused_result));
/* The same over a connection that somebody opened for us, which is closed with it, also on failure. [locked] */
int pmk_pipewire_connect_fd(struct pmk_pipewire *pipewire, int fd) __attribute__((warn_unused_result));
void pmk_pipewire_disconnect(struct pmk_pipewire *pipewire); /* streams and proxies are gone before. [locked] */

struct pw_core *pmk_pipewire_core(struct pmk_pipewire *pipewire); /* NULL while not connected. [locked] */
struct pw_loop *pmk_pipewire_loop(struct pmk_pipewire *pipewire); /* for timers */

/* Sleep until pmk_pipewire_wake or deadline_ns (CLOCK_MONOTONIC); false when the time is over. [locked, owner] */
bool pmk_pipewire_wait(struct pmk_pipewire *pipewire, uint64_t deadline_ns);
void pmk_pipewire_wake(struct pmk_pipewire *pipewire); /* [locked] */

/* Wait until the daemon has answered all that was asked before. 0, -ETIMEDOUT, -EPIPE when it has gone. [locked, owner]
 */
int pmk_pipewire_sync(struct pmk_pipewire *pipewire, uint64_t deadline_ns) __attribute__((warn_unused_result));

/* End a stream that may be running, after its listener was removed. libpipewire's data thread leaves calls for the
 * connection's thread, which it would make on what is gone; so they are waited for, half a second at most; in a timer's
 * callback, which is on that thread, they are made at once. [locked; owner, or a timer's callback] */
void pmk_pipewire_destroy_stream(struct pmk_pipewire *pipewire, struct pw_stream *stream);

/* Whether a daemon answers; takes a few milliseconds, and half a second at most. [any thread] */
bool pmk_pipewire_runs(void);

/* The one line for an error of connecting, with `what` failed on it: "output 'pipewire'". Gives the errno to pass on.
 */
int pmk_pipewire_report(const char *what, int err);

#endif

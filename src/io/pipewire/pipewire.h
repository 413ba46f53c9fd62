/* SPDX-License-Identifier: MIT */
/* A connection to the PipeWire daemon, with a thread of its own that runs all callbacks.
 *
 * The one rule: hold the lock to touch the core or anything made from it. Callbacks run on the connection's thread,
 * which holds the lock already. One thread owns the connection; it creates it, and destroys it without holding the
 * lock. No signal is ever delivered to the threads made here. Nothing is logged unless a function says so.
 *
 *	err = pmk_pipewire_create(NULL, NULL, &pipewire);
 *	pmk_pipewire_lock(pipewire);
 *	err = pmk_pipewire_connect(pipewire);
 *	err = pmk_pipewire_sync(pipewire, deadline_ns);
 *	pmk_pipewire_unlock(pipewire);
 *	pmk_pipewire_destroy(pipewire); */
#ifndef PMK_IO_PIPEWIRE_PIPEWIRE_H
#define PMK_IO_PIPEWIRE_PIPEWIRE_H

#include <stdbool.h>
#include <stdint.h>

#define PMK_PIPEWIRE_NODE "potemkin" /* the name of our camera node unless another is asked for */
#define PMK_PIPEWIRE_MARK "potemkin.output" /* a property of our nodes: none of them is used as a camera */

struct pmk_pipewire;
struct pw_core;
struct pw_loop;
struct pw_stream;

/* Start the thread; nothing is connected yet. `lost` (or NULL) is called once per connection, when the daemon has gone.
 * It is called from a callback of the core, so it must not disconnect; a timer may. -ENOMEM, or why libpipewire could
 * not be set up. */
int pmk_pipewire_create(void (*lost)(void *user), void *user, struct pmk_pipewire **pipewire)
	__attribute__((warn_unused_result));
void pmk_pipewire_destroy(struct pmk_pipewire *pipewire); /* streams and proxies must be gone; NULL is allowed */

void pmk_pipewire_lock(struct pmk_pipewire *pipewire);
void pmk_pipewire_unlock(struct pmk_pipewire *pipewire);

/* Connect to the daemon of $PIPEWIRE_REMOTE, or else the user's. -ENOENT: it is not running; -EACCES. [locked] */
int pmk_pipewire_connect(struct pmk_pipewire *pipewire) __attribute__((warn_unused_result));
/* Connect over `fd`, a connection that somebody opened for us. It is closed together with ours, and on failure.
 * [locked] */
int pmk_pipewire_connect_fd(struct pmk_pipewire *pipewire, int fd) __attribute__((warn_unused_result));
void pmk_pipewire_disconnect(struct pmk_pipewire *pipewire); /* streams and proxies must be gone. [locked] */

struct pw_core *pmk_pipewire_core(struct pmk_pipewire *pipewire); /* NULL while not connected. [locked] */
struct pw_loop *pmk_pipewire_loop(struct pmk_pipewire *pipewire); /* for timers */

/* Sleep until pmk_pipewire_wake or deadline_ns (CLOCK_MONOTONIC); false: the deadline has passed. [locked, owner] */
bool pmk_pipewire_wait(struct pmk_pipewire *pipewire, uint64_t deadline_ns);
void pmk_pipewire_wake(struct pmk_pipewire *pipewire); /* [locked] */

/* Wait until the daemon has answered every earlier request. 0, -ETIMEDOUT, or -EPIPE: it has gone. [locked, owner] */
int pmk_pipewire_sync(struct pmk_pipewire *pipewire, uint64_t deadline_ns) __attribute__((warn_unused_result));

/* Destroy a stream, which may be running; its listener must have been removed. The data thread of libpipewire queues
 * calls for the connection's thread, and these must not reach a destroyed stream. So they are waited for, at most half
 * a second; in the callback of a timer, which runs on that thread, they are made at once. [locked; owner, or the
 * callback of a timer] */
void pmk_pipewire_destroy_stream(struct pmk_pipewire *pipewire, struct pw_stream *stream);

/* Whether a daemon answers. Takes a few milliseconds, and at most half a second. [any thread] */
bool pmk_pipewire_runs(void);

/* Log one line for an error of connecting, and return the errno to pass on. `what` is the part that failed on it:
 * output "pipewire". */
int pmk_pipewire_report(const char *what, int err);

#endif

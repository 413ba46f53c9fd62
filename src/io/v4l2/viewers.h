/* SPDX-License-Identifier: MIT */
/* Tells whether anybody reads a v4l2loopback node, seen from the side that feeds it.
 *
 * The one rule: a program that only probes for cameras does not count as a viewer.
 *
 * From 0.13 on, the driver sends an event when a reader starts or stops its stream; 0.12 sends none, and 0.13 none for
 * a reader by read(), which starts no stream there. So before 0.14 the programs that have the node open are counted as
 * well, with inotify, and /proc shows those that opened it earlier. One of them counts as a viewer once it asks for
 * buffers, which puts a new time stamp on the resting ring, or once it has kept the node open for STAY_NS; it stays a
 * viewer until all have closed the node. Belongs to the sink's thread. */
#ifndef PMK_IO_V4L2_VIEWERS_H
#define PMK_IO_V4L2_VIEWERS_H

#include "io/sink.h"

struct pmk_viewers;

/* `fd` is the open node `path`; it stays the caller's. NULL: there is no way to tell, or no memory. */
struct pmk_viewers *pmk_viewers_create(int fd, const char *path);
void pmk_viewers_destroy(struct pmk_viewers *viewers); /* NULL is allowed */

enum pmk_watch pmk_viewers_watched(struct pmk_viewers *viewers);
int pmk_viewers_fd(const struct pmk_viewers *viewers, short *events); /* as pmk_sink_watch_fd */

/* Tell that the ring rests from now on (nothing is written until the next call), or that it no longer does. */
void pmk_viewers_rest(struct pmk_viewers *viewers, bool rests);

#endif

/* SPDX-License-Identifier: MIT */
/* Who reads a v4l2loopback node, seen from the side that feeds it.
 *
 * The one rule: a program that only looks what cameras there are is nobody.
 * From 0.13 on the driver tells by an event when a reader starts and stops its stream. 0.12 has none. There, those who
 * have the node open are counted (inotify; /proc for who was there before us), and one counts as a viewer as soon as it
 * asks for buffers, which stamps the resting ring anew, or when the node has been held open for STAY_NS; from then on
 * until all have closed it. Belongs to the thread of the sink. */
#ifndef PMK_IO_V4L2_VIEWERS_H
#define PMK_IO_V4L2_VIEWERS_H

#include "io/sink.h"

struct pmk_viewers;

/* `fd`: the open node of `path`, the caller's. NULL when there is no way to tell. */
struct pmk_viewers *pmk_viewers_create(int fd, const char *path);
void pmk_viewers_destroy(struct pmk_viewers *viewers); /* NULL is fine */

enum pmk_watch pmk_viewers_look(struct pmk_viewers *viewers);
int pmk_viewers_fd(const struct pmk_viewers *viewers, short *events); /* as pmk_sink_watch_fd */

/* The ring rests from now on: nothing is written; or it does not. */
void pmk_viewers_rest(struct pmk_viewers *viewers, bool rests);

#endif

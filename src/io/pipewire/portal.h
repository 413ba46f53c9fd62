/* SPDX-License-Identifier: MIT */
/* The desktop portal (org.freedesktop.portal.Camera) as the way to PipeWire's cameras for a program that may not talk
 * to the daemon itself, as in a sandbox. It asks the user, once, and keeps the answer.
 *
 * The one rule: only with a person's leave. So whoever calls this has said in a line what the person is being asked. */
#ifndef PMK_IO_PIPEWIRE_PORTAL_H
#define PMK_IO_PIPEWIRE_PORTAL_H

#include <stdbool.h>
#include <stdint.h>

/* Whether there is a portal on the session's bus that knows of a camera; asks nobody. Two seconds at most. [any thread]
 */
bool pmk_portal_has_camera(void);

/* Ask for the cameras, and wait until deadline_ns (CLOCK_MONOTONIC) for what the person says; then the question is
 * taken back. *fd is a connection to the daemon on which cameras alone are to be seen: the caller's, close(). -EACCES
 * the answer is no, -ETIMEDOUT there is none, -ENOENT there is no portal, -EIO it fails, -ENOSYS this build has none.
 * [any thread] */
int pmk_portal_open_cameras(uint64_t deadline_ns, int *fd) __attribute__((warn_unused_result));

#endif

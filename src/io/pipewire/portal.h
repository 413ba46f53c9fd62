/* SPDX-License-Identifier: MIT */
/* The desktop portal (org.freedesktop.portal.Camera): the way to PipeWire's cameras for a program that may not talk to
 * the daemon itself, as in a sandbox. It asks the person once and stores the answer.
 *
 * The one rule: the caller first logs a line that says what the person will be asked. */
#ifndef PMK_IO_PIPEWIRE_PORTAL_H
#define PMK_IO_PIPEWIRE_PORTAL_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the session's bus has a portal that knows of a camera. Nobody is asked. Takes at most two seconds. [any
 * thread] */
bool pmk_portal_has_camera(void);

/* Ask for the cameras, and wait until deadline_ns (CLOCK_MONOTONIC) for the person's answer; after that the question is
 * withdrawn. *fd is a connection to the daemon on which only cameras are visible; it belongs to the caller: close().
 * -EACCES: the answer is no; -ETIMEDOUT: nobody answered; -ENOENT: there is no portal; -EIO: the portal failed;
 * -ENOSYS: this build has no portal. [any thread] */
int pmk_portal_open_cameras(uint64_t deadline_ns, int *fd) __attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* The control device of v4l2loopback, /dev/v4l2loopback, which adds and removes virtual cameras. It exists from version
 * 0.13 on, and only root may use it.
 *
 * The one rule: its ioctl numbers changed in 0.15; the new ones are tried first, then the old ones. Nothing is logged.
 */
#ifndef PMK_IO_V4L2_LOOPBACK_H
#define PMK_IO_V4L2_LOOPBACK_H

#include <stdbool.h>

bool pmk_loopback_has_control(void); /* it exists, and this user may open it */

/* Add /dev/video`number` with this label and exclusive_caps. It lasts until it is removed or the module is unloaded. Of
 * the options of the module, only max_buffers applies to it, and only before 0.14, which cannot give it more; later it
 * has 4 buffers. Returns its number, or negative errno; -ENOENT: no control device; -EEXIST, -EACCES. */
int pmk_loopback_add(int number, const char *label) __attribute__((warn_unused_result));

/* How many v4l2loopback devices there are besides /dev/video`number`. */
int pmk_loopback_others(int number);

/* Remove /dev/video`number`. 0, or negative errno; -EBUSY: a program has it open; -ENODEV: there is none. */
int pmk_loopback_remove(int number) __attribute__((warn_unused_result));

#endif

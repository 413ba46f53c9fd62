/* SPDX-License-Identifier: MIT */
/* The control device of v4l2loopback, /dev/v4l2loopback, which adds and deletes virtual cameras. From 0.13 on; root
 * only.
 *
 * The one rule: its ioctl numbers changed in 0.15, and the older ones are tried after the newer. Nothing is logged. */
#ifndef PMK_IO_V4L2_LOOPBACK_H
#define PMK_IO_V4L2_LOOPBACK_H

#include <stdbool.h>

bool pmk_loopback_has_control(void); /* it is there, and this user may open it */

/* A device /dev/video`number` with that label, exclusive_caps and 4 buffers, until it is deleted or the module
 * unloaded. The options of the module do not apply to it. Its number, or negative errno: -ENOENT no control device,
 * -EEXIST, -EACCES. */
int pmk_loopback_add(int number, const char *label) __attribute__((warn_unused_result));

/* How many virtual cameras of the module's there are beside /dev/video`number`. */
int pmk_loopback_others(int number);

/* 0, or negative errno: -EBUSY somebody has it open, -ENODEV there is none. */
int pmk_loopback_remove(int number) __attribute__((warn_unused_result));

#endif

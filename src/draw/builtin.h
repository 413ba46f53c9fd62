/* SPDX-License-Identifier: MIT */
/* The built-in backdrops, which need no file: rooms, views and walls, painted by our own code (draw/scenery/) as a
 * camera would take them. Any thread. */
#ifndef PMK_DRAW_BUILTIN_H
#define PMK_DRAW_BUILTIN_H

#include "draw/paint.h"

struct pmk_motion;

struct pmk_builtin {
	const char *name, *title;
};

/* The list of all built-in backdrops. The first one is the default. */
const struct pmk_builtin *pmk_builtin_list(int *count);

/* Fill `rgb` with the backdrop `name`, in the size of `rgb`. The pixels are the same on every machine. -ENOENT: there
 * is no such backdrop (not logged); -ENOMEM. */
int pmk_builtin_draw(const char *name, struct pmk_rgb *rgb) __attribute__((warn_unused_result));

/* How one moves (scenery/motion.h), or NULL: it does not, or does not exist. pmk_builtin_draw draws it as at time 0. */
const struct pmk_motion *pmk_builtin_motion(const char *name);
/* Paint and print one of its pictures. 0 or -ENOMEM. */
int pmk_builtin_paint(int (*paint)(struct pmk_canvas *canvas), struct pmk_rgb *rgb) __attribute__((warn_unused_result));

#endif

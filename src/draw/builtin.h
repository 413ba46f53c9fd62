/* SPDX-License-Identifier: MIT */
/* The backdrops that need no file: calm rooms and views, drawn by our own code a little out of focus. Any thread. */
#ifndef PMK_DRAW_BUILTIN_H
#define PMK_DRAW_BUILTIN_H

#include "image/colour.h"

struct pmk_builtin {
	const char *name, *title;
};

/* All of them; the first is the default. */
const struct pmk_builtin *pmk_builtin_list(int *count);

/* Fill `rgb`, which has the wanted size, with that backdrop. The same on every machine. -ENOENT no such name (not
 * logged), -ENOMEM. */
int pmk_builtin_draw(const char *name, struct pmk_rgb *rgb) __attribute__((warn_unused_result));

#endif

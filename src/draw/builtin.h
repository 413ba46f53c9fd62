/* SPDX-License-Identifier: MIT */
/* The built-in backdrops, which need no file: quiet rooms and views, drawn by our own code and slightly out of focus.
 * Any thread. */
#ifndef PMK_DRAW_BUILTIN_H
#define PMK_DRAW_BUILTIN_H

#include "image/colour.h"

struct pmk_builtin {
	const char *name, *title;
};

/* The list of all built-in backdrops. The first one is the default. */
const struct pmk_builtin *pmk_builtin_list(int *count);

/* Fill `rgb` with the backdrop `name`, in the size of `rgb`. The pixels are the same on every machine. -ENOENT: there
 * is no such backdrop (not logged); -ENOMEM. */
int pmk_builtin_draw(const char *name, struct pmk_rgb *rgb) __attribute__((warn_unused_result));

#endif

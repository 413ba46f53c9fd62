/* SPDX-License-Identifier: MIT */
/* The pictures of a folder, for backdrops that show one after another.
 *
 * The one rule: a file that cannot be shown is said once, as a warning, and left out until it is another file. One
 * thread at a time. */
#ifndef PMK_COMPOSE_SHOW_PICTURES_H
#define PMK_COMPOSE_SHOW_PICTURES_H

#include "base/folder.h"
#include "base/parse.h"
#include "compose/backdrop.h"
#include "compose/show/stamp.h"

enum { PMK_PICTURES_BAD = 1024 }; /* files that are remembered */

struct pmk_pictures {
	char folder[PMK_SPEC];
	enum pmk_fit fit;
	struct pmk_layout layout;
	struct pmk_stamp bad[PMK_PICTURES_BAD], shown; /* those that cannot be shown, in a ring; the last that could */
	unsigned bad_count;
	bool told; /* that there is nothing to show */
};

/* What pmk_backdrop_check needs to know: 0 if there is a file in the folder, or an error of it with the reason. */
int pmk_pictures_check(const char *folder, char *why, size_t size) __attribute__((warn_unused_result));

/* Open the file `name` of the folder. -EALREADY: it is the one that was opened last. Another error is that of
 * pmk_backdrop_picture_open, and logged. */
int pmk_pictures_open(struct pmk_pictures *pictures, const char *name, struct pmk_backdrop **backdrop)
	__attribute__((warn_unused_result));

/* Nothing in the folder can be shown, as `err` says of the last file: `first` is an error, later a warning that is said
 * once. Returns -ENOENT, -ECHILD if no process decoded that file, or later -EALREADY. */
int pmk_pictures_none(struct pmk_pictures *pictures, bool first, int err);

#endif

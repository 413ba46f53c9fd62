/* SPDX-License-Identifier: MIT */
/* The place of a file, where it is or would be made: two paths lead to the same file if their places are equal,
 * whatever they are called (a link, a hard link, a/../b, /proc/self/fd/3).
 *
 * The one rule: in doubt they are equal. Of files that are not there yet, the names count in any case, since there are
 * file systems that do not tell it apart. Any thread; nothing is logged. */
#ifndef PMK_BASE_PLACE_FILE_PLACE_H
#define PMK_BASE_PLACE_FILE_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct pmk_file_place {
	bool known; /* false: it is no ordinary file, or its folder is not there; equal to nothing */
	dev_t device;
	ino_t number; /* of the file, or of its folder if it is not there */
	char name[NAME_MAX + 1]; /* in that folder; "": it is there */
};

/* The target if `path` is a link, also one to what is not there; otherwise `path` itself. The caller frees it; NULL: no
 * memory. */
char *pmk_file_place_real(const char *path);

/* A link to what is not there has the place where that would be. */
void pmk_file_place_find(const char *path, struct pmk_file_place *place);
bool pmk_file_place_equal(const struct pmk_file_place *a, const struct pmk_file_place *b);
bool pmk_file_place_same(const char *path, const char *other); /* the same of two paths */

#endif

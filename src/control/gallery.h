/* SPDX-License-Identifier: MIT */
/* The gallery: the backdrops to choose from, which are the built-in ones and the files in
 * a folder of the user's own.
 *
 * The one rule: the folder is read each time, so that files that come and go are seen. What is in the files is not
 * looked at: their names tell whether they are pictures or films. Any thread. */
#ifndef PMK_CONTROL_GALLERY_H
#define PMK_CONTROL_GALLERY_H

#include <stddef.h>

enum { PMK_GALLERY_MOST = 512 }; /* cards */

struct pmk_gallery_card {
	char *spec; /* of the backdrop: builtin:NAME, or the path of a file */
	char *title; /* for people; of a file, its name without the ending */
};

struct pmk_gallery {
	struct pmk_gallery_card *cards; /* built-in ones first, then files in natural order */
	int count;
};

/* The path of the user's folder, from / on, which need not exist: `chosen`, or $XDG_DATA_HOME/potemkin/backdrops if
 * that is "". -ENOENT: it cannot be told; -ENAMETOOLONG. */
int pmk_gallery_folder(const char *chosen, char *path, size_t size) __attribute__((warn_unused_result));

/* `chosen`: as above. A folder that cannot be read has no cards. -ENOMEM. The caller frees the gallery. */
int pmk_gallery_read(const char *chosen, struct pmk_gallery *gallery) __attribute__((warn_unused_result));
void pmk_gallery_free(struct pmk_gallery *gallery); /* a zeroed one is fine */

/* Index of the card with this spec; -1: there is none. */
int pmk_gallery_find(const struct pmk_gallery *gallery, const char *spec);

#endif

/* SPDX-License-Identifier: MIT */
/* The files of a folder, in the order in which people count: "photo 2.jpg" comes before "photo 10.jpg".
 *
 * The one rule: nothing is logged; only the caller knows what the folder is for. Any thread. */
#ifndef PMK_BASE_FOLDER_H
#define PMK_BASE_FOLDER_H

#include <stddef.h>

enum { PMK_FOLDER_MOST = 4096 }; /* files */

struct pmk_folder {
	char **names; /* without the folder's */
	int count;
};

/* The path of the folder in which the user's data of a kind are, which need not exist: $XDG_DATA_HOME/potemkin/KIND, by
 * default ~/.local/share/potemkin/KIND (XDG Base Directory Specification: a relative path is none). -ENOENT: there is
 * neither; -ENAMETOOLONG. `path` is "" on failure. */
int pmk_folder_of_user(const char *kind, char *path, size_t size) __attribute__((warn_unused_result));

/* Numbers by their value, letters in any case, and then byte by byte: only equal names are 0. */
int pmk_folder_compare(const char *a, const char *b);

/* List the regular files (or links to some) whose names do not begin with a dot; of more than PMK_FOLDER_MOST, any of
 * them. -ENOMEM, or the errno of opendir. The caller frees the list. */
int pmk_folder_read(const char *path, struct pmk_folder *folder) __attribute__((warn_unused_result));
void pmk_folder_free(struct pmk_folder *folder); /* a zeroed one is fine */

/* Index of the first name that comes after `name`, which need not be there; count: there is none. */
int pmk_folder_after(const struct pmk_folder *folder, const char *name);

#endif

/* SPDX-License-Identifier: MIT */
/* A file that appears whole or not at all: written as a hidden temporary beside its place, then renamed.
 * A link stays, and what it leads to is renewed; a pipe or device in its place is left alone.
 * Errors are logged in one line naming the file and given as negative errno. */
#ifndef PMK_BASE_NEW_FILE_H
#define PMK_BASE_NEW_FILE_H

struct pmk_new_file {
	char *path, *temporary; /* owned */
};

/* Create the temporary, empty, with the usual permissions, and open it for writing. A file descriptor, the caller's, or
 * -ENOENT (no such directory), -EACCES, -EISDIR, -ENOTSUP (a pipe or device), .. */
int pmk_new_file_create(struct pmk_new_file *file, const char *path) __attribute__((warn_unused_result));

/* rename into place; gone afterwards, also on failure */
int pmk_new_file_keep(struct pmk_new_file *file) __attribute__((warn_unused_result));
void pmk_new_file_drop(struct pmk_new_file *file); /* remove the temporary; a zeroed one is fine */

#endif

/* SPDX-License-Identifier: MIT */
/* The user's own backdrops: files in the folder that was chosen, or the usual one (pmk_gallery_folder).
 *
 * The one rule: a name that a browser gives is the name of a file in this folder, never a path, and never hidden.
 * Nothing is logged. [any thread] */
#ifndef PMK_CONTROL_PAGE_OWN_FOLDER_H
#define PMK_CONTROL_PAGE_OWN_FOLDER_H

#include <limits.h>
#include <stdbool.h>

/* The folder, which need not exist. Errors of pmk_gallery_folder. */
int pmk_own_folder(const char *chosen, char path[PATH_MAX]) __attribute__((warn_unused_result));
/* Make it, for its user alone. Negative errno of mkdir, or as above. */
int pmk_own_make_folder(const char *chosen, char path[PATH_MAX]) __attribute__((warn_unused_result));

/* The path of the file `name` in it, which need not exist. -EINVAL: that is no name of a file in it. */
int pmk_own_path(const char *chosen, const char *name, char path[PATH_MAX]) __attribute__((warn_unused_result));
/* Remove it. -EINVAL likewise, or if it is not a regular file; -ENOENT; or another errno of unlink. */
int pmk_own_remove(const char *chosen, const char *name) __attribute__((warn_unused_result));

enum { PMK_OWN_NAME = 128 };

/* Make a name for a new file from whatever a browser gives: without a path, leading dots, control characters, its
 * ending, and the bytes that are too many. "picture", if nothing is left. */
void pmk_own_clean_name(const char *given, char name[PMK_OWN_NAME]);

#endif

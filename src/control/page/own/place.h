/* SPDX-License-Identifier: MIT */
/* Makes, renames and removes files in the folder of the user's own backdrops, by the starter (base/guard/starter.h)
 * where this process may not: it is locked to the folder of its start, which may have been removed or moved since.
 *
 * The one rule: the starter is given names, never paths. It makes the folder as at the start: for its user alone, and
 * not one that the user named. `chosen`: as for pmk_gallery_folder. Nothing is logged. [any thread] */
#ifndef PMK_CONTROL_PAGE_OWN_PLACE_H
#define PMK_CONTROL_PAGE_OWN_PLACE_H

#include "base/guard/starter.h"
#include "base/log.h"

#include <limits.h>

#define PMK_OWN_TEMPORARY ".upload-" /* how a name begins that no other file has */

/* A new file of a temporary name, and the folder if it is missing. The file, with its path in `path`; or negative
 * errno.
 */
int pmk_own_new(const char *chosen, char path[PATH_MAX]) __attribute__((warn_unused_result));
/* Give a temporary file another name, which no file has: else -EEXIST. */
int pmk_own_rename(const char *chosen, const char *from, const char *to) __attribute__((warn_unused_result));
/* Remove a regular file, or a link. -EINVAL: it is neither; or another errno. */
int pmk_own_unlink(const char *chosen, const char *name) __attribute__((warn_unused_result));
/* What failed with such an error, for an answer: "WHAT: why", with the front end's words for what helps. */
void pmk_own_explain(int err, const char *what, char why[PMK_LOG_LINE]);

/* The starter's part: PMK_START_OWN_NEW, ..._RENAME, ..._REMOVE. */
int pmk_own_new_act(const char *chosen, struct pmk_order *order, int *fd);
int pmk_own_rename_act(const char *chosen, struct pmk_order *order);
int pmk_own_unlink_act(const char *chosen, struct pmk_order *order);

#endif

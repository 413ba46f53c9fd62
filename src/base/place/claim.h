/* SPDX-License-Identifier: MIT */
/* A claim: a temporary file with a name that follows from the new file's name alone, and a lock on it (flock(2)) that
 * lasts as long as the file is open, also under its later name. So of all processes, one at a time writes a new file.
 *
 * The one rule: whatever ends a process ends its claim, and no file is left whose only use is a lock. Nothing is
 * logged. One thread at a time; any process. */
#ifndef PMK_BASE_PLACE_CLAIM_H
#define PMK_BASE_PLACE_CLAIM_H

#include <stdbool.h>
#include <sys/types.h>

/* Make the file, empty and locked; what a process left there that was killed is removed. Returns a file descriptor, or
 * -EBUSY: somebody has it who lives; or an errno of open or flock, such as -ENOLCK: nobody can claim anything there. */
int pmk_claim_create(const char *temporary, mode_t mode) __attribute__((warn_unused_result));

/* Whether somebody who lives writes the regular file at `path`. In doubt, such as where it may not be read, nobody. */
bool pmk_claim_is_held(const char *path);

#endif

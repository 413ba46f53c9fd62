/* SPDX-License-Identifier: MIT */
/* Refuses names of files to be read or written that cannot be meant. Errors are logged. */
#ifndef PMK_APP_FILES_WRONG_NAME_H
#define PMK_APP_FILES_WRONG_NAME_H

#include <stdbool.h>

/* Whether it is a slip of "presenter", and no file is there. */
bool pmk_wrong_name_in(const char *in);
/* Whether it is a slip of "null" or "hash", and no file is there. */
bool pmk_wrong_name_out(const char *out);

/* The new file's ending does not fit: `what` it is ("output", "mask"), made of `in`, a picture (`still`) or a video;
 * `ends` are those that it may have, in words. */
void pmk_wrong_name_end(const char *out, const char *what, const char *in, bool still, const char *ends);

#endif

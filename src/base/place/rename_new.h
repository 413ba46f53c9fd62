/* SPDX-License-Identifier: MIT */
/* Renaming that replaces nothing, also on file systems that cannot promise it (NFS, many of FUSE's). Any thread;
 * nothing is logged. */
#ifndef PMK_BASE_PLACE_RENAME_NEW_H
#define PMK_BASE_PLACE_RENAME_NEW_H

/* Give a regular file a name that no file has, in the same folder. 0; -EEXIST: there is one; or another errno. */
int pmk_rename_new(const char *from, const char *to) __attribute__((warn_unused_result));

#endif

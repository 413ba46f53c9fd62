/* SPDX-License-Identifier: MIT */
/* Makes a new file as private as the one that it will replace: mode, access control list, owner and group. Only root
 * can give a file to another owner. If the group cannot be kept, another one gets no more than everybody. Any thread;
 * nothing is logged. */
#ifndef PMK_BASE_PLACE_TAKE_AFTER_H
#define PMK_BASE_PLACE_TAKE_AFTER_H

#include <sys/stat.h>

/* `path`, `old`: the older file's. */
void pmk_take_after(int fd, const char *path, const struct stat *old);

#endif

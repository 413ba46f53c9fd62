/* SPDX-License-Identifier: MIT */
/* Opening a file whose content somebody else made.
 *
 * The one rule: it is a regular file, so that neither opening nor reading it waits for anybody. */
#ifndef PMK_BASE_OPEN_FILE_H
#define PMK_BASE_OPEN_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Open `path` for reading. Returns a descriptor, which the caller closes, and its size in *bytes; -EISDIR; -EINVAL: it
 * is neither a directory nor a regular file; or the errno of open. Nothing is logged. [any thread] */
int pmk_open_file(const char *path, int64_t *bytes) __attribute__((warn_unused_result));

/* Why there is no file at `path`, in words; NULL: there is one. [any thread] */
const char *pmk_open_file_missing(const char *path);

/* From now on, every path is the open file `fd`, and no other can be opened: for a process that reads one file and has
 * no access to others. Readers must use pread, since all have one position. [the only thread] */
void pmk_open_file_hand(int fd, int64_t bytes);

/* Read up to `size` bytes at `at`. Returns how many there were: fewer only at the end of the file; or a negative
 * errno. */
int64_t pmk_read_at(int fd, void *data, size_t size, int64_t at);

#endif

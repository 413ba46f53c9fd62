/* SPDX-License-Identifier: MIT */
/* Writing of an open file by FFmpeg's muxers.
 *
 * The one rule: what was written up to pmk_out_io_flush is in the file, whatever ends the program; and what follows, if
 * it is made of boxes (ISO/IEC 14496-12, 4.2), is no box until it is complete: the first 8 bytes of each part, its size
 * and type, are written last. Until then they are zero, which players skip. They refuse a whole file whose last box is
 * torn.
 *
 * Functions return 0 or FFmpeg's AVERROR of the errno, which is -errno; -ESTALE: the file has another size than what
 * was written gave it, as another program has written into it or cut it. Nothing is written then. For out_file.c and
 * mp4_whole.c. One thread. */
#ifndef PMK_MEDIA_OUT_OUT_IO_H
#define PMK_MEDIA_OUT_OUT_IO_H

#include <libavformat/avio.h>
#include <stdbool.h>

/* Write to the empty file `fd`, which stays the caller's and must stay open until close. */
int pmk_out_io_open(int fd, bool boxes, AVIOContext **io) __attribute__((warn_unused_result));
int pmk_out_io_flush(AVIOContext *io) __attribute__((warn_unused_result)); /* the end of a part */
int pmk_out_io_close(AVIOContext **io); /* flushes; *io may be NULL */

/* Write all of the bytes from the position `at` on. */
int pmk_out_write_at(int fd, const uint8_t *bytes, size_t count, int64_t at) __attribute__((warn_unused_result));

#endif

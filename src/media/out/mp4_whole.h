/* SPDX-License-Identifier: MIT */
/* Makes an ordinary .mp4 of a fragmented one, in place.
 *
 * An ordinary file has one index, the "moov" box; a fragmented one has a small index, "moof", before each half second.
 * Nothing is copied: the whole index is appended, then one write of 16 bytes at the front makes a single "mdat" box,
 * the one for data, of everything in between. So it takes no time, needs 16 bytes or so of room for each picture, and
 * at no moment is the file unplayable. Boxes: ISO/IEC 14496-12, chapters 4 and 8.
 *
 * For out_file.c only. One thread. */
#ifndef PMK_MEDIA_OUT_MP4_WHOLE_H
#define PMK_MEDIA_OUT_MP4_WHOLE_H

#include <stdint.h>

/* `fd` is open for reading and writing; its file has been written by FFmpeg, with a single track and no edit list. The
 * last picture ends at `end_ns`. 0, or, with the file as it was: -EBADMSG, not as expected; -EOVERFLOW, too long for
 * 32-bit times; -ENOMEM; an errno of reading or writing. Nothing is logged. */
int pmk_mp4_make_whole(int fd, int64_t end_ns) __attribute__((warn_unused_result));

#endif

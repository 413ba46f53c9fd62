/* SPDX-License-Identifier: MIT */
/* Videos (and single pictures) in files, read picture by picture through FFmpeg's libraries.
 * Errors are logged in one line naming the file and given as negative errno. A reader belongs to one thread. */
#ifndef PMK_MEDIA_MEDIA_H
#define PMK_MEDIA_MEDIA_H

#include "image/frame.h"

struct pmk_media; /* told by content, not by name; a file that names other files (playlists) opens none of them */

struct pmk_media_info {
	/* Of every picture that read gives, turned upright as the file's metadata says: 4:2:0, or 4:2:2 where the file
	 * has it and lies upright; 601 or 709 and range as the file says (else limited, 709 from 720 rows up; JPEG and
	 * grey: full, 601). */
	struct pmk_layout layout;
	double fps; /* mean rate, 1..240; 30 where the file says nothing */
	int64_t frames; /* about how many; 0 when unknown; 1 for a single picture */
	int64_t duration_ns; /* 0 when unknown */
	bool still; /* a single picture */
	bool audio; /* has an audio stream */
};

/* -ENOENT .., -EBADMSG when damaged or not a video or picture, -EINVAL when a side is outside
 * PMK_IMAGE_MIN_PX..PMK_IMAGE_MAX_PX. */
int pmk_media_open(const char *path, struct pmk_media **media) __attribute__((warn_unused_result));
void pmk_media_close(struct pmk_media *media); /* NULL is fine */
const struct pmk_media_info *pmk_media_info(const struct pmk_media *media);

/* The next picture into `image` (of info's layout; a stream that changes its size is scaled to it).
 * 1 with *position_ns its place from the start (strictly rising), 0 at the end, or negative errno.
 * A damaged picture inside a video is skipped and counted; -EBADMSG only when no picture at all came. */
int pmk_media_read(struct pmk_media *media, struct pmk_image *image, int64_t *position_ns)
	__attribute__((warn_unused_result));
/* to the first picture; positions start at 0 again */
int pmk_media_rewind(struct pmk_media *media) __attribute__((warn_unused_result));
int64_t pmk_media_damaged(const struct pmk_media *media); /* pictures skipped so far */

/* Give back the memory of the libraries that read and write files, unless a file is open; the next one takes it again,
 * which costs some 50 ms. [any thread] */
void pmk_media_rest(void);

/* Why picture and video files cannot be used, with the module's name left out in front; NULL: they can. Loads the
 * module. */
const char *pmk_media_missing(void);

#endif

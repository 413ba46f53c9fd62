/* SPDX-License-Identifier: MIT */
/* Reader of videos and single pictures in files, picture by picture, with FFmpeg's libraries.
 *
 *	while (pmk_media_read(media, &image, &position_ns) == 1)
 *		... image, whose layout is pmk_media_info(media)->layout ...
 *
 * The one rule: the kind of a file is found by its content, not by its name, and a file that names other files (a
 * playlist) opens none of them. Errors are logged in one line that names the file, and returned as negative errno. A
 * reader belongs to one thread. */
#ifndef PMK_MEDIA_MEDIA_H
#define PMK_MEDIA_MEDIA_H

#include "image/frame.h"
#include "media/film/holes.h"

struct pmk_media;

struct pmk_media_info {
	/* Layout of each picture that read gives, which is upright by the file's metadata and has square pixels. Its
	 * size is that of the first picture until pmk_media_fit. It is 4:2:2 if the file is that and need not be
	 * rotated by 90 or 270 degrees, otherwise 4:2:0. Matrix, range, primaries and transfer are the first picture's.
	 * If it gives none, they are limited range and BT.601, or BT.709 from 720 rows on; for JPEG and grey, full
	 * range and BT.601. HDR and wide gamuts become BT.709 SDR, by the method of film/tone.h */
	struct pmk_layout layout;
	double fps; /* mean rate, 1..240; 30 if the file has none */
	int64_t frames; /* approximate number; 0: unknown; 1: a single picture */
	int64_t duration_ns; /* 0: unknown */
	bool still; /* a single picture */
	bool audio; /* has an audio stream */
	bool own_length; /* frames and duration_ns are of the pictures, not of what is longest in the file */
};

/* -EBADMSG: damaged, not a video or picture, or a picture that cannot be had right; -EINVAL: a side is outside
 * PMK_IMAGE_MIN_PX..PMK_IMAGE_MAX_PX, or the file is not regular; -ENOPKG: there is no media module; -ECHILD: no
 * process decodes it, or none any more, which the next functions may give, too (sandbox/sandbox.h); -ENOMEM; or the
 * errno of open. */
int pmk_media_open(const char *path, struct pmk_media **media) __attribute__((warn_unused_result));
/* The same for a film that is played, over and over, where it is not the main thing: sides are from 1 px on, pictures
 * that are cropped are not told of, and what read gives is scaled in a simpler way, and H.264 is not deblocked in
 * pictures of the kind B, which saves a sixth of its time and costs less than is seen (62 dB). */
int pmk_media_open_to_play(const char *path, struct pmk_media **media) __attribute__((warn_unused_result));
void pmk_media_close(struct pmk_media *media); /* NULL is allowed */
const struct pmk_media_info *pmk_media_info(const struct pmk_media *media);

/* What becomes of a picture of another shape: it is cropped, shown whole between bars, or distorted. */
enum pmk_media_fit { PMK_MEDIA_CROP, PMK_MEDIA_CONTAIN, PMK_MEDIA_STRETCH };

/* Say, before the first read, how the pictures are wanted: in that size, whose sides are 1 to PMK_IMAGE_MAX_PX; or,
 * with a width of 0, in the size of the largest picture of the first one's shape near the beginning, since calls are
 * recorded small at first. Without this call, pictures are cropped. This may look through the beginning of the file,
 * also for how bright a HDR film is (film/survey.h), which is read as if it had a peak of 1000 cd/m2 without this
 * call. */
void pmk_media_fit(struct pmk_media *media, int width, int height, enum pmk_media_fit fit);

/* Read the next picture into `image`, which has info's layout. A film may change its size, the shape of its pixels and
 * its orientation: each picture is fitted into the layout by what it says itself; that some are
 * cropped or get bars, which repeat the picture's rim, is logged once. Pictures that are marked as interlaced are
 * deinterlaced. Returns 1 and the picture's time from the start in *position_ns, which rises strictly; 0 at the end; or
 * a negative errno. Damaged pictures of a video are skipped and counted. Transparent pixels are blended over black.
 *
 * Of a film that is opened to be played, `image` has info's size and any sampling, matrix and range; the matrix and
 * range of the result are left in it: those of the film if that saves a conversion. */
int pmk_media_read(struct pmk_media *media, struct pmk_image *image, int64_t *position_ns)
	__attribute__((warn_unused_result));
/* Go on to the picture that read gives next, and leave out all whose successor is due: at position `due_ns` or before.
 * They are decoded, but not converted. Returns 1 and the picture's position; 0 at the end; or a negative errno. */
int pmk_media_next(struct pmk_media *media, int64_t due_ns, int64_t *position_ns) __attribute__((warn_unused_result));
/* How long the picture that was read last stays, for the last one of a film, too, if the file or the pace tells. */
int64_t pmk_media_lasts_ns(const struct pmk_media *media);
/* The bars of the picture that was read last: px at the left and at the right, px at the top and at the bottom. */
void pmk_media_bars(const struct pmk_media *media, int *x, int *y);
/* Go back to the first picture; positions start at 0 again. */
int pmk_media_rewind(struct pmk_media *media) __attribute__((warn_unused_result));
int64_t pmk_media_damaged(const struct pmk_media *media); /* number of pictures skipped so far */
/* Holes of the first round, before the pictures read so far and one or two more. They stay until the next call for the
 * film. */
const struct pmk_holes *pmk_media_holes(const struct pmk_media *media);

/* The file at `path` will be opened soon: begin to start what that needs, and do not wait for it. Nothing is logged.
 * [any thread] */
void pmk_media_ready(const char *path);

/* Let go of the picture that was closed last: it is kept in case its file is opened again. [any thread] */
void pmk_media_forget(void);

/* Why films, and pictures of other kinds than the next function tells, cannot be used, to follow the module's name in a
 * sentence; NULL if they can. Loads the module. */
const char *pmk_media_missing(void);
/* The kinds of pictures that are read without that module, "PNG and JPEG pictures"; NULL: none. */
const char *pmk_media_simple_kinds(void);

#endif

/* SPDX-License-Identifier: MIT */
/* The decoders behind simple.h: they give a picture as it is stored, before it is made upright and its colours true.
 * For src/media/simple/ and a fuzzer. One thread. */
#ifndef PMK_MEDIA_SIMPLE_SIMPLE_PARTS_H
#define PMK_MEDIA_SIMPLE_SIMPLE_PARTS_H

#include "media/media.h"
#include "media/still/facts.h"
#include "media/still/profile.h"

/* A file in memory, and what is wanted of it. */
struct pmk_simple_file {
	const char *path; /* for messages */
	const uint8_t *data;
	size_t bytes;
	struct pmk_still_facts facts;
	bool planes; /* rather than RGB, if it is stored so; then nothing is shrunk */
	int least_px, most_px; /* of a side */
	int64_t area; /* at most */
	int64_t whole_px; /* a picture of a larger area is shrunk to it */
};

/* Zero it before a decoder fills it. */
struct pmk_simple_picture {
	int width, height; /* px */
	int bytes; /* of a pixel: 1, grey; 3, RGB; 4, RGBA with plain colours; 0: it is in `planes` */
	uint8_t *pixels; /* rows without gaps; owned */
	struct pmk_image planes; /* owned */
	struct pmk_profile *profile; /* to be run over `pixels`, which are not grey then; NULL: none; owned */
	char said[96]; /* what the decoder complains of */
};

/* 0; -EBADMSG: damaged or cut off; -EINVAL: too large, logged; -ENOTSUP: of a form that the library does not know;
 * -ENOMEM. Whether it is animated is asked before. The picture is to be freed in any case. */
typedef int pmk_simple_decode(const struct pmk_simple_file *file, struct pmk_simple_picture *picture);
pmk_simple_decode pmk_simple_png, pmk_simple_jpeg, pmk_simple_webp;

/* Read the file at file->path and decode it as the rest of `file` wants it; its facts are filled in. Errors as
 * pmk_simple_read. */
int pmk_simple_decode_file(struct pmk_simple_file *file, struct pmk_simple_picture *picture)
	__attribute__((warn_unused_result));

void pmk_simple_free(struct pmk_simple_picture *picture);

/* Which decoder is for a file that begins so; NULL: none. */
pmk_simple_decode *pmk_simple_find(const uint8_t *head, size_t bytes);

/* Takes the rows of a picture, from the top, and makes it smaller if it has too many pixels.
 *
 *	err = pmk_rows_begin(&rows, picture, width, height, bytes, whole_px);
 *	while (... there is another row ...) {
 *		fill(pmk_rows_next(&rows));
 *		pmk_rows_put(&rows);
 *	}
 *	pmk_rows_end(&rows);
 */
struct pmk_rows_taken {
	struct pmk_simple_picture *to;
	int width, height, y; /* of what is taken; rows that are there */
	uint8_t *row; /* if it becomes smaller, where the next row goes */
	uint32_t *sums; /* of one row that is made, and how many pixels are in each sum */
};

/* Zero the struct before. Sets the picture's size and allocates its pixels. 0 or -ENOMEM. */
int pmk_rows_begin(struct pmk_rows_taken *rows, struct pmk_simple_picture *to, int width, int height, int bytes,
	int64_t whole_px) __attribute__((warn_unused_result));
uint8_t *pmk_rows_next(struct pmk_rows_taken *rows);
void pmk_rows_put(struct pmk_rows_taken *rows);
void pmk_rows_end(struct pmk_rows_taken *rows); /* a zeroed struct is allowed */

/* From the chunks of a PNG file: its ICC profile, which the caller frees, of 0 bytes if it is damaged, or NULL; the
 * orientation in a text that programs wrote before there was a chunk for it, or 0; whether it is animated. */
uint8_t *pmk_png_icc(const uint8_t *data, size_t bytes, size_t *icc_bytes);
int pmk_png_text_orientation(const uint8_t *data, size_t bytes);
bool pmk_png_is_animated(const uint8_t *data, size_t bytes);

/* Fit `from`, of the file at `path`, into `to`, which have the same range and matrix. Bars as pmk_media_bars. */
int pmk_simple_place(const char *path, const struct pmk_image *from, struct pmk_image *to, enum pmk_media_fit fit,
	int *bar_x, int *bar_y) __attribute__((warn_unused_result));

#endif

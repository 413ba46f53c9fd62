/* SPDX-License-Identifier: MIT */
/* Reader of animated WebP files, which FFmpeg does not read, with libwebp. It is left out where libwebpdemux is
 * missing; then no file can be read.
 *
 * The one rule: the file is read whole, up to 256 MiB, and libwebp is given nothing else. One thread. */
#ifndef PMK_MEDIA_FILM_WEBP_H
#define PMK_MEDIA_FILM_WEBP_H

#include <libavutil/frame.h>
#include <stdbool.h>

struct pmk_webp;

struct pmk_webp_info {
	int width, height; /* px */
	int pictures;
	int64_t duration_ms; /* of all */
};

/* Whether it is an animated WebP, by its head, and can be read. */
bool pmk_webp_can(const char *path);

/* Read the file and its structure. -EBADMSG: damaged, which is not logged; otherwise an errno of pmk_mem_read_file,
 * which is. */
int pmk_webp_open(const char *path, struct pmk_webp **webp) __attribute__((warn_unused_result));
void pmk_webp_close(struct pmk_webp *webp); /* NULL is fine */
const struct pmk_webp_info *pmk_webp_info(const struct pmk_webp *webp);

/* Allocate the decoder, when the size is known to be right. Call it before the two below. -ENOMEM. */
int pmk_webp_start(struct pmk_webp *webp) __attribute__((warn_unused_result));

/* Decode the next picture, the whole of it, into `frame`: RGBA, its time and duration in ms. As in browsers, a duration
 * of up to 10 ms is 100 ms. 1; 0 at the end, or where the rest is damaged, which is counted; or -ENOMEM. */
int pmk_webp_next(struct pmk_webp *webp, AVFrame *frame, int64_t *damaged) __attribute__((warn_unused_result));
void pmk_webp_rewind(struct pmk_webp *webp);

#endif

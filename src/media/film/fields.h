/* SPDX-License-Identifier: MIT */
/* Reads the pictures of a film, and makes whole pictures of those that the film marks as interlaced: with FFmpeg's
 * filter bwdif (BBC's weave and bob, adapted to motion), one picture for each of the film's, so that sound and count
 * stay.
 *
 * The one rule: a film without such pictures is not touched, and no filter is made for it. From the first such picture
 * on, each picture is given when the next one is known. Belongs to one reader and thread. Nothing is logged. */
#ifndef PMK_MEDIA_FILM_FIELDS_H
#define PMK_MEDIA_FILM_FIELDS_H

#include "media/av.h"

#include <libavfilter/avfilter.h>

/* Zero the struct before its first use. */
struct pmk_fields {
	AVFilterGraph *graph; /* NULL: no picture was interlaced */
	AVFilterContext *in, *out;
	int width, height, format; /* of the pictures that `graph` takes */
	AVFrame *waiting; /* the first picture of another size or format, while `graph` gives its last */
	bool useless; /* no graph can be made: pictures stay as they are */
};

/* As pmk_av_reader_next. */
int pmk_fields_next(struct pmk_fields *fields, struct pmk_av_reader *reader, AVFrame *frame)
	__attribute__((warn_unused_result));
void pmk_fields_reset(struct pmk_fields *fields); /* after a seek, and at the end */

#endif

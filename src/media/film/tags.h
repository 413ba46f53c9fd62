/* SPDX-License-Identifier: MIT */
/* What a film says of its colours, and what is understood where it says nothing. One thread. */
#ifndef PMK_MEDIA_FILM_TAGS_H
#define PMK_MEDIA_FILM_TAGS_H

#include "media/av.h"

/* -EBADMSG, logged, if the colours cannot be read: Dolby Vision without a picture for other screens (profile 5), YCgCo,
 * ICtCp and the like. */
int pmk_tags_check(const char *path, const AVStream *stream, const AVFrame *first) __attribute__((warn_unused_result));

/* Range, matrix, primaries and transfer of what pmk_picture_make makes of a film with that first picture. */
void pmk_tags_layout(const AVFrame *first, struct pmk_layout *layout);

/* Name the matrix of a picture that does not: BT.2020 for its primaries, otherwise the layout's. A guess by the
 * picture's height would change where an untagged film grows. */
void pmk_tags_name_matrix(AVFrame *frame, const struct pmk_layout *layout);

#endif

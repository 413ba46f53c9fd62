/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_media, for media.c and media_walk.c only. One thread. */
#ifndef PMK_MEDIA_MEDIA_PARTS_H
#define PMK_MEDIA_MEDIA_PARTS_H

#include "media/av.h"
#include "media/film/fields.h"
#include "media/film/picture.h"
#include "media/media.h"

enum { PMK_MEDIA_AHEAD = 2 }; /* pictures that open decodes: with a second one, the file is a video */

#define PMK_MEDIA_MOST_PX ((int64_t)PMK_IMAGE_MAX_PX * PMK_IMAGE_MAX_PX)

struct pmk_media {
	char *path;
	struct pmk_media_info info;
	struct pmk_av_reader reader;
	AVFrame *ahead[PMK_MEDIA_AHEAD]; /* those from ahead_next to ahead_count are decoded but not yet read */
	int ahead_count, ahead_next;
	int64_t origin_ns; /* position 0 in the file's own time, or AV_NOPTS_VALUE */
	int64_t last_ns; /* last position returned or left out, -1 before the first */
	int64_t lasts_ns; /* how long the picture stays that was read last */
	int64_t damaged; /* pictures skipped by closed readers */
	struct pmk_holes holes;
	int64_t fetched_ns,
		fetched_lasts_ns; /* in the file's own time: the newest picture ahead, what it says of itself */
	int innocent, suspect; /* so many pictures were decoded before a fault was noticed; of so many more, one may be
				* what comes after it; suspect -1: this is another round */
	int64_t marked; /* the reader's, when it noticed the last fault */
	struct pmk_fields fields;
	struct pmk_picture picture;
	struct pmk_shape first; /* shape of the first picture */
	struct pmk_orientation turned; /* of a single picture */
	AVRational first_sar; /* as its decoder told it */
	int bar_x, bar_y; /* of the last picture that was read */
	int least_px; /* the smallest side of a stored picture */
	bool contain, stretch, told; /* told: that pictures are cropped or get bars */
};

/* Open the file and decode the first `ahead` pictures. Errors as pmk_media_open. */
int pmk_media_walk_open(struct pmk_media *media, int ahead) __attribute__((warn_unused_result));
void pmk_media_walk_close(struct pmk_media *media);

/* Decode until `want` pictures are ahead. Returns how many there are, fewer at the end; or -ENOMEM. */
int pmk_media_walk_fetch(struct pmk_media *media, int want) __attribute__((warn_unused_result));
/* The first picture ahead is being read: leave it, and return its position. */
int64_t pmk_media_walk_past(struct pmk_media *media);

#endif

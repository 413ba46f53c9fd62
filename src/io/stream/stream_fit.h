/* SPDX-License-Identifier: MIT */
/* How the pictures of a stream become frames: with square pixels, and in the wished size.
 *
 * The one rule is that of media/film/place.h, for the one shape that a stream has: nothing is distorted, and shapes
 * that differ by at most 2 % count as the same. Pure functions; any thread. */
#ifndef PMK_IO_STREAM_STREAM_FIT_H
#define PMK_IO_STREAM_STREAM_FIT_H

#include "io/source.h"
#include "io/stream/y4m.h"

struct pmk_stream_fit {
	int width, height; /* px of the frames */
	int picture_width, picture_height; /* px of what is to be shown of them; 0: the frames' */
	struct pmk_rect from; /* what is shown of a stored picture; its coordinates are even */
	struct pmk_rect to; /* where in the frame; likewise, and in the middle */
	bool pixel_unused; /* what the head says of the shape of its pixels: they count as square */
};

/* Choose the size of the frames, and what of the pictures goes where. */
void pmk_stream_fit_choose(
	struct pmk_stream_fit *fit, const struct pmk_y4m_head *head, const struct pmk_source_wish *wish);

/* Whether frames are not the stored pictures as they are; whether something is cut off. */
bool pmk_stream_fit_changes(const struct pmk_stream_fit *fit, const struct pmk_y4m_head *head);
bool pmk_stream_fit_crops(const struct pmk_stream_fit *fit, const struct pmk_y4m_head *head);

/* Scale a stored picture into a frame, and repeat its rim where that is wider or higher. */
void pmk_stream_fit_run(const struct pmk_stream_fit *fit, const struct pmk_image *stored, struct pmk_frame *frame);

#endif

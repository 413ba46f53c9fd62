/* SPDX-License-Identifier: MIT */
/* Frames of OBS as pictures of the library, and back.
 *
 * A format that the library does not know goes by the nearest one that it does, its carrier, and loses nothing but what
 * that cannot hold: I422 and YVYU go by YUY2, I444 and I40A by I420, BGRX by BGRA, Y800 and BGR3 by BGRA. All others
 * (10 bits and more) cannot be read. Pictures are upright: of a frame that is stored bottom up, rows are taken in
 * reverse.
 *
 * The one rule: no byte of what a frame holds stays in it after pmk_obs_write or pmk_obs_blank, but for its padding.
 *
 * Units: px, bytes. Any thread, one at a time for each frame and buffer. */
#ifndef PMK_PLUGINS_OBS_FRAME_H
#define PMK_PLUGINS_OBS_FRAME_H

#include <obs.h>
#include <potemkin/potemkin.h>

/* A picture with memory of its own. All zeros is an empty one. */
struct pmk_obs_buffer {
	struct potemkin_picture picture;
	struct potemkin_geometry geometry;
	uint8_t *memory;
};

/* The carrier of a frame's format; 0: it cannot be read. */
enum potemkin_format pmk_obs_carrier(const struct obs_source_frame *frame);
/* The format of OBS that holds a picture of the library. */
enum video_format pmk_obs_format(enum potemkin_format format);
/* Size and colours of a frame: of the two matrices, the nearer one. */
struct potemkin_geometry pmk_obs_geometry(const struct obs_source_frame *frame);

/* Make the buffer one of this format and size. It is black then, unless it was of these before. */
void pmk_obs_fit(struct pmk_obs_buffer *buffer, enum potemkin_format format, const struct potemkin_geometry *geometry);
void pmk_obs_black(struct pmk_obs_buffer *buffer);
void pmk_obs_free(struct pmk_obs_buffer *buffer);

/* The frame as a picture of its carrier: the frame's own planes where that can be, else a copy in `buffer`. */
struct potemkin_picture pmk_obs_read(const struct obs_source_frame *frame, struct pmk_obs_buffer *buffer);
/* Replace the frame's pixels by a picture of its carrier and size. */
void pmk_obs_write(const struct potemkin_picture *picture, struct obs_source_frame *frame);
/* Set all of the frame's pixels to 0, whatever its format. */
void pmk_obs_blank(struct obs_source_frame *frame);

#endif

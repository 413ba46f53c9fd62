/* SPDX-License-Identifier: MIT */
/* The seal: the only maker of struct pmk_shown. A raw frame goes in, a picture that may be shown comes out.
 *
 * The one rule: a composed picture shows a pixel of the camera only where the mask of that very frame says person,
 * weighted by its alpha. Where alpha is 0 it is the backdrop, bit for bit (with a match: the rows that pmk_match_row
 * makes of the backdrop). With a light, the pixel is shown as pmk_light_row makes it, which also knows what earlier
 * frames showed of the person there; the blend is the same. Chroma uses the mean alpha of the pixels that a sample
 * covers. An overlay lies over all of that. One thread; any thread may unref the pictures. */
#ifndef PMK_COMPOSE_COMPOSE_H
#define PMK_COMPOSE_COMPOSE_H

#include "compose/backdrop.h"
#include "compose/light/light.h"
#include "compose/match.h"
#include "compose/overlay.h"
#include "compose/rim.h"
#include "image/shown.h"

struct pmk_composer;

/* `layout` is that of the pictures, in limited range. All `count` pictures are allocated here. -EINVAL: full range;
 * -ENOMEM. */
int pmk_composer_create(const struct pmk_layout *layout, int count, struct pmk_composer **composer)
	__attribute__((warn_unused_result));
void pmk_composer_destroy(struct pmk_composer *composer); /* all pictures must be back; NULL is fine */

/* Set what the next pictures are made with. Each object stays the caller's, and is used until another one is set.
 * Setting does not allocate and cannot fail. */
/* What is behind the person. Pictures of the pool that hold the previous backdrop are written anew. */
void pmk_composer_set_backdrop(struct pmk_composer *composer, struct pmk_backdrop *backdrop);
/* Cleans the pixels at the rim of the room's colour. NULL: they stay as they are. */
void pmk_composer_set_rim(struct pmk_composer *composer, struct pmk_rim *rim);
/* Shows the person in other light. NULL: as the camera does. It is used for a frame that it has seen last, and only for
 * pixels of which the mask shows some. */
void pmk_composer_set_light(struct pmk_composer *composer, struct pmk_light *light);
/* Adapts what is behind a person, but not a cover. NULL: it stays as it is. */
void pmk_composer_set_match(struct pmk_composer *composer, struct pmk_match *match);
/* The whole that the next frame is a part of, for a backdrop that is made of the room. NULL: it is not. Set it anew for
 * each frame. */
void pmk_composer_set_whole(struct pmk_composer *composer, const struct pmk_whole *whole);
/* Lies over every picture, covers too; it has the composer's layout. NULL: nothing does. Pictures of the pool are
 * written anew. */
void pmk_composer_set_overlay(struct pmk_composer *composer, const struct pmk_overlay *overlay);

/* Blend the frame over the backdrop by alpha, in planar YUV: out = behind + alpha / 255 (frame - behind), rounded to
 * the nearest. The frame has the composer's size, sampling and matrix, in full or limited range; mask->number is
 * frame->number; the backdrop has the composer's layout. -EINVAL: one of these does not hold, so show a cover. -EAGAIN:
 * all pictures are in use. */
int pmk_compose(struct pmk_composer *composer, const struct pmk_frame *frame, const struct pmk_mask *mask,
	struct pmk_shown **shown) __attribute__((warn_unused_result));

/* A picture without a pixel of the camera's: `cover` as it is, with the time and position of the frame `instead_of`
 * (NULL: now, live), and with a few words in a corner (draw/mark.h) unless `mark` is NULL. -EINVAL: another layout;
 * -EAGAIN: all pictures are in use. */
int pmk_compose_cover(struct pmk_composer *composer, const struct pmk_image *cover, const char *mark,
	const struct pmk_frame *instead_of, struct pmk_shown **shown) __attribute__((warn_unused_result));

/* For a scene that may show the room: the frame as it is, with a red border as a warning, which nothing covers. */
int pmk_compose_room(struct pmk_composer *composer, const struct pmk_frame *frame, struct pmk_shown **shown)
	__attribute__((warn_unused_result));

#endif

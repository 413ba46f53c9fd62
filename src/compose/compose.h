/* SPDX-License-Identifier: MIT */
/* The gate: the only maker of struct pmk_shown. A raw frame goes in, a picture that may be shown comes out.
 *
 * The one rule: what compose gives holds a camera pixel only where the mask of that very frame says person, weighted by
 * its alpha; where alpha is 0 it is the backdrop, bit for bit: with a match, the rows that pmk_match_row makes of it.
 * Chroma goes by the mean alpha of the pixels that a sample covers. One thread; what it gives may be unref'd by any. */
#ifndef PMK_COMPOSE_COMPOSE_H
#define PMK_COMPOSE_COMPOSE_H

#include "compose/backdrop.h"
#include "compose/match.h"
#include "compose/rim.h"
#include "image/shown.h"

struct pmk_composer;

/* `layout` of the pictures it makes: limited range. `count` of them, allocated here and never again. -EINVAL full
 * range, -ENOMEM. */
int pmk_composer_create(const struct pmk_layout *layout, int count, struct pmk_composer **composer)
	__attribute__((warn_unused_result));
void pmk_composer_destroy(struct pmk_composer *composer); /* all pictures must be back; NULL is fine */

/* What pictures are made with from now on. Each stays the caller's, and is used until another one is set. Setting
 * allocates nothing and cannot fail. */
/* Behind the person. What pictures of the pool hold of the one before is forgotten. */
void pmk_composer_set_backdrop(struct pmk_composer *composer, struct pmk_backdrop *backdrop);
/* Pixels at the rim are cleaned of the room's colour. NULL: they are not. */
void pmk_composer_set_rim(struct pmk_composer *composer, struct pmk_rim *rim);
/* What is behind a person goes through it; a cover does not. NULL: it stays as it is. */
void pmk_composer_set_match(struct pmk_composer *composer, struct pmk_match *match);

/* Frame over the backdrop by alpha, in planar YUV: out = behind + alpha / 255 (frame - behind), rounded to the nearest.
 * The frame has the composer's size, sampling and matrix, full or limited range; mask->number is frame->number; the
 * backdrop has the composer's layout. -EINVAL when any of these is not so: show a cover. -EAGAIN when all pictures are
 * still in use. */
int pmk_compose(struct pmk_composer *composer, const struct pmk_frame *frame, const struct pmk_mask *mask,
	struct pmk_shown **shown) __attribute__((warn_unused_result));

/* A picture without any of the camera's: `cover` as it is, at the time and place of `instead_of` (NULL: now, live).
 * -EINVAL another layout, -EAGAIN all in use. */
int pmk_compose_cover(struct pmk_composer *composer, const struct pmk_image *cover, const struct pmk_frame *instead_of,
	struct pmk_shown **shown) __attribute__((warn_unused_result));

/* Where the room may be shown: the frame as it is, inside a red border that says so. */
int pmk_compose_room(struct pmk_composer *composer, const struct pmk_frame *frame, struct pmk_shown **shown)
	__attribute__((warn_unused_result));

#endif

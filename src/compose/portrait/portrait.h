/* SPDX-License-Identifier: MIT */
/* The weak end of blur: the room as a portrait's soft background, by a lens whose depth of field is shallow. The room
 * stays recognisable; blur.h is the one that hides it.
 *
 * The one rule: nothing of the person is in the blur. What is person, and a rim of some pixels around it, is unknown;
 * it is filled from the known room around it, from near to far, before anything is spread. So there is no halo.
 *
 * The picture is shrunk to a grid of 2, 4, 8 or 16 px that still holds what the disc leaves. Each point of the room is
 * spread over a disc; bright ones count more, about as in linear light, so that lamps become discs and do not drown.
 * The result is enlarged row by row. One thread. */
#ifndef PMK_COMPOSE_PORTRAIT_PORTRAIT_H
#define PMK_COMPOSE_PORTRAIT_PORTRAIT_H

#include "image/frame.h"
#include "pixels/cells.h"

enum { PMK_PORTRAIT_MOST = 20 /* strength */ };

struct pmk_portrait;

/* `layout` of the result (limited range); `strength` is 1..PMK_PORTRAIT_MOST. -ENOMEM. */
int pmk_portrait_create(const struct pmk_layout *layout, int strength, struct pmk_portrait **portrait)
	__attribute__((warn_unused_result));
void pmk_portrait_destroy(struct pmk_portrait *portrait); /* NULL is fine */

/* Blur a frame; as pmk_blur_begin and pmk_blur_write of blur.h. */
void pmk_portrait_begin(struct pmk_portrait *portrait, const struct pmk_image *frame, const struct pmk_cells *cells);
void pmk_portrait_write(struct pmk_portrait *portrait, int row, struct pmk_image *out);

#endif

/* SPDX-License-Identifier: MIT */
/* A shown picture: the person over the backdrop, or a cover. It is the only kind of picture that outputs and the
 * preview accept.
 *
 * The one rule: the only function that makes one is in compose/compose.c. A test fails if any other file includes
 * shown_seal.h.
 *
 * Over a transparent backdrop, a picture is premultiplied: the person over black, with the alpha beside it. Outputs
 * that hold no alpha show the black.
 *
 * A shown picture is in limited range. It is reference-counted; the last unref returns it to the pool of its composer.
 */
#ifndef PMK_IMAGE_SHOWN_H
#define PMK_IMAGE_SHOWN_H

#include "image/frame.h"

struct pmk_shown;

const struct pmk_image *pmk_shown_image(const struct pmk_shown *shown);
const struct pmk_mask *pmk_shown_alpha(const struct pmk_shown *shown); /* NULL: the picture is opaque */
/* Capture time of its frame, CLOCK_MONOTONIC; for a cover, the time when it was made. */
uint64_t pmk_shown_time_ns(const struct pmk_shown *shown);
int64_t pmk_shown_position_ns(const struct pmk_shown *shown); /* of its frame in a recorded video, or -1 */
bool pmk_shown_is_cover(const struct pmk_shown *shown); /* backdrop only, without a person */
void pmk_shown_ref(struct pmk_shown *shown); /* [any thread] */
void pmk_shown_unref(struct pmk_shown *shown); /* [any thread]; NULL is allowed */

#endif

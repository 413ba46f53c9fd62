/* SPDX-License-Identifier: MIT */
/* A picture that may be shown: person over backdrop, or a cover. What outputs and the preview take.
 *
 * The one rule: the only function that makes one is in compose/compose.c; who else includes shown_seal.h fails a test.
 * Always limited range. Counted; the last unref gives it back to the pool of its composer. */
#ifndef PMK_IMAGE_SHOWN_H
#define PMK_IMAGE_SHOWN_H

#include "image/frame.h"

struct pmk_shown;

const struct pmk_image *pmk_shown_image(const struct pmk_shown *shown);
/* capture time of its frame; for a cover, when it was made */
uint64_t pmk_shown_time_ns(const struct pmk_shown *shown);
int64_t pmk_shown_position_ns(const struct pmk_shown *shown); /* place in a recorded video, or -1 */
bool pmk_shown_is_cover(const struct pmk_shown *shown); /* no person in it: backdrop only */
void pmk_shown_ref(struct pmk_shown *shown); /* [any thread] */
void pmk_shown_unref(struct pmk_shown *shown); /* [any thread]; NULL is fine */

#endif

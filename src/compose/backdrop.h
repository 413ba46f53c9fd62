/* SPDX-License-Identifier: MIT */
/* What stands where the room was: a picture of any size, a colour, or one that our own code draws, fitted to the
 * camera's size.
 *
 * Errors are logged in one line and given as negative errno. One thread. */
#ifndef PMK_COMPOSE_BACKDROP_H
#define PMK_COMPOSE_BACKDROP_H

#include "compose/blur.h"
#include "image/colour.h"

enum pmk_fit { PMK_FIT_COVER, PMK_FIT_CONTAIN, PMK_FIT_STRETCH, PMK_FIT_TILE };

struct pmk_backdrop;

/* "cover", "contain", "stretch", "tile"; -EINVAL. Logs nothing. */
int pmk_fit_parse(const char *text, enum pmk_fit *fit) __attribute__((warn_unused_result));

/* SPEC of the interface: PATH, builtin:NAME, color:#rrggbb, green, blur[:0..100]. `layout` is that of the composed
 * picture (limited range). -EINVAL bad spec; else what reading the picture gave (pmk_still_read). */
int pmk_backdrop_create(const char *spec, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
void pmk_backdrop_destroy(struct pmk_backdrop *backdrop); /* NULL is fine */

/* The picture to put behind the person; NULL when it is the room blurred, which each frame makes anew. */
const struct pmk_image *pmk_backdrop_behind(const struct pmk_backdrop *backdrop);
struct pmk_blur *pmk_backdrop_blur(struct pmk_backdrop *backdrop); /* NULL when it is a picture */

/* The picture that is shown alone when there is no frame or no mask: never made of the room. */
const struct pmk_image *pmk_backdrop_cover(const struct pmk_backdrop *backdrop);

/* Fit `from` into all of `to`: cover cuts off what juts out, contain leaves black bars, tile repeats at its own size.
 */
int pmk_backdrop_fit(const struct pmk_rgb *from, enum pmk_fit fit, struct pmk_rgb *to)
	__attribute__((warn_unused_result));

#endif

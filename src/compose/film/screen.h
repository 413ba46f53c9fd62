/* SPDX-License-Identifier: MIT */
/* The pictures of a film, one by one, as they stand behind a person: fitted, upright, in the colours of the composed
 * picture.
 *
 * The one rule: a picture is fitted and converted once, and one that is left out is not. No other size of it is kept,
 * but for a film that is laid in tiles.
 *
 * Errors are logged by the reader (media.h), in one line that names the file, and returned. One thread at a time. */
#ifndef PMK_COMPOSE_FILM_SCREEN_H
#define PMK_COMPOSE_FILM_SCREEN_H

#include "compose/backdrop.h"
#include "media/media.h"

struct pmk_screen {
	struct pmk_media *media;
	struct pmk_layout layout; /* of the pictures that read fills */
	struct pmk_rect place; /* of the film's picture in them; what lies around it is black */
	struct pmk_image tile; /* a picture in its own size, if the film is laid in tiles */
	bool tiled;
};

/* Open the film for pictures of `layout`, which is in limited range. Errors as pmk_media_open. */
int pmk_screen_open(struct pmk_screen *screen, const char *path, enum pmk_fit fit, const struct pmk_layout *layout)
	__attribute__((warn_unused_result));
void pmk_screen_close(struct pmk_screen *screen); /* a zeroed one is fine, too */

/* Allocate a picture that read can fill. -ENOMEM. */
int pmk_screen_alloc(const struct pmk_screen *screen, struct pmk_image *image) __attribute__((warn_unused_result));

/* As pmk_media_read. */
int pmk_screen_read(struct pmk_screen *screen, struct pmk_image *image, int64_t *position_ns)
	__attribute__((warn_unused_result));

#endif

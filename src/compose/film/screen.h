/* SPDX-License-Identifier: MIT */
/* The pictures of a film, one by one, as they stand behind a person: fitted, upright, in the colours of the composed
 * picture.
 *
 * The one rule: a picture is fitted and converted once, and one that is left out is not. No other size of it is kept,
 * but for a film that is laid in tiles. A round that fits into a loop (loop.h) is recorded there, and then the file is
 * closed.
 *
 * Errors are logged by the reader (media.h), in one line that names the file, and returned. One thread at a time. */
#ifndef PMK_COMPOSE_FILM_SCREEN_H
#define PMK_COMPOSE_FILM_SCREEN_H

#include "compose/backdrop.h"
#include "compose/film/loop.h"
#include "media/media.h"

struct pmk_screen {
	struct pmk_media *media; /* NULL: `loop` is whole */
	struct pmk_loop *loop; /* NULL: this round is not recorded */
	bool records; /* rounds are recorded if they can */
	int late; /* pictures of this round that were made long after they were due */
	struct pmk_layout layout; /* of the pictures that read fills */
	struct pmk_rect place; /* of the film's picture in them; what lies around it is black */
	struct pmk_image tile; /* a picture in its own size, if the film is laid in tiles */
	bool tiled;
};

/* Open the film for pictures of `layout`, which is in limited range. Errors as pmk_media_open. */
int pmk_screen_open(struct pmk_screen *screen, const char *path, enum pmk_fit fit, const struct pmk_layout *layout)
	__attribute__((warn_unused_result));
void pmk_screen_close(struct pmk_screen *screen); /* a zeroed one is fine, too */

/* Record rounds from here on, before the first read; or never again, unless there is no film any more. */
void pmk_screen_record(struct pmk_screen *screen, bool on);

/* Allocate a picture that read can fill. -ENOMEM. */
int pmk_screen_alloc(const struct pmk_screen *screen, struct pmk_image *image) __attribute__((warn_unused_result));

/* The next four as their namesakes of pmk_media. While a round is recorded, next leaves out none; if too many were due
 * long before `now_ns`, which is the position that is shown, this round is not recorded. */
int pmk_screen_next(struct pmk_screen *screen, int64_t due_ns, int64_t now_ns, int64_t *position_ns)
	__attribute__((warn_unused_result));
int pmk_screen_read(struct pmk_screen *screen, struct pmk_image *image, int64_t *position_ns)
	__attribute__((warn_unused_result));
int64_t pmk_screen_lasts_ns(const struct pmk_screen *screen);
int pmk_screen_rewind(struct pmk_screen *screen) __attribute__((warn_unused_result));

#endif

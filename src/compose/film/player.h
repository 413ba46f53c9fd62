/* SPDX-License-Identifier: MIT */
/* Plays a film as an endless loop: a thread of its own decodes ahead the pictures that are about to be due.
 *
 * The one rule: work and memory do not grow with the film. At most PMK_PLAYER_PICTURES pictures of the layout's size
 * are held, beside what FFmpeg's decoder needs; a loop that fits into PMK_PLAYER_KEPT bytes is kept whole, and for live
 * frames one that fits as JPEGs into PMK_LOOP_MOST; then neither file nor decoder stays open. Only pictures that will
 * be shown are converted. Nothing is done unless somebody asks for pictures: when the frames pause, so does the film.
 *
 * The loop has no seam: the last picture stays as long as the file says, and what follows it is decoded ahead, too.
 * Sound is not read.
 *
 * A film has no end that it could fail at: damaged pictures are left out, and where it cannot be read further it starts
 * again, which is said once. If the process that decodes it is killed, it starts again, too, a few times, but not in a
 * recording. If it cannot be read at all any more, the last picture stays. */
#ifndef PMK_COMPOSE_FILM_PLAYER_H
#define PMK_COMPOSE_FILM_PLAYER_H

#include "compose/backdrop.h"

enum { PMK_PLAYER_PICTURES = 6, PMK_PLAYER_KEPT = 64 << 20 };

struct pmk_player;

/* Open the film for pictures of `layout`, which is in limited range; the first one is decoded. Errors as
 * pmk_media_open, logged. */
int pmk_player_open(const char *path, enum pmk_fit fit, const struct pmk_layout *layout, struct pmk_player **player)
	__attribute__((warn_unused_result));
void pmk_player_close(struct pmk_player *player); /* ends the thread; NULL is fine */

/* The first picture. Call it before the two functions below. */
const struct pmk_image *pmk_player_first(const struct pmk_player *player);

/* The picture for a live frame of that time: the newest that is due and decoded. The film begins with the first frame.
 * If more than a second passed since the last one, the film stood still in it; so it does if the machine is too slow.
 * Does not wait. Both functions: the picture stays as it is until the next call; *stays: it is the last call's. Call
 * them from one thread. */
const struct pmk_image *pmk_player_live(struct pmk_player *player, uint64_t time_ns, bool *stays);

/* The picture that is due at that time after the film's beginning, going round if it is shorter: the same one every
 * time. A time stamp may be 1 ms off, as files round it. Waits for the decoder. Positions do not fall, unless the loop
 * is kept whole; then the last picture stays. */
const struct pmk_image *pmk_player_at(struct pmk_player *player, int64_t position_ns, bool *stays);

#endif

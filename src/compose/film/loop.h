/* SPDX-License-Identifier: MIT */
/* The pictures of one round of a film as JPEGs in memory. Decoding one costs a fifth of decoding and fitting a picture
 * of H.264 in 1920x1080 (doc/speed.md).
 *
 * The one rule: a loop is whole or is not used. It takes the pictures of a round one after the other, each of the
 * layout that it was created for; pmk_loop_rewind then ends the recording, and from there on it plays.
 *
 * The samples are stored as they are, whatever their matrix and range. One thread at a time. */
#ifndef PMK_COMPOSE_FILM_LOOP_H
#define PMK_COMPOSE_FILM_LOOP_H

#include "image/frame.h"

enum { PMK_LOOP_MOST = 48 << 20 }; /* bytes of all pictures */

struct pmk_loop;

/* Whether pictures of this layout can be recorded. TurboJPEG reads and writes luma up to an even number of rows in
 * 4:2:0, for which a picture of an odd height has no memory. */
bool pmk_loop_takes(const struct pmk_layout *layout);

/* NULL if out of memory. `layout`: one that it takes. */
struct pmk_loop *pmk_loop_create(const struct pmk_layout *layout) __attribute__((warn_unused_result));
void pmk_loop_destroy(struct pmk_loop *loop); /* NULL is allowed */

/* Record the next picture, which is due at that position and stays so long. `count`: how many a round has,
 * approximately; 0: unknown. -ENOSPC: the round would take more than PMK_LOOP_MOST; -ENOMEM. */
int pmk_loop_add(struct pmk_loop *loop, const struct pmk_image *image, int64_t position_ns, int64_t lasts_ns,
	int64_t count) __attribute__((warn_unused_result));

/* Go to the first picture. */
void pmk_loop_rewind(struct pmk_loop *loop);

/* The next three as their namesakes of pmk_media; lasts only after a read. */
int pmk_loop_next(struct pmk_loop *loop, int64_t due_ns, int64_t *position_ns);
int pmk_loop_read(struct pmk_loop *loop, struct pmk_image *image, int64_t *position_ns)
	__attribute__((warn_unused_result));
int64_t pmk_loop_lasts_ns(const struct pmk_loop *loop);

#endif

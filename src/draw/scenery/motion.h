/* SPDX-License-Identifier: MIT */
/* Backdrops that move a little. Each is two pictures of one place, in light and in shade, and between the light and the
 * place hang veils: maps of how much light passes (leaves, the folds of a curtain), which sway. So a moment costs no
 * more than a blend of two pictures.
 *
 * The one rule is paint.h's: the same pixels on every machine. A moment depends on its time alone, there is no end and
 * so no seam, and nothing moves fast.
 *
 * Lengths are those of paint.h. One thread. */
#ifndef PMK_DRAW_SCENERY_MOTION_H
#define PMK_DRAW_SCENERY_MOTION_H

#include "draw/scenery/lens.h"

enum { PMK_VEILS = 2, PMK_VEIL_HEIGHT = 180 /* px, the most */ };

/* How far a veil moves: less than this, so its map is larger by this on each side. */
#define PMK_VEIL_SWAY 0.06f

/* How a backdrop moves; each function is for `veil` 0..PMK_VEILS - 1. */
struct pmk_motion {
	int (*lit)(struct pmk_canvas *canvas); /* as in scenery_parts.h */
	int (*shaded)(struct pmk_canvas *canvas);
	/* Paint a veil: light that passes, 0..1, in all of red, green and blue. 0 or -ENOMEM. */
	int (*veil)(struct pmk_canvas *canvas, int veil);
	/* Where a veil is at a time, at height y. */
	struct pmk_point (*sway)(int veil, double seconds, float y);
};

extern const struct pmk_motion pmk_motion_leaves, pmk_motion_curtain, pmk_motion_sea;

struct pmk_veils {
	const struct pmk_motion *motion;
	int width, height; /* px of what is seen */
	int margin, stride; /* of the maps, px, on each side */
	uint8_t *map[PMK_VEILS]; /* owned */
};

/* The veils for a picture of width x height px; their own size is smaller. 0 or -ENOMEM. */
int pmk_veils_init(struct pmk_veils *veils, const struct pmk_motion *motion, int width, int height)
	__attribute__((warn_unused_result));
void pmk_veils_finish(struct pmk_veils *veils); /* a zeroed struct is allowed */

/* How much light passes all veils at a time, 0..255: row y of `veils->height`, `veils->width` values. */
void pmk_veils_row(const struct pmk_veils *veils, double seconds, int y, uint8_t *light);

#endif

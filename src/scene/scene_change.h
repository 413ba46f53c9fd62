/* SPDX-License-Identifier: MIT */
/* Changes the settings of a running scene between two frames.
 *
 * The one rule: everything that takes time or memory, or can fail, is done in prepare and destroy; apply only exchanges
 * pointers. So no frame is late, and a change that fails leaves the scene as it is.
 *
 *	err = pmk_scene_change_prepare(scene, &wanted, &change);	// any thread; frames go on
 *	pmk_scene_change_apply(scene, change);				// the scene's thread, between two frames
 *	pmk_scene_change_destroy(change);				// any thread
 *
 * Prepare makes only what differs: a backdrop, the mask's chain, a network beside the running one. The rest stays, and
 * so does the scene's memory as far as it is still valid: a new backdrop does not touch the mask, another strength of
 * smoothing continues from the last mask, and a new network takes over the view of the old one. A setting of the mask
 * takes effect with the next frame, even if nothing moves.
 *
 * One change at a time: prepare reads what apply writes, so prepare the next change only when the previous one has been
 * applied or dropped.
 *
 * If fade_ms says so, another backdrop fades in, over that time from shortly before the last frame on, so that a second
 * look at that frame (pmk_scene_again) shows some of it already (compose/backdrop_fade.h); if no
 * frame came for so long, it is there at once. What the fade does not need any more is freed when it is over. */
#ifndef PMK_SCENE_SCENE_CHANGE_H
#define PMK_SCENE_SCENE_CHANGE_H

#include "scene/scene.h"

struct pmk_scene_change;

/* Make what `wanted` needs and the scene does not have yet. A file is read again only if its path or the fit changes.
 * Errors are logged in one line: those of pmk_scene_create, or -EPERM, because showing the room can neither begin nor
 * end while the scene runs, and consent to a weak blur is given when it is created. [any thread] */
int pmk_scene_change_prepare(const struct pmk_scene *scene, const struct pmk_scene_settings *wanted,
	struct pmk_scene_change **change) __attribute__((warn_unused_result));

/* From the next frame on, the scene is as if it had been created with these settings, except for a fade. Call it once
 * for each change; it allocates and frees nothing. Earlier shown pictures stay as they are, covers too. [scene thread]
 */
void pmk_scene_change_apply(struct pmk_scene *scene, struct pmk_scene_change *change);

/* Have these backdrops ready, so that a change to one of them takes no time (pmk_store_want). [the thread of prepare]
 */
void pmk_scene_keep_ready(struct pmk_scene *scene, const char *const *specs, int count, enum pmk_fit fit, bool make);

bool pmk_scene_same_zones(const struct pmk_scene_settings *a, const struct pmk_scene_settings *b); /* [any thread] */

/* Free what was replaced, or what was never applied. NULL is fine. [any thread] */
void pmk_scene_change_destroy(struct pmk_scene_change *change);

#endif

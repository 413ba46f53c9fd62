/* SPDX-License-Identifier: MIT */
/* Other settings for a scene that runs, from one frame to the next.
 *
 * The one rule: all that takes time, memory or may fail is done in prepare and destroy; apply exchanges pointers. So no
 * frame is late, and a change that cannot be made leaves the scene as it is.
 *
 *	err = pmk_scene_change_prepare(scene, &wanted, &change);	// any thread; frames go on
 *	pmk_scene_change_apply(scene, change);				// the scene's thread, between two frames
 *	pmk_scene_change_destroy(change);				// any thread
 *
 * What is made is what differs: a backdrop, a mask's chain, a network beside the one that runs. The rest stays, and so
 * does what the scene remembers where it still holds: a new backdrop does not touch the mask, another strength of
 * smoothing goes on from the mask of before, and another network looks where the one before it looked. A setting of the
 * mask counts from the next frame on, also where nothing moves.
 *
 * One change at a time: prepare reads what apply writes, so the next change is prepared when the one before has been
 * applied, or will not be. */
#ifndef PMK_SCENE_SCENE_CHANGE_H
#define PMK_SCENE_SCENE_CHANGE_H

#include "scene/scene.h"

struct pmk_scene_change;

/* Make what `wanted` needs and the scene's present settings do not give. A file is read again only when its path or the
 * fit changes. Errors are logged in one line: as pmk_scene_create, or -EPERM, because showing the room can neither
 * begin nor end while the scene runs. [any thread] */
int pmk_scene_change_prepare(const struct pmk_scene *scene, const struct pmk_scene_settings *wanted,
	struct pmk_scene_change **change) __attribute__((warn_unused_result));

/* From the next frame on the scene is as it would have been created. Once for each change; allocates and frees nothing.
 * Shown pictures that were made before stay as they are, covers too. [scene thread] */
void pmk_scene_change_apply(struct pmk_scene *scene, struct pmk_scene_change *change);

/* Free what was replaced, or what was made and never applied. NULL is fine. [any thread] */
void pmk_scene_change_destroy(struct pmk_scene_change *change);

#endif

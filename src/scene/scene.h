/* SPDX-License-Identifier: MIT */
/* One frame all the way: prepare, network, refine, compose. What the live pipeline, convert, mask and bench all run.
 *
 * The one rule: whatever goes wrong inside, what comes out is a cover, never the frame. One thread.
 * A frame whose number does not rise, or that comes half a second after the last, starts anew: nothing of before is
 * smoothed into it. */
#ifndef PMK_SCENE_SCENE_H
#define PMK_SCENE_SCENE_H

#include "base/parse.h"
#include "compose/backdrop.h"
#include "find/zone.h"
#include "image/shown.h"
#include "mask/refine.h"
#include "model/engine.h"

enum pmk_people { PMK_PEOPLE_ALL, PMK_PEOPLE_NEAREST }; /* who is kept: everybody, or one person */

struct pmk_scene_settings {
	char model[PMK_SPEC]; /* name or path; "auto": as in look.h */
	int threads; /* of the network; 0: one per core */
	enum pmk_engine_kind engine; /* what runs it */
	char backdrop[PMK_SPEC];
	enum pmk_fit fit;
	struct pmk_refine_settings refine;
	double match; /* 0..1: how far the backdrop goes to the camera's light and grain (match.h) */
	enum pmk_people people;
	struct pmk_zone keep_out[PMK_ZONES]; /* where nobody is */
	int keep_out_count;
	bool no_motion_gate; /* run the network on every frame, also where nothing of the picture changed */
	bool show_room; /* with backdrop "none" only */
};

/* Where a frame's time went: CPU time of the calling thread, ns, so that a busy machine does not count. Threads of the
 * network are not in it. */
struct pmk_scene_times {
	uint64_t prepare, infer, refine, compose;
	bool still; /* nothing had changed: the mask of before stood for this frame, and the network did not run */
};

struct pmk_scene;

/* For frames of `layout` (any range). Pictures come out in limited range; up to `shown_count` at once.
 * Errors are logged in one line; -EINVAL bad settings; else as pmk_model_load and pmk_backdrop_create. */
int pmk_scene_create(const struct pmk_scene_settings *settings, const struct pmk_layout *layout, int shown_count,
	struct pmk_scene **scene) __attribute__((warn_unused_result));
void pmk_scene_destroy(struct pmk_scene *scene); /* all pictures must be back; NULL is fine */

const struct pmk_layout *pmk_scene_layout(const struct pmk_scene *scene); /* of the pictures that come out */
/* the model's name; valid until a change is applied (scene_change.h) */
const char *pmk_scene_model(const struct pmk_scene *scene);

/* The frame composed, or, on any error inside, a cover. `times` may be NULL.
 * 0; -EAGAIN when all pictures are in use; else the error that made it a cover (shown is set then too; logged once in a
 * row). */
int pmk_scene_run(struct pmk_scene *scene, const struct pmk_frame *frame, struct pmk_shown **shown,
	struct pmk_scene_times *times);

/* The backdrop alone, with a few words in its corner (see draw/mark.h) unless `mark` is NULL. [the thread of
 * pmk_scene_run] */
/* 0 or -EAGAIN */
int pmk_scene_cover(struct pmk_scene *scene, const char *mark, struct pmk_shown **shown)
	__attribute__((warn_unused_result));

/* The mask alone; it belongs to the scene and is valid until the next run. Negative errno, logged, when there is none.
 */
int pmk_scene_mask(struct pmk_scene *scene, const struct pmk_frame *frame, const struct pmk_mask **mask,
	struct pmk_scene_times *times) __attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* The scene's thread: makes of each frame the picture that is shown, and, while there is no camera, a cover that says
 * why.
 *
 * The one rule: it hands on what the scene made, and nothing else.
 * Functions are the main thread's unless said. */
#ifndef PMK_CORE_STAGE_H
#define PMK_CORE_STAGE_H

#include "base/slot.h"
#include "scene/scene_change.h"

#include <time.h>

enum { PMK_STAGE_STEPS = 4 }; /* prepare, infer, refine, compose */

struct pmk_stage_settings {
	struct pmk_scene_settings scene;
	struct pmk_layout layout; /* of the frames, but for their range */
	int shown_count; /* pictures that may be out at once */
	struct pmk_slot *frames; /* where struct pmk_frame come from; outlives the thread */
	bool had_camera; /* there was one at the start */
	void (*show)(void *user, struct pmk_shown *shown); /* takes a reference over. [scene thread] */
	/* what stands for a missing picture from now on. [scene thread] */
	void (*change_cover)(void *user, struct pmk_shown *cover);
	void *user;
};

struct pmk_stage_figures {
	uint64_t composed, covered; /* pictures: with a person's mask; covers in their place */
	double ms_p50[PMK_STAGE_STEPS];
};

struct pmk_stage;

/* The scene and its first cover. Errors as pmk_scene_create. */
int pmk_stage_create(const struct pmk_stage_settings *settings, struct pmk_stage **stage)
	__attribute__((warn_unused_result));
int pmk_stage_start(struct pmk_stage *stage) __attribute__((warn_unused_result));
/* pmk_scene_change_prepare for the scene that runs. */
int pmk_stage_change_prepare(const struct pmk_stage *stage, const struct pmk_scene_settings *wanted,
	struct pmk_scene_change **change) __attribute__((warn_unused_result));
/* Make the change between two frames, none of which is lost for it, with a new cover, and wait until it is made; at
 * most five seconds: -ETIMEDOUT when the thread hangs, with nothing changed. Started before. */
int pmk_stage_change_apply(struct pmk_stage *stage, struct pmk_scene_change *change)
	__attribute__((warn_unused_result));
/* why there is no camera now; 0: it is there. [any thread] */
void pmk_stage_tell_missing(struct pmk_stage *stage, int error);
void pmk_stage_stop(struct pmk_stage *stage); /* before `frames` is closed; does not wait */
int pmk_stage_join(struct pmk_stage *stage, const struct timespec *until) /* as pmk_thread_join */
	__attribute__((warn_unused_result));
/* joined, or never started; all pictures are back; NULL is fine */
void pmk_stage_destroy(struct pmk_stage *stage);

const struct pmk_layout *pmk_stage_layout(const struct pmk_stage *stage); /* of the pictures that come out */
const char *pmk_stage_model(const struct pmk_stage *stage); /* the model's name */
struct pmk_shown *pmk_stage_cover(const struct pmk_stage *stage); /* the first one, the stage's; before start only */

struct pmk_stage_figures pmk_stage_figures(struct pmk_stage *stage); /* [any thread] */
/* Whether, at now_ns, it has been at one picture for a minute: no network takes that long. [any thread] */
bool pmk_stage_hangs(struct pmk_stage *stage, uint64_t now_ns);

#endif

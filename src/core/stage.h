/* SPDX-License-Identifier: MIT */
/* The scene's thread: turns each frame into a shown picture and, while there is no camera, makes a cover that says why.
 *
 * The one rule: it hands on only what the scene made. Call the functions from the main thread unless their comment says
 * otherwise. */
#ifndef PMK_CORE_STAGE_H
#define PMK_CORE_STAGE_H

#include "base/slot.h"
#include "scene/scene_change.h"

#include <time.h>

enum { PMK_STAGE_STEPS = 4 }; /* prepare, infer, refine, compose */

struct pmk_stage_settings {
	struct pmk_scene_settings scene;
	struct pmk_layout layout; /* of the frames, except for their range */
	int shown_count; /* pictures that may be in use at once */
	struct pmk_slot *frames; /* gives struct pmk_frame; outlives the thread */
	bool had_camera; /* there was a camera at the start */
	void (*show)(void *user, struct pmk_shown *shown); /* takes over the reference. [scene thread] */
	/* the cover from now on. [scene thread] */
	void (*change_cover)(void *user, struct pmk_shown *cover);
	void *user;
};

struct pmk_stage_figures {
	uint64_t composed, covered; /* pictures with a person's mask; covers in their place */
	double ms_p50[PMK_STAGE_STEPS];
	struct pmk_box crop; /* the part of the frame that is shown, in shares of its width and height */
};

struct pmk_stage;

/* Creates the scene and its first cover. Errors as pmk_scene_create. */
int pmk_stage_create(const struct pmk_stage_settings *settings, struct pmk_stage **stage)
	__attribute__((warn_unused_result));
int pmk_stage_start(struct pmk_stage *stage) __attribute__((warn_unused_result));
/* pmk_scene_change_prepare for the running scene. */
int pmk_stage_change_prepare(const struct pmk_stage *stage, const struct pmk_scene_settings *wanted,
	struct pmk_scene_change **change) __attribute__((warn_unused_result));
/* pmk_scene_keep_ready for the running scene. */
void pmk_stage_keep_ready(struct pmk_stage *stage, const char *const *specs, int count, enum pmk_fit fit, bool make);
/* Make the change, with a new cover, between two frames without losing one, and wait until it is made. -ETIMEDOUT: the
 * thread has not taken it within five seconds, and nothing is changed. The new settings are for frames of `generation`:
 * no frame of another one is composed with them, nor one of this with the old settings. Call it after start. */
int pmk_stage_change_apply(struct pmk_stage *stage, struct pmk_scene_change *change, unsigned generation)
	__attribute__((warn_unused_result));
/* why there is no camera now, negative errno; 0: there is one. [any thread] */
void pmk_stage_tell_missing(struct pmk_stage *stage, int error);
/* The reason in the words of the cover's mark: "camera unplugged"; NULL: there is a camera. [any thread] */
const char *pmk_stage_missing(struct pmk_stage *stage);
/* While true, a cover with a mark is shown and all frames are dropped, from the next picture on. [any thread] */
void pmk_stage_pause(struct pmk_stage *stage, bool pause);
void pmk_stage_stop(struct pmk_stage *stage); /* call it before `frames` is closed; does not wait */
int pmk_stage_join(struct pmk_stage *stage, const struct timespec *until) /* as pmk_thread_join */
	__attribute__((warn_unused_result));
/* must be joined or never started, with all pictures back; NULL is fine */
void pmk_stage_destroy(struct pmk_stage *stage);

const struct pmk_layout *pmk_stage_layout(const struct pmk_stage *stage); /* of the shown pictures */
const char *pmk_stage_model(const struct pmk_stage *stage); /* the model's name */
/* the first one; it stays the stage's; call before start only */
struct pmk_shown *pmk_stage_cover(const struct pmk_stage *stage);

/* The mask of what is shown now, scaled down: pmk_mask_view_look. [any thread] */
int pmk_stage_mask(struct pmk_stage *stage, struct pmk_mask *copy) __attribute__((warn_unused_result));
struct pmk_stage_figures pmk_stage_figures(struct pmk_stage *stage); /* [any thread] */
/* Whether the thread has been busy with one picture for a minute at now_ns: no network takes that long. [any thread] */
bool pmk_stage_hangs(struct pmk_stage *stage, uint64_t now_ns);

#endif

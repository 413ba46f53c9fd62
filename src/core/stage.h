/* SPDX-License-Identifier: MIT */
/* The scene's thread: makes of each frame the picture that is shown, and, while there is no camera, a cover that says
 * why.
 *
 * The one rule: it hands on what the scene made, and nothing else.
 * Functions are the main thread's unless said. */
#ifndef PMK_CORE_STAGE_H
#define PMK_CORE_STAGE_H

#include "base/slot.h"
#include "core/pulse.h"
#include "core/stats.h"
#include "scene/scene.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { PMK_STAGE_STEPS = 4 }; /* prepare, infer, refine, compose */

struct pmk_stage_figures {
	uint64_t composed, covered; /* pictures: with a person's mask; covers in their place */
	double ms_p50[PMK_STAGE_STEPS];
};

struct pmk_stage {
	struct pmk_slot *frames; /* set these before start: struct pmk_frame, from the capture thread */
	void (*show)(void *user, struct pmk_shown *shown); /* takes a reference over. [scene thread] */
	/* what stands for a missing picture from now on. [scene thread] */
	void (*change_cover)(void *user, struct pmk_shown *cover);
	void *user;

	struct pmk_scene *scene; /* scene thread's, once started */
	struct pmk_shown *cover; /* of now; scene thread's, once started */
	atomic_int missing; /* why there is no camera, negative errno; 0: there is one */
	atomic_bool had_camera; /* ever */
	int marked; /* the reason that is marked on the cover. [scene thread] */
	atomic_bool stopping;
	struct pmk_pulse pulse; /* rests while it waits for a frame */
	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* of all below */
	uint64_t composed, covered;
	struct pmk_series steps[PMK_STAGE_STEPS];
};

/* The scene, with `shown_count` pictures, and its first cover. Zeroed before, but for the fields above `scene`. As
 * pmk_scene_create; nothing is left on failure. */
int pmk_stage_open(struct pmk_stage *stage, const struct pmk_scene_settings *settings, const struct pmk_layout *layout,
	int shown_count) __attribute__((warn_unused_result));
int pmk_stage_start(struct pmk_stage *stage) __attribute__((warn_unused_result));
/* why there is no camera now; 0: it is there. [any thread] */
void pmk_stage_tell_missing(struct pmk_stage *stage, int error);
void pmk_stage_stop(struct pmk_stage *stage); /* before `frames` is closed; does not wait */
/* CLOCK_REALTIME; 0 or -ETIMEDOUT */
int pmk_stage_join(struct pmk_stage *stage, const struct timespec *until) __attribute__((warn_unused_result));
/* joined, or never started; all pictures are back; one that was never opened is fine */
void pmk_stage_close(struct pmk_stage *stage);
struct pmk_stage_figures pmk_stage_figures(struct pmk_stage *stage); /* [any thread] */

#endif

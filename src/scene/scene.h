/* SPDX-License-Identifier: MIT */
/* The scene: takes one frame all the way through prepare, network, refine and compose. The live pipeline, convert, mask
 * and bench all run it.
 *
 * The one rule: whatever goes wrong inside, the result is a cover, never the frame. One thread.
 *
 * A frame starts anew, with no smoothing from earlier frames, if its number does not rise or if it comes half a second
 * or more after the last one. */
#ifndef PMK_SCENE_SCENE_H
#define PMK_SCENE_SCENE_H

#include "base/parse.h"
#include "compose/backdrop.h"
#include "compose/overlay.h"
#include "find/zone.h"
#include "framing/framer.h"
#include "image/shown.h"
#include "mask/refine.h"
#include "model/engine.h"

/* What is done where a file is another one by now, under the same name. */
enum pmk_renewal {
	PMK_RENEW_NOT, /* it is not looked at */
	PMK_RENEW, /* it is read again */
	PMK_RENEW_OR_KEEP, /* it is read again; if that fails, there is a warning, and what was read before stays */
};

enum pmk_people { PMK_PEOPLE_ALL, PMK_PEOPLE_NEAREST }; /* keep everybody, or one person */

struct pmk_scene_settings {
	char model[PMK_SPEC]; /* name or path; "auto": as in look.h */
	int threads; /* of the network; 0: one per core */
	enum pmk_engine_kind engine; /* what runs it */
	char backdrop[PMK_SPEC];
	enum pmk_renewal renew_backdrop, renew_overlay; /* of a change: their files */
	enum pmk_fit fit;
	struct pmk_refine_settings refine;
	int fade_ms; /* how long another backdrop takes to fade in; 0: it is there at once */
	struct pmk_overlay_settings overlay;
	double match; /* 0..1: how far the backdrop is adapted to the camera's light and grain (match.h) */
	double light; /* 0..1: how far the person is brought to ordinary light (light/light.h) */
	enum pmk_people people;
	struct pmk_zone keep_out[PMK_ZONES]; /* where nobody is */
	int keep_out_count;
	enum pmk_framing_mode framing; /* which part of the frame is shown */
	/* px of the shown pictures, fixed at create; 0: those of the frames. No more than three times smaller. */
	int picture_width, picture_height;
	bool single; /* fixed at create: each picture stands alone, as a photo does, and nothing follows it */
	bool no_plate; /* no memory of the room: each picture is judged by itself */
	bool no_motion_gate; /* no stillness test: run the network on every frame, even if nothing has changed */
	bool show_room; /* consent to a backdrop that needs it: pmk_backdrop_shows_room */
};

/* The CPU time that a frame took on the calling thread, ns, so that other load on the machine does not count. It does
 * not include the network's own threads. */
struct pmk_scene_times {
	uint64_t prepare, infer, refine, compose;
	bool still; /* nothing had changed: the last mask was used again, and the network did not run */
};

struct pmk_scene;

/* For frames of `layout` (any range). Shown pictures have the settings' size, in limited range; up to `shown_count` may
 * be in use at once. Errors are logged in one line: -EINVAL for bad settings, otherwise those of pmk_model_load and
 * pmk_backdrop_create. */
int pmk_scene_create(const struct pmk_scene_settings *settings, const struct pmk_layout *layout, int shown_count,
	struct pmk_scene **scene) __attribute__((warn_unused_result));
/* The same, but it takes over the networks of `old`, whose settings are the same except for the pictures' size.
 * Destroys `old`, also on failure. */
int pmk_scene_renew(struct pmk_scene *old, const struct pmk_scene_settings *settings, const struct pmk_layout *layout,
	int shown_count, struct pmk_scene **scene) __attribute__((warn_unused_result));
void pmk_scene_destroy(struct pmk_scene *scene); /* all pictures must be back; NULL is fine */

const struct pmk_layout *pmk_scene_layout(const struct pmk_scene *scene); /* of the shown pictures */
struct pmk_box pmk_scene_crop(const struct pmk_scene *scene); /* px, the part of the last frame that is shown */
/* the model's name; valid until a change is applied (scene_change.h) */
const char *pmk_scene_model(const struct pmk_scene *scene);

/* The frame composed, or, on any error inside, a cover. `times` may be NULL. 0; -EAGAIN: all pictures are in use; any
 * other error: `shown` is a cover because of it (a repeated error is logged once). */
int pmk_scene_run(struct pmk_scene *scene, const struct pmk_frame *frame, struct pmk_shown **shown,
	struct pmk_scene_times *times);

/* The frame of the last run once more, with its mask, after a change that leaves the mask, the crop and the light as
 * they are: so a change is seen before the next frame. The frame is the very one, but its time may be another.
 * -ENODATA: the last run did not compose that frame, or the change needs another mask; -EAGAIN as in pmk_scene_run. */
int pmk_scene_again(struct pmk_scene *scene, const struct pmk_frame *frame, struct pmk_shown **shown)
	__attribute__((warn_unused_result));

/* The mask of the picture that the last run gave, valid until the next run; NULL: it was a cover, or shows the room. */
const struct pmk_mask *pmk_scene_shown_mask(const struct pmk_scene *scene);

/* The backdrop alone, with a few words in its corner (see draw/mark.h) unless `mark` is NULL. [the thread of
 * pmk_scene_run] */
/* 0 or -EAGAIN */
int pmk_scene_cover(struct pmk_scene *scene, const char *mark, struct pmk_shown **shown)
	__attribute__((warn_unused_result));

/* The mask alone, of the whole frame; it belongs to the scene and is valid until the next run. A negative errno,
 * logged, if there is none. */
int pmk_scene_mask(struct pmk_scene *scene, const struct pmk_frame *frame, const struct pmk_mask **mask,
	struct pmk_scene_times *times) __attribute__((warn_unused_result));

#endif

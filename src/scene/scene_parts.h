/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_scene, for scene*.c only. */
#ifndef PMK_SCENE_SCENE_PARTS_H
#define PMK_SCENE_SCENE_PARTS_H

#include "compose/compose.h"
#include "compose/show/stamp.h"
#include "compose/show/store.h"
#include "find/look.h"
#include "find/plate.h"
#include "framing/framing.h"
#include "scene/scene.h"
#include "scene/stillness.h"

/* Parts that depend on the settings, and are exchanged when these change. */
struct pmk_scene_parts {
	struct pmk_look *look;
	struct pmk_refine *refine;
	struct pmk_backdrop *backdrop;
	struct pmk_rim *rim; /* or NULL */
	struct pmk_match *match; /* or NULL */
	struct pmk_framing *framing; /* or NULL: the frame is shown as it is */
	struct pmk_overlay *overlay; /* or NULL */
	struct pmk_light *light; /* or NULL */
};

/* Zeros: there is none. */
struct pmk_scene_files {
	struct pmk_stamp backdrop, overlay;
};

struct pmk_scene {
	struct pmk_layout layout, frames; /* of the shown pictures; of the frames, but for their range */
	struct pmk_scene_settings settings; /* the present ones */
	bool show_room, consent; /* it is shown as it is; it may be shown so that it is recognised (scene.h) */
	struct pmk_scene_parts parts;
	struct pmk_scene_files files; /* which the parts are made of */
	struct pmk_store *store; /* backdrops that are ready; NULL: none was asked for. [the thread of prepare] */
	struct pmk_rect keep_out[PMK_ZONES]; /* px */
	struct pmk_stillness stillness;
	struct pmk_plate plate;
	struct pmk_mask mask;
	struct pmk_composer *composer;
	const struct pmk_mask
		*masked; /* of the last picture, cut as that is; NULL: it was a cover, or shows the room */
	const struct pmk_frame *cut; /* if `masked`, the frame that it is for; valid with framing only */
	int last_error; /* so that a repeated error is logged once */
	unsigned last_generation; /* of the previous frame */
	uint64_t last_number, last_ns; /* of the previous frame */
};

void pmk_scene_parts_finish(struct pmk_scene_parts *parts); /* destroys those that are not NULL */

#endif

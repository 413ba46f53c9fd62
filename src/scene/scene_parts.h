/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_scene, for scene*.c only. */
#ifndef PMK_SCENE_SCENE_PARTS_H
#define PMK_SCENE_SCENE_PARTS_H

#include "compose/compose.h"
#include "find/look.h"
#include "scene/scene.h"
#include "scene/stillness.h"

/* What is made for its settings, and exchanged when they change. */
struct pmk_scene_parts {
	struct pmk_look *look;
	struct pmk_refine *refine;
	struct pmk_backdrop *backdrop;
	struct pmk_rim *rim; /* or NULL */
	struct pmk_match *match; /* or NULL */
};

struct pmk_scene {
	struct pmk_layout layout; /* of what comes out */
	struct pmk_scene_settings settings; /* of now */
	bool show_room;
	struct pmk_scene_parts parts;
	struct pmk_rect keep_out[PMK_ZONES]; /* px */
	struct pmk_stillness stillness;
	struct pmk_mask mask;
	struct pmk_composer *composer;
	int last_error; /* so that a repeating fault is said once */
	uint64_t last_number, last_ns; /* of the frame before */
};

void pmk_scene_parts_finish(struct pmk_scene_parts *parts); /* destroys all that there are */

#endif

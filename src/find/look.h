/* SPDX-License-Identifier: MIT */
/* The networks and where they look: a frame to the probability of a person in a part of it, the view (view.h).
 *
 * The model "auto" is selfie for the view. Looks at the whole of a wide picture are taken by selfie-landscape, which is
 * cheaper and has nearly its shape; both have to be there. Any other model does both. The first frame after a cut is
 * looked at until the view fits, and the mean of the last two looks is what was seen; a picture that stands alone is
 * such a frame. One thread. */
#ifndef PMK_FIND_LOOK_H
#define PMK_FIND_LOOK_H

#include "find/zone.h"
#include "image/frame.h"
#include "model/engine.h"
#include "model/manifest.h"

struct pmk_look;

struct pmk_look_settings {
	const char *model; /* name or path, or "auto" */
	enum pmk_engine_kind engine;
	int threads; /* of each network, as asked (pmk_engine_threads) */
	bool nearest; /* one person, not all */
	/* px of the picture; nobody is found there */
	const struct pmk_rect *keep_out;
	int keep_out_count; /* up to PMK_ZONES */
};

/* What was seen; valid until the next run. */
struct pmk_sight {
	float *probability; /* width x height as the card says, of the part `view`; the caller may change it */
	struct pmk_rect view; /* px; it may stick out of the picture; outside of it nobody is */
	/* the same part at the same size, 4:2:0; NULL when the network's output is not of its input's size */
	const struct pmk_image *small;
	uint64_t prepare_ns, infer_ns; /* what all looks at this picture took: CPU time of the calling thread */
};

/* For pictures of this size. Errors are logged: as pmk_model_load and pmk_engine_create, or -ENOMEM. */
int pmk_look_create(const struct pmk_look_settings *settings, int width, int height, struct pmk_look **look)
	__attribute__((warn_unused_result));
void pmk_look_destroy(struct pmk_look *look); /* NULL is fine */
/* of the network that looks at the view */
const struct pmk_model_card *pmk_look_card(const struct pmk_look *look);

void pmk_look_forget(struct pmk_look *look); /* a cut: the next picture stands alone */

/* Between two pictures: what these settings say from now on. They allocate nothing and cannot fail. */
void pmk_look_set_nearest(struct pmk_look *look, bool nearest);
void pmk_look_set_keep_out(struct pmk_look *look, const struct pmk_rect *keep_out, int count);
/* Look first where `from` looked last. Without effect where pictures differ in size or networks in shape. */
void pmk_look_inherit(struct pmk_look *look, const struct pmk_look *from);

/* Look at a picture of time `now_ns`. -EDOM or as pmk_engine_run: forget then. */
int pmk_look_run(struct pmk_look *look, const struct pmk_image *image, uint64_t now_ns, struct pmk_sight *sight)
	__attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* Runs the networks and decides where they look: from a frame to the probability of a person in a part of it, the view
 * (view.h).
 *
 * The model "auto" is selfie for the view. In a wide picture, looks at the whole are taken by selfie-landscape, which
 * is cheaper and nearly of that shape; both must be there. Any other model takes all looks. After a cut, the first
 * frame is looked at until the view fits, and then in several ways that are joined (study.h); a single picture is such
 * a frame. One thread. */
#ifndef PMK_FIND_LOOK_H
#define PMK_FIND_LOOK_H

#include "find/hands/hands.h"
#include "find/plate.h"
#include "find/zone.h"
#include "image/frame.h"
#include "model/engine.h"
#include "model/manifest.h"

struct pmk_look;

struct pmk_look_settings {
	const char *model; /* name or path, or "auto" */
	enum pmk_engine_kind engine;
	int threads; /* of each network, as requested (pmk_engine_threads) */
	bool nearest; /* follow one person, not all */
	/* px of the picture; nobody is found inside */
	const struct pmk_rect *keep_out;
	int keep_out_count; /* up to PMK_ZONES */
};

/* The result of a run; valid until the next one. */
struct pmk_sight {
	float *probability; /* of the part `view`, width x height as the card says; the caller may change it */
	struct pmk_rect view; /* px; it may stick out of the picture; nobody is outside it */
	/* the same part at the same size, 4:2:0; NULL if input and output of the network differ in size */
	const struct pmk_image *small;
	/* parts of it that were looked at closer, of the same size; nothing is to be less sure for them */
	const struct pmk_closer *closer;
	int closer_count;
	uint64_t prepare_ns, infer_ns; /* CPU time of the calling thread for all looks at this picture */
};

/* For pictures of this size. The errors of pmk_model_load and pmk_engine_create, logged, or -ENOMEM. */
int pmk_look_create(const struct pmk_look_settings *settings, int width, int height, struct pmk_look **look)
	__attribute__((warn_unused_result));
/* Go on with pictures of another size, as if newly made with the same settings; what is loaded stays. Errors as above;
 * after one, destroy it. */
int pmk_look_resize(struct pmk_look *look, const struct pmk_look_settings *settings, int width, int height)
	__attribute__((warn_unused_result));
void pmk_look_destroy(struct pmk_look *look); /* NULL is allowed */
/* the card of the network that looks at the view */
const struct pmk_model_card *pmk_look_card(const struct pmk_look *look);

void pmk_look_forget(struct pmk_look *look); /* call it at a cut: the next picture stands alone */

/* A picture is not looked at, because it is as the last one: the next one has the more time. */
void pmk_look_skip(struct pmk_look *look);

/* Change settings between two pictures. These allocate nothing and cannot fail. */
void pmk_look_set_nearest(struct pmk_look *look, bool nearest);
void pmk_look_set_keep_out(struct pmk_look *look, const struct pmk_rect *keep_out, int count);
/* Look first where `from` looked last. No effect if the pictures differ in size or the networks in shape. */
void pmk_look_inherit(struct pmk_look *look, const struct pmk_look *from);

/* Look at a picture of time now_ns, with the memory of earlier ones (NULL: without any). -EDOM, or the errors of
 * pmk_engine_run; after one of them, call pmk_look_forget and pmk_plate_forget. */
int pmk_look_run(struct pmk_look *look, const struct pmk_image *image, uint64_t now_ns, struct pmk_plate *plate,
	struct pmk_sight *sight) __attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* Probability at the network's size to the alpha mask at the camera's size. The seam for better chains: one settings
 * struct, one run.
 *
 * The one rule: a probability of 0 everywhere gives alpha 0 everywhere, whatever the settings. One thread. */
#ifndef PMK_MASK_REFINE_H
#define PMK_MASK_REFINE_H

#include "image/frame.h"

enum pmk_refine_mode {
	PMK_REFINE_GUIDED, /* edges follow the picture: guide.h fits, trace.h applies at the camera's size */
	PMK_REFINE_NONE, /* plain bilinear upscaling */
	/* the classic chain: threshold 0.5, then opening and feather by 2 px unless set otherwise */
	PMK_REFINE_MORPH,
};

enum { PMK_REFINE_MAX_PX = 64 }; /* of erode, dilate and feather */

struct pmk_refine_settings {
	enum pmk_refine_mode mode;
	double threshold; /* 0..1: hard; less than 1/16 counts as 1/16; negative: soft */
	double smooth; /* 0..1: how much the mask is calmed in time where nothing moved */
	double light_wrap; /* 0..1: how much of the backdrop shines over the rim from inside */
	int erode, dilate, feather; /* px at the camera's size, 0..PMK_REFINE_MAX_PX; negative: the mode's own */
};

bool pmk_refine_settings_equal(const struct pmk_refine_settings *a, const struct pmk_refine_settings *b);

struct pmk_refine;

/* From width x height probabilities to mask_width x mask_height alpha. -ENOMEM. */
int pmk_refine_create(const struct pmk_refine_settings *settings, int width, int height, int mask_width,
	int mask_height, struct pmk_refine **refine) __attribute__((warn_unused_result));
void pmk_refine_destroy(struct pmk_refine *refine); /* NULL is fine */

void pmk_refine_forget(struct pmk_refine *refine); /* the next frame stands alone */

/* Go on with the memory of `from`, which forgets, where both are of the same size and both or neither follow the
 * picture's edges; else the next frame stands alone. Allocates nothing. */
void pmk_refine_inherit(struct pmk_refine *refine, struct pmk_refine *from);

/* `probability` is of the part `view` of `picture`, which may stick out of it; the mask is 0 elsewhere. `small` is the
 * same part at width x height, 4:2:0 (NULL: no guide, as mode none; the picture is not read then). Writes every pixel
 * of `mask`, which has the picture's size. Changes `probability`. */
void pmk_refine_run(struct pmk_refine *refine, float *probability, const struct pmk_rect *view,
	const struct pmk_image *small, const struct pmk_image *picture, struct pmk_mask *mask);

#endif

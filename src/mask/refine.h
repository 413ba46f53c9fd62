/* SPDX-License-Identifier: MIT */
/* Turns the probability at the network's size into the alpha mask at the camera's size. This is the seam for better
 * chains: one struct of settings, one run.
 *
 * The one rule: a probability of 0 everywhere gives alpha 0 everywhere, whatever the settings. One thread. */
#ifndef PMK_MASK_REFINE_H
#define PMK_MASK_REFINE_H

#include "image/frame.h"

enum pmk_refine_mode {
	PMK_REFINE_GUIDED, /* edges follow the picture: guide.h fits them, trace.h applies them at the camera's size */
	PMK_REFINE_NONE, /* bilinear enlargement */
	/* the classic chain: threshold 0.5, then opening and feather by 2 px, unless set otherwise */
	PMK_REFINE_MORPH,
};

enum { PMK_REFINE_MAX_PX = 64 }; /* the most of erode, dilate and feather */

struct pmk_refine_settings {
	enum pmk_refine_mode mode;
	double threshold; /* 0..1: hard, with less than 1/16 counted as 1/16; negative: soft */
	double smooth; /* 0..1: how much the mask is smoothed over time where nothing moved */
	double light_wrap; /* 0..1: how much of the backdrop shines over the inner side of the rim */
	/* px at the camera's size, 0..PMK_REFINE_MAX_PX; negative: the default of the mode */
	int erode, dilate, feather;
};

bool pmk_refine_settings_equal(const struct pmk_refine_settings *a, const struct pmk_refine_settings *b);

struct pmk_refine;

/* From width x height probabilities to a mask of mask_width x mask_height. -ENOMEM. */
int pmk_refine_create(const struct pmk_refine_settings *settings, int width, int height, int mask_width,
	int mask_height, struct pmk_refine **refine) __attribute__((warn_unused_result));
void pmk_refine_destroy(struct pmk_refine *refine); /* NULL is allowed */

void pmk_refine_forget(struct pmk_refine *refine); /* call it at a cut: the next frame stands alone */

/* Continue with the memory of `from`, which loses it, if both are of the same size and either both or neither follow
 * the edges of the picture. Otherwise the next frame stands alone. Allocates nothing. */
void pmk_refine_inherit(struct pmk_refine *refine, struct pmk_refine *from);

/* A part of the picture that is seen closer: it may add to the person there. */
struct pmk_refine_part {
	struct pmk_rect view; /* inside the picture */
	float *probability; /* of that, width x height; it is changed */
	const struct pmk_image *small; /* the same part at width x height, 4:2:0 */
};

/* Let the next run take in `part`, `count` of them, which stay valid until then. Without a guide they are left out. */
void pmk_refine_see_closer(struct pmk_refine *refine, const struct pmk_refine_part *part, int count);

/* Fill every pixel of `mask`, which has the size of `picture`. `probability` covers the part `view` of the picture,
 * which may stick out of it; the mask is 0 elsewhere. `small` is the same part at width x height, 4:2:0; NULL: there is
 * no guide, as in mode NONE, and the picture is not read. Changes `probability`. */
void pmk_refine_run(struct pmk_refine *refine, float *probability, const struct pmk_rect *view,
	const struct pmk_image *small, const struct pmk_image *picture, struct pmk_mask *mask);

#endif

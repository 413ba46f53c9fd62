/* SPDX-License-Identifier: MIT */
/* Converts a part of a frame to the network's input: scales the planes first, then converts the colours at the
 * network's size.
 *
 * A dark part is lifted, since networks learned from pictures in good light: if the mean m of its luma, 0 to 1, is
 * below d = 0.27, each of R, G and B, called v, becomes ((v + t)^p - t^p) / ((1 + t)^p - t^p), with t = 0.03 and
 * p = ln d / ln m, which is 1 at m = d. So nothing jumps at that limit, and all else is left as it is, bit for bit.
 *
 * view.h decides which part is looked at; the part is squeezed to the shape of the input. One thread. */
#ifndef PMK_FIND_PREPARE_H
#define PMK_FIND_PREPARE_H

#include "image/frame.h"
#include "model/manifest.h"

struct pmk_prepare;

/* -ENOMEM */
int pmk_prepare_create(const struct pmk_model_card *card, struct pmk_prepare **prepare)
	__attribute__((warn_unused_result));
void pmk_prepare_destroy(struct pmk_prepare *prepare); /* NULL is allowed */

/* Fill `input` with card->input_height x input_width x 3 floats: R, G, B, each value / 255 * card->scale + card->mean,
 * lifted if they are dark. * `view` begins at even numbers and overlaps the picture; where it sticks out, the pixels at
 * the picture's edge are repeated. */
void pmk_prepare_run(
	struct pmk_prepare *prepare, const struct pmk_image *image, const struct pmk_rect *view, float *input);

/* Scale the planes only, for pmk_prepare_small. */
void pmk_prepare_scale(struct pmk_prepare *prepare, const struct pmk_image *image, const struct pmk_rect *view);

/* The planes as the last run scaled them, input_width x input_height, 4:2:0, for edge-aware filters; valid until the
 * next run. */
const struct pmk_image *pmk_prepare_small(const struct pmk_prepare *prepare);

#endif

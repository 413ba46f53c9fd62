/* SPDX-License-Identifier: MIT */
/* Converts a network's output to the probability that a pixel shows the person. Pure functions. */
#ifndef PMK_FIND_PERSON_H
#define PMK_FIND_PERSON_H

#include "model/manifest.h"

/* `output` is NHWC as the card says; `probability` gets output_width x output_height values of 0..1. One logit: the
 * logistic function. Two logits: softmax. Class logits: the logistic function of (person - best other class), which is
 * 0.5 exactly where argmax changes its answer; so the result is soft and has the contour of argmax. 0, or -EDOM: the
 * network gave a NaN or an infinity; then the probability is undefined, and the caller shows the cover. */
int pmk_person_probability(const struct pmk_model_card *card, const float *output, float *probability)
	__attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* A network's output to the probability that a pixel is the person. Pure functions. */
#ifndef PMK_FIND_PERSON_H
#define PMK_FIND_PERSON_H

#include "model/manifest.h"

/* `output` is NHWC as card says; `probability` holds output_width x output_height floats in 0..1.
 * One logit: logistic function. Two logits: softmax. Class logits: logistic of (person - best other class), which is
 * 0.5 exactly where argmax changes its mind: soft, with argmax's contour. 0, or -EDOM when the network gave a NaN or
 * infinity (probability is then undefined: show the cover). */
int pmk_person_probability(const struct pmk_model_card *card, const float *output, float *probability)
	__attribute__((warn_unused_result));

#endif

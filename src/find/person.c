/* SPDX-License-Identifier: MIT */
#include "find/person.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <string.h>

static float logistic(float x)
{
	return 1 / (1 + expf(-x));
}

static float best_other(const float *logits, int count, int person)
{
	float best = -FLT_MAX;

	for (int i = 0; i < count; i++) {
		if (i != person && logits[i] > best)
			best = logits[i];
	}
	return best;
}

/* An exponent of all ones is a NaN or an infinity. Integers are compared, without leaving the loop early, so that
 * compilers vectorize it. */
static bool all_finite(const float *values, size_t count)
{
	uint32_t bad = 0, bits;

	for (size_t i = 0; i < count; i++) {
		memcpy(&bits, &values[i], sizeof bits);
		bad |= (bits & 0x7f800000) == 0x7f800000;
	}
	return !bad;
}

static void clamp(const float *restrict from, float *restrict to, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float p = from[i] < 0 ? 0 : from[i];

		to[i] = p > 1 ? 1 : p;
	}
}

int pmk_person_probability(const struct pmk_model_card *card, const float *output, float *probability)
{
	size_t count = (size_t)card->output_width * (size_t)card->output_height;
	int channels = card->output_channels;

	if (!all_finite(output, count * (size_t)channels))
		return -EDOM;
	if (card->output == PMK_MODEL_PROBABILITY) { /* compilers vectorize it because it is a loop of its own */
		clamp(output, probability, count);
		return 0;
	}
	for (size_t i = 0; i < count; i++, output += channels) {
		float p;

		switch (card->output) {
		case PMK_MODEL_LOGIT:
			p = logistic(output[0]);
			break;
		case PMK_MODEL_TWO_LOGITS:
			p = logistic(output[1] - output[0]);
			break;
		default:
			p = logistic(output[card->person_index] - best_other(output, channels, card->person_index));
		}
		probability[i] = p;
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "compose/light/curve.h"

#include "base/num.h"

#include <math.h>

static const double TOE = 0.015;
static const double MOST_CHROMA = 3, MOST_IN_BLACK = 1.2, NOT_BLACK = 0.1; /* a luma */

struct pmk_tone_curve pmk_tone_of(double tone)
{
	struct pmk_tone_curve t = { .p = exp(-tone) };

	t.black = pow(TOE, t.p);
	t.scale = 1 / (pow(1 + TOE, t.p) - t.black);
	return t;
}

double pmk_tone_at(const struct pmk_tone_curve *t, double v)
{
	return (pow(v + TOE, t->p) - t->black) * t->scale;
}

static double slope_at(const struct pmk_tone_curve *t, double v)
{
	return t->p * pow(v + TOE, t->p - 1) * t->scale;
}

/* Outside of 0..1 the curve goes on straight. */
static double luma_at(const struct pmk_tone_curve *t, double v)
{
	double inside = pmk_clamp_double(v, 0, 1);

	return pmk_tone_at(t, inside) + (v - inside) * slope_at(t, 1);
}

static double value_of(double level, enum pmk_range range)
{
	return range == PMK_RANGE_FULL ? level / 255 : (level - 16) / 219;
}

double pmk_tone_growth(const struct pmk_tone_curve *t, double v, double chroma)
{
	double inside = pmk_clamp_double(v, 0.004, 1), slope = slope_at(t, inside),
	       ratio = pmk_tone_at(t, inside) / inside;
	double most = MOST_IN_BLACK + (MOST_CHROMA - MOST_IN_BLACK) * fmin(inside / NOT_BLACK, 1);

	return fmin(pow(slope, chroma) * pow(ratio, 1 - chroma), most);
}

static int16_t whole(double value)
{
	return (int16_t)lround(pmk_clamp_double(value, -INT16_MAX / 2, INT16_MAX / 2));
}

void pmk_curve_make(
	struct pmk_curve *c, const struct pmk_lighting *lighting, enum pmk_range range, enum pmk_matrix matrix)
{
	struct pmk_tone_curve tone = pmk_tone_of(lighting->tone);
	double kr = matrix == PMK_MATRIX_BT709 ? 0.2126 : 0.299, kb = matrix == PMK_MATRIX_BT709 ? 0.0722 : 0.114;
	double b = exp(lighting->blue), r = exp(-lighting->red), grey = 1 + kr * (r - 1) + kb * (b - 1);
	double gain[2] = { (b - kb * (b - 1)) / grey, (r - kr * (r - 1)) / grey },
	       shift[2] = { (b / grey - 1) / (2 * (1 - kb)), (r / grey - 1) / (2 * (1 - kr)) },
	       scale = range == PMK_RANGE_FULL ? 224.0 / 255 : 1;

	for (int i = 0; i < 256 * PMK_CURVE_FINE; i++)
		c->luma[i] = (uint8_t)lround(pmk_clamp_double(
			16 + 219 * luma_at(&tone, value_of((double)i / PMK_CURVE_FINE, range)), 1, 254));
	for (int i = 0; i < 256; i++) {
		double v = value_of(i, range), more = pmk_tone_growth(&tone, v, lighting->chroma) * scale;

		for (int p = 0; p < 2; p++) {
			c->chroma[p][i].gain = whole(PMK_CURVE_GAIN * more * gain[p]);
			c->chroma[p][i].shift = whole(
				PMK_CURVE_SHIFT * 224 * shift[p] * luma_at(&tone, pmk_clamp_double(v, 0, 1)));
		}
	}
	c->steepest = slope_at(&tone, 0);
}

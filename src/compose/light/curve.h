/* SPDX-License-Identifier: MIT */
/* The curve that brings a person to other light, as tables.
 *
 * Luma v in 0..1 becomes ((v + t)^p - t^p) / ((1 + t)^p - t^p), with p = e^-tone: a power function whose slope at black
 * has a limit, as in the curves of BT.709 and sRGB. Black and white stay, it is concave, so it never clips, and its
 * shoulder is soft. Chroma grows by f'(v)^c (f(v) / v)^(1 - c): with c = 1 as if each of R, G and B had gone through
 * the curve (to the first order), with c = 0 as if the light were more. Then B is multiplied by e^blue and R by e^-red,
 * scaled so that the luma of greys stays (von Kries, in encoded values); luma of colours changes a little, which is
 * left out. Pure functions. */
#ifndef PMK_COMPOSE_LIGHT_CURVE_H
#define PMK_COMPOSE_LIGHT_CURVE_H

#include "compose/light/gauge.h"

/* Tone: f of the above. */
struct pmk_tone_curve {
	double p, black, scale;
};

struct pmk_tone_curve pmk_tone_of(double tone);
double pmk_tone_at(const struct pmk_tone_curve *tone, double v);
/* By how much chroma grows, at most three times: more would show the noise of dark colours. */
double pmk_tone_growth(const struct pmk_tone_curve *tone, double v, double chroma);

enum { PMK_CURVE_FINE = 4 }; /* parts of a level that the curve of luma knows */

/* From a frame's range to limited range. */
struct pmk_curve {
	uint8_t luma[256 * PMK_CURVE_FINE];
	/* for U and V, by the level of luma in the frame: 128 + ((chroma - 128) gain + shift + 128) / 256 */
	int16_t gain[2][256], shift[2][256];
	double steepest; /* slope of luma, at black */
};

void pmk_curve_make(
	struct pmk_curve *curve, const struct pmk_lighting *lighting, enum pmk_range range, enum pmk_matrix matrix);

/* A sample of chroma in other light; `plane` is 1 or 2. */
static inline uint8_t pmk_curve_chroma(const struct pmk_curve *curve, int plane, int luma, int chroma)
{
	int value = 128 + (((chroma - 128) * curve->gain[plane - 1][luma] + curve->shift[plane - 1][luma] + 128) >> 8);

	return (uint8_t)(value < 16 ? 16 : value > 240 ? 240 : value);
}

#endif

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
/* By how much chroma grows, at most three times, and hardly in black: more would show the noise of dark colours. */
double pmk_tone_growth(const struct pmk_tone_curve *tone, double v, double chroma);

enum { PMK_CURVE_FINE = 4 }; /* parts of a level that the curve of luma knows */

/* Chroma becomes 128 + (chroma - 128) gain / PMK_CURVE_GAIN + shift / PMK_CURVE_SHIFT, in limited range. */
enum { PMK_CURVE_GAIN = 2048, PMK_CURVE_SHIFT = 8 };
struct pmk_curve_chroma {
	int16_t gain, shift;
};

/* From a frame's range to limited range. */
struct pmk_curve {
	uint8_t luma[256 * PMK_CURVE_FINE];
	struct pmk_curve_chroma chroma[2][256]; /* for U and V, by the level of luma in the frame */
	double steepest; /* slope of luma, at black */
};

void pmk_curve_make(
	struct pmk_curve *curve, const struct pmk_lighting *lighting, enum pmk_range range, enum pmk_matrix matrix);

/* A sample of chroma in other light. */
static inline uint8_t pmk_curve_chroma(struct pmk_curve_chroma by, uint8_t chroma)
{
	/* the upper half of a 16-bit product is one vector instruction */
	int16_t times = (int16_t)((int32_t)(int16_t)((chroma - 128) * 256) * by.gain >> 16);
	int16_t value = (int16_t)((int16_t)(times + by.shift + PMK_CURVE_SHIFT / 2) >> 3);

	value = value < 16 - 128 ? 16 - 128 : value;
	value = value > 240 - 128 ? 240 - 128 : value;
	return (uint8_t)(value + 128);
}

#endif

/* SPDX-License-Identifier: MIT */
#include "media/film/tone.h"

#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 4096 };

/* cd/m2 */
static const double PQ_PEAK = 10000, HLG_PEAK = 1000, WHITE = 203, OLD_WHITE = 100, OLD_LEAST = 50, OLD_MOST = 115;

static const double SDR_GAMMA = 2.4;

/* Linear light in BT.709's primaries. */
static const float from_bt2020[3][3] = {
	{ 1.660491f, -0.587641f, -0.072850f },
	{ -0.124550f, 1.132900f, -0.008349f },
	{ -0.018151f, -0.100579f, 1.118730f },
};
static const float from_p3[3][3] = {
	{ 1.224940f, -0.224940f, 0 },
	{ -0.042057f, 1.042057f, 0 },
	{ -0.019638f, -0.078636f, 1.098274f },
};
static const float from_bt709[3][3] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };

/* Tables by the root of light have fine steps where the eye has them. */
struct pmk_tone {
	bool hlg;
	float light[STEPS + 1]; /* of a code: cd/m2; for HLG the scene's, 0..1 */
	float system[STEPS + 1]; /* HLG: cd/m2 per unit of the scene's light, by the root of its luminance */
	float matrix[3][3];
	float peak; /* cd/m2 */
	float roll[STEPS + 1]; /* factor from cd/m2 to shares of white, by the root of the share of `peak` */
	uint16_t code[STEPS + 1]; /* by the root of the share of white */
};

static double pq_light(double code)
{
	double p = pow(code, 1 / 78.84375), above = fmax(p - 0.8359375, 0);

	return PQ_PEAK * pow(above / (18.8515625 - 18.6875 * p), 1 / 0.1593017578125);
}

static double pq_code(double nits)
{
	double p = pow(nits / PQ_PEAK, 0.1593017578125);

	return pow((0.8359375 + 18.8515625 * p) / (1 + 18.6875 * p), 78.84375);
}

static double hlg_scene(double code)
{
	const double a = 0.17883277, b = 1 - 4 * a, c = 0.5 - a * log(4 * a);

	return code <= 0.5 ? code * code / 3 : (exp((code - c) / a) + b) / 12;
}

bool pmk_tone_is_hdr(const struct pmk_tone_kind *kind)
{
	return kind->transfer == AVCOL_TRC_SMPTE2084 || kind->transfer == AVCOL_TRC_ARIB_STD_B67;
}

static bool is_bt2020(enum AVColorSpace space)
{
	return space == AVCOL_SPC_BT2020_NCL || space == AVCOL_SPC_BT2020_CL || space == AVCOL_SPC_ICTCP;
}

bool pmk_tone_needed(const AVFrame *frame, struct pmk_tone_kind *kind)
{
	*kind = (struct pmk_tone_kind){ frame->color_trc, frame->color_primaries };
	if (kind->primaries == AVCOL_PRI_UNSPECIFIED && (pmk_tone_is_hdr(kind) || is_bt2020(frame->colorspace)))
		kind->primaries = AVCOL_PRI_BT2020;
	return pmk_tone_is_hdr(kind) || is_bt2020(frame->colorspace) || kind->primaries == AVCOL_PRI_BT2020 ||
		kind->primaries == AVCOL_PRI_SMPTE431 || kind->primaries == AVCOL_PRI_SMPTE432;
}

/* BT.2390-10, 5.4.1: `code` and `most` are PQ codes as shares of the film's peak. There is no lift of black. */
static double eetf(double code, double most)
{
	double knee = 1.5 * most - 0.5, t, t2, t3;

	if (code < knee || knee >= 1)
		return code;
	t = (code - knee) / (1 - knee);
	t2 = t * t;
	t3 = t2 * t;
	return (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (3 * t2 - 2 * t3) * most;
}

static void fill_roll(struct pmk_tone *tone, double white)
{
	double peak_code = pq_code(tone->peak), white_code = pq_code(white);

	for (int i = 0; i <= STEPS; i++) {
		double root = (double)(i ? i : 1) / STEPS, nits = root * root * tone->peak;
		double rolled = pq_light(eetf(pq_code(nits) / peak_code, white_code / peak_code) * peak_code);

		tone->roll[i] = (float)(rolled / nits / white);
	}
}

static void fill_codes(struct pmk_tone *tone, const struct pmk_tone_kind *kind)
{
	for (int i = 0; i <= STEPS; i++) {
		double share = (double)i / STEPS;

		if (tone->hlg)
			tone->light[i] = (float)hlg_scene(share);
		else if (pmk_tone_is_hdr(kind))
			tone->light[i] = (float)pq_light(share);
		else
			tone->light[i] = (float)(WHITE * pow(share, SDR_GAMMA));
		tone->system[i] = (float)(HLG_PEAK * pow(share * share, 0.2));
		tone->code[i] = (uint16_t)(65535 * pow(share * share, 1 / SDR_GAMMA) + 0.5);
	}
}

struct pmk_tone *pmk_tone_create(const struct pmk_tone_kind *kind, double peak)
{
	struct pmk_tone *tone = malloc(sizeof *tone);
	bool bt2020 = kind->primaries == AVCOL_PRI_BT2020,
	     p3 = kind->primaries == AVCOL_PRI_SMPTE431 || kind->primaries == AVCOL_PRI_SMPTE432;
	double white = WHITE;

	if (!tone)
		return NULL;
	if (!pmk_tone_is_hdr(kind))
		peak = white;
	else if (peak >= OLD_LEAST && peak <= OLD_MOST)
		white = peak = OLD_WHITE;
	else if (peak <= 0)
		peak = HLG_PEAK;
	tone->hlg = kind->transfer == AVCOL_TRC_ARIB_STD_B67;
	tone->peak = (float)fmax(peak, white);
	memcpy(tone->matrix, bt2020 ? from_bt2020 : p3 ? from_p3 : from_bt709, sizeof tone->matrix);
	fill_codes(tone, kind);
	fill_roll(tone, white);
	return tone;
}

void pmk_tone_destroy(struct pmk_tone *tone)
{
	free(tone);
}

static int step(float root)
{
	return root >= 1 ? STEPS : (int)(root * STEPS + 0.5f);
}

static float largest(const float c[3])
{
	float m = c[0] > c[1] ? c[0] : c[1];

	return m > c[2] ? m : c[2];
}

static void light_of(const struct pmk_tone *tone, const uint16_t rgb[3], float nits[3])
{
	float c[3], system = 1;

	for (int k = 0; k < 3; k++)
		c[k] = tone->light[(rgb[k] + 8) >> 4];
	if (tone->hlg)
		system = tone->system[step(sqrtf(0.2627f * c[0] + 0.6780f * c[1] + 0.0593f * c[2]))];
	for (int k = 0; k < 3; k++)
		nits[k] = system * (tone->matrix[k][0] * c[0] + tone->matrix[k][1] * c[1] + tone->matrix[k][2] * c[2]);
}

/* Mix what is negative with grey of its luminance until it is not. */
static void into_gamut(float c[3])
{
	float least = -largest((const float[3]){ -c[0], -c[1], -c[2] });
	float luminance = 0.2126f * c[0] + 0.7152f * c[1] + 0.0722f * c[2], share;

	if (least >= 0)
		return;
	share = luminance > 0 ? luminance / (luminance - least) : 0;
	for (int k = 0; k < 3; k++)
		c[k] = fmaxf(luminance > 0 ? luminance + (c[k] - luminance) * share : 0, 0);
}

void pmk_tone_row(const struct pmk_tone *tone, uint16_t *rgb, int count)
{
	for (int i = 0; i < count; i++, rgb += 3) {
		float c[3], most, factor;

		light_of(tone, rgb, c);
		into_gamut(c);
		most = largest(c);
		factor = most > tone->peak ? 1 / most : tone->roll[step(sqrtf(most / tone->peak))];
		for (int k = 0; k < 3; k++)
			rgb[k] = tone->code[step(sqrtf(c[k] * factor))];
	}
}

double pmk_tone_nits(const struct pmk_tone *tone, uint16_t grey)
{
	float c[3];

	light_of(tone, (const uint16_t[3]){ grey, grey, grey }, c);
	return largest(c);
}

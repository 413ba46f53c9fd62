/* SPDX-License-Identifier: MIT */
/* The head: a face as a height map of smooth hills under one light, and hair as strands along its outline. */
#include "draw/presenter_parts.h"

#include <math.h>

static float face_distance(const struct pmk_appearance *l, float x, float y)
{
	float a = 0.745f * (1 - l->jaw * fmaxf(y, 0)), u = x / a, f = sqrtf(u * u + y * y);

	return (f - 1) * f / sqrtf(u * u / (a * a) + y * y + 1e-6f);
}

static float nose_height(float x, float y)
{
	float t = pmk_ramp(-0.22f, 0.36f, y), w = 0.10f + 0.11f * t * t, q = 1 - x * x / (w * w * 2.2f);
	float ridge = q > 0 ?
		q * q * (0.035f + 0.10f * t) * (1 - pmk_ramp(0.36f, 0.47f, y)) * pmk_ramp(-0.35f, -0.1f, y) :
		0;

	return ridge + 0.085f * pmk_hill(x, y - 0.325f, 0.19f, 0.17f) +
		0.055f * pmk_hill(fabsf(x) - 0.125f, y - 0.37f, 0.12f, 0.12f);
}

static float lip_line(float x)
{
	return 0.615f + 0.012f * pmk_hill(x, 0, 0.10f, 1) - 0.16f * x * x;
}

/* Height over the plane of the picture. The face is symmetric. */
static float face_height(const struct pmk_appearance *l, float x, float y, float open)
{
	float a = 0.745f * (1 - l->jaw * fmaxf(y, 0)), u = x / a, e = 1.10f - u * u * 0.92f - y * y * 0.90f,
	      s = fabsf(x);
	float z = 0.80f * sqrtf(fmaxf(e, 0.02f)), low = y - 0.70f * open * 0.14f;

	z += 0.035f * pmk_hill(s - 0.28f, y + 0.20f, 0.34f, 0.16f); /* brow */
	z -= 0.075f * pmk_hill(s - 0.29f, y - 0.01f, 0.30f, 0.22f); /* socket */
	z += 0.055f * pmk_hill(s - 0.30f, y - 0.005f, 0.22f, 0.16f); /* eyeball */
	z += 0.055f * pmk_hill(s - 0.42f, y - 0.27f, 0.40f, 0.34f); /* cheek */
	z -= 0.020f * pmk_hill(s - 0.50f, y - 0.62f, 0.26f, 0.34f);
	z -= 0.014f * pmk_hill(x, y - 0.52f, 0.06f, 0.12f); /* under the nose */
	z += 0.030f * pmk_hill(x, y - 0.585f, 0.32f, 0.085f); /* lips */
	z += 0.042f * pmk_hill(x, low - 0.68f, 0.27f, 0.095f);
	z -= 0.040f * pmk_hill(x, low - 0.785f, 0.26f, 0.09f);
	z += 0.060f * pmk_hill(x, y - 0.90f, 0.28f, 0.20f); /* chin */
	return z + nose_height(x, y);
}

/* Skin with its variations: red cheeks, nose and lids, a shaved or bearded jaw, pores. */
static pmk_ink skin_at(const struct pmk_appearance *l, float x, float y)
{
	float s = fabsf(x), grain = pmk_noise(x * 42, y * 42, l->seed) + pmk_noise(x * 13, y * 13, l->seed + 1) - 1;
	float red = 0.55f * pmk_hill(s - 0.40f, y - 0.28f, 0.36f, 0.30f) + 0.5f * pmk_hill(x, y - 0.35f, 0.24f, 0.20f) +
		0.25f * pmk_hill(s - 0.30f, y, 0.30f, 0.16f) + 0.2f * pmk_hill(x, y - 0.95f, 0.4f, 0.25f);
	float jaw = pmk_ramp(0.30f, 0.62f, y + 0.55f * (s - 0.35f) * (s > 0.35f)) *
		(1 - 0.85f * pmk_hill(x, y - 0.65f, 0.36f, 0.13f)) * (1 - pmk_hill(s - 0.42f, y - 0.36f, 0.30f, 0.24f));
	pmk_ink skin = l->skin * (1 + 0.05f * grain) * (1 - red * (pmk_ink){ 0.02f, 0.20f, 0.18f, 0 });

	if (l->beard)
		skin = pmk_ink_mix(skin, l->hair + 0.10f * l->skin,
			jaw * (0.42f + 0.38f * pmk_noise(x * 60, y * 34, l->seed + 2)));
	else if (!l->long_hair)
		skin = pmk_ink_mix(skin, skin * (pmk_ink){ 0.76f, 0.80f, 0.88f, 1 }, jaw * 0.45f);
	return skin;
}

static pmk_ink lips_at(const struct pmk_appearance *l, pmk_ink skin, float x, float y, float open, float px)
{
	float q = pmk_clamp01(1 - x * x / (0.285f * 0.285f)), line = lip_line(x), gap = 0.11f * open * sqrtf(q);
	float bow = 0.068f * q * (1 - 0.30f * pmk_hill(x, 0, 0.07f, 1)) + 0.004f;
	float upper = fmaxf(line - bow - y, y - line);
	float lower = fmaxf(line + gap * 0.75f - y, y - line - gap * 0.9f - 0.092f * q * sqrtf(q));
	float soft = px + 0.014f, in = pmk_edge(fminf(upper, lower), soft) * (q > 0);

	return pmk_ink_mix(skin, l->lips * (1 + 0.10f * (pmk_noise(x * 55, y * 9, l->seed) - 0.5f)), 0.80f * in);
}

static pmk_ink mouth_inside(pmk_ink ink, float x, float y, float open, float px)
{
	float q = pmk_clamp01(1 - x * x / (0.27f * 0.27f)), line = lip_line(x), gap = 0.11f * open * sqrtf(q);
	float middle = line + gap * 0.35f, away = fabsf(y - middle) - gap * 0.5f - 0.005f;
	pmk_ink dark = { 0.035f, 0.010f, 0.010f, 1 }, teeth = { 0.60f, 0.56f, 0.50f, 1 };
	float tooth = pmk_edge(y - line - 0.038f * sqrtf(pmk_clamp01(1 - x * x / 0.045f)), px + 0.008f) *
		pmk_edge(fabsf(x) - 0.19f, 0.05f);

	dark = pmk_ink_mix(dark, teeth * (0.75f - 1.2f * fabsf(x)), tooth * pmk_clamp01(open * 3 - 0.3f));
	return pmk_ink_mix(ink, dark, pmk_edge(away, px + 0.010f) * (q > 0.01f) * pmk_clamp01(0.65f + open * 2));
}

/* The eye, at (x, y) from its middle; x grows outwards. */
static pmk_ink eye_at(
	const struct pmk_appearance *l, pmk_ink skin, float x, float y, float outwards, float lids, float px)
{
	float u = x / 0.172f, q = pmk_clamp01(1 - u * u), slant = -0.018f * u;
	float low = slant + 0.058f * q, upper = low - (0.090f * sqrtf(q) * (1 - 0.10f * u) + 0.058f * q) * lids;
	float open = pmk_edge(fmaxf(upper - y, y - low), px + 0.006f) * pmk_clamp01(lids * 6) * (q > 0);
	float r = sqrtf(x * x + (y + 0.012f) * (y + 0.012f)), iris = pmk_edge(r - 0.082f, px + 0.008f);
	float pupil = pmk_edge(r - 0.034f, px + 0.006f);
	float shade = 0.55f + 0.45f * pmk_ramp(upper, upper + 0.075f, y), lash, crease;
	float side = x * outwards;
	pmk_ink ball = (pmk_ink){ 0.62f, 0.58f, 0.55f, 0 } * (1 - 0.35f * u * u);

	ball = pmk_ink_mix(ball,
		l->iris * (0.75f + 1.5f * pmk_ramp(0.03f, 0.085f, r) * (0.5f + pmk_ramp(-0.04f, 0.06f, y))), iris);
	ball = pmk_ink_mix(ball, ball * 0.25f, iris * pmk_ramp(0.068f, 0.088f, r));
	ball = pmk_ink_mix(ball, (pmk_ink){ 0.008f, 0.007f, 0.007f, 0 }, pupil) * shade;
	ball += pmk_edge(sqrtf((side + 0.028f) * (side + 0.028f) + (y + 0.042f) * (y + 0.042f)) - 0.016f, px + 0.008f) *
		0.9f;
	lash = pmk_edge(fabsf(y - upper + 0.006f) - (l->long_hair ? 0.014f : 0.010f) * (1 + 0.5f * u), px + 0.010f) *
		(u * u < 1.12f);
	crease = pmk_edge(fabsf(y - slant + 0.138f * sqrtf(pmk_clamp01(1.1f - u * u)) - 0.010f) - 0.006f, px + 0.025f) *
		(u * u < 1.05f);
	skin = pmk_ink_mix(skin, skin * (pmk_ink){ 0.50f, 0.40f, 0.38f, 1 }, 0.6f * crease);
	skin = pmk_ink_mix(skin, skin * (pmk_ink){ 0.62f, 0.48f, 0.45f, 1 },
		0.4f * pmk_edge(fabsf(y - low) - 0.006f, px + 0.02f) * (q > 0));
	return pmk_ink_mix(pmk_ink_mix(skin, ball, open), l->hair * 0.35f + 0.006f, 0.85f * lash);
}

static pmk_ink brow_at(const struct pmk_appearance *l, pmk_ink skin, float s, float y, float x, float px)
{
	float u = (s - 0.31f) / 0.215f, arch = -0.205f - 0.045f * (1 - (u - 0.25f) * (u - 0.25f)) + 0.02f * u;
	float thick = (l->long_hair ? 0.024f : 0.036f) * pmk_clamp01(1.15f - 0.75f * u) * pmk_ramp(-1.15f, -0.8f, u);
	float hair = pmk_noise((x + y * (x < 0 ? 0.8f : -0.8f)) * 70, y * 22, l->seed + 3);
	float in = pmk_edge(fabsf(y - arch) - thick * (0.75f + 0.5f * hair), px + 0.03f) * (fabsf(u) < 1.2f);

	return pmk_ink_mix(skin, l->hair * 0.8f + 0.02f * l->skin, in * (0.60f + 0.35f * hair));
}

static pmk_ink face_at(const struct pmk_figure_part *part, float x, float y)
{
	const struct pmk_appearance *l = part->appearance;
	float step = 0.012f, z = face_height(l, x, y, part->mouth), s = fabsf(x), outwards = x < 0 ? -1 : 1;
	float dx = (face_height(l, x + step, y, part->mouth) - z) / step;
	float dy = (face_height(l, x, y + step, part->mouth) - z) / step;
	float dim = 1 - 0.30f * pmk_hill(s - 0.19f, y - 0.00f, 0.16f, 0.16f) -
		0.16f * pmk_hill(s - 0.30f, y + 0.07f, 0.30f, 0.12f) - 0.42f * pmk_hill(x, y - 0.46f, 0.20f, 0.07f) -
		0.25f * pmk_hill(x, y - 0.80f - 0.08f * part->mouth, 0.22f, 0.06f) -
		0.25f * pmk_ramp(-0.36f, -0.68f, y + 0.25f * x * x) - 0.22f * pmk_ramp(0.50f, 0.78f, s);
	float nostril = pmk_hill(s - 0.075f, y - 0.425f - 0.1f * (s - 0.075f), 0.062f, 0.034f);
	float wing = pmk_edge(
		fabsf(sqrtf((s - 0.10f) * (s - 0.10f) + (y - 0.37f) * (y - 0.37f) * 1.4f) - 0.105f) - 0.004f,
		part->px + 0.03f);
	pmk_ink skin = lips_at(l, skin_at(l, x, y), x, y, part->mouth, part->px);

	dim -= 0.22f * wing * (s > 0.12f) * pmk_ramp(0.27f, 0.34f, y) * (1 - pmk_ramp(0.42f, 0.46f, y));
	skin = brow_at(l, skin, s, y, x, part->px);
	skin = pmk_light_on(skin, dx, dy, 1, 0.035f + 0.05f * pmk_hill(x, y - 0.68f, 0.2f, 0.06f));
	skin *= 1 - (1 - dim) * (pmk_ink){ 0.80f, 1.0f, 1.06f, 0 };
	skin = pmk_ink_mix(skin, l->skin * (pmk_ink){ 0.10f, 0.05f, 0.04f, 0 }, 0.85f * pmk_clamp01(nostril * 2.2f));
	skin = mouth_inside(skin, x, y, part->mouth, part->px);
	return eye_at(l, skin, s - 0.305f, y - 0.005f, outwards, part->lids, part->px);
}

static pmk_ink ear_at(const struct pmk_appearance *l, float x, float y)
{
	float u = (fabsf(x) - 0.755f) / 0.115f, v = (y - 0.07f) / 0.24f, r = u * u + v * v;
	float fold = pmk_hill(u - 0.05f, v + 0.05f, 0.75f, 0.72f);
	pmk_ink ink = pmk_light_on(
		l->skin * (pmk_ink){ 0.96f, 0.80f, 0.76f, 1 }, (x < 0 ? -1 : 1) * -0.9f * u, 0.5f * v, 1, 0.02f);

	return ink * (0.86f - 0.45f * fold + 0.10f * pmk_hill(r - 0.8f, 0, 0.4f, 1));
}

/* Half the width of the hair's outline at y, without frayed strands. */
static float hair_width(const struct pmk_appearance *l, float y)
{
	float t = (y + 0.16f) / 0.985f, dome = 0.82f * sqrtf(pmk_clamp01(1 - t * t));

	if (y < -0.16f)
		return dome;
	if (!l->long_hair)
		return 0.82f - 0.10f * (y + 0.16f);
	return 0.82f + 0.13f * pmk_ramp(-0.16f, 0.75f, y) - 0.30f * pmk_ramp(0.75f, 1.6f, y);
}

/* A number for the strand at (x, y), constant along a strand. */
static float strand_at(const struct pmk_appearance *l, float x, float y)
{
	float bend = l->parting * pmk_ramp(0.2f, -1.0f, y);

	return (x - bend * 0.6f) / (hair_width(l, fmaxf(y, -1.05f)) + 0.12f) +
		0.025f * pmk_wave((double)y * 0.9 + (double)x * 0.3);
}

/* Distance from the frayed outline of the hair; negative inside. */
static float outline_distance(const struct pmk_appearance *l, float x, float y)
{
	float t = (y + 0.16f) / 0.985f, u = x / 0.82f, f = sqrtf(u * u + t * t), away;
	float lock = pmk_noise(x * 6 + 3, y * 2.2f, l->seed + 4) - 0.5f;
	float fray = pmk_noise(x * 26 + y * 8, y * 7 - x * 5, l->seed + 5) - 0.5f;

	if (y < -0.16f)
		away = (f - 1) * f / sqrtf(u * u / 0.672f + t * t / 0.970f + 1e-6f);
	else
		away = fabsf(x) - hair_width(l, y);
	if (l->long_hair)
		away = fmaxf(away, y - 1.42f - 0.30f * lock + 0.40f * x * x);
	return away + 0.055f * lock + 0.030f * fray * pmk_ramp(0.4f, -0.3f, y);
}

/* Distance below the hairline over the face. */
static float hairline_distance(const struct pmk_appearance *l, float x, float y)
{
	float s = fabsf(x), tuft = pmk_noise(x * 9 + y * 3, y * 3, l->seed + 6) - 0.5f,
	      sweep = x * (l->parting > 0 ? 1 : -1);
	float rim;

	if (l->long_hair) {
		rim = 0.64f * sqrtf(pmk_clamp01((y + 0.74f) / 0.66f)) - 0.07f * pmk_ramp(0.35f, 1.1f, y) + 0.04f * tuft;
		return rim - fabsf(x - 0.55f * l->parting * pmk_ramp(0.1f, -0.74f, y)) - 0.5f * fmaxf(-0.74f - y, 0);
	}
	rim = -0.63f + 0.07f * sweep + 0.30f * s * s + 0.11f * tuft;
	rim += 0.62f * pmk_ramp(0.46f, 0.80f, s) + 0.15f * pmk_ramp(0.66f, 0.74f, s);
	return y - rim;
}

static pmk_ink hair_colour(const struct pmk_appearance *l, float x, float y, float dim)
{
	float strand = strand_at(l, x, y), fine = pmk_noise(strand * 95, y * 3, l->seed + 7);
	float lock = pmk_noise(strand * 22, y * 1.5f, l->seed + 8);
	float width = hair_width(l, y) + 0.05f, u = x / width, bow = y + 0.30f * x * x + 0.06f * (lock - 0.5f);
	float shine = pmk_hill(bow + 0.80f, u + 0.25f, 0.20f, 0.95f) +
		0.55f * l->long_hair * pmk_hill(bow - 0.10f, u + 0.5f, 0.4f, 0.8f);
	float dx = 1.15f * u + 0.8f * (lock - 0.5f), dy = y < -0.16f ? 0.95f * (y + 0.16f) * 1.2f : 0;
	pmk_ink ink = pmk_light_on(l->hair * (0.45f + 0.75f * fine + 0.45f * lock), -dx * -1, dy, 0.3f, 0);

	ink += (l->hair * 0.9f + 0.035f) * shine * (0.15f + 1.1f * fine * fine);
	return ink * dim;
}

/* Single hairs that leave the outline. */
static float stray_at(const struct pmk_appearance *l, float x, float y, float away)
{
	float reach = 0.075f * pmk_noise(x * 5, y * 5, l->seed + 9);
	float bend = 14 * away * (pmk_noise(x * 3, y * 3, l->seed + 11) - 0.5f);
	float angle = x / (fabsf(y + 0.16f) + 0.55f);
	float hair = pmk_noise(angle * 55 + bend, 0.5f, l->seed + 10);

	return away > 0 && away < reach ?
		0.55f * pmk_ramp(0.74f, 0.84f, hair) * (1 - away / reach) * pmk_ramp(0.1f, -0.25f, y) :
		0;
}

pmk_ink pmk_shade_head(const struct pmk_figure_part *part, float x, float y)
{
	const struct pmk_appearance *l = part->appearance;
	float px = part->px, u = (fabsf(x) - 0.755f) / 0.115f, v = (y - 0.07f) / 0.24f, away, line, in;
	pmk_ink out = { 0 };

	in = pmk_edge((sqrtf(u * u + v * v) - 1) * 0.15f, px);
	if (in > 0 && !l->long_hair)
		out = pmk_over(out, ear_at(l, x, y), in);
	in = pmk_edge(face_distance(l, x, y), px);
	if (in > 0)
		out = pmk_over(out, face_at(part, x, y), in);
	away = outline_distance(l, x, y);
	line = hairline_distance(l, x, y);
	if (away > 0.2f || line > 0.2f)
		return out;
	in = fmaxf(pmk_edge(away, px + 0.022f), stray_at(l, x, y, away));
	out *= 1 - 0.45f * pmk_ramp(0.16f, 0, line) * (pmk_ink){ 0.85f, 1, 1, 0 };
	if (!l->long_hair)
		in *= 1 - pmk_ramp(0.02f, 0.14f, y + 0.10f * (pmk_noise(x * 30, 0, l->seed + 12) - 0.5f));
	return pmk_over(out, hair_colour(l, x, y, 1), in * pmk_edge(line, px + 0.03f));
}

pmk_ink pmk_shade_back_hair(const struct pmk_figure_part *part, float x, float y)
{
	const struct pmk_appearance *l = part->appearance;
	float away = outline_distance(l, x, y);

	if (away > 0.2f)
		return (pmk_ink){ 0 };
	return pmk_over((pmk_ink){ 0 }, hair_colour(l, x, y, 0.38f),
		fmaxf(pmk_edge(away, part->px + 0.022f), stray_at(l, x, y, away)));
}

/* SPDX-License-Identifier: MIT */
/* Neck, clothes, arms and hands: merged distance functions, raised into a soft relief. */
#include "draw/presenter_parts.h"

#include <math.h>

static float segment(float x, float y, float ax, float ay, float bx, float by, float ra, float rb)
{
	float ex = bx - ax, ey = by - ay, t = pmk_clamp01(((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey));
	float dx = x - ax - ex * t, dy = y - ay - ey * t;

	return sqrtf(dx * dx + dy * dy) - ra - (rb - ra) * t;
}

/* Height of a rounded edge: it rises from the edge inwards, and is flat from `depth` on. */
static float bulge(float away, float depth)
{
	float q = pmk_clamp01(1 + away / depth);

	return depth * sqrtf(1.02f - q * q);
}

static float body_distance(const struct pmk_appearance *l, float x, float y)
{
	float s = fabsf(x), w = l->shoulders, d;

	d = segment(s, y, 0.10f, 1.34f, w - 0.52f, 1.93f, 0.36f, 0.41f);
	d = pmk_melt(d, segment(s, y, w - 0.45f, 2.03f, w - 0.28f, 4.6f, 0.43f, 0.43f), 0.14f);
	d = pmk_melt(d, segment(s, y, 0.10f, 0.9f, 0.14f, 1.4f, 0.22f, 0.28f), 0.20f);
	return pmk_melt(d, fmaxf(s - w + 0.40f, 1.75f - y), 0.15f);
}

static float neck_distance(const struct pmk_appearance *l, float x, float y)
{
	float w = (l->long_hair ? 0.36f : 0.44f) + 0.05f * pmk_ramp(1.0f, 0.6f, y) +
		0.22f * pmk_ramp(1.02f, 1.5f, y) * pmk_ramp(1.02f, 1.5f, y);

	return fmaxf(fabsf(x) - w, 0.4f - y);
}

/* Distance from the shirt's neckline; negative inside the shirt. */
static float neckline(const struct pmk_appearance *l, float x, float y)
{
	float u = x / 0.54f, v = fmaxf(y - 1.08f, 0) / 0.36f;

	if (l->collar)
		return (0.48f - 0.70f * (y - 1.06f) - fabsf(x)) * 0.8f;
	return (1 - sqrtf(u * u + v * v)) * 0.42f;
}

static float cloth_height(const struct pmk_appearance *l, float x, float y)
{
	float s = fabsf(x), w = l->shoulders, arm = w - 0.62f + 0.05f * (y - 2),
	      chest = pmk_clamp01(1 - x * x / (w * w));
	float wide = pmk_noise(x * 1.2f + 9, y * 1.1f, l->seed + 20), side = pmk_ramp(-0.5f, 0.5f, x);
	float left = pmk_noise(
		/* folds run down from the armpits */
		0.9f * x + 0.7f * y, 2.3f * y - 2.0f * x + wide, l->seed + 21);
	float right = pmk_noise(0.9f * x - 0.7f * y, 2.3f * y + 2.0f * x + wide, l->seed + 22);
	float z = 0.45f * bulge(body_distance(l, x, y), 0.36f) + 0.55f * sqrtf(chest + 0.03f);

	z -= 0.11f * pmk_hill(s - arm, 0, 0.15f, 1) * pmk_ramp(2.2f, 2.7f, y);
	z += 0.06f * pmk_hill(s - 0.55f, y - 2.45f, 0.6f, 0.6f);
	return z + 0.14f * wide + 0.20f * (left + (right - left) * side) * pmk_ramp(1.5f, 2.4f, y);
}

static pmk_ink cloth_at(const struct pmk_appearance *l, pmk_ink colour, float x, float y, float px)
{
	float step = 0.02f, z = cloth_height(l, x, y), s = fabsf(x), arm = l->shoulders - 0.62f + 0.05f * (y - 2);
	float dx = (cloth_height(l, x + step, y) - z) / step, dy = (cloth_height(l, x, y + step) - z) / step;
	float knit = pmk_noise(x * 60, y * 60, l->seed + 23) + 0.5f * pmk_noise(x * 110, y * 24, l->seed + 24) - 0.75f;
	float dim = 1 - 0.40f * pmk_hill(s - arm, 0, 0.10f, 1) * pmk_ramp(2.3f, 2.9f, y) -
		0.22f * pmk_hill(x, y - 1.25f, 0.95f, 0.5f);

	return pmk_light_on(colour * (1 + 0.16f * knit) + 0.004f, dx, dy, 0.2f, 0.006f) * dim;
}

static pmk_ink neck_at(const struct pmk_appearance *l, float x, float y)
{
	float u = x / 0.46f, cast = pmk_ramp(0.26f, -0.16f, y - 1.10f + 0.60f * x * x - 0.22f * x);
	float tendon = pmk_hill(fabsf(x) - 0.10f - 0.20f * (1.55f - y), 0, 0.09f, 1) * pmk_ramp(1.0f, 1.3f, y);
	float hollow = pmk_hill(x, y - 1.46f, 0.15f, 0.09f);
	float bone = pmk_hill(fabsf(x) - 0.26f, y - 1.50f - 0.1f * fabsf(x), 0.3f, 0.07f);
	pmk_ink ink = pmk_light_on(l->skin * (pmk_ink){ 0.96f, 0.90f, 0.88f, 1 },
		1.15f * u * fabsf(u) * (1 - 0.6f * pmk_ramp(1.15f, 1.5f, y)), 0.18f, 1, 0.01f);

	ink *= 1 + 0.09f * tendon - 0.16f * hollow + 0.10f * bone;
	return ink * (1 - cast * (pmk_ink){ 0.50f, 0.60f, 0.63f, 0 });
}

/* Distance from the two leaves of a shirt's collar. */
static float leaf_distance(float x, float y)
{
	static const struct pmk_point corners[] = { { 0.42f, 1.00f }, { 0.64f, 1.19f }, { 0.41f, 1.80f },
		{ 0.05f, 1.56f } };
	float s = fabsf(x), most = -1;

	for (int i = 0; i < 4; i++) {
		struct pmk_point a = corners[i], b = corners[(i + 1) % 4];
		float ex = b.x - a.x, ey = b.y - a.y;

		most = fmaxf(most, (ey * (s - a.x) - ex * (y - a.y)) / sqrtf(ex * ex + ey * ey));
	}
	return most;
}

static pmk_ink shirt_details(const struct pmk_appearance *l, pmk_ink ink, float x, float y, float px)
{
	float rim = -neckline(l, x, y), leaf = leaf_distance(x, y), placket = fabsf(x) - 0.10f, button, rib;

	if (!l->collar) {
		rib = 0.9f + 0.2f * pmk_noise(x * 55 / (0.4f + fabsf(y - 1.0f)), 0.5f, l->seed + 25);
		ink = pmk_ink_mix(ink, ink * 0.55f, 0.8f * pmk_edge(fabsf(rim - 0.10f) - 0.006f, px + 0.02f));
		return pmk_ink_mix(ink, ink * rib, pmk_edge(rim - 0.10f, px) * (rim > 0));
	}
	button = sqrtf(x * x +
		(y - 2.05f - 0.72f * floorf((y - 1.69f) / 0.72f)) * (y - 2.05f - 0.72f * floorf((y - 1.69f) / 0.72f)));
	ink = pmk_ink_mix(
		ink, ink * 0.62f, 0.7f * pmk_edge(fabsf(placket) - 0.005f, px + 0.012f) * pmk_ramp(1.60f, 1.65f, y));
	if (y > 1.7f)
		ink = pmk_ink_mix(ink, l->trim * 0.6f + 0.12f, 0.9f * pmk_edge(button - 0.035f, px + 0.006f));
	ink = pmk_ink_mix(ink, ink * 0.45f, 0.8f * pmk_ramp(0.14f, 0, leaf) * (leaf > 0));
	return ink;
}

pmk_ink pmk_shade_body(const struct pmk_figure_part *part, float x, float y)
{
	const struct pmk_appearance *l = part->appearance;
	float px = part->px, in = pmk_edge(neck_distance(l, x, y), px), body = body_distance(l, x, y),
	      line = neckline(l, x, y);
	float leaf;
	pmk_ink out = { 0 }, cloth;

	if (in > 0 && y < 2.2f)
		out = pmk_over(out, neck_at(l, x, y), in * pmk_edge(y - 2.1f, px));
	in = pmk_edge(fmaxf(body, line), px);
	if (line > 0 && line < 0.10f)
		out *= 1 - 0.45f * (1 - line / 0.10f) * (pmk_ink){ 0.9f, 1, 1, 0 };
	if (in > 0) {
		cloth = shirt_details(l, cloth_at(l, l->shirt, x, y, px), x, y, px);
		out = pmk_over(out, cloth, in);
	}
	leaf = l->collar ? leaf_distance(x, y) : 1;
	if (leaf < px) {
		cloth = pmk_light_on(l->shirt * 1.1f, x < 0 ? -0.35f : 0.35f, -0.25f, 0.2f, 0.006f) *
			(1 + 0.3f * pmk_ramp(-0.035f, 0, leaf));
		out = pmk_over(out, cloth, pmk_edge(leaf, px));
	}
	return out;
}

struct finger {
	float ax, ay, bx, by, cx, cy, ra, rc;
}; /* root, middle joint, tip */

static const struct finger fingers[5] = {
	{ -0.260f, -0.70f, -0.300f, -1.03f, -0.315f, -1.28f, 0.118f, 0.094f },
	{ -0.085f, -0.76f, -0.095f, -1.15f, -0.095f, -1.44f, 0.122f, 0.097f },
	{ 0.095f, -0.74f, 0.110f, -1.10f, 0.120f, -1.36f, 0.118f, 0.093f },
	{ 0.262f, -0.64f, 0.310f, -0.90f, 0.335f, -1.11f, 0.104f, 0.080f },
	{ -0.27f, -0.28f, -0.48f, -0.54f, -0.545f, -0.80f, 0.145f, 0.098f },
};

static float finger_distance(const struct finger *f, float x, float y)
{
	float rb = 0.5f * (f->ra + f->rc) * 1.02f;

	return fminf(segment(x, y, f->ax, f->ay, f->bx, f->by, f->ra, rb),
		segment(x, y, f->bx, f->by, f->cx, f->cy, rb, f->rc));
}

static float palm_distance(float x, float y)
{
	float d = segment(x, y, -0.14f, -0.62f, 0.13f, -0.58f, 0.23f, 0.22f);

	d = pmk_melt(d, segment(x, y, -0.10f, -0.20f, 0.12f, -0.22f, 0.27f, 0.26f), 0.2f);
	return pmk_melt(d, segment(x, y, 0, -0.1f, 0, 0.5f, 0.25f, 0.24f), 0.15f);
}

static float hand_distance(float x, float y)
{
	float d = palm_distance(x, y);

	for (int i = 0; i < 4; i++)
		d = pmk_melt(d, finger_distance(&fingers[i], x, y), 0.035f);
	return pmk_melt(d, finger_distance(&fingers[4], x, y), 0.10f);
}

static float hand_height(float x, float y)
{
	float z = 0.55f * bulge(palm_distance(x, y), 0.26f);

	for (int i = 0; i < 5; i++) {
		float d = finger_distance(&fingers[i], x, y), r = 0.115f;
		float top = d < 0 ? 0.95f * sqrtf(r * r - (r + fmaxf(d, -r)) * (r + fmaxf(d, -r))) : 0;

		z = -pmk_melt(-z, -top - 0.03f * (d < 0), 0.03f);
	}
	z += 0.07f * pmk_hill(x + 0.20f, y + 0.24f, 0.26f, 0.32f) +
		0.05f * pmk_hill(x - 0.22f, y + 0.25f, 0.20f, 0.36f);
	z += 0.035f * pmk_hill(x, y + 0.66f, 0.46f, 0.13f);
	return z - 0.03f * pmk_hill(x - 0.03f, y + 0.42f, 0.24f, 0.22f);
}

/* Lines of the palm and joints of the fingers, as curves that darken the skin. */
static float hand_lines(float x, float y, float px)
{
	float soft = px + 0.016f, line = 0;

	line += 0.8f *
		pmk_edge(fabsf(sqrtf((x + 0.36f) * (x + 0.36f) + (y + 0.16f) * (y + 0.16f)) - 0.36f) - 0.004f, soft) *
		(y > -0.50f && y < -0.02f && x > -0.3f);
	line += 0.6f * pmk_edge(fabsf(y + 0.44f + 0.22f * x + 0.3f * x * x) - 0.004f, soft) *
		pmk_ramp(0.33f, 0.25f, x) * pmk_ramp(-0.36f, -0.26f, x);
	line += 0.6f * pmk_edge(fabsf(y + 0.56f - 0.25f * x + 0.5f * x * x) - 0.004f, soft) *
		pmk_ramp(-0.16f, -0.06f, x) * pmk_ramp(0.42f, 0.34f, x);
	for (int i = 0; i < 4; i++) {
		const struct finger *f = &fingers[i];
		float near = pmk_ramp(0.085f, 0.055f, fabsf(x - f->bx)), tip = (f->by + f->cy) / 2 - 0.01f;

		line += 0.7f * near *
			(pmk_edge(fabsf(y - f->by) - 0.003f, soft) + 0.6f * pmk_edge(fabsf(y - tip) - 0.003f, soft));
		line += 0.8f * pmk_ramp(0.11f, 0.07f, fabsf(x - f->ax)) *
			pmk_edge(fabsf(y - f->ay + 0.075f) - 0.004f, soft);
	}
	return line;
}

pmk_ink pmk_shade_hand(const struct pmk_figure_part *part, float x, float y)
{
	const struct pmk_appearance *l = part->appearance;
	float flip = part->side, u = x * flip, d = hand_distance(u, y), step = 0.012f, z, dx, dy, red, tip = 0;
	pmk_ink skin;

	if (d > part->px)
		return (pmk_ink){ 0 };
	z = hand_height(u, y);
	dx = flip * (hand_height(u + step, y) - z) / step;
	dy = (hand_height(u, y + step) - z) / step;
	for (int i = 0; i < 5; i++)
		tip += pmk_hill(u - fingers[i].cx, y - fingers[i].cy, 0.16f, 0.20f);
	red = 0.8f * tip + 0.5f * pmk_hill(u, y + 0.64f, 0.5f, 0.16f) +
		0.45f * pmk_hill(u + 0.22f, y + 0.22f, 0.28f, 0.34f);
	skin = pmk_ink_mix(l->skin, (pmk_ink){ 0.72f, 0.50f, 0.38f, 1 }, 0.35f) *
		(1 - red * (pmk_ink){ 0.02f, 0.17f, 0.15f, 0 });
	skin *= 1 + 0.06f * (pmk_noise(x * 24, y * 24, l->seed + 30) - 0.5f);
	skin = pmk_light_on(skin, 0.8f * dx, 0.8f * dy, 1, 0.012f);
	skin *= 1 - pmk_clamp01(hand_lines(u, y, part->px)) * (pmk_ink){ 0.16f, 0.26f, 0.28f, 0 };
	skin *= 1 - 0.30f * pmk_ramp(0.05f, 0.30f, y) - 0.28f * pmk_ramp(-0.03f, 0, d);
	return pmk_over((pmk_ink){ 0 }, skin, pmk_edge(d, part->px));
}

static float sleeve_height(const struct pmk_appearance *l, float x, float y, float side)
{
	float w = 0.33f + 0.055f * y, u = x / w, fold = pmk_noise(x * 2.2f + side, y * 2.6f + x * 1.3f, l->seed + 31);
	float ring = pmk_noise(x * 1.1f * side + 4, y * 5.5f - x * 1.8f, l->seed + 32), sharp = 1 - fabsf(2 * ring - 1);

	return 0.42f * sqrtf(fmaxf(1.04f - u * u, 0.03f)) + 0.07f * fold +
		0.045f * sharp * sharp * sharp * (1 - pmk_ramp(0.4f, 2.4f, y) * 0.6f);
}

pmk_ink pmk_shade_forearm(const struct pmk_figure_part *part, float x, float y)
{
	const struct pmk_appearance *l = part->appearance;
	float w = 0.33f + 0.055f * y, top = 0.16f + 0.05f * x * x * 4, d = fmaxf(fabsf(x) - w, top - y), step = 0.02f,
	      z, dx, dy;
	float knit, cuff;
	pmk_ink cloth;

	d = fmaxf(d, fabsf(x) + (top - y) * 0.7f - w + 0.05f);
	if (d > part->px)
		return (pmk_ink){ 0 };
	z = sleeve_height(l, x, y, part->side);
	dx = (sleeve_height(l, x + step, y, part->side) - z) / step;
	dy = (sleeve_height(l, x, y + step, part->side) - z) / step;
	knit = pmk_noise(x * 60, y * 60, l->seed + 33) + 0.5f * pmk_noise(x * 110, y * 24, l->seed + 34) - 0.75f;
	cuff = y - top - 0.30f;
	cloth = pmk_light_on(l->shirt * (1 + 0.16f * knit) * 1.08f + 0.004f, dx, dy, 0.2f, 0.006f);
	cloth *= 1 - 0.45f * pmk_edge(fabsf(cuff) - 0.006f, part->px + 0.025f) + 0.12f * pmk_edge(cuff, part->px) -
		0.25f * pmk_ramp(-0.05f, 0, d);
	return pmk_over((pmk_ink){ 0 }, cloth, pmk_edge(d, part->px));
}

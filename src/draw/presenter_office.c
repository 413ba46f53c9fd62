/* SPDX-License-Identifier: MIT */
/* The messy office: overfull shelves, laundry, boxes, paper, cables. */
#include "draw/presenter_parts.h"

#include <math.h>

struct room {
	struct pmk_canvas canvas;
	uint32_t dice;
};

static const float bay = 2.0f; /* width after which the furniture repeats in a wide picture */

static void box(struct room *r, float x, float y, float w, float h, uint32_t top, uint32_t bottom)
{
	pmk_paint_box(
		&r->canvas, x, y, w, h, &(struct pmk_brush){ .from = pmk_ink_hex(top), .to = pmk_ink_hex(bottom) });
}

static void wood(struct room *r, float x, float y, float w, float h, uint32_t hex)
{
	pmk_ink ink = pmk_ink_hex(hex);

	pmk_paint_box(&r->canvas, x, y, w, h,
		&(struct pmk_brush){ .from = pmk_ink_scale(ink, 1.08f),
			.to = pmk_ink_scale(ink, 0.86f),
			.grain = 0.14f,
			.seed = r->dice });
}

static void shadow(struct room *r, float x, float y, float w, float h, float soft, float strength)
{
	pmk_paint_box(&r->canvas, x, y, w, h,
		&(struct pmk_brush){ .from = { 0.10f, 0.08f, 0.06f, strength },
			.to = { 0.10f, 0.08f, 0.06f, strength },
			.soft = soft,
			.round = 0.02f });
}

static float some(struct room *r, float least, float most)
{
	return pmk_random_in(&r->dice, least, most);
}

static pmk_ink colour(struct room *r)
{
	static const uint32_t hexes[] = { 0x8c3b33, 0x33506e, 0x3f6650, 0xc49a4a, 0x6b4a70, 0xd8cfc0, 0x2f3238,
		0xa7673c, 0x7d8f9c, 0xb9b3a2, 0x51332a, 0xbf6f5e };

	pmk_ink ink = pmk_ink_hex(hexes[(int)some(r, 0, 11.99f)]);

	return pmk_ink_scale(ink, some(r, 0.8f, 1.15f));
}

/* A sheet of `w` by `h`, rotated about its middle by the small angle `lean`. */
static void sheet(struct room *r, float x, float y, float w, float h, float lean, const struct pmk_brush *brush)
{
	float c = 1 - lean * lean / 2, s = lean;
	struct pmk_point p[4];

	for (int i = 0; i < 4; i++) {
		float u = (i == 0 || i == 3 ? -0.5f : 0.5f) * w, v = (i < 2 ? -0.5f : 0.5f) * h;

		p[i] = (struct pmk_point){ x + u * c - v * s, y + u * s + v * c };
	}
	pmk_paint_polygon(&r->canvas, p, 4, brush);
}

static void wall(struct room *r)
{
	struct pmk_canvas *c = &r->canvas;

	pmk_paint_box(c, -1, -1, c->aspect + 2, 3,
		&(struct pmk_brush){ .from = pmk_ink_hex(0xb7c3c2), .to = pmk_ink_hex(0x8b9897) });
	for (int i = 0; i < 26; i++) {
		float x = some(r, 0, c->aspect), y = some(r, 0, 1), size = some(r, 0.05f, 0.25f),
		      tint = some(r, -0.05f, 0.04f);

		pmk_paint_light(c, x, y, size, size * some(r, 0.6f, 1.6f), (pmk_ink){ tint, tint, tint * 1.1f, 0 });
	}
	box(r, -1, 0.93f, c->aspect + 2, 0.025f, 0xe4ddd0, 0xb9b0a2);
	box(r, -1, 0.955f, c->aspect + 2, 0.1f, 0x6e5844, 0x5c4836);
}

static void scenery(struct room *r, float x, float y, float w, float h)
{
	box(r, x, y, w, h, 0xbfd8ec, 0xe6ece8);
	for (int i = 0; i < 5; i++) {
		float bw = some(r, 0.05f, 0.11f), bh = some(r, 0.10f, 0.26f), bx = x + some(r, 0, w - bw);

		box(r, bx, y + h - bh, bw, bh, 0xb9c2c8, 0xa8b0b2);
	}
	for (int i = 0; i < 26; i++) {
		float size = some(r, 0.018f, 0.05f), tx = x + some(r, 0, w), ty = y + h - some(r, 0, 0.12f);
		pmk_ink leaf = pmk_ink_scale(pmk_ink_hex(0x7f9a62), some(r, 0.75f, 1.3f));

		tx = fminf(fmaxf(tx, x + size), x + w - size);
		pmk_paint_disc(&r->canvas, tx, fminf(ty, y + h - size * 0.9f), size, size * 0.9f,
			&(struct pmk_brush){ .from = pmk_ink_scale(leaf, 1.15f), .to = leaf, .soft = 0.015f });
	}
}

static void window(struct room *r, float x)
{
	float y = 0.05f, w = 0.44f, h = 0.54f, drop = some(r, 0.10f, 0.26f), tilt = some(r, -0.02f, 0.02f);

	shadow(r, x - 0.02f, y - 0.015f, w + 0.06f, h + 0.06f, 0.05f, 0.35f);
	box(r, x - 0.02f, y - 0.02f, w + 0.04f, h + 0.04f, 0xf4f1ea, 0xd9d4c8);
	scenery(r, x, y, w, h);
	box(r, x + w / 2 - 0.010f, y, 0.020f, h, 0xe9e6de, 0xcfcabf);
	box(r, x, y + h * 0.62f, w, 0.014f, 0xefece4, 0xcac5ba);
	for (float at = 0; at < drop; at += 0.019f) {
		pmk_ink slat = pmk_ink_scale(pmk_ink_hex(0xf3eee2), 0.94f + 0.06f * pmk_random(&r->dice));

		sheet(r, x + w / 2, y + at, w, 0.0125f, tilt * at / drop + some(r, -0.004f, 0.004f),
			&(struct pmk_brush){ .from = slat, .to = pmk_ink_scale(slat, 0.82f) });
	}
	box(r, x - 0.04f, y + h + 0.02f, w + 0.08f, 0.022f, 0xf5f2ec, 0xbdb6a8);
	shadow(r, x - 0.03f, y + h + 0.042f, w + 0.06f, 0.03f, 0.03f, 0.35f);
}

/* A withered plant. */
static void plant(struct room *r, float x, float y)
{
	pmk_paint_box(&r->canvas, x - 0.032f, y - 0.06f, 0.064f, 0.06f,
		&(struct pmk_brush){
			.from = pmk_ink_hex(0x8a4a34), .to = pmk_ink_hex(0xc27a58), .across = true, .round = 0.008f });
	for (int i = 0; i < 13; i++) {
		float lean = some(r, -0.10f, 0.10f), high = some(r, 0.09f, 0.21f), tone = some(r, 0.7f, 1.2f);
		struct pmk_point from = { x + some(r, -0.015f, 0.015f), y - 0.06f }, to = { x + lean, y - high };
		pmk_ink leaf = pmk_ink_mix(pmk_ink_hex(0x4f7040), pmk_ink_hex(0xa08a4c), some(r, 0, 0.8f));
		struct pmk_brush brush = { .from = pmk_ink_scale(leaf, tone), .to = pmk_ink_scale(leaf, 0.7f * tone) };

		pmk_paint_line(&r->canvas, from, to, 0.003f, 0.010f, &brush);
		pmk_paint_line(&r->canvas, to, (struct pmk_point){ to.x + (to.x - x) * 0.4f, to.y + some(r, 0, 0.05f) },
			0.010f, 0.002f, &brush);
	}
}

static void mug(struct room *r, float x, float y)
{
	pmk_ink ink = colour(r);

	pmk_paint_disc(&r->canvas, x + 0.030f, y - 0.026f, 0.016f, 0.016f,
		&(struct pmk_brush){ .from = ink, .to = pmk_ink_scale(ink, 0.7f) });
	pmk_paint_box(&r->canvas, x - 0.024f, y - 0.052f, 0.048f, 0.052f,
		&(struct pmk_brush){ .from = pmk_ink_scale(ink, 1.2f),
			.to = pmk_ink_scale(ink, 0.6f),
			.across = true,
			.round = 0.006f });
	pmk_paint_disc(&r->canvas, x, y - 0.051f, 0.022f, 0.005f,
		&(struct pmk_brush){ .from = pmk_ink_hex(0x3a2418), .to = pmk_ink_hex(0x3a2418) });
}

static void book(struct room *r, float x, float base, float w, float h, float lean)
{
	pmk_ink ink = colour(r), band = pmk_ink_mix(ink, pmk_ink_hex(0xe8dcc0), 0.6f);
	float y = base - h / 2 - fabsf(lean) * w / 2;

	sheet(r, x + w / 2 + lean * h / 2, y, w, h, lean,
		&(struct pmk_brush){
			.from = pmk_ink_scale(ink, 1.12f), .to = pmk_ink_scale(ink, 0.72f), .across = true });
	if (w > 0.014f)
		sheet(r, x + w / 2 + lean * h * 0.75f, y - h * some(r, 0.2f, 0.32f), w * 0.8f, h * 0.06f, lean,
			&(struct pmk_brush){ .from = band, .to = pmk_ink_scale(band, 0.75f), .across = true });
}

static float stack(struct room *r, float x, float base)
{
	float w = some(r, 0.09f, 0.13f), y = base;

	for (int i = (int)some(r, 2, 6.9f); i > 0; i--) {
		float h = some(r, 0.012f, 0.026f);
		pmk_ink ink = colour(r);

		y -= h;
		pmk_paint_box(&r->canvas, x + some(r, -0.006f, 0.006f), y, w, h - 0.001f,
			&(struct pmk_brush){ .from = pmk_ink_scale(ink, 1.1f), .to = pmk_ink_scale(ink, 0.75f) });
	}
	return w;
}

static void books(struct room *r, float x, float base, float end, float high)
{
	while (x < end - 0.05f) {
		float kind = pmk_random(&r->dice);

		if (kind < 0.07f && x < end - 0.14f) {
			x += stack(r, x + 0.006f, base) + 0.014f;
		} else if (kind < 0.12f) {
			x += some(r, 0.02f, 0.06f);
		} else if (kind < 0.15f && x < end - 0.08f) {
			mug(r, x + 0.03f, base);
			x += 0.08f;
		} else {
			float w = some(r, 0.011f, 0.034f), h = high * some(r, 0.58f, 0.92f);
			float lean = pmk_random(&r->dice) < 0.16f ? some(r, 0.06f, 0.20f) : 0;

			book(r, x, base, w, h, lean);
			x += w + 0.0015f + lean * h;
		}
	}
}

static void carton(struct room *r, float x, float base, float w, float h)
{
	pmk_ink ink = pmk_ink_scale(pmk_ink_hex(0xb58a5c), some(r, 0.85f, 1.08f));

	shadow(r, x + 0.008f, base - h + 0.02f, w + 0.008f, h - 0.02f, 0.025f, 0.4f);
	pmk_paint_box(&r->canvas, x, base - h, w, h,
		&(struct pmk_brush){ .from = pmk_ink_scale(ink, 1.08f), .to = pmk_ink_scale(ink, 0.74f) });
	box(r, x + w * 0.44f, base - h, w * 0.13f, h * 0.4f, 0xcdb48a, 0xb99c70);
	sheet(r, x + w * 0.2f, base - h - 0.012f, w * 0.46f, 0.03f, -0.35f,
		&(struct pmk_brush){ .from = pmk_ink_scale(ink, 1.15f), .to = ink });
	if (w > 0.12f)
		box(r, x + w * 0.62f, base - h * 0.45f, w * 0.26f, h * 0.28f, 0xf0ebe0, 0xd8d2c6);
}

static void shelf(struct room *r, float x)
{
	float w = 0.62f, top = 0.075f, pitch = 0.205f;

	shadow(r, x - 0.03f, top, w + 0.03f, 0.9f, 0.08f, 0.4f);
	wood(r, x, top, w, 0.90f, 0x4a3524);
	for (int i = 0; i < 4; i++) {
		float y = top + 0.016f + pitch * (float)i, base = y + pitch - 0.018f;

		box(r, x + 0.016f, y, w - 0.032f, pitch - 0.018f, 0x2a1d14, 0x46311f);
		if (i < 3) {
			books(r, x + 0.022f, base, x + w - 0.02f, pitch - 0.03f);
		} else {
			books(r, x + 0.022f, base, x + w - 0.24f, pitch - 0.03f);
			carton(r, x + w - 0.23f, base, 0.18f, some(r, 0.11f, 0.15f));
		}
		wood(r, x, base, w, 0.018f, 0x8d6844);
		shadow(r, x + 0.016f, y, w - 0.032f, 0.03f, 0.03f, 0.5f);
	}
	wood(r, x, top, 0.016f, 0.90f, 0x7d5b3a);
	wood(r, x + w - 0.016f, top, 0.016f, 0.90f, 0x6d4e32);
	wood(r, x - 0.006f, top - 0.004f, w + 0.012f, 0.02f, 0x977049);
	carton(r, x + some(r, 0.02f, 0.1f), top - 0.004f, 0.2f, 0.10f);
	stack(r, x + some(r, 0.24f, 0.30f), top - 0.004f);
}

/* A pin board, posters and notes, all slanted. */
static void papers(struct room *r, float x)
{
	float lean = some(r, -0.05f, 0.05f);
	pmk_ink sun = colour(r), hill = colour(r);

	sheet(r, x + 0.008f, 0.178f, 0.16f, 0.23f, lean,
		&(struct pmk_brush){
			.from = { 0.1f, 0.08f, 0.06f, 0.4f }, .to = { 0.1f, 0.08f, 0.06f, 0.4f }, .soft = 0.02f });
	sheet(r, x, 0.17f, 0.16f, 0.23f, lean,
		&(struct pmk_brush){ .from = pmk_ink_hex(0xefe6d2), .to = pmk_ink_hex(0xd9cdb4) });
	pmk_paint_disc(&r->canvas, x + 0.015f, 0.145f, 0.038f, 0.038f,
		&(struct pmk_brush){ .from = sun, .to = pmk_ink_scale(sun, 0.8f) });
	sheet(r, x, 0.235f, 0.13f, 0.055f, lean, &(struct pmk_brush){ .from = hill, .to = pmk_ink_scale(hill, 0.7f) });
	for (int i = 0; i < 8; i++) {
		static const uint32_t notes[] = { 0xf2dc72, 0xe07a94, 0xa9d5b2, 0xf4f0e6, 0xf4f0e6, 0x8fbce0 };
		pmk_ink ink = pmk_ink_hex(notes[(int)some(r, 0, 5.99f)]);
		float size = some(r, 0.040f, 0.075f), nx = x + some(r, 0.49f, 0.58f), ny = some(r, 0.05f, 0.36f);
		float angle = some(r, -0.14f, 0.14f);

		sheet(r, nx + 0.004f, ny + 0.005f, size, size * 1.1f, angle,
			&(struct pmk_brush){ .from = { 0.1f, 0.08f, 0.06f, 0.3f },
				.to = { 0.1f, 0.08f, 0.06f, 0.3f },
				.soft = 0.012f });
		sheet(r, nx, ny, size, size * 1.1f, angle,
			&(struct pmk_brush){ .from = ink, .to = pmk_ink_scale(ink, 0.86f) });
		for (int line = 0; line < 3; line++)
			sheet(r, nx, ny - size * (0.25f - 0.22f * (float)line), size * some(r, 0.4f, 0.75f), 0.003f,
				angle,
				&(struct pmk_brush){ .from = pmk_ink_hex(0x6c6a72), .to = pmk_ink_hex(0x6c6a72) });
	}
}

static void lamp(struct room *r, float x)
{
	struct pmk_point shade[4] = { { x - 0.05f, 0.30f }, { x + 0.05f, 0.30f }, { x + 0.085f, 0.41f },
		{ x - 0.085f, 0.41f } };

	box(r, x - 0.005f, 0.40f, 0.010f, 0.6f, 0x5b5550, 0x2f2b28);
	pmk_paint_light(&r->canvas, x, 0.42f, 0.34f, 0.36f, (pmk_ink){ 0.30f, 0.24f, 0.13f, 0 });
	pmk_paint_polygon(&r->canvas, shade, 4,
		&(struct pmk_brush){ .from = pmk_ink_hex(0xf0d9a8), .to = pmk_ink_hex(0xfff0c8) });
}

/* A heap of clothes: distorted patches of colour with folds on a mound. x is its middle, y its foot. */
static void laundry(struct room *r, float x, float y, float w, float h)
{
	struct pmk_canvas *c = &r->canvas;
	float px = 1 / c->unit;
	pmk_ink inks[16];

	r->dice = pmk_hash(r->dice);
	for (int i = 0; i < 16; i++)
		inks[i] = colour(r);
	for (int j = (int)fmaxf((y - 1.3f * h) * c->unit, 0); j < c->height && (float)j * px < y; j++) {
		for (int i = (int)fmaxf((x - w / 2) * c->unit, 0); i < c->width && (float)i * px < x + w / 2; i++) {
			float u = ((float)i * px - x) / (w / 2), v = (y - (float)j * px) / h, q = fmaxf(1 - u * u, 0);
			float wu = u * 2.2f + 1.6f * pmk_noise(u * 2.5f, v * 2.2f, r->dice);
			float wv = v * 2.4f + u * 0.5f + 1.5f * pmk_noise(u * 2.1f + 7, v * 2.3f, r->dice);
			float fold = pmk_noise(wu * 1.7f, wv * 3.4f, r->dice + 1);
			float lit = fold - pmk_noise(wu * 1.7f + 0.14f, wv * 3.4f + 0.2f, r->dice + 1);
			float rim = sqrtf(q) * (0.72f + 0.5f * pmk_noise(u * 3.5f, 0, r->dice + 2));
			float seam = fminf(wu - floorf(wu), wv - floorf(wv));
			float foot = 0.30f * pmk_noise(u * 3, 9, r->dice + 3) - 0.10f + 0.15f * u * u;
			uint32_t patch = pmk_hash(
				(uint32_t)((int)floorf(wu) + 8) * 31 + (uint32_t)((int)floorf(wv) + 8) * 17 + r->dice);
			float shade = (0.62f + 0.30f * v + 1.5f * lit + 0.25f * fold) *
				(0.6f + 0.4f * pmk_ramp(0, 0.16f, seam));
			pmk_ink *to = &c->px[(size_t)j * (size_t)c->width + (size_t)i];

			*to = pmk_ink_mix(*to, pmk_ink_scale(inks[patch >> 28], shade),
				pmk_clamp01(0.5f + fminf(rim - v, v - foot) * h * c->unit));
		}
	}
}

/* A low cabinet under the window, and the pile of things on it. */
static void cabinet(struct room *r, float x)
{
	float y = 0.745f, w = 0.50f;

	shadow(r, x - 0.02f, y + 0.02f, w + 0.05f, 0.4f, 0.06f, 0.4f);
	wood(r, x, y, w, 0.4f, 0xa3aaa6);
	wood(r, x - 0.01f, y - 0.014f, w + 0.02f, 0.02f, 0xc9cfca);
	for (int i = 0; i < 2; i++) {
		box(r, x + 0.012f + 0.245f * (float)i, y + 0.02f, 0.228f, 0.3f, 0xb2bab6, 0x8e9793);
		box(r, x + 0.10f + 0.245f * (float)i, y + 0.05f, 0.05f, 0.010f, 0x6d675e, 0x4c4741);
	}
	for (float at = x + 0.02f; at < x + w - 0.14f; at += some(r, 0.01f, 0.05f))
		at += stack(r, at, y - 0.014f);
	mug(r, x + w - 0.05f, y - 0.014f);
}

static void cable(struct room *r, struct pmk_point a, struct pmk_point b, float sag)
{
	struct pmk_point last = a;

	for (int i = 1; i <= 16; i++) {
		float t = (float)i / 16;
		struct pmk_point next = { a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t + 4 * sag * t * (1 - t) };

		pmk_paint_line(&r->canvas, last, next, 0.0032f, 0.0032f,
			&(struct pmk_brush){ .from = pmk_ink_hex(0x2a2826), .to = pmk_ink_hex(0x1e1c1b) });
		last = next;
	}
}

static void furnish(struct room *r, float at)
{
	window(r, at - 0.80f);
	plant(r, at - 0.80f + some(r, 0.04f, 0.12f), 0.612f);
	mug(r, at - 0.80f + some(r, 0.22f, 0.3f), 0.612f);
	stack(r, at - 0.80f + 0.32f, 0.612f);
	papers(r, at - 0.25f);
	lamp(r, at - 0.345f);
	shelf(r, at + 0.37f);
	cable(r, (struct pmk_point){ at + 0.38f, 0.18f }, (struct pmk_point){ at + 0.31f, 0.62f },
		some(r, 0.02f, 0.06f));
	cable(r, (struct pmk_point){ at + 0.31f, 0.62f }, (struct pmk_point){ at + some(r, 0, 0.2f), 0.96f }, 0.02f);
	cabinet(r, at - 0.72f);
	carton(r, at - 0.92f, 1.0f, 0.26f, some(r, 0.20f, 0.26f));
	carton(r, at - 0.86f, 0.77f, 0.18f, some(r, 0.08f, 0.10f));
	laundry(r, at + some(r, 0.78f, 0.84f), 0.074f, 0.20f, 0.07f);
}

int pmk_office_draw(struct pmk_rgb *rgb, uint32_t seed)
{
	struct room r = { .dice = pmk_hash(seed ^ UINT32_C(0x726f6f6d)) };
	float middle;
	int err = pmk_canvas_init(&r.canvas, rgb->width, rgb->height);

	if (err)
		return err;
	middle = r.canvas.aspect / 2;
	wall(&r);
	for (float at = middle - bay * ceilf(middle / bay); at < r.canvas.aspect + 1; at += bay) {
		pmk_paint_light(&r.canvas, at - 0.58f, 0.30f, 0.9f, 0.9f, (pmk_ink){ 0.10f, 0.11f, 0.12f, 0 });
		furnish(&r, at);
		pmk_paint_light(&r.canvas, at - 0.58f, 0.30f, 0.6f, 0.7f, (pmk_ink){ 0.06f, 0.07f, 0.08f, 0 });
	}
	pmk_paint_blur(&r.canvas, 0.0028f);
	pmk_canvas_to_rgb(&r.canvas, rgb);
	pmk_canvas_finish(&r.canvas);
	return 0;
}

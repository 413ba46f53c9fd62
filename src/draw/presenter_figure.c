/* SPDX-License-Identifier: MIT */
#include "draw/presenter_parts.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct box {
	float x0, y0, x1, y1;
};

static const struct box mouth_box = { -0.46f, 0.44f, 0.46f, 0.98f }, lids_box = { -0.62f, -0.20f, 0.62f, 0.20f };

static pmk_ink linear(uint32_t hex)
{
	pmk_ink ink = pmk_ink_hex(hex);

	return ink * ink;
}

static pmk_ink pick(const uint32_t *hexes, int count, uint32_t *state)
{
	return linear(hexes[(int)(pmk_random(state) * (float)count)]);
}

static struct pmk_appearance appearance_of(uint32_t seed)
{
	static const uint32_t skins[] = { 0xe6b796, 0xf0c9ad, 0xd6a07c, 0xbf8a64, 0x9a6848, 0x80523a, 0xeabfa2 };
	static const uint32_t hairs[] = { 0x2e211a, 0x4a3322, 0x6e4a2c, 0x1c1715, 0x8a6238, 0x5a2f1e };
	static const uint32_t shirts[] = { 0x2f4a78, 0x7a2f38, 0x2f5f50, 0x3a3f4c, 0x5a4a78, 0x2c6a70, 0x4b6a8c };
	static const uint32_t irises[] = { 0x5a3c28, 0x5d7484, 0x646a4c, 0x40291e };
	struct pmk_appearance l = { .seed = seed };
	uint32_t state = pmk_hash(seed);

	l.skin = pick(skins, 7, &state);
	l.hair = pick(hairs, 6, &state);
	if (l.skin[0] < 0.42f)
		l.hair = linear(0x1c1614);
	l.shirt = pick(shirts, 7, &state);
	l.iris = pick(irises, 4, &state);
	l.trim = pmk_ink_scale(l.shirt, pmk_random_in(&state, 0.6f, 1.5f));
	l.long_hair = pmk_random(&state) < 0.5f;
	l.collar = pmk_random(&state) < 0.5f;
	l.beard = !l.long_hair && pmk_random(&state) < 0.5f;
	l.jaw = l.long_hair ? pmk_random_in(&state, 0.10f, 0.16f) : pmk_random_in(&state, -0.03f, 0.03f);
	l.parting = pmk_random_in(&state, 0.15f, 0.4f);
	if (pmk_random(&state) < 0.5f)
		l.parting = -l.parting;
	l.shoulders = l.long_hair ? pmk_random_in(&state, 1.58f, 1.68f) : pmk_random_in(&state, 1.72f, 1.86f);
	l.lips = l.skin * (l.long_hair ? (pmk_ink){ 0.80f, 0.42f, 0.46f, 1 } : (pmk_ink){ 0.78f, 0.52f, 0.52f, 1 });
	return l;
}

/* A key light from the window at the upper left, a weak warm light from the right, and ambient light from the bright
 * room. */
pmk_ink pmk_light_on(pmk_ink albedo, float dx, float dy, float soft, float gloss)
{
	float length = 1 / sqrtf(1 + dx * dx + dy * dy), nx = -dx * length, ny = -dy * length, nz = length;
	float key = nx * -0.50f + ny * -0.46f + nz * 0.733f, fill = nx * 0.80f + ny * 0.05f + nz * 0.60f;
	float half = nx * -0.27f + ny * -0.25f + nz * 0.93f, shine = half > 0 ? half * half : 0;
	pmk_ink creep = (pmk_ink){ 0.50f, 0.28f, 0.20f, 0 } * soft + 0.10f;
	pmk_ink lit = (key + creep) / (1 + creep), light = { 0.20f, 0.215f, 0.24f, 0 };

	for (int c = 0; c < 3; c++)
		lit[c] = fmaxf(lit[c], 0);
	light += lit * (pmk_ink){ 0.93f, 0.885f, 0.83f, 0 } + fmaxf(fill, 0) * (pmk_ink){ 0.17f, 0.145f, 0.12f, 0 } -
		ny * 0.05f;
	shine *= shine;
	shine *= shine;
	shine *= shine * shine;
	return albedo * light + gloss * shine * (pmk_ink){ 1, 0.97f, 0.92f, 0 };
}

static uint8_t to_byte(float v)
{
	return (uint8_t)(pmk_clamp01(v) * 255 + 0.5f);
}

static void sprite_fill(struct pmk_sprite *s, int bare, pmk_shade *shade, const struct pmk_figure_part *part)
{
	for (int j = bare; j < s->height - bare; j++) {
		uint8_t *px = s->px + ((size_t)j * (size_t)s->width + (size_t)bare) * 4;

		for (int i = bare; i < s->width - bare; i++, px += 4) {
			pmk_ink ink = shade(part, (float)(s->left + i) / s->scale, (float)(s->top + j) / s->scale);
			uint8_t alpha = to_byte(ink[3]);

			for (int c = 0; c < 3 && alpha; c++)
				px[c] = to_byte(sqrtf(fmaxf(ink[c], 0) / ink[3]) * (float)alpha / 255);
			px[3] = alpha;
		}
	}
}

/* Draw the part inside `box`, with `bare` transparent pixels around it. All sprites of one scale share one grid of
 * pixels. */
static int sprite_init(struct pmk_sprite *s, const struct box *box, int bare, pmk_shade *shade,
	struct pmk_figure_part part, float scale)
{
	s->scale = scale;
	s->left = (int)floorf(box->x0 * scale) - bare;
	s->top = (int)floorf(box->y0 * scale) - bare;
	s->width = (int)ceilf(box->x1 * scale) + bare - s->left + 1;
	s->height = (int)ceilf(box->y1 * scale) + bare - s->top + 1;
	s->px = pmk_mem_alloc((size_t)s->width * (size_t)s->height * 4);
	if (!s->px)
		return -ENOMEM;
	part.px = 1 / scale;
	sprite_fill(s, bare, shade, &part);
	return 0;
}

int pmk_figure_init(struct pmk_figure *f, uint32_t seed, float scale)
{
	static const struct box head = { -1.15f, -1.32f, 1.15f, 1.62f }, body = { -2.15f, 0.45f, 2.15f, 4.4f };
	static const struct box hand = { -0.85f, -1.75f, 0.85f, 0.45f }, forearm = { -0.62f, -0.1f, 0.62f, 3.2f };
	struct pmk_figure_part part = { .appearance = &f->appearance, .lids = 1 };
	int err;

	*f = (struct pmk_figure){ .appearance = appearance_of(seed) };
	err = sprite_init(&f->body, &body, 1, pmk_shade_body, part, scale);
	if (!err && f->appearance.long_hair)
		err = sprite_init(&f->back_hair, &head, 1, pmk_shade_back_hair, part, scale);
	if (!err)
		err = sprite_init(&f->head, &head, 1, pmk_shade_head, part, scale);
	for (int i = 0; i < 2 && !err; i++) {
		part.side = i ? 1 : -1;
		err = sprite_init(&f->hand[i], &hand, 1, pmk_shade_hand, part, scale);
		if (!err)
			err = sprite_init(&f->forearm[i], &forearm, 1, pmk_shade_forearm, part, scale);
	}
	for (int i = 0; i < PMK_MOUTHS && !err; i++) {
		part.mouth = (float)i / (PMK_MOUTHS - 1);
		err = sprite_init(&f->mouth[i], &mouth_box, 0, pmk_shade_head, part, scale);
	}
	part.mouth = 0;
	for (int i = 0; i < PMK_LIDS && !err; i++) {
		part.lids = (float)i / (PMK_LIDS - 1);
		err = sprite_init(&f->lids[i], &lids_box, 0, pmk_shade_head, part, scale);
	}
	f->lids_now = PMK_LIDS - 1;
	return err;
}

void pmk_figure_finish(struct pmk_figure *f)
{
	free(f->back_hair.px);
	free(f->body.px);
	free(f->head.px);
	for (int i = 0; i < 2; i++) {
		free(f->hand[i].px);
		free(f->forearm[i].px);
	}
	for (int i = 0; i < PMK_MOUTHS; i++)
		free(f->mouth[i].px);
	for (int i = 0; i < PMK_LIDS; i++)
		free(f->lids[i].px);
	*f = (struct pmk_figure){ 0 };
}

static void paste(struct pmk_sprite *to, const struct pmk_sprite *patch)
{
	int x = patch->left - to->left, y = patch->top - to->top;

	for (int j = 0; j < patch->height; j++) {
		memcpy(to->px + ((size_t)(y + j) * (size_t)to->width + (size_t)x) * 4,
			patch->px + (size_t)j * (size_t)patch->width * 4, (size_t)patch->width * 4);
	}
}

void pmk_figure_face(struct pmk_figure *f, int mouth, int lids)
{
	if (mouth != f->mouth_now)
		paste(&f->head, &f->mouth[mouth]);
	if (lids != f->lids_now)
		paste(&f->head, &f->lids[lids]);
	f->mouth_now = mouth;
	f->lids_now = lids;
}

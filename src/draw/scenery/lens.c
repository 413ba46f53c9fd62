/* SPDX-License-Identifier: MIT */
#include "draw/scenery/lens.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

typedef uint32_t light __attribute__((vector_size(16))); /* a pixel in fixed point; sums may wrap */
typedef int32_t whole __attribute__((vector_size(16)));

enum { ONE = 8192, BRIGHTEST = 30, MOST_BANDS = 64, COARSE_PX = 11, GRAINS = 4096 };

/* A cubic that is close to sRGB's curve. */
static float decode(float v)
{
	return v * (v * (v * 0.305306011f + 0.682171111f) + 0.012522878f);
}

/* The inverse, from square roots. */
static float encode(float v)
{
	float root = sqrtf(v), fourth = sqrtf(root), eighth = sqrtf(fourth);

	return fmaxf(0.585122381f * root + 0.783140355f * fourth - 0.368262736f * eighth, 0);
}

pmk_ink pmk_lens_ink(uint32_t rgb)
{
	pmk_ink ink = pmk_ink_hex(rgb);

	return (pmk_ink){ decode(ink[0]), decode(ink[1]), decode(ink[2]), 1 };
}

void pmk_lens_expose(struct pmk_canvas *c, float lamps)
{
	size_t count = (size_t)c->width * (size_t)c->height;

	for (size_t i = 0; i < count; i++) {
		pmk_ink ink = c->px[i];
		float white = pmk_clamp01(fminf(fminf(ink[0], ink[1]), ink[2])), more = white * white * white;

		more = 1 + (lamps - 1) * more * more;
		c->px[i] = (pmk_ink){ decode(ink[0]) * more, decode(ink[1]) * more, decode(ink[2]) * more, ink[3] };
	}
}

/* Rows first..last of a disc, counted from its middle, which reach `half` to either side. */
struct band {
	int first, last, half;
};

static int cut_disc(float radius, struct band bands[MOST_BANDS])
{
	int most = (int)radius, step = pmk_max(1, most / 10), count = 0;

	for (int first = -most; first <= most; first += step) {
		int last = pmk_min(first + step - 1, most);
		float y = fabsf((float)(first + last) / 2);

		bands[count++] = (struct band){ first, last, (int)sqrtf(fmaxf(radius * radius - y * y, 0)) };
	}
	return count;
}

/* A summed-area table of the canvas, whose rim is repeated for `pad` pixels on each side. */
struct table {
	int width, height, pad;
	light *sums;
};

/* Lane by lane within 0..most. */
static inline pmk_ink limit(pmk_ink ink, float most)
{
	const pmk_ink none = { 0 }, all = { most, most, most, most };
	whole less = ink < all;

	ink = (pmk_ink)(((whole)ink & less) | ((whole)all & ~less));
	return (pmk_ink)((whole)ink & (ink > none));
}

static inline light fixed(pmk_ink ink)
{
	return (light) __builtin_convertvector(limit(ink, BRIGHTEST) * (float)ONE + 0.5f, whole);
}

static int sum_up(const struct pmk_canvas *c, int pad, struct table *t)
{
	size_t stride;

	*t = (struct table){ .width = c->width + 2 * pad, .height = c->height + 2 * pad, .pad = pad };
	stride = (size_t)t->width + 1;
	t->sums = pmk_mem_alloc(stride * ((size_t)t->height + 1) * sizeof(*t->sums));
	if (!t->sums)
		return -ENOMEM;
	for (size_t x = 0; x < stride; x++)
		t->sums[x] = (light){ 0 };
	for (int y = 0; y < t->height; y++) {
		const pmk_ink *row = c->px + (size_t)pmk_clamp(y - pad, 0, c->height - 1) * (size_t)c->width;
		const light *above = t->sums + (size_t)y * stride;
		light *to = t->sums + ((size_t)y + 1) * stride, sum = { 0 };

		to[0] = (light){ 0 };
		for (int x = 0; x < t->width; x++) {
			sum += fixed(row[pmk_clamp(x - pad, 0, c->width - 1)]);
			to[x + 1] = above[x + 1] + sum;
		}
	}
	return 0;
}

static void blur_row(
	struct pmk_canvas *c, const struct table *t, const struct band *bands, int count, float share, int y)
{
	size_t stride = (size_t)t->width + 1;
	pmk_ink *row = c->px + (size_t)y * (size_t)c->width;

	for (int x = 0; x < c->width; x++) {
		light sum = { 0 };

		for (int i = 0; i < count; i++) {
			const light *top = t->sums + (size_t)(y + t->pad + bands[i].first) * stride + x + t->pad;
			const light *bottom = t->sums + (size_t)(y + t->pad + bands[i].last + 1) * stride + x + t->pad;
			int h = bands[i].half;

			sum += bottom[h + 1] - bottom[-h] - top[h + 1] + top[-h];
		}
		/* at most 2^31, and conversion of signed numbers is what processors have */
		row[x] = __builtin_convertvector((whole)(sum >> 1), pmk_ink) * share;
	}
}

static int blur_px(struct pmk_canvas *c, float radius)
{
	struct band bands[MOST_BANDS];
	int count = cut_disc(radius, bands), area = 0;
	struct table t;

	if (sum_up(c, (int)radius + 1, &t))
		return -ENOMEM;
	for (int i = 0; i < count; i++)
		area += (bands[i].last - bands[i].first + 1) * (2 * bands[i].half + 1);
	for (int y = 0; y < c->height; y++)
		blur_row(c, &t, bands, count, 2.0f / ((float)area * ONE), y);
	free(t.sums);
	return 0;
}

/* The mean of 2x2 pixels each. */
static void halve(const struct pmk_canvas *from, struct pmk_canvas *to)
{
	for (int y = 0; y < to->height; y++) {
		const pmk_ink *a = from->px + (size_t)pmk_min(2 * y, from->height - 1) * (size_t)from->width;
		const pmk_ink *b = from->px + (size_t)pmk_min(2 * y + 1, from->height - 1) * (size_t)from->width;

		for (int x = 0; x < to->width; x++) {
			int left = pmk_min(2 * x, from->width - 1), right = pmk_min(2 * x + 1, from->width - 1);

			to->px[(size_t)y * (size_t)to->width + (size_t)x] = (a[left] + a[right] + b[left] + b[right]) *
				0.25f;
		}
	}
}

/* Where each of `count` columns or rows is in a canvas that has `of`. */
struct place {
	int first, second;
	float part;
};

static struct place place_of(int at, int count, int of)
{
	float x = ((float)at + 0.5f) * (float)of / (float)count - 0.5f;
	int first = (int)floorf(x);

	return (struct place){ pmk_max(first, 0), pmk_min(first + 1, of - 1), x - (float)first };
}

/* Row y of `height`, enlarged to as many columns as there are places. `line` is for a row of the canvas. */
static void enlarge_row(const struct pmk_canvas *c, int y, int height, const struct place *places, int width,
	pmk_ink *line, pmk_ink *out)
{
	struct place at = place_of(y, height, c->height);
	const pmk_ink *top = c->px + (size_t)at.first * (size_t)c->width;
	const pmk_ink *bottom = c->px + (size_t)at.second * (size_t)c->width;

	for (int x = 0; x < c->width; x++)
		line[x] = pmk_ink_mix(top[x], bottom[x], at.part);
	for (int x = 0; x < width; x++)
		out[x] = pmk_ink_mix(line[places[x].first], line[places[x].second], places[x].part);
}

/* What enlarge_row needs; the caller frees it. */
struct lines {
	struct place *places;
	pmk_ink *line, *out;
};

static int make_lines(const struct pmk_canvas *c, int width, struct lines *l)
{
	l->places = pmk_mem_alloc((size_t)width * sizeof(*l->places));
	l->line = pmk_mem_alloc((size_t)c->width * sizeof(*l->line));
	l->out = pmk_mem_alloc((size_t)width * sizeof(*l->out));
	if (!l->places || !l->line || !l->out)
		return -ENOMEM;
	for (int x = 0; x < width; x++)
		l->places[x] = place_of(x, width, c->width);
	return 0;
}

static void free_lines(struct lines *l)
{
	free(l->places);
	free(l->line);
	free(l->out);
}

static int enlarge(const struct pmk_canvas *from, struct pmk_canvas *to)
{
	struct lines l;
	int err = make_lines(from, to->width, &l);

	for (int y = 0; !err && y < to->height; y++)
		enlarge_row(from, y, to->height, l.places, to->width, l.line, to->px + (size_t)y * (size_t)to->width);
	free_lines(&l);
	return err;
}

int pmk_lens_blur(struct pmk_canvas *c, float radius)
{
	float px = fminf(radius, 0.12f) * c->unit;
	struct pmk_canvas half;
	int err;

	if (px < 1)
		return 0;
	if (px < COARSE_PX)
		return blur_px(c, px);
	err = pmk_canvas_init(&half, (c->width + 1) / 2, (c->height + 1) / 2);
	if (err)
		return err;
	halve(c, &half);
	err = pmk_lens_blur(&half, px / 2 / half.unit);
	if (!err)
		err = enlarge(&half, c);
	pmk_canvas_finish(&half);
	return err;
}

void pmk_lens_over(struct pmk_canvas *c, const struct pmk_canvas *layer)
{
	size_t count = (size_t)c->width * (size_t)c->height;

	for (size_t i = 0; i < count; i++)
		c->px[i] = c->px[i] * (1 - layer->px[i][3]) + layer->px[i];
}

/* A curve with a toe and a shoulder; 0.18 stays about where it is. */
static float film(float v)
{
	v *= 0.75f;
	return fminf(v * (2.51f * v + 0.03f) / (v * (2.43f * v + 0.59f) + 0.14f), 1);
}

enum { CURVE = 1024, CURVE_REACH = 4 };

/* The film's curve, encoded, in steps of the square root of light up to CURVE_REACH. */
static void make_curve(float curve[CURVE + 2])
{
	for (int i = 0; i < CURVE + 2; i++) {
		float root = (float)(i * CURVE_REACH) / CURVE;

		curve[i] = encode(film(root * root));
	}
}

static float on_curve(const float curve[CURVE + 2], float v)
{
	float at = v > 0 ? sqrtf(v) * ((float)CURVE / CURVE_REACH) : 0;
	int i;

	at = at < CURVE ? at : CURVE;
	i = (int)at;
	return curve[i] + (curve[i + 1] - curve[i]) * (at - (float)i);
}

void pmk_lens_develop(struct pmk_canvas *c, float exposure, float vignette)
{
	float mx = (float)c->width / 2, my = (float)c->height / 2, scale = 1 / (mx * mx + my * my), curve[CURVE + 2];

	make_curve(curve);
	for (int y = 0; y < c->height; y++) {
		pmk_ink *row = c->px + (size_t)y * (size_t)c->width;

		for (int x = 0; x < c->width; x++) {
			float dx = (float)x - mx, dy = (float)y - my, away = (dx * dx + dy * dy) * scale;
			pmk_ink ink = row[x] * (exposure * (1 - vignette * away * (0.6f + 0.4f * away)));

			row[x] = (pmk_ink){ on_curve(curve, ink[0]), on_curve(curve, ink[1]), on_curve(curve, ink[2]),
				1 };
		}
	}
}

/* Noise whose strong values are rare: the sum of four bytes, around 0; and less than a level for each colour. */
static inline pmk_ink grain_of(uint32_t bits, float grain)
{
	float a = (float)(bits & 255), b = (float)(bits >> 8 & 255), c = (float)(bits >> 16 & 255),
	      d = (float)(bits >> 24);
	float noise = grain * ((a + b + c + d) / 255 - 2);

	return (pmk_ink){ noise + a / 256, noise + b / 256, noise + c / 256, 0 };
}

/* A row of the picture. Each one reads the grains from another place on. */
static void print_row(const pmk_ink *row, const pmk_ink grains[GRAINS], int y, int width, uint8_t *out)
{
	uint32_t at = pmk_hash((uint32_t)y);

	for (int x = 0; x < width; x++, at++, out += 3) {
		whole level = __builtin_convertvector(limit(row[x] * 255 + grains[at % GRAINS], 255), whole);

		out[0] = (uint8_t)level[0];
		out[1] = (uint8_t)level[1];
		out[2] = (uint8_t)level[2];
	}
}

int pmk_lens_print(const struct pmk_canvas *c, float grain, struct pmk_rgb *rgb)
{
	pmk_ink *grains = pmk_mem_alloc(GRAINS * sizeof(*grains));
	struct lines l;
	int err = make_lines(c, rgb->width, &l);

	err = grains ? err : -ENOMEM;
	for (uint32_t i = 0; !err && i < GRAINS; i++)
		grains[i] = grain_of(pmk_hash(i + 1), grain);
	for (int y = 0; !err && y < rgb->height; y++) {
		enlarge_row(c, y, rgb->height, l.places, rgb->width, l.line, l.out);
		print_row(l.out, grains, y, rgb->width, rgb->data + (size_t)y * (size_t)rgb->stride);
	}
	free_lines(&l);
	free(grains);
	return err;
}

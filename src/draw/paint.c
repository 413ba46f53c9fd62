/* SPDX-License-Identifier: MIT */
#include "draw/paint.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { MOST_PX = 1920 * 1088 };

int pmk_canvas_init(struct pmk_canvas *canvas, int width, int height)
{
	double area = (double)width * height, shrink = area > MOST_PX ? sqrt(MOST_PX / area) : 1;
	struct pmk_canvas c = { .width = (int)(width * shrink), .height = (int)(height * shrink) };

	c.width = pmk_max(c.width, 1);
	c.height = pmk_max(c.height, 1);
	c.unit = (float)c.height;
	c.aspect = (float)c.width / (float)c.height;
	c.px = pmk_mem_alloc((size_t)c.width * (size_t)c.height * sizeof(*c.px));
	if (!c.px)
		return -ENOMEM;
	*canvas = c;
	return 0;
}

void pmk_canvas_finish(struct pmk_canvas *canvas)
{
	free(canvas->px);
	*canvas = (struct pmk_canvas){ 0 };
}

uint32_t pmk_hash(uint32_t v)
{
	v = (v ^ v >> 16) * UINT32_C(0x7feb352d);
	v = (v ^ v >> 15) * UINT32_C(0x846ca68b);
	return v ^ v >> 16;
}

float pmk_random(uint32_t *state)
{
	*state += UINT32_C(0x9e3779b9);
	return (float)(pmk_hash(*state) >> 8) / 16777216.0f;
}

float pmk_random_in(uint32_t *state, float least, float most)
{
	return least + (most - least) * pmk_random(state);
}

static float lattice(int x, int y, uint32_t seed)
{
	return (float)(pmk_hash((uint32_t)x * UINT32_C(0x9e3779b1) ^ (uint32_t)y * UINT32_C(0x85ebca77) ^ seed) >> 8) /
		16777216.0f;
}

float pmk_noise(float x, float y, uint32_t seed)
{
	int ix = (int)floorf(x), iy = (int)floorf(y);
	float fx = x - (float)ix, fy = y - (float)iy;
	float top, bottom;

	fx = fx * fx * fx * (10 + fx * (6 * fx - 15));
	fy = fy * fy * fy * (10 + fy * (6 * fy - 15));
	top = lattice(ix, iy, seed) * (1 - fx) + lattice(ix + 1, iy, seed) * fx;
	bottom = lattice(ix, iy + 1, seed) * (1 - fx) + lattice(ix + 1, iy + 1, seed) * fx;
	return top * (1 - fy) + bottom * fy;
}

/* A parabola for each half cycle, then a correction towards the sine. */
float pmk_wave(double cycles)
{
	float x = (float)(cycles - floor(cycles + 0.5));
	float y = 8 * x - 16 * x * fabsf(x);

	return 0.225f * (y * fabsf(y) - y) + y;
}

pmk_ink pmk_ink_hex(uint32_t rgb)
{
	return (pmk_ink){ (float)(rgb >> 16 & 255) / 255, (float)(rgb >> 8 & 255) / 255, (float)(rgb & 255) / 255, 1 };
}

pmk_ink pmk_ink_scale(pmk_ink ink, float by)
{
	return ink * (pmk_ink){ by, by, by, 1 };
}

/* A shape and its bounding box, in units of length. */
struct shape {
	float x0, y0, x1, y1;
	const struct pmk_point *corners;
	int count;
	float ra, rb, round;
};

typedef float distance(const struct shape *shape, float x, float y);

static inline float box_distance(const struct shape *s, float x, float y)
{
	float dx = fabsf(x - (s->x0 + s->x1) / 2) - (s->x1 - s->x0) / 2 + s->round;
	float dy = fabsf(y - (s->y0 + s->y1) / 2) - (s->y1 - s->y0) / 2 + s->round;
	float ox = fmaxf(dx, 0), oy = fmaxf(dy, 0);

	return sqrtf(ox * ox + oy * oy) + fminf(fmaxf(dx, dy), 0) - s->round;
}

/* The implicit function divided by the length of its gradient: exact at the edge, and a good approximation elsewhere.
 */
static inline float disc_distance(const struct shape *s, float x, float y)
{
	float rx = (s->x1 - s->x0) / 2, ry = (s->y1 - s->y0) / 2;
	float u = (x - s->x0 - rx) / rx, v = (y - s->y0 - ry) / ry;
	float f = sqrtf(u * u + v * v), g = sqrtf(u * u / (rx * rx) + v * v / (ry * ry));

	return g > 0 ? (f - 1) * f / g : -fminf(rx, ry);
}

static inline float line_distance(const struct shape *s, float x, float y)
{
	float bx = s->corners[1].x - s->corners[0].x, by = s->corners[1].y - s->corners[0].y;
	float px = x - s->corners[0].x, py = y - s->corners[0].y, length = bx * bx + by * by;
	float t = length > 0 ? pmk_clamp01((px * bx + py * by) / length) : 0;
	float dx = px - bx * t, dy = py - by * t;

	return sqrtf(dx * dx + dy * dy) - s->ra - (s->rb - s->ra) * t;
}

static inline float polygon_distance(const struct shape *s, float x, float y)
{
	float most = -1e9f;

	for (int i = 0; i < s->count; i++) {
		struct pmk_point a = s->corners[i], b = s->corners[(i + 1) % s->count];
		float ex = b.x - a.x, ey = b.y - a.y, length = sqrtf(ex * ex + ey * ey);

		if (length > 0)
			most = fmaxf(most, (ey * (x - a.x) - ex * (y - a.y)) / length);
	}
	return most;
}

static int clip(float v, int most)
{
	return v < 0 ? 0 : v > (float)most ? most : (int)v;
}

static pmk_ink brush_at(const struct pmk_brush *brush, const struct shape *s, float x, float y)
{
	float t = brush->across ? (x - s->x0) / (s->x1 - s->x0) : (y - s->y0) / (s->y1 - s->y0);
	pmk_ink ink = pmk_ink_mix(brush->from, brush->to, pmk_clamp01(t));
	bool tall = s->y1 - s->y0 > s->x1 - s->x0;
	float along = tall ? y : x, across = tall ? x : y;

	if (brush->grain > 0)
		ink = pmk_ink_scale(ink,
			1 +
				brush->grain *
					(pmk_noise(along * 9, across * 160, brush->seed) +
						pmk_noise(along * 3, across * 45, ~brush->seed) - 1));
	return ink;
}

/* Always inlined, so that each shape gets a loop of its own with its distance function inside. */
static inline __attribute__((always_inline)) void cover(
	struct pmk_canvas *canvas, const struct shape *s, const struct pmk_brush *brush, distance *away)
{
	float soft = fmaxf(brush->soft, 1 / canvas->unit), reach = soft / 2;
	int x0 = clip((s->x0 - reach) * canvas->unit, canvas->width),
	    x1 = clip((s->x1 + reach) * canvas->unit + 1, canvas->width);
	int y0 = clip((s->y0 - reach) * canvas->unit, canvas->height),
	    y1 = clip((s->y1 + reach) * canvas->unit + 1, canvas->height);

	for (int j = y0; j < y1; j++) {
		pmk_ink *row = canvas->px + (size_t)j * (size_t)canvas->width;
		float y = ((float)j + 0.5f) / canvas->unit;

		for (int i = x0; i < x1; i++) {
			float x = ((float)i + 0.5f) / canvas->unit, in = pmk_clamp01(0.5f - away(s, x, y) / soft);
			pmk_ink ink;

			if (in <= 0)
				continue;
			ink = brush_at(brush, s, x, y);
			row[i] = pmk_ink_mix(row[i], ink, in * in * (3 - 2 * in) * ink[3]);
		}
	}
}

void pmk_paint_box(struct pmk_canvas *canvas, float x, float y, float w, float h, const struct pmk_brush *brush)
{
	struct shape s = { .x0 = x, .y0 = y, .x1 = x + w, .y1 = y + h, .round = fminf(brush->round, fminf(w, h) / 2) };

	cover(canvas, &s, brush, box_distance);
}

void pmk_paint_disc(struct pmk_canvas *canvas, float x, float y, float rx, float ry, const struct pmk_brush *brush)
{
	struct shape s = { .x0 = x - rx, .y0 = y - ry, .x1 = x + rx, .y1 = y + ry };

	cover(canvas, &s, brush, disc_distance);
}

static void bounds(struct shape *s)
{
	for (int i = 0; i < s->count; i++) {
		s->x0 = fminf(s->x0, s->corners[i].x);
		s->y0 = fminf(s->y0, s->corners[i].y);
		s->x1 = fmaxf(s->x1, s->corners[i].x);
		s->y1 = fmaxf(s->y1, s->corners[i].y);
	}
}

void pmk_paint_line(struct pmk_canvas *canvas, struct pmk_point a, struct pmk_point b, float ra, float rb,
	const struct pmk_brush *brush)
{
	struct pmk_point ends[2] = { a, b };
	struct shape s = {
		.x0 = a.x, .y0 = a.y, .x1 = a.x, .y1 = a.y, .corners = ends, .count = 2, .ra = ra, .rb = rb
	};
	float r = fmaxf(ra, rb);

	bounds(&s);
	s.x0 -= r;
	s.y0 -= r;
	s.x1 += r;
	s.y1 += r;
	cover(canvas, &s, brush, line_distance);
}

void pmk_paint_polygon(
	struct pmk_canvas *canvas, const struct pmk_point *corners, int count, const struct pmk_brush *brush)
{
	struct shape s = { .x0 = corners->x,
		.y0 = corners->y,
		.x1 = corners->x,
		.y1 = corners->y,
		.corners = corners,
		.count = count };

	bounds(&s);
	cover(canvas, &s, brush, polygon_distance);
}

void pmk_paint_light(struct pmk_canvas *canvas, float x, float y, float rx, float ry, pmk_ink ink)
{
	int x0 = clip((x - rx) * canvas->unit, canvas->width), x1 = clip((x + rx) * canvas->unit + 1, canvas->width);
	int y0 = clip((y - ry) * canvas->unit, canvas->height), y1 = clip((y + ry) * canvas->unit + 1, canvas->height);

	for (int j = y0; j < y1; j++) {
		float v = (((float)j + 0.5f) / canvas->unit - y) / ry;

		for (int i = x0; i < x1; i++) {
			float u = (((float)i + 0.5f) / canvas->unit - x) / rx, q = pmk_clamp01(1 - u * u - v * v);

			canvas->px[(size_t)j * (size_t)canvas->width + (size_t)i] *= 1 + ink * (q * q);
		}
	}
}

/* A box filter of 2r + 1 pixels over a line of `count` pixels, whose ends are repeated. */
static void box_filter(const pmk_ink *from, pmk_ink *to, int count, int r)
{
	float share = 1 / (2 * (float)r + 1);
	pmk_ink sum = from[0] * ((float)r + 1);

	for (int i = 1; i <= r; i++)
		sum += from[pmk_min(i, count - 1)];
	for (int i = 0; i < count; i++) {
		to[i] = sum * share;
		sum += from[pmk_min(i + r + 1, count - 1)] - from[pmk_max(i - r, 0)];
	}
}

static void blur_line(pmk_ink *px, size_t step, int count, int r, pmk_ink *a, pmk_ink *b)
{
	for (int i = 0; i < count; i++)
		a[i] = px[(size_t)i * step];
	box_filter(a, b, count, r);
	box_filter(b, a, count, r);
	box_filter(a, b, count, r);
	for (int i = 0; i < count; i++)
		px[(size_t)i * step] = b[i];
}

void pmk_paint_blur(struct pmk_canvas *canvas, float radius)
{
	int w = canvas->width, h = canvas->height, longer = pmk_max(w, h), r = (int)(radius * canvas->unit + 0.5f);
	pmk_ink *lines = r > 0 ? pmk_mem_alloc(2 * (size_t)longer * sizeof(*lines)) : NULL;

	if (!lines)
		return;
	for (int y = 0; y < h; y++)
		blur_line(canvas->px + (size_t)y * (size_t)w, 1, w, r, lines, lines + longer);
	for (int x = 0; x < w; x++)
		blur_line(canvas->px + x, (size_t)w, h, r, lines, lines + longer);
	free(lines);
}

static pmk_ink sample(const struct pmk_canvas *canvas, float x, float y)
{
	int x0 = clip(x, canvas->width - 1), y0 = clip(y, canvas->height - 1);
	int x1 = pmk_min(x0 + 1, canvas->width - 1), y1 = pmk_min(y0 + 1, canvas->height - 1);
	const pmk_ink *top = canvas->px + (size_t)y0 * (size_t)canvas->width;
	const pmk_ink *bottom = canvas->px + (size_t)y1 * (size_t)canvas->width;
	float fx = pmk_clamp01(x - (float)x0), fy = pmk_clamp01(y - (float)y0);

	return pmk_ink_mix(pmk_ink_mix(top[x0], top[x1], fx), pmk_ink_mix(bottom[x0], bottom[x1], fx), fy);
}

void pmk_canvas_to_rgb(const struct pmk_canvas *canvas, struct pmk_rgb *rgb)
{
	float sx = (float)canvas->width / (float)rgb->width, sy = (float)canvas->height / (float)rgb->height;
	bool same = canvas->width == rgb->width && canvas->height == rgb->height;

	for (int y = 0; y < rgb->height; y++) {
		uint8_t *out = rgb->data + (size_t)y * (size_t)rgb->stride;

		for (int x = 0; x < rgb->width; x++, out += 3) {
			pmk_ink ink = same ?
				canvas->px[(size_t)y * (size_t)rgb->width + (size_t)x] :
				sample(canvas, ((float)x + 0.5f) * sx - 0.5f, ((float)y + 0.5f) * sy - 0.5f);
			uint32_t dither = pmk_hash((uint32_t)x * UINT32_C(0x9e3779b1) ^ (uint32_t)y);

			for (int c = 0; c < 3; c++, dither >>= 8)
				out[c] = (uint8_t)(pmk_clamp01(ink[c]) * 254.99f + (float)(dither & 255) / 256.0f);
		}
	}
}

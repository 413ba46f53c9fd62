/* SPDX-License-Identifier: MIT */
#include "find/hands/colours.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { AROUND = 20, STEP = 4 }; /* blocks: how far, and how densely, others are compared */
enum { DISTANCES = 1024, SHIFT = 5 };
/* the distance is CHROMA (u^2 + v^2) + LUMA y^2, and 3200 at one standard deviation from each */
enum { LUMA = 16, CHROMA = 100, SPREAD = 3200 };
enum { ROOM = 1, PERSON = 2, DOUBT = 4 }; /* of a block; the last with either, or alone */
static const float SURELY_ROOM = 0.1f, SURELY_PERSON = 0.75f;
static const float FLOOR = 0.02f; /* of a likeness: two that are both small say nothing */
static const float MOST = 7.389f; /* e^2 */

/* The likeness of a block to the blocks around it. */
struct evidence {
	float person, room; /* sums of the likeness */
	int people, rooms; /* how many */
};

int pmk_colours_init(struct pmk_colours *c, int width, int height)
{
	size_t count = pmk_align_up_size((size_t)(width / 2) * (size_t)(height / 2), 64);

	*c = (struct pmk_colours){ .width = width / 2, .height = height / 2 };
	c->block = pmk_mem_alloc(DISTANCES * sizeof *c->likeness + 2 * count);
	if (!c->block)
		return -ENOMEM;
	c->likeness = c->block;
	c->luma = (uint8_t *)(c->likeness + DISTANCES);
	c->kind = c->luma + count;
	for (int i = 0; i < DISTANCES; i++)
		c->likeness[i] = expf(-(float)(i << SHIFT) / SPREAD);
	return 0;
}

void pmk_colours_finish(struct pmk_colours *c)
{
	free(c->block);
	*c = (struct pmk_colours){ 0 };
}

static uint8_t kind_of(const float *a, const float *b)
{
	float p[4] = { a[0], a[1], b[0], b[1] }, mean = (p[0] + p[1] + p[2] + p[3]) / 4;
	bool doubt = false;

	for (int k = 0; k < 4; k++)
		doubt |= p[k] > SURELY_ROOM && p[k] < SURELY_PERSON;
	return (uint8_t)((mean < SURELY_ROOM ? ROOM : mean > SURELY_PERSON ? PERSON : 0) | (doubt ? DOUBT : 0));
}

static void find_kinds(struct pmk_colours *c, const struct pmk_image *small, const float *probability)
{
	for (int y = 0; y < c->height; y++) {
		const uint8_t *a = small->plane[0] + (size_t)(2 * y) * (size_t)small->stride[0],
			      *b = a + small->stride[0];
		const float *p = probability + (size_t)(4 * y) * (size_t)c->width, *q = p + 2 * c->width;

		for (int x = 0; x < c->width; x++) {
			int i = y * c->width + x;

			c->luma[i] = (uint8_t)((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 2) / 4);
			c->kind[i] = kind_of(p + 2 * x, q + 2 * x);
		}
	}
}

static float likeness_of(const struct pmk_colours *c, int y, int u, int v)
{
	int distance = (LUMA * y * y + CHROMA * (u * u + v * v)) >> SHIFT;

	return distance < DISTANCES ? c->likeness[distance] : 0;
}

static struct evidence look_around(const struct pmk_colours *c, const struct pmk_image *small, int x, int y)
{
	const uint8_t *u = small->plane[1] + (size_t)y * (size_t)small->stride[1] + x,
		      *v = small->plane[2] + (size_t)y * (size_t)small->stride[2] + x;
	struct evidence e = { 0 };
	int at = y * c->width + x;

	for (int j = -AROUND; j <= AROUND; j += STEP) {
		for (int i = -AROUND; i <= AROUND; i += STEP) {
			int other = at + j * c->width + i, kind;
			float likeness;

			if (y + j < 0 || y + j >= c->height || x + i < 0 || x + i >= c->width)
				continue;
			kind = c->kind[other] & ~DOUBT;
			if (!kind)
				continue;
			likeness = likeness_of(c, c->luma[other] - c->luma[at], u[j * small->stride[1] + i] - u[0],
				v[j * small->stride[2] + i] - v[0]);
			e.person += kind == PERSON ? likeness : 0;
			e.room += kind == ROOM ? likeness : 0;
			e.people += kind == PERSON;
			e.rooms += kind == ROOM;
		}
	}
	return e;
}

/* By what the odds are to be multiplied. */
static float odds_of(const struct evidence *e)
{
	float odds;

	if (e->people < 2 || e->rooms < 2)
		return 1;
	odds = (e->person / (float)e->people + FLOOR) / (e->room / (float)e->rooms + FLOOR);
	return fminf(fmaxf(odds, 1 / MOST), MOST);
}

static void weigh(float *p, float odds)
{
	if (*p > SURELY_ROOM && *p < SURELY_PERSON)
		*p = *p * odds / (*p * odds + 1 - *p);
}

void pmk_colours_weigh(
	struct pmk_colours *c, const struct pmk_image *small, float *probability, double fade, double end)
{
	find_kinds(c, small, probability);
	for (int y = 0; y < c->height && 2 * y < end; y++) {
		float share = (float)fmin((end - 2 * y) / fmax(end - fade, 1), 1);

		for (int x = 0; x < c->width; x++) {
			float *p = probability + (size_t)(4 * y) * (size_t)c->width + 2 * x;
			struct evidence e;
			float odds;

			if (!(c->kind[y * c->width + x] & DOUBT))
				continue;
			e = look_around(c, small, x, y);
			odds = powf(odds_of(&e), share);
			for (int k = 0; k < 4; k++)
				weigh(p + k / 2 * 2 * c->width + k % 2, odds);
		}
	}
}

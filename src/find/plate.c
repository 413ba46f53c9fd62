/* SPDX-License-Identifier: MIT */
#include "find/plate.h"

#include "base/mem.h"
#include "base/num.h"
#include "image/shrink.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_COLUMNS = 120 };
enum { LEVEL = 32 }; /* of luma and chroma, in the memory's unit */
enum { SAMPLE = 7 }; /* of so many cells, one is measured for light and noise */
enum { RATIO_ONE = 64, RATIOS = 8 * RATIO_ONE }; /* steps of the ratio of luma; up to 8 times as bright */
enum { SUPPORT = 5 }; /* of 9 cells: fewer that look as they did do so by chance */
enum { BINS = 16, ALL_BINS = BINS * BINS * BINS }; /* of colours: 16 levels of luma, 4 of chroma */
static const float ROOM = 0.1f, PERSON = 0.9f; /* what is sure */
static const float UNSURE = 0.02f; /* less than this makes no alpha */
static const float MOST_SURE = 0.999f; /* a network's 1 is no proof against all that was seen before */
/* in LEVEL: how far a cell may be off; beyond DARK from black, and BRIGHT, all things look the same */
enum { STEP = 4 * LEVEL, MOST_STEP = 8 * LEVEL, CHROMA_STEP = 7 * LEVEL / 2, DARK = 12 * LEVEL, BRIGHT = 235 * LEVEL };
static const float RELIT = 0.02f; /* a smaller change of light is not followed, so that no error adds up */
enum { ALL = 256, MOVED = ALL / 4 }; /* share of changed cells: up to MOVED, things move and not the camera */
static const float WORN = 1.0f / 25; /* of the person: a colour of so much is the person's */
static const float FADED = 0.9f; /* of the person's colours: what stays from look to look */

/* of the columns of a row of cells, in network pixels */
struct ends {
	float least[PMK_IMAGE_MAX_PX], most[PMK_IMAGE_MAX_PX];
};

int pmk_plate_init(struct pmk_plate *p, const struct pmk_layout *layout)
{
	struct pmk_plate made = { .layout = *layout, .halved = 1 };
	size_t count;

	while (layout->width >> (made.halved + 1) >= LEAST_COLUMNS)
		made.halved++;
	made.columns = layout->width >> made.halved;
	made.rows = layout->height >> made.halved;
	count = pmk_align_up_size((size_t)made.columns * (size_t)made.rows, 64);
	made.block = pmk_mem_alloc(ALL_BINS * sizeof *made.worn + 3 * count * sizeof **made.stood + 7 * count);
	made.scratch = pmk_mem_alloc((size_t)(layout->width / 2 + 1) * (size_t)(layout->height / 2 + 1));
	if (!made.block || !made.scratch) {
		pmk_plate_finish(&made);
		return -ENOMEM;
	}
	made.worn = made.block;
	for (size_t i = 0; i < 3; i++) {
		made.stood[i] = (int16_t *)(made.worn + ALL_BINS) + i * count;
		made.now[i] = (uint8_t *)((int16_t *)(made.worn + ALL_BINS) + 3 * count) + i * count;
	}
	made.looks = made.now[2] + count;
	made.same = made.looks + count;
	made.nats = made.same + count;
	made.vote = (int8_t *)(made.nats + count);
	*p = made;
	pmk_plate_forget(p);
	return 0;
}

void pmk_plate_finish(struct pmk_plate *p)
{
	free(p->block);
	free(p->scratch);
	*p = (struct pmk_plate){ 0 };
}

void pmk_plate_forget(struct pmk_plate *p)
{
	memset(p->looks, 0, (size_t)p->columns * (size_t)p->rows);
	memset(p->worn, 0, ALL_BINS * sizeof *p->worn);
	p->worn_cells = 0;
}

/* Chroma is halved once less. Where it has all rows, every second one is read. */
static void shrink(struct pmk_plate *p, const struct pmk_image *image)
{
	int step = image->layout.chroma == PMK_CHROMA_422 ? 2 : 1;

	for (int i = 0; i < 3; i++)
		pmk_shrink(image->plane[i], image->stride[i] * (i ? step : 1), p->halved - (i > 0), p->now[i],
			p->columns, p->columns, p->rows, p->scratch);
}

static int black_of(const struct pmk_plate *p)
{
	return p->layout.range == PMK_RANGE_LIMITED ? 16 * LEVEL : 0;
}

/* The mean of the ratios in the steps around `at`. */
static float mean_ratio(const int *counts, int at)
{
	float sum = 0, number = 0;

	for (int k = pmk_max(at - 1, 0); k <= at + 1 && k < RATIOS; k++) {
		sum += (float)counts[k] * ((float)k + 0.5f);
		number += (float)counts[k];
	}
	return sum / number / RATIO_ONE;
}

/* The median ratio of luma above black, now to then; 1 if nothing is known. */
static float light_change(const struct pmk_plate *p)
{
	int counts[RATIOS] = { 0 }, known = 0, below, at = 0, black = black_of(p);

	for (int i = 0; i < p->columns * p->rows; i += SAMPLE) {
		int then = p->stood[0][i] - black, now = p->now[0][i] * LEVEL - black;

		if (!p->looks[i] || then < DARK || now < 0 || now * RATIO_ONE >= then * RATIOS)
			continue;
		counts[now * RATIO_ONE / then]++;
		known++;
	}
	if (!known)
		return 1;
	for (below = counts[0]; below * 2 < known; below += counts[at])
		at++;
	return mean_ratio(counts, at);
}

static int16_t lit(int value, int zero, float light)
{
	return (int16_t)pmk_clamp(zero + (int)lroundf((float)(value - zero) * light), 0, 255 * LEVEL);
}

/* Bring the memory to the present light. */
static void relight(struct pmk_plate *p, float light)
{
	for (int i = 0; i < p->columns * p->rows; i++) {
		p->stood[0][i] = lit(p->stood[0][i], black_of(p), light);
		p->stood[1][i] = lit(p->stood[1][i], 128 * LEVEL, light);
		p->stood[2][i] = lit(p->stood[2][i], 128 * LEVEL, light);
	}
}

/* How far luma may be off: more with noise, which is by how much the quarter of the cells that differ least are off. */
static int allowed_step(const struct pmk_plate *p)
{
	int counts[8] = { 0 }, known = 0, below, at = 0;

	for (int i = 0; i < p->columns * p->rows; i += SAMPLE) {
		if (!p->looks[i])
			continue;
		counts[pmk_min(abs(p->now[0][i] * LEVEL - p->stood[0][i]) / LEVEL, 7)]++;
		known++;
	}
	for (below = counts[0]; below * 4 < known; below += counts[at])
		at++;
	return pmk_min(STEP + 2 * at * LEVEL, MOST_STEP);
}

/* 0 where it is at most `step` off. In 16 bits, and without a branch, so that compilers vectorize it. */
static void find_off(
	const uint8_t *restrict now, const int16_t *restrict stood, int step, uint8_t *restrict off, int count)
{
	int16_t most = (int16_t)step;

	for (int i = 0; i < count; i++) {
		int16_t d = (int16_t)(now[i] * LEVEL - stood[i]), size = (int16_t)(d < 0 ? -d : d);
		off[i] |= size > most;
	}
}

static void compare(struct pmk_plate *p)
{
	int count = p->columns * p->rows, dark = black_of(p) + DARK;
	const int16_t *restrict luma = p->stood[0];
	const uint8_t *restrict looks = p->looks;
	uint8_t *restrict same = p->same;

	for (int i = 0; i < count; i++)
		same[i] = (looks[i] == 0) | (luma[i] < dark) | (luma[i] > BRIGHT);
	find_off(p->now[0], p->stood[0], allowed_step(p), same, count);
	find_off(p->now[1], p->stood[1], CHROMA_STEP, same, count);
	find_off(p->now[2], p->stood[2], CHROMA_STEP, same, count);
	for (int i = 0; i < count; i++)
		same[i] ^= 1;
}

static void collect_nats(struct pmk_plate *p)
{
	int w = p->columns;

	memset(p->nats, 0, (size_t)w * (size_t)p->rows);
	for (int y = 1; y + 1 < p->rows; y++) {
		const uint8_t *s = p->same + (size_t)y * (size_t)w, *looks = p->looks + (size_t)y * (size_t)w;
		uint8_t *restrict nats = p->nats + (size_t)y * (size_t)w;

		for (int x = 1; x + 1 < w; x++) {
			int around = s[x - w - 1] + s[x - w] + s[x - w + 1] + s[x - 1] + s[x] + s[x + 1] +
				s[x + w - 1] + s[x + w] + s[x + w + 1];

			uint8_t most = looks[x] < PMK_PLATE_NATS ? looks[x] : PMK_PLATE_NATS;
			nats[x] = s[x] & (around >= SUPPORT) ? most : 0;
		}
	}
}

void pmk_plate_begin(struct pmk_plate *p, const struct pmk_image *image)
{
	float light;

	if (!pmk_layout_equal(&p->layout, &image->layout))
		pmk_plate_forget(p);
	p->layout = image->layout;
	shrink(p, image);
	memset(p->vote, 0, (size_t)p->columns * (size_t)p->rows);
	light = light_change(p);
	if (fabsf(light - 1) > RELIT)
		relight(p, light);
	compare(p);
	collect_nats(p);
}

static float *bin_of(const struct pmk_plate *p, int y, int u, int v)
{
	return &p->worn[(pmk_clamp(y, 0, 255) >> 4) * BINS * BINS + (pmk_clamp(u - 96, 0, 63) >> 2) * BINS +
		(pmk_clamp(v - 96, 0, 63) >> 2)];
}

/* Whether the cell has a colour of the person. A quarter of a bin to each side belongs to it. */
static bool is_worn(const struct pmk_plate *p, int i)
{
	float most = 0;

	for (int k = 0; k < 8; k++)
		most = fmaxf(most,
			*bin_of(p, p->now[0][i] + (k & 1 ? 4 : -4), p->now[1][i] + (k & 2 ? 1 : -1),
				p->now[2][i] + (k & 4 ? 1 : -1)));
	return most > WORN * p->worn_cells;
}

/* The first pixel of a line of `count`, which covers `size` px from `start` on, whose middle is not before px `from`.
 */
static int pixel_from(int from, int start, int size, int count)
{
	return pmk_clamp((int)ceil((double)(from - start) * count / size - 0.5), 0, count);
}

/* The least and the most of each column of `height` rows. */
static void find_ends(const float *restrict p, int stride, int height, struct ends *restrict e)
{
	for (int x = 0; x < stride; x++)
		e->least[x] = e->most[x] = p[x];
	for (int y = 1; y < height; y++) {
		p += stride;
		for (int x = 0; x < stride; x++) {
			e->least[x] = p[x] < e->least[x] ? p[x] : e->least[x];
			e->most[x] = p[x] > e->most[x] ? p[x] : e->most[x];
		}
	}
}

static int8_t vote_of(const struct ends *e, int first, int end, float *most)
{
	float least = 1, high = 0;

	for (int x = first; x < end; x++) {
		least = e->least[x] < least ? e->least[x] : least;
		high = e->most[x] > high ? e->most[x] : high;
	}
	*most = high;
	return high < ROOM ? 1 : least > PERSON ? -1 : 0;
}

/* Weigh the pixels of a cell. Returns the vote that this makes. */
static int8_t weigh_cell(float *p, int stride, int width, int height, float odds)
{
	float most = 0;

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			float *q = p + y * stride + x, sure = fminf(*q, MOST_SURE);
			*q = sure / (sure + (1 - sure) * odds);
			most = fmaxf(most, *q);
		}
	}
	return most < ROOM;
}

/* The cells of row y; `pixel` has the first network pixel of each column of cells. */
static void weigh_row(struct pmk_plate *p, int y, const int *pixel, float *probability, int stride, int height)
{
	struct ends ends;

	find_ends(probability, stride, height, &ends);
	for (int x = 0; x < p->columns; x++) {
		int i = y * p->columns + x, width = pixel[x + 1] - pixel[x];
		float most;
		int8_t vote;

		if (!width)
			continue;
		vote = vote_of(&ends, pixel[x], pixel[x + 1], &most);
		if (most > UNSURE && p->nats[i] && !is_worn(p, i)) {
			int8_t after = weigh_cell(probability + pixel[x], stride, width, height, expf(p->nats[i]));
			vote = vote ? vote : after;
		}
		p->vote[i] = vote;
	}
}

void pmk_plate_weigh(struct pmk_plate *p, const struct pmk_rect *view, float *probability, int width, int height)
{
	int pixel[2 * LEAST_COLUMNS + 1];

	assert(width <= PMK_IMAGE_MAX_PX);
	for (int x = 0; x <= p->columns; x++)
		pixel[x] = pixel_from(x << p->halved, view->x, view->width, width);
	for (int y = 0; y < p->rows; y++) {
		int top = pixel_from(y << p->halved, view->y, view->height, height),
		    bottom = pixel_from((y + 1) << p->halved, view->y, view->height, height);

		if (top < bottom)
			weigh_row(p, y, pixel, probability + (size_t)top * (size_t)width, width, bottom - top);
	}
}

/* The share of the cells of room that do not look as they did, of ALL. */
static int moved_share(const struct pmk_plate *p)
{
	int known = 0, moved = 0, count = p->columns * p->rows;

	for (int i = 0; i < count; i++) {
		int room = (p->vote[i] > 0) & (p->looks[i] != 0);

		known += room;
		moved += room & !p->same[i];
	}
	return known ? moved * ALL / known : 0;
}

static void remember_colours(struct pmk_plate *p)
{
	for (int i = 0; i < ALL_BINS; i++)
		p->worn[i] *= FADED;
	p->worn_cells *= FADED;
	for (int i = 0; i < p->columns * p->rows; i++) {
		if (p->vote[i] >= 0 || p->same[i])
			continue;
		*bin_of(p, p->now[0][i], p->now[1][i], p->now[2][i]) += 1;
		p->worn_cells += 1;
	}
}

/* How many looks of a cell are known after this one. */
static uint8_t looks_after(int looks, int vote, int same, int kept)
{
	int more = looks < PMK_PLATE_MOST ? looks + 1 : PMK_PLATE_MOST, held = looks * kept / ALL;

	return (uint8_t)(vote > 0 ? (same ? more : 1) : vote < 0 && same ? looks - 1 : held);
}

/* What stays the same is followed, too, where it slowly changes with the light. */
static void remember(struct pmk_plate *p, int plane, int count)
{
	const uint8_t *restrict now = p->now[plane], *restrict same = p->same;
	const int8_t *restrict vote = p->vote;
	int16_t *restrict stood = p->stood[plane];

	for (int i = 0; i < count; i++) {
		int16_t follow = (int16_t) - ((vote[i] > 0) | ((vote[i] == 0) & same[i]));
		stood[i] = (int16_t)((stood[i] & ~follow) | ((now[i] * LEVEL) & follow));
	}
}

void pmk_plate_end(struct pmk_plate *p)
{
	int moved = moved_share(p), kept = moved > MOVED ? ALL - moved : ALL, count = p->columns * p->rows;

	remember_colours(p);
	for (int i = 0; i < count; i++)
		p->looks[i] = looks_after(p->looks[i], p->vote[i], p->same[i], kept);
	for (int k = 0; k < 3; k++)
		remember(p, k, count);
}

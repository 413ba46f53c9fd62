/* SPDX-License-Identifier: MIT */
#include "find/plate.h"

#include "base/mem.h"
#include "base/num.h"
#include "find/groups.h"
#include "find/plate/plate_parts.h"
#include "image/shrink.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVEL = PMK_PLATE_LEVEL };
enum { SAMPLE = 7 }; /* of so many cells, one is measured for light and noise */
enum { RATIO_ONE = 64, RATIOS = 8 * RATIO_ONE }; /* steps of the ratio of luma; up to 8 times as bright */
/* looks: what differs from so many is new; so many at most are kept when the network sees room there, and so many are
 * taken back each time */
enum { KNOWN = 5, MOST_KNOWN = 30, LESS_KNOWN = 3 };
enum { SUPPORT = 5 }; /* of 9 cells: fewer that look as they did do so by chance */
/* in LEVEL: how far a cell may be off; beyond DARK from black, and BRIGHT, all things look the same */
enum { STEP = 4 * LEVEL, MOST_STEP = 8 * LEVEL, CHROMA_STEP = 7 * LEVEL / 2, DARK = 12 * LEVEL, BRIGHT = 235 * LEVEL };
static const float RELIT = 0.02f; /* a smaller change of light is not followed, so that no error adds up */
/* shares of changed cells: up to FEW, somebody moves; up to MOVED, things do, and not the camera */
enum { ALL = 256, FEW = ALL / 8, MOVED = ALL / 4 };

/* The arrays of what stands and hangs come after the others of each type. */
static void place_standing(struct pmk_plate *p, size_t count)
{
	p->was = p->looks + 20 * count;
	p->stays = p->looks + 21 * count;
	p->hung = p->looks + 22 * count;
	p->border = p->looks + 23 * count;
	for (size_t i = 0; i < 2; i++) {
		p->edge[i] = p->looks + (i + 24) * count;
		p->edges[i] = (uint16_t *)(p->first + (i + 4) * count);
	}
}

int pmk_plate_init(struct pmk_plate *p, const struct pmk_layout *layout)
{
	struct pmk_plate made = { .layout = *layout, .halved = 1 };
	size_t count;

	while ((layout->width >> (made.halved + 1)) * (layout->height >> (made.halved + 1)) >= PMK_PLATE_CELLS)
		made.halved++;
	made.columns = layout->width >> made.halved;
	made.rows = layout->height >> made.halved;
	count = pmk_align_up_size((size_t)made.columns * (size_t)made.rows, 64);
	made.block = pmk_mem_alloc(
		(count + PMK_PLATE_COLOURS) * sizeof *made.worn + 6 * count * sizeof **made.stood + 26 * count);
	made.scratch = pmk_mem_alloc((size_t)(layout->width / 2 + 1) * (size_t)(layout->height / 2 + 1));
	if (!made.block || !made.scratch) {
		pmk_plate_finish(&made);
		return -ENOMEM;
	}
	made.novel = made.block;
	made.worn = made.novel + count;
	made.first = (int16_t *)(made.worn + PMK_PLATE_COLOURS);
	made.looks = (uint8_t *)(made.first + 6 * count);
	for (size_t i = 0; i < 3; i++) {
		made.stood[i] = made.first + (i + 1) * count;
		made.now[i] = made.looks + (i + 1) * count;
		made.then[i] = made.looks + (i + 13) * count;
	}
	made.same = made.looks + 4 * count;
	made.off = made.looks + 5 * count;
	made.nats = made.looks + 6 * count;
	made.moved = made.looks + 7 * count;
	made.claimed = made.looks + 8 * count;
	made.fixed = made.looks + 9 * count;
	made.vote = (int8_t *)(made.looks + 10 * count);
	made.seen = made.looks + 11 * count;
	made.held = made.looks + 12 * count;
	made.calm = made.looks + 16 * count;
	made.mover = made.looks + 18 * count;
	made.start = made.looks + 17 * count;
	made.behind = made.looks + 19 * count;
	place_standing(&made, count);
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
	memset(p->worn, 0, PMK_PLATE_COLOURS * sizeof *p->worn);
	memset(p->fixed, 0, (size_t)p->columns * (size_t)p->rows);
	memset(p->behind, 0, (size_t)p->columns * (size_t)p->rows);
	memset(p->seen, 0, (size_t)p->columns * (size_t)p->rows);
	memset(p->held, 0, (size_t)p->columns * (size_t)p->rows);
	p->holding = 0;
	p->worn_cells = 0;
	p->watched = -1;
	memset(p->start, 0, (size_t)p->columns * (size_t)p->rows);
	p->age = 0;
	pmk_plate_forget_hangings(p);
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
	int count = p->columns * p->rows, dark = black_of(p) + DARK, step = allowed_step(p);
	const int16_t *restrict luma = p->stood[0];
	const uint8_t *restrict looks = p->looks;
	uint8_t *restrict same = p->same, *restrict off = p->off, *restrict fixed = p->fixed;

	memset(off, 0, (size_t)p->columns * (size_t)p->rows);
	find_off(p->now[0], p->stood[0], step, off, count);
	find_off(p->now[1], p->stood[1], CHROMA_STEP, off, count);
	find_off(p->now[2], p->stood[2], CHROMA_STEP, off, count);
	for (int i = 0; i < count; i++) {
		same[i] = (looks[i] != 0) & (off[i] == 0) &
			((fixed[i] != 0) | ((luma[i] >= dark) & (luma[i] <= BRIGHT)));
		fixed[i] = fixed[i] ? (same[i] ? PMK_PLATE_FIXED : PMK_PLATE_HIDDEN) : 0;
	}
	pmk_plate_watch(p, step);
}

/* What was judged to be room is that up to the picture's border, where cells have too few others around. */
static void collect_at_border(struct pmk_plate *p)
{
	int w = p->columns;

	for (int y = 0; y < p->rows; y++) {
		int step = y && y + 1 < p->rows ? w - 1 : 1;

		for (int i = y * w; i < (y + 1) * w; i += step) {
			if (p->fixed[i] == PMK_PLATE_FIXED)
				p->nats[i] = (uint8_t)pmk_min(p->looks[i], PMK_PLATE_NATS);
		}
	}
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
			nats[x] = (s[x] & (around >= SUPPORT)) ? most : 0;
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
	memset(p->claimed, 0, (size_t)p->columns * (size_t)p->rows);
	if (p->watched < 0)
		pmk_plate_watch_anew(p);
	light = light_change(p);
	if (fabsf(light - 1) > RELIT)
		relight(p, light);
	compare(p);
	collect_nats(p);
	collect_at_border(p);
	pmk_plate_watch_hangings(p);
}

struct pmk_box pmk_plate_novel(const struct pmk_plate *p, const struct pmk_box *people)
{
	int side = 1 << p->halved, known = 0, novel = 0, most = -1;
	struct pmk_groups groups;
	float *on = p->novel;

	for (int y = 0; y < p->rows; y++) {
		for (int x = 0; x < p->columns; x++) {
			int i = y * p->columns + x, px = x * side + side / 2, py = y * side + side / 2;
			bool taken = px >= people->left && px < people->right && py >= people->top &&
				py < people->bottom;
			bool can = p->looks[i] >= KNOWN && !taken;

			known += can;
			novel += can && p->off[i];
			on[i] = can && p->off[i];
		}
	}
	if (!novel || novel * ALL > known * MOVED)
		return (struct pmk_box){ 0 };
	pmk_groups_find(&groups, on, p->columns, p->rows);
	for (int i = 0; i < groups.count; i++)
		most = most < 0 || groups.group[i].blocks > groups.group[most].blocks ? i : most;
	if (most < 0)
		return (struct pmk_box){ 0 };
	side *= groups.size;
	return (struct pmk_box){ groups.group[most].box.left * side, groups.group[most].box.top * side,
		groups.group[most].box.right * side, groups.group[most].box.bottom * side };
}

/* The share of the cells of room that do not look as they did, of ALL. */
static int moved_share(const struct pmk_plate *p)
{
	int known = 0, moved = 0, count = p->columns * p->rows;

	for (int i = 0; i < count; i++) {
		int room = (p->vote[i] > 0) & (p->looks[i] != 0) & !p->hung[i];

		known += room;
		moved += room & !p->same[i];
	}
	return known ? moved * ALL / known : 0;
}

/* A place that was room for long is not forgotten as soon as the network sees room there, if it looks different in a
 * few cells only: the network may miss somebody. */
static void hold(struct pmk_plate *p, int count)
{
	for (int i = 0; i < count; i++) {
		if (p->vote[i] <= 0 || !p->off[i] || p->looks[i] < KNOWN)
			continue;
		p->looks[i] = (uint8_t)(pmk_min(p->looks[i], MOST_KNOWN) - LESS_KNOWN);
		p->vote[i] = 0;
	}
}

/* How many looks of a cell are known after this one. */
static uint8_t looks_after(int looks, int vote, int same, int kept, int fixed)
{
	int more = looks < PMK_PLATE_MOST ? looks + 1 : PMK_PLATE_MOST, held = looks * kept / ALL;

	return (uint8_t)(vote > 0 ? (same ? more : 1) : vote < 0 && same ? looks - !fixed : held);
}

/* The memory follows places that stay the same, too, as they change slowly with the light. */
static void remember(struct pmk_plate *p, int plane, int count)
{
	const uint8_t *restrict now = p->now[plane], *restrict same = p->same;
	const int8_t *restrict vote = p->vote;
	int16_t *restrict stood = p->stood[plane];

	for (int i = 0; i < count; i++) {
		int16_t follow = (vote[i] > 0) | ((vote[i] == 0) & same[i]) ? -1 : 0;
		stood[i] = (int16_t)((stood[i] & ~follow) | ((now[i] * LEVEL) & follow));
	}
}

void pmk_plate_end(struct pmk_plate *p)
{
	int moved = moved_share(p), kept = moved > MOVED ? ALL - moved : ALL, count = p->columns * p->rows;

	pmk_plate_age(p, moved > MOVED);
	pmk_plate_remember_colours(p);
	if (moved <= FEW)
		hold(p, count);
	for (int k = 0; k < 3; k++)
		remember(p, k, count);
	for (int i = 0; i < count; i++) {
		p->looks[i] = looks_after(p->looks[i], p->vote[i], p->same[i], kept, p->fixed[i] == PMK_PLATE_FIXED);
		p->fixed[i] = p->looks[i] < KNOWN ? 0 : p->fixed[i];
		p->behind[i] &= p->fixed[i] != 0;
	}
	if (moved > MOVED)
		pmk_plate_watch_anew(p);
	else
		pmk_plate_judge(p);
	pmk_plate_watch_people(p);
}

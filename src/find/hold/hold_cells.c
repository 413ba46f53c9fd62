/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/plate/plate_parts.h"

#include <stdlib.h>
#include <string.h>

enum { SURELY = 3 }; /* looks in a row that were sure: less may have been an error that is now corrected */
enum { MOST_HELD = 3 }; /* pictures in a row; whoever a look sees again after that is new */
enum { SHARE = 4 }; /* of who was surely seen, one cell in so many at least must be lost */
enum { FAR = 8, SAMPLES = 400 }; /* cells, of a movement from one picture to the next; so many are compared at most */
enum { STEP = 12, CHROMA_STEP = 6 }; /* levels: who moves does not fall into the same cells again */
enum { SUPPORT = 3 }; /* of 9 cells: fewer that look as the person did do so by chance */

void pmk_plate_watch_people(struct pmk_plate *p)
{
	int count = p->columns * p->rows;

	for (int i = 0; i < count; i++)
		p->seen[i] = p->held[i] ? SURELY : p->vote[i] < 0 ? (uint8_t)pmk_min(p->seen[i] + 1, SURELY) : 0;
	for (int k = 0; k < 3; k++)
		memcpy(p->then[k], p->now[k], (size_t)count);
}

static bool is_lost(const struct pmk_plate *p, int i)
{
	return (p->seen[i] >= SURELY) & (p->vote[i] > 0);
}

/* How many of those who were surely seen are where a look is now sure of room; 0: too few of them. */
static int count_lost(const struct pmk_plate *p)
{
	int people = 0, lost = 0;

	for (int i = 0; i < p->columns * p->rows; i++) {
		people += p->seen[i] >= SURELY;
		lost += is_lost(p, i);
	}
	return lost * SHARE >= people ? lost : 0;
}

/* The brightness of this picture over that of the last, in 1/256. */
static int light_change(const struct pmk_plate *p)
{
	int64_t now = 0, then = 0;

	for (int i = 0; i < p->columns * p->rows; i++) {
		now += p->now[0][i];
		then += p->then[0][i];
	}
	return (int)pmk_clamp_i64((now * 256 + then / 2) / (then + 1), 64, 1024);
}

static bool is_alike(const struct pmk_plate *p, int at, int before, int light)
{
	return abs(p->now[0][at] - pmk_min(p->then[0][before] * light / 256, 255)) <= STEP &&
		abs(p->now[1][at] - p->then[1][before]) <= CHROMA_STEP &&
		abs(p->now[2][at] - p->then[2][before]) <= CHROMA_STEP;
}

/* The cell that is (dx, dy) off cell i; -1: outside. */
static int cell_off(const struct pmk_plate *p, int i, int dx, int dy)
{
	int x = i % p->columns + dx, y = i / p->columns + dy;

	return x < 0 || y < 0 || x >= p->columns || y >= p->rows ? -1 : y * p->columns + x;
}

/* How many of the cells look as they did, if they have moved by (dx, dy). */
static int count_alike(const struct pmk_plate *p, const int *cell, int count, int dx, int dy, int light)
{
	int alike = 0;

	for (int k = 0; k < count; k++) {
		int at = cell_off(p, cell[k], dx, dy);

		alike += at >= 0 && is_alike(p, at, cell[k], light);
	}
	return alike;
}

/* Find how the lost have moved: where most of them look as they did. False: they are to be seen nowhere. */
static bool find_movement(const struct pmk_plate *p, int lost, int light, int *dx, int *dy)
{
	int cell[SAMPLES], count = 0, each = lost / SAMPLES + 1, best;

	for (int i = 0, next = 0; i < p->columns * p->rows; i++) {
		if (is_lost(p, i) && next++ % each == 0)
			cell[count++] = i;
	}
	*dx = *dy = 0;
	best = count_alike(p, cell, count, 0, 0, light);
	for (int y = -FAR; y <= FAR; y++) {
		for (int x = -FAR; x <= FAR; x++) {
			int alike = count_alike(p, cell, count, x, y, light);

			if (alike <= best)
				continue;
			best = alike;
			*dx = x;
			*dy = y;
		}
	}
	return best * 2 >= count;
}

/* Mark where somebody is now who was surely seen, but whom a look takes for room. */
static void mark_moved(struct pmk_plate *p, int dx, int dy, int light)
{
	for (int i = 0; i < p->columns * p->rows; i++) {
		int at = p->seen[i] ? cell_off(p, i, dx, dy) : -1;

		if (at >= 0 && p->vote[at] > 0 && is_alike(p, at, i, light))
			p->held[at] = 1;
	}
}

/* Held cells are no room to be remembered, and are claimed, as if seen. */
static void settle_held(struct pmk_plate *p)
{
	int w = p->columns, count = 0;
	uint8_t *mark = p->scratch;

	memcpy(mark, p->held, (size_t)w * (size_t)p->rows);
	memset(p->held, 0, (size_t)w * (size_t)p->rows);
	for (int y = 1; y + 1 < p->rows; y++) {
		for (int x = 1; x + 1 < w; x++) {
			const uint8_t *m = mark + y * w + x;

			count = m[-w - 1] + m[-w] + m[-w + 1] + m[-1] + m[0] + m[1] + m[w - 1] + m[w] + m[w + 1];
			if (count < SUPPORT)
				continue;
			p->held[y * w + x] = p->claimed[y * w + x] = 1;
			p->vote[y * w + x] = 0;
		}
	}
}

bool pmk_plate_hold(struct pmk_plate *p, int *dx, int *dy)
{
	int light, lost = p->holding < MOST_HELD ? count_lost(p) : 0;

	memset(p->held, 0, (size_t)p->columns * (size_t)p->rows);
	p->holding = lost ? p->holding + 1 : 0;
	if (!lost)
		return false;
	light = light_change(p);
	if (!find_movement(p, lost, light, dx, dy)) {
		p->holding = 0;
		return false;
	}
	mark_moved(p, *dx, *dy, light);
	settle_held(p);
	*dx *= 1 << p->halved;
	*dy *= 1 << p->halved;
	return true;
}

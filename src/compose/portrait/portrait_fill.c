/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "compose/portrait/portrait_parts.h"

#include <string.h>

enum { KNOWN = PMK_PORTRAIT_KNOWN, UNIT = PMK_PORTRAIT_UNIT, LIGHT = 3 /* the lane of `known` */ };

typedef uint32_t wide_spot __attribute__((vector_size(16)));

static wide_spot widen(pmk_spot spot)
{
	return __builtin_convertvector(spot, wide_spot);
}

/* How much a row of cells is room, 0..255. A cell that the person touches is not. */
static void room_of_cells(const struct pmk_portrait *p, const struct pmk_cells *cells, int row, uint8_t *room)
{
	const uint16_t *alpha = cells->alpha + (size_t)row * (size_t)cells->columns;

	for (int x = 0; x < p->columns; x++)
		room[x] = (uint8_t)(alpha[x] < PMK_CELL_FULL / 64 ? 255 - alpha[x] : 0);
}

/* Between the middles of cells, for row y of the grid. `have` cells' rows are in cell_room. */
static int find_room(struct pmk_portrait *p, const struct pmk_cells *cells, int y, int have)
{
	int last = p->cell_rows - 1, at = pmk_clamp((((2 * y + 1) << p->halvings) << 4) - 128, 0, last * 256);
	int row = at / 256, below = pmk_min(row + 1, last);

	for (; have <= below; have++)
		room_of_cells(p, cells, have, p->cell_room[have % 2]);
	p->rows->mix(p->cell_room[row % 2], p->cell_room[below % 2], at % 256, p->cell_row, p->columns);
	p->rows->stretch(p->cell_row, p->cell_taps, p->room, p->width);
	return have;
}

/* Between cells of room and of person a place is known only on the room's side: at a corner of the person, three of the
 * four cells around it are room. */
void pmk_portrait_know(struct pmk_portrait *p, const struct pmk_cells *cells)
{
	int have = 0;

	for (int y = 0; y < p->height; y++) {
		const uint8_t *row[PMK_PORTRAIT_PLANES];
		pmk_spot *spots = p->level[0].spots + (size_t)y * (size_t)p->width;

		for (int i = 0; i < PMK_PORTRAIT_PLANES; i++)
			row[i] = p->plane[i].small + (size_t)y * (size_t)p->plane[i].small_stride;
		have = find_room(p, cells, y, have);
		for (int x = 0; x < p->width; x++) {
			int known = 4 * p->room[x] - 764;

			spots[x] = (pmk_spot){ (uint16_t)(row[0][x] * UNIT), (uint16_t)(row[1][x] * UNIT),
				(uint16_t)(row[2][x] * UNIT), (uint16_t)pmk_max(known, 0) };
		}
	}
}

/* The mean of four, of which not all are known. */
static pmk_spot known_mean(const pmk_spot four[4])
{
	wide_spot sum = { 0 };
	uint32_t known = 0;

	if (!(four[0][LIGHT] | four[1][LIGHT] | four[2][LIGHT] | four[3][LIGHT]))
		return (pmk_spot){ 0 };
	for (int i = 0; i < 4; i++) {
		sum += widen(four[i]) * (uint32_t)four[i][LIGHT];
		known += four[i][LIGHT];
	}
	sum = (sum + known / 2) / known;
	sum[LIGHT] = known < KNOWN ? known : KNOWN;
	return __builtin_convertvector(sum, pmk_spot);
}

static void shrink(const struct pmk_portrait_level *from, struct pmk_portrait_level *to)
{
	for (int y = 0; y < to->height; y++) {
		const pmk_spot *a = from->spots + (size_t)(2 * y) * (size_t)from->width;
		const pmk_spot *b = from->spots + (size_t)pmk_min(2 * y + 1, from->height - 1) * (size_t)from->width;

		for (int x = 0; x < to->width; x++) {
			int right = pmk_min(2 * x + 1, from->width - 1);
			pmk_spot four[4] = { a[2 * x], a[right], b[2 * x], b[right] },
				 sum = four[0] + four[1] + four[2] + four[3];

			to->spots[(size_t)y * (size_t)to->width + (size_t)x] = sum[LIGHT] == 4 * KNOWN ?
				(sum + 2) >> 2 :
				known_mean(four);
		}
	}
}

/* Between the middles of four places of the smaller grid. */
static pmk_spot guess(const struct pmk_portrait_level *small, int x, int y)
{
	int x0 = x / 2, y0 = y / 2, x1 = pmk_clamp(x % 2 ? x0 + 1 : x0 - 1, 0, small->width - 1);
	int y1 = pmk_clamp(y % 2 ? y0 + 1 : y0 - 1, 0, small->height - 1);
	const pmk_spot *near = small->spots + (size_t)y0 * (size_t)small->width;
	const pmk_spot *far = small->spots + (size_t)y1 * (size_t)small->width;

	return (near[x0] * 9 + near[x1] * 3 + far[x0] * 3 + far[x1] + 8) >> 4;
}

static pmk_spot filled(pmk_spot spot, pmk_spot guessed)
{
	uint32_t known = spot[LIGHT];
	wide_spot mix = (widen(spot) * known + widen(guessed) * (KNOWN - known) + KNOWN / 2) / KNOWN;

	mix[LIGHT] = KNOWN;
	return __builtin_convertvector(mix, pmk_spot);
}

static void fill_from(const struct pmk_portrait_level *small, struct pmk_portrait_level *level)
{
	for (int y = 0; y < level->height; y++) {
		pmk_spot *row = level->spots + (size_t)y * (size_t)level->width;

		for (int x = 0; x < level->width; x++) {
			if (!row[x][LIGHT])
				row[x] = guess(small, x, y);
			else if (row[x][LIGHT] < KNOWN)
				row[x] = filled(row[x], guess(small, x, y));
		}
	}
}

void pmk_portrait_fill(struct pmk_portrait *p)
{
	pmk_spot *top = p->level[p->levels - 1].spots;

	for (int i = 1; i < p->levels; i++)
		shrink(&p->level[i - 1], &p->level[i]);
	if (!(*top)[LIGHT])
		*top = (pmk_spot){ 128 * UNIT, 128 * UNIT, 128 * UNIT, 0 };
	(*top)[LIGHT] = KNOWN;
	for (int i = p->levels - 2; i >= 0; i--)
		fill_from(&p->level[i + 1], &p->level[i]);
}

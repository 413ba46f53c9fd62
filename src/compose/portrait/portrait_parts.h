/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_portrait, for portrait*.c only. */
#ifndef PMK_COMPOSE_PORTRAIT_PORTRAIT_PARTS_H
#define PMK_COMPOSE_PORTRAIT_PORTRAIT_PARTS_H

#include "compose/portrait/portrait.h"
#include "pixels/rows.h"

enum {
	PMK_PORTRAIT_PLANES = 3,
	PMK_PORTRAIT_LEVELS = 16, /* of the pyramid, the most */
	PMK_PORTRAIT_BANDS = 64, /* of the disc, the most */
	PMK_PORTRAIT_KNOWN = 256,
	PMK_PORTRAIT_UNIT = 16,
};

/* A place of the grid: Y, U and V in 1/PMK_PORTRAIT_UNIT, and how much of it is known, 0..PMK_PORTRAIT_KNOWN. */
typedef uint16_t pmk_spot __attribute__((vector_size(8)));

/* The grid, and smaller ones, each half as large each way as the one before, down to one place. */
struct pmk_portrait_level {
	int width, height;
	pmk_spot *spots;
};

/* Rows first..last, counted from the middle of the disc, which are 2 half + 1 wide. */
struct pmk_portrait_band {
	int first, last, half;
};

/* A plane on the grid, and the way of it to full size. */
struct pmk_portrait_plane {
	uint8_t *shrunk[2]; /* of a frame; used in turns */
	const uint8_t *small; /* the last of these, or the frame's */
	int small_stride;
	uint8_t *blurred; /* the result; its rows are `stride` apart */
	int across, down; /* pixels per step of the grid */
	struct pmk_taps *taps;
	uint8_t *wide[2]; /* two rows of the result at full width, at their number modulo 2 */
	int have; /* rows that were made wide in this frame */
};

struct pmk_portrait {
	const struct pmk_rows *rows;
	struct pmk_layout layout; /* of the result */
	int halvings; /* a step of the grid is 1 << halvings px */
	int width, height, stride; /* of the grid */
	struct pmk_portrait_plane plane[PMK_PORTRAIT_PLANES];
	int columns, cell_rows; /* of cells */
	struct pmk_taps *cell_taps; /* from columns of cells to the grid's */
	uint8_t *cell_room[2], *cell_row, *room; /* how much is room: two rows of cells, their mix, a row of the grid */
	int levels;
	struct pmk_portrait_level level[PMK_PORTRAIT_LEVELS];
	int band_count, pad; /* of the disc; columns on either side of the sums */
	struct pmk_portrait_band band[PMK_PORTRAIT_BANDS];
	struct pmk_weighed *sums, *line; /* a summed-area table, height + 1 rows; a row */
	uint16_t *means[PMK_PORTRAIT_PLANES];
};

static inline int pmk_portrait_sums_stride(const struct pmk_portrait *p)
{
	return p->width + 2 * p->pad + 4;
}

/* Set up the disc; `radius` is in steps of the grid. */
void pmk_portrait_cut_disc(struct pmk_portrait *portrait, double radius);

/* level[0] from the shrunk frame: colours, and what of them is known to be room. */
void pmk_portrait_know(struct pmk_portrait *portrait, const struct pmk_cells *cells);
/* Fill what is not known in level[0]. */
void pmk_portrait_fill(struct pmk_portrait *portrait);
/* Spread level[0] over discs, into `blurred`; `range` is the frame's. */
void pmk_portrait_spread(struct pmk_portrait *portrait, enum pmk_range range);

#endif

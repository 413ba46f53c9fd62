/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_blur, for blur.c and blur_disc.c only. */
#ifndef PMK_COMPOSE_BLUR_PARTS_H
#define PMK_COMPOSE_BLUR_PARTS_H

#include "compose/blur.h"
#include "pixels/rows.h"

enum {
	PMK_BLUR_BANDS = 32, /* of a disc, the most */
	PMK_BLUR_NEAR = 3, /* rows of the grid that a row of pixels is made of */
	PMK_BLUR_VALUES = 3, /* planes */
	PMK_BLUR_UNIT = 16,
};

/* A plane on the grid. Values are in units of 1/PMK_BLUR_UNIT, so that a sum of 15 of them fits into 16 bits. Each row
 * has one more value on either side. */
struct pmk_blur_plane {
	int width, height, stride;
	uint16_t *block, *at;
};

/* A plane at full size, made one row of the grid at a time. */
struct pmk_blur_full {
	int across, down; /* pixels per step of the grid */
	int stride; /* as in pictures */
	uint16_t *wide[PMK_BLUR_NEAR]; /* the last rows of the grid at full width */
	uint8_t *pixels; /* `down` rows, for a picture that has fewer */
};

/* Rows first..last, counted from the middle of the disc, which are 2 half + 1 wide. */
struct pmk_blur_band {
	int first, last, half;
};

struct pmk_blur {
	const struct pmk_rows *rows;
	struct pmk_layout layout; /* of the result */
	int step; /* of the grid: cells each way, 1 or 2 */
	int width, height; /* of the grid */
	int floor; /* half side of the squares, in the grid */
	int pad; /* columns on either side of the sums */
	int band_count;
	struct pmk_blur_band band[PMK_BLUR_BANDS];
	float few;
	struct pmk_weighed *sums; /* a summed-area table of the room; height + 1 rows */
	size_t sums_stride;
	struct pmk_weighed *line; /* a row of the grid */
	uint16_t *cells[PMK_BLUR_VALUES]; /* a row of sums */
	struct pmk_weighed *weighed[2]; /* rows of cells */
	uint16_t *column, *padded; /* rows of the squares */
	struct pmk_blur_plane small[PMK_BLUR_VALUES], spare;
	struct pmk_blur_full full[PMK_BLUR_VALUES];
	int widened; /* rows of the grid that are done in this frame */
};

static inline uint16_t *pmk_blur_row(const struct pmk_blur_plane *p, int y)
{
	return p->at + (size_t)y * (size_t)p->stride;
}

/* Set up a disc of `radius`, in steps of the grid. It sets blur->pad, which the layout of the table of sums depends
 * on. */
void pmk_blur_cut_disc(struct pmk_blur *blur, double radius);

/* Put the mean of the room over the disc, in limited range, into blur->small. */
void pmk_blur_average(struct pmk_blur *blur, const struct pmk_image *frame, const struct pmk_cells *cells);

#endif

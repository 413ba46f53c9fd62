/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_blur, for blur*.c only. */
#ifndef PMK_COMPOSE_BLUR_BLUR_PARTS_H
#define PMK_COMPOSE_BLUR_BLUR_PARTS_H

#include "compose/blur/blur.h"
#include "pixels/rows.h"

enum {
	PMK_BLUR_NEAR = 3, /* rows of the grid that a row of pixels is made of */
	PMK_BLUR_VALUES = 3, /* planes */
	PMK_BLUR_UNIT = 16, /* of the grid that is shown, per level */
	PMK_BLUR_TAPS = 4,
	PMK_BLUR_WHOLE = 256, /* a share of time */
};

/* A plane on the grid. Values are in units of 1/PMK_BLUR_UNIT. Each row has one more value on either side. */
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

/* The patches from which a column or row of the grid is interpolated, and their weights, in 1/4096. */
struct pmk_blur_taps {
	int patch[PMK_BLUR_TAPS], weight[PMK_BLUR_TAPS];
};

/* Light of Y, U and V times its worth, and the worth. */
struct pmk_blur_sums {
	uint64_t sum[PMK_BLUR_VALUES + 1];
};

struct pmk_blur_patch {
	int light[PMK_BLUR_VALUES]; /* remembered; in 1/64 of the units of pmk_rows.weigh */
	int worth; /* of what is remembered; PMK_BLUR_WORTH if all of it was room */
	int16_t number[PMK_BLUR_VALUES]; /* steps of PMK_BLUR_STEP, of colour half of it */
	int shown[PMK_BLUR_VALUES]; /* on its way to the number; in 1/256 of a level */
};

enum { PMK_BLUR_WORTH = 4096 };

/* Patches are squares of whole cells. Those at the border take in what is left over. */
struct pmk_blur_patches {
	int most, most_rows; /* there is memory for so many */
	int width, height; /* px, what they lie on */
	int size; /* cells */
	int columns, rows;
	int left, above; /* cells that are left over there */
	int *across; /* the patch of each column of cells */
	struct pmk_blur_taps *taps_across, *taps_down; /* for each column and row of the grid */
	struct pmk_weighed *line; /* a row of patches, column by column of cells */
	struct pmk_weighed *seen; /* the room of a frame */
	struct pmk_blur_sums *own, *near, *far, *spare;
	struct pmk_blur_patch *patch;
	int *wide[PMK_BLUR_VALUES]; /* the patches at the grid's width */
};

/* The view of a frame, and the part of it that the picture is. */
struct pmk_blur_sight {
	const struct pmk_image *image;
	const struct pmk_cells *cells; /* or NULL: */
	const struct pmk_mask *mask;
	double left, top, scale_x, scale_y; /* px of the image; px of it per px of the picture */
};

struct pmk_blur {
	const struct pmk_rows *rows;
	struct pmk_image picture; /* the result */
	double share; /* of a patch */
	int step; /* of the grid: cells each way, 1 or 2 */
	int width, height; /* of the grid */
	uint16_t *cells[PMK_BLUR_VALUES], *alpha; /* a row of sums */
	double left, top, scale_x, scale_y; /* of the sight that the taps are for */
	struct pmk_blur_patches patches;
	struct pmk_blur_plane small[PMK_BLUR_VALUES];
	struct pmk_blur_full full[PMK_BLUR_VALUES];
	bool began; /* there was a frame, which these describe: */
	unsigned generation;
	uint64_t number, moment_ns;
	uint64_t unfaded_ns; /* time in which memory has not faded yet */
	uint64_t uncut_ns; /* time since the last cut */
	uint64_t unshown_ns; /* time since the numbers were looked at */
};

static inline uint16_t *pmk_blur_row(const struct pmk_blur_plane *p, int y)
{
	return p->at + (size_t)y * (size_t)p->stride;
}

static inline size_t pmk_blur_count(const struct pmk_blur *b)
{
	return (size_t)b->patches.columns * (size_t)b->patches.rows;
}

/* Allocate for frames of up to PMK_BLUR_LARGER times the picture's size. -ENOMEM; then finish what there is. */
int pmk_blur_patches_init(struct pmk_blur *blur) __attribute__((warn_unused_result));
void pmk_blur_patches_finish(struct pmk_blur *blur);

/* Lay the patches over frames of this size. True: they lay otherwise before, so all that they hold is gone. */
bool pmk_blur_patches_lay(struct pmk_blur *blur, int width, int height);

/* Take in the room of a frame, `passed_ns` after the one before; `alone`: there is none before. True: nothing is left
 * of the frames before, because this one is alone or is another scene. */
bool pmk_blur_remember(struct pmk_blur *blur, const struct pmk_blur_sight *sight, uint64_t passed_ns, bool alone);

/* The number of each patch from what is remembered, and what is shown of it, `passed_ns` after the last time. `range`
 * of the frames; `anew`: as pmk_blur_remember said since then. True if what is shown has changed. */
bool pmk_blur_patches_run(struct pmk_blur *blur, enum pmk_range range, uint64_t passed_ns, bool anew);

/* Aim the splines at what the picture is to show. True: that is another part than before, or of other patches. */
bool pmk_blur_spline_aim(struct pmk_blur *blur, const struct pmk_blur_sight *sight, bool other_patches);
/* Write the patches to blur->small as they are shown. */
void pmk_blur_spline(struct pmk_blur *blur);

/* The share of a change that shows after `passed_ns`, if it takes about `takes_ns`: 0..PMK_BLUR_WHOLE. */
static inline int pmk_blur_share(uint64_t passed_ns, uint64_t takes_ns)
{
	return (int)(PMK_BLUR_WHOLE * passed_ns / (passed_ns + takes_ns));
}

#endif

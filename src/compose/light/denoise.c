/* SPDX-License-Identifier: MIT */
#include "compose/light/denoise.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 3 }; /* of differences */
enum { PAD = 16 }; /* elements before and after a line */
enum { LOOK = 8 }; /* px between the places where a person is looked for */

static const double LEAST_NOISE = 0.4, MOST_NOISE = 10; /* levels */
static const double CHROMA_NOISE = 0.7; /* of luma's: chroma is a mean of pixels in most cameras */
static const double SPREAD = 24; /* of settle's differences, for noise of one level */

struct extent {
	int first, end; /* columns of luma */
};

struct pmk_denoise {
	struct pmk_layout layout;
	const struct pmk_rows *rows;
	int16_t *memory[3];
	int stride[3]; /* elements */
	struct extent *held; /* for each group of LOOK rows of luma: where memory is not empty */
	struct extent *now; /* where the present mask has a person, roughly */
	int groups;
	int16_t *line[LINES];
	int16_t *lines; /* their memory */
	uint8_t *half; /* a row of alpha at chroma's width */
};

static size_t plane_rows(const struct pmk_denoise *d, int plane)
{
	return (size_t)pmk_layout_plane_height(&d->layout, plane);
}

static bool allocate(struct pmk_denoise *d)
{
	size_t line = (size_t)pmk_align_up(d->layout.width, PMK_MEM_ALIGN) + (size_t)2 * PAD;
	bool all = true;

	for (int p = 0; p < 3; p++) {
		d->stride[p] = pmk_align_up(pmk_layout_plane_width(&d->layout, p), PMK_MEM_ALIGN);
		d->memory[p] = pmk_mem_alloc((size_t)d->stride[p] * plane_rows(d, p) * sizeof(int16_t));
		all = all && d->memory[p];
	}
	d->lines = pmk_mem_alloc(LINES * line * sizeof(int16_t));
	for (int i = 0; d->lines && i < LINES; i++)
		d->line[i] = d->lines + (size_t)i * line + PAD;
	d->half = pmk_mem_alloc((size_t)d->layout.width);
	d->groups = (d->layout.height + LOOK - 1) / LOOK;
	d->held = pmk_mem_alloc((size_t)d->groups * sizeof *d->held);
	d->now = pmk_mem_alloc((size_t)d->groups * sizeof *d->now);
	return all && d->lines && d->half && d->held && d->now;
}

int pmk_denoise_create(const struct pmk_layout *layout, struct pmk_denoise **denoise)
{
	struct pmk_denoise *d = calloc(1, sizeof *d);

	if (!d)
		return -ENOMEM;
	d->layout = *layout;
	d->rows = pmk_rows();
	if (!allocate(d)) {
		pmk_denoise_destroy(d);
		return -ENOMEM;
	}
	pmk_denoise_forget(d);
	*denoise = d;
	return 0;
}

void pmk_denoise_destroy(struct pmk_denoise *d)
{
	if (!d)
		return;
	for (int p = 0; p < 3; p++)
		free(d->memory[p]);
	free(d->lines);
	free(d->half);
	free(d->held);
	free(d->now);
	free(d);
}

void pmk_denoise_forget(struct pmk_denoise *d)
{
	for (int p = 0; p < 3; p++)
		memset(d->memory[p], PMK_SETTLE_NONE, (size_t)d->stride[p] * plane_rows(d, p) * sizeof(int16_t));
	memset(d->held, 0, (size_t)d->groups * sizeof *d->held);
}

/* Roughly: a place between those that are looked at may be left out, and then has no memory. */
static struct extent find_person(const struct pmk_mask *mask, int group)
{
	struct extent e = { mask->width, 0 };

	for (int k = 0; k < 2; k++) {
		int y = pmk_min(group * LOOK + k * (LOOK - 1), mask->height - 1);
		const uint8_t *alpha = mask->alpha + (size_t)y * (size_t)mask->stride;

		for (int x = 0; x < mask->width; x += LOOK) {
			if (!alpha[x])
				continue;
			e.first = pmk_min(e.first, x);
			e.end = x + 1;
		}
	}
	if (e.first >= e.end)
		return (struct extent){ 0, 0 };
	e.first = pmk_max(e.first - 2 * LOOK, 0) & ~1;
	e.end = pmk_min(e.end + 2 * LOOK, mask->width);
	return e;
}

/* Wipe the memory that was held outside of the person's columns. */
static void wipe(struct pmk_denoise *d, int plane, int y, struct extent held, struct extent now)
{
	int16_t *row = d->memory[plane] + (size_t)y * (size_t)d->stride[plane];
	int left = pmk_min(held.end, now.end > now.first ? now.first : held.end), right = pmk_max(held.first, now.end);

	if (held.first < left)
		memset(row + held.first, PMK_SETTLE_NONE, (size_t)(left - held.first) * sizeof *row);
	if (right < held.end)
		memset(row + right, PMK_SETTLE_NONE, (size_t)(held.end - right) * sizeof *row);
}

/* The group's columns at a plane's width. */
static struct extent at_plane(const struct pmk_denoise *d, const struct extent *all, int plane, int y)
{
	bool lower = plane && d->layout.chroma == PMK_CHROMA_420;
	struct extent e = all[(lower ? 2 * y : y) / LOOK];

	return plane ? (struct extent){ e.first / 2, (e.end + 1) / 2 } : e;
}

/* The differences of row y, which are 0 where there is no row, no person or no memory. */
static void differ(struct pmk_denoise *d, const struct pmk_image *frame, int plane, int y)
{
	int width = pmk_layout_plane_width(&d->layout, plane), index = (y + LINES) % LINES;
	int16_t *line = d->line[index];
	struct extent e = { 0, 0 };

	if (y >= 0 && y < (int)plane_rows(d, plane))
		e = at_plane(d, d->now, plane, y);
	memset(line - 1, 0, (size_t)(width + 2) * sizeof *line);
	if (e.first < e.end)
		d->rows->differ(frame->plane[plane] + (size_t)y * (size_t)frame->stride[plane] + e.first,
			d->memory[plane] + (size_t)y * (size_t)d->stride[plane] + e.first, line + e.first,
			e.end - e.first);
}

/* Alpha at the plane's width; chroma's is the composer's. */
static const uint8_t *alpha_of(struct pmk_denoise *d, const struct pmk_mask *mask, int plane, int y, struct extent e)
{
	bool lower = plane && d->layout.chroma == PMK_CHROMA_420;
	int top = lower ? 2 * y : y, width = d->layout.width, pairs = pmk_min(e.end, width / 2) - e.first;
	const uint8_t *a = mask->alpha + (size_t)top * (size_t)mask->stride,
		      *b = lower && top + 1 < mask->height ? a + mask->stride : a;

	if (!plane)
		return a + e.first;
	d->rows->halve(a + 2 * e.first, b + 2 * e.first, d->half, pairs);
	if (e.end > width / 2)
		d->half[pairs] = (uint8_t)((a[width - 1] + b[width - 1] + 1) / 2);
	return d->half;
}

static void run_plane(struct pmk_denoise *d, const struct pmk_image *frame, const struct pmk_mask *mask, int plane,
	const struct pmk_settle *how)
{
	int height = (int)plane_rows(d, plane);

	differ(d, frame, plane, -1);
	differ(d, frame, plane, 0);
	for (int y = 0; y < height; y++) {
		struct extent e = at_plane(d, d->now, plane, y);
		const int16_t *above = d->line[(y - 1 + LINES) % LINES], *here = d->line[y % LINES],
			      *below = d->line[(y + 1) % LINES];

		differ(d, frame, plane, y + 1);
		wipe(d, plane, y, at_plane(d, d->held, plane, y), e);
		if (e.first < e.end)
			d->rows->settle(frame->plane[plane] + (size_t)y * (size_t)frame->stride[plane] + e.first,
				alpha_of(d, mask, plane, y, e), above + e.first, here + e.first, below + e.first, how,
				d->memory[plane] + (size_t)y * (size_t)d->stride[plane] + e.first, e.end - e.first);
	}
}

/* The frame and the memory are both noisy, the memory less so. */
static struct pmk_settle how_to(double noise, double share)
{
	double spread = SPREAD * noise * sqrt(1 + share / (2 - share));
	struct pmk_settle how = { .least = (int16_t)lround(share * INT16_MAX),
		.noise = (int16_t)lround(2.5 * spread),
		.width = (int16_t)lround(2 * spread) };

	how.slope = (int16_t)((INT16_MAX - how.least) / how.width);
	return how;
}

void pmk_denoise_run(
	struct pmk_denoise *d, const struct pmk_image *frame, const struct pmk_mask *mask, double noise, double share)
{
	double luma = pmk_clamp_double(noise, LEAST_NOISE, MOST_NOISE);
	struct extent *before = d->held;

	for (int i = 0; i < d->groups; i++)
		d->now[i] = find_person(mask, i);
	for (int p = 0; p < 3; p++) {
		struct pmk_settle how = how_to(p ? fmax(CHROMA_NOISE * luma, LEAST_NOISE) : luma, share);

		run_plane(d, frame, mask, p, &how);
	}
	d->held = d->now;
	d->now = before;
}

const int16_t *pmk_denoise_row(const struct pmk_denoise *d, int plane, int y)
{
	return d->memory[plane] + (size_t)y * (size_t)d->stride[plane];
}

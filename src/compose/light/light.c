/* SPDX-License-Identifier: MIT */
#include "compose/light/light.h"

#include "base/mem.h"
#include "base/num.h"
#include "compose/light/curve.h"
#include "compose/light/denoise.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A lamp is followed fast, what a hand before the face changes is followed slowly: below FAR, the nearer the slower. */
static const double FAST_S = 0.3, SLOW_S = 1, FAR = 0.3, LONGEST_STEP_S = 0.2;
static const double STEEP = 1.3, STEEPER = 2.6; /* slope at black from which denoising begins, and is full */
static const double LEAST_SHARE = 0.125; /* of a difference, where denoising is full */

/* The values that move, in the order of struct pmk_lighting. A want that is no further away than its band moves
 * nothing; once it moves, it goes on to a quarter of that. */
enum { TONE, CHROMA, BLUE, RED, VALUES };
static const double band[VALUES] = { 0.08, 0.15, 0.04, 0.04 };

struct pmk_light {
	struct pmk_layout layout;
	double strength;
	struct pmk_gauge *gauge;
	struct pmk_denoise *denoise;
	double set[VALUES];
	bool moving[VALUES];
	bool begun, settling; /* settling: the memory of denoise is in use */
	struct pmk_curve curve;
	enum pmk_range range; /* of the frame that was seen last, and of the curve */
	uint64_t last_ns, number; /* of that frame */
	bool seen;
	/* of the last row, by column: luma in the frame, and in its finer levels; what chroma is multiplied with */
	uint8_t *level;
	uint16_t *fine;
	struct pmk_curve_chroma *by;
};

int pmk_light_create(const struct pmk_layout *layout, double strength, struct pmk_light **light)
{
	struct pmk_light *l = calloc(1, sizeof *l);

	if (!l)
		return -ENOMEM;
	l->layout = *layout;
	l->strength = strength;
	l->level = pmk_mem_alloc((size_t)layout->width + 1);
	l->fine = pmk_mem_alloc((size_t)layout->width * sizeof *l->fine);
	l->by = pmk_mem_alloc((size_t)layout->width * sizeof *l->by);
	if (!l->level || !l->fine || !l->by || pmk_gauge_create(layout, &l->gauge) ||
		pmk_denoise_create(layout, &l->denoise)) {
		pmk_light_destroy(l);
		return -ENOMEM;
	}
	*light = l;
	return 0;
}

void pmk_light_destroy(struct pmk_light *l)
{
	if (!l)
		return;
	pmk_gauge_destroy(l->gauge);
	pmk_denoise_destroy(l->denoise);
	free(l->level);
	free(l->fine);
	free(l->by);
	free(l);
}

void pmk_light_set_strength(struct pmk_light *l, double strength)
{
	l->strength = strength;
}

static void stop_settling(struct pmk_light *l)
{
	if (l->settling)
		pmk_denoise_forget(l->denoise);
	l->settling = false;
}

void pmk_light_forget(struct pmk_light *l)
{
	l->begun = l->seen = false;
	stop_settling(l);
}

/* --- moving --- */

struct pmk_lighting pmk_light_now(const struct pmk_light *l)
{
	return (struct pmk_lighting){
		.tone = l->set[TONE], .chroma = l->set[CHROMA], .blue = l->set[BLUE], .red = l->set[RED]
	};
}

/* Whether a value has changed. */
static bool move(struct pmk_light *l, const struct pmk_lighting *want, double passed_s)
{
	const double wanted[VALUES] = { want->tone, want->chroma, want->blue, want->red };
	bool changed = false;

	for (int i = 0; i < VALUES; i++) {
		double off = wanted[i] - l->set[i],
		       slowness = pmk_clamp_double(FAST_S * FAR / fmax(fabs(off), 1e-9), FAST_S, SLOW_S);

		l->moving[i] = fabs(off) > (l->moving[i] ? band[i] / 4 : band[i]);
		if (l->begun && !l->moving[i])
			continue;
		l->set[i] = l->begun ? l->set[i] + (1 - exp(-passed_s / slowness)) * off : wanted[i];
		changed = true;
	}
	l->begun = true;
	return changed;
}

static bool is_neutral(const struct pmk_light *l)
{
	return l->set[TONE] < 0.01 && l->set[BLUE] < 0.01 && l->set[RED] < 0.01;
}

static void denoise(struct pmk_light *l, const struct pmk_frame *frame, const struct pmk_mask *mask)
{
	double amount = pmk_clamp_double((l->curve.steepest - STEEP) / (STEEPER - STEEP), 0, 1);

	if (is_neutral(l) || amount == 0) {
		stop_settling(l);
		return;
	}
	pmk_denoise_run(
		l->denoise, &frame->image, mask, pmk_gauge_noise(l->gauge), 1 / (1 + (1 / LEAST_SHARE - 1) * amount));
	l->settling = true;
}

static bool fits(const struct pmk_light *l, const struct pmk_image *frame, const struct pmk_mask *mask)
{
	return frame->layout.width == l->layout.width && frame->layout.height == l->layout.height &&
		frame->layout.chroma == l->layout.chroma && frame->layout.matrix == l->layout.matrix &&
		mask->width == l->layout.width && mask->height == l->layout.height;
}

void pmk_light_see(struct pmk_light *l, const struct pmk_frame *frame, const struct pmk_mask *mask, uint64_t now_ns)
{
	double passed = pmk_clamp_double((double)(int64_t)(now_ns - l->last_ns) / 1e9, 0, LONGEST_STEP_S);
	enum pmk_range range = frame->image.layout.range;
	bool other_range = l->range != range;
	struct pmk_lighting want, now;

	l->seen = fits(l, &frame->image, mask) && mask->number == frame->number;
	if (!l->seen)
		return;
	l->number = frame->number;
	l->last_ns = now_ns;
	l->range = range;
	if (other_range)
		stop_settling(l);
	if ((pmk_gauge_read(l->gauge, &frame->image, mask, l->strength, &want) && move(l, &want, passed)) ||
		other_range) {
		now = pmk_light_now(l);
		pmk_curve_make(&l->curve, &now, range, l->layout.matrix);
	}
	denoise(l, frame, mask);
}

/* --- rows --- */

bool pmk_light_shines(const struct pmk_light *l, const struct pmk_frame *frame)
{
	return l->seen && l->begun && l->number == frame->number && l->range == frame->image.layout.range &&
		!is_neutral(l);
}

static bool remembers(const uint8_t *alpha, const int16_t *memory, int x)
{
	return (!alpha || alpha[x] == 255) && memory[x] != PMK_SETTLE_NONE;
}

/* The loops that look up are apart from those that compute, which compilers vectorise. */
static void luma_row(struct pmk_light *l, const uint8_t *alpha, const int16_t *memory, int first, int end,
	const uint8_t *person, uint8_t *out)
{
	enum { PART = PMK_SETTLE_LEVEL / PMK_CURVE_FINE };
	uint16_t *fine = l->fine;
	uint8_t *level = l->level;

	for (int x = first; x < end; x++)
		fine[x] = (uint16_t)(person[x] * PMK_CURVE_FINE);
	for (int x = first; memory && x < end; x++)
		fine[x] = remembers(alpha, memory, x) ? (uint16_t)((memory[x] + PART / 2) / PART) : fine[x];
	for (int x = first; x < end; x++)
		level[x] = (uint8_t)(fine[x] / PMK_CURVE_FINE);
	level[end] = level[end - 1]; /* for the last sample of an odd width */
	for (int x = first; x < end; x++)
		out[x] = l->curve.luma[fine[x]];
}

static void chroma_row(struct pmk_light *l, int plane, const uint8_t *alpha, const int16_t *memory, int first, int end,
	const uint8_t *person, uint8_t *out)
{
	const struct pmk_curve_chroma *by = l->curve.chroma[plane - 1];
	struct pmk_curve_chroma *row = l->by;
	const uint8_t *level = l->level;

	for (int x = first; x < end; x++)
		row[x] = by[(level[2 * x] + level[2 * x + 1]) / 2];
	if (person != out)
		memcpy(out + first, person + first, (size_t)(end - first));
	for (int x = first; memory && x < end; x++)
		out[x] = remembers(alpha, memory, x) ?
			(uint8_t)((memory[x] + PMK_SETTLE_LEVEL / 2) / PMK_SETTLE_LEVEL) :
			out[x];
	for (int x = first; x < end; x++)
		out[x] = pmk_curve_chroma(row[x], out[x]);
}

void pmk_light_row(struct pmk_light *l, int plane, int y, const uint8_t *alpha, int first, int end,
	const uint8_t *person, uint8_t *out)
{
	const int16_t *memory = l->settling ? pmk_denoise_row(l->denoise, plane, y) : NULL;

	if (plane)
		chroma_row(l, plane, alpha, memory, first, end, person, out);
	else
		luma_row(l, alpha, memory, first, end, person, out);
}

void pmk_light_pixel(const struct pmk_light *l, int yuv[3])
{
	int luma = yuv[0];

	yuv[0] = l->curve.luma[luma * PMK_CURVE_FINE];
	for (int p = 1; p < 3; p++)
		yuv[p] = pmk_curve_chroma(l->curve.chroma[p - 1][luma], (uint8_t)yuv[p]);
}

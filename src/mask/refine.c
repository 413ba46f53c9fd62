/* SPDX-License-Identifier: MIT */
#include "mask/refine.h"

#include "base/mem.h"
#include "base/num.h"
#include "image/noise.h"
#include "mask/components.h"
#include "mask/enlarge.h"
#include "mask/filter.h"
#include "mask/guide.h"
#include "mask/temporal.h"
#include "mask/trace.h"
#include "pixels/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const float SURE = 1.0f / 16; /* this close to 0 or 1 counts as 0 or 1, so that no haze of the room is left */
/* the same before the guided filter: networks tend to take room for person */
static const float GUIDE_ROOM = 0.32f, GUIDE_PERSON = 0.75f;
static const double MOST_KEPT = 0.9; /* of the previous frame; with 1 a still pixel would never change again */
static const double BORDER = 0.04; /* of a part's side: there its weight falls */
static const float TRACE_SURE = 0.25f; /* the same after the guided filter */
static const double QUIET = 2, LOUD = 3.5; /* levels: noise is calmed from the first on, from the second on wholly */

struct pmk_refine {
	struct pmk_refine_settings settings;
	int width, height; /* px, of the probability */
	struct pmk_guide guide;
	struct pmk_trace *trace;
	float *blocks; /* the probability of blocks of 2x2 network pixels */
	uint8_t *block_luma;
	struct pmk_temporal smooth_blocks, smooth_pixels; /* the first when guided, the second otherwise */
	const struct pmk_rows *rows;
	int small_stride;
	uint8_t *small; /* alpha at the network's size */
	struct pmk_components components;
	struct pmk_enlarge enlarge;
	struct pmk_mask closer; /* of a part, when guided */
	const struct pmk_refine_part *part; /* for the next run */
	int part_count;
	struct pmk_mask wrap; /* for light_wrap */
	struct pmk_mask scratch; /* at the camera's size */
};

/* Replace unset values by the defaults of the mode. */
static struct pmk_refine_settings resolved(const struct pmk_refine_settings *asked)
{
	struct pmk_refine_settings s = *asked;
	int own = s.mode == PMK_REFINE_MORPH ? 2 : 0;

	if (s.mode == PMK_REFINE_MORPH && s.threshold < 0)
		s.threshold = 0.5;
	if (s.threshold >= 0 && s.threshold < SURE)
		s.threshold = SURE; /* no network gives an exact 0: a threshold of 0 would show the room */
	s.erode = s.erode < 0 ? own : s.erode;
	s.dilate = s.dilate < 0 ? own : s.dilate;
	s.feather = s.feather < 0 ? own : s.feather;
	return s;
}

bool pmk_refine_settings_equal(const struct pmk_refine_settings *a, const struct pmk_refine_settings *b)
{
	return a->mode == b->mode && a->threshold == b->threshold && a->smooth == b->smooth &&
		a->light_wrap == b->light_wrap && a->erode == b->erode && a->dilate == b->dilate &&
		a->feather == b->feather;
}

int pmk_refine_create(const struct pmk_refine_settings *settings, int width, int height, int mask_width,
	int mask_height, struct pmk_refine **refine)
{
	struct pmk_refine *r = calloc(1, sizeof *r);
	float kept = (float)(settings->smooth * MOST_KEPT);
	bool missing = false;

	if (!r)
		return -ENOMEM;
	r->settings = resolved(settings);
	r->rows = pmk_rows();
	r->width = width;
	r->height = height;
	r->small_stride = pmk_align_up(width, PMK_MEM_ALIGN);
	r->small = pmk_mem_alloc((size_t)r->small_stride * (size_t)height);
	missing |= !r->small;
	missing |= pmk_components_init(&r->components, width, height) != 0;
	missing |= pmk_enlarge_init(&r->enlarge, width, height, mask_width, mask_height) != 0;
	if (r->settings.mode == PMK_REFINE_GUIDED) {
		float sure = r->settings.threshold < 0 ? TRACE_SURE : 0;

		missing |= pmk_guide_init(&r->guide, width, height) != 0;
		missing |= pmk_trace_create(width, height, mask_width, mask_height, sure, &r->trace) != 0;
		missing |= !(r->blocks = pmk_mem_alloc(
				     (size_t)((width + 1) / 2) * (size_t)((height + 1) / 2) * sizeof *r->blocks));
		missing |= pmk_mask_alloc(&r->closer, mask_width, mask_height) != 0;
		missing |= !(r->block_luma = pmk_mem_alloc((size_t)((width + 1) / 2) * (size_t)((height + 1) / 2)));
	}
	missing |= pmk_temporal_init(&r->smooth_blocks, (width + 1) / 2, (height + 1) / 2, kept) != 0;
	missing |= pmk_temporal_init(&r->smooth_pixels, width, height, kept) != 0;
	if (r->settings.light_wrap > 0)
		missing |= pmk_mask_alloc(&r->wrap, mask_width, mask_height) != 0;
	if (r->settings.erode || r->settings.dilate || r->settings.feather || r->settings.light_wrap > 0)
		missing |= pmk_mask_alloc(&r->scratch, mask_width, mask_height) != 0;
	if (missing) {
		pmk_refine_destroy(r);
		return -ENOMEM;
	}
	*refine = r;
	return 0;
}

void pmk_refine_destroy(struct pmk_refine *r)
{
	if (!r)
		return;
	pmk_guide_finish(&r->guide);
	pmk_trace_destroy(r->trace);
	free(r->blocks);
	free(r->block_luma);
	pmk_temporal_finish(&r->smooth_blocks);
	pmk_temporal_finish(&r->smooth_pixels);
	free(r->small);
	pmk_components_finish(&r->components);
	pmk_enlarge_finish(&r->enlarge);
	pmk_mask_free(&r->closer);
	pmk_mask_free(&r->wrap);
	pmk_mask_free(&r->scratch);
	free(r);
}

/* Hard at the threshold, or soft with the ends pulled in by SURE. */
static void alpha_row(const float *p, uint8_t *alpha, int count, float threshold)
{
	if (threshold >= 0) {
		for (int x = 0; x < count; x++)
			alpha[x] = p[x] > threshold ? 255 : 0;
		return;
	}
	for (int x = 0; x < count; x++) {
		float a = (p[x] - SURE) * (255 / (1 - 2 * SURE)) + 0.5f;
		a = a < 0 ? 0 : a;
		alpha[x] = (uint8_t)(int)(a > 255 ? 255 : a);
	}
}

/* Values up to `room` become 0, values from `person` on become 1, and those between are stretched. */
static void pull_ends(float *p, size_t count, float room, float person)
{
	for (size_t i = 0; i < count; i++) {
		float q = (p[i] - room) * (1 / (person - room));
		p[i] = q < 0 ? 0 : q > 1 ? 1 : q;
	}
}

/* The luma of the blocks. If the picture has an odd side, its last pixels are repeated. */
static void halve_luma(struct pmk_refine *r, const struct pmk_image *small)
{
	int w = r->guide.width, pairs = r->width / 2;

	for (int y = 0; y < r->guide.height; y++) {
		const uint8_t *a = small->plane[0] + (size_t)(2 * y) * (size_t)small->stride[0],
			      *b = 2 * y + 1 < r->height ? a + small->stride[0] : a;
		uint8_t *out = r->block_luma + (size_t)y * (size_t)w;

		r->rows->halve(a, b, out, pairs);
		if (w > pairs)
			out[pairs] = a[r->width - 1];
	}
}

static void trace_blocks(struct pmk_refine *r, const struct pmk_rect *view, const struct pmk_image *small,
	const struct pmk_image *picture, struct pmk_mask *mask)
{
	pull_ends(r->blocks, (size_t)r->guide.width * (size_t)r->guide.height, GUIDE_ROOM, GUIDE_PERSON);
	pmk_guide_run(&r->guide, r->blocks, small);
	pmk_trace_run(r->trace, r->guide.gain, r->guide.offset, view, picture->plane[0], picture->stride[0], mask);
}

/* 0 at a border of a part inside the picture, up to 256 away from it. */
static int weight_at(int at, int from, int length, int side)
{
	int margin = pmk_max((int)(BORDER * length), 1), before = from <= 0 ? margin : at - from,
	    behind = from + length >= side ? margin : from + length - 1 - at;

	return pmk_clamp(pmk_min(before, behind) * 256 / margin, 0, 256);
}

/* Raise `alpha` to `closer`, by the weights in 1/256. */
static void add_row(
	const uint8_t *restrict closer, const uint16_t *restrict across, int down, uint8_t *restrict alpha, int count)
{
	for (int x = 0; x < count; x++) {
		int more = closer[x] - alpha[x];

		more = more < 0 ? 0 : more;
		alpha[x] = (uint8_t)(alpha[x] + more * down / 256 * across[x] / 256);
	}
}

/* Add what is seen closer in a part to the mask, less and less towards its border. */
static void add_part(struct pmk_refine *r, const struct pmk_refine_part *part, const struct pmk_image *picture,
	struct pmk_mask *mask)
{
	const struct pmk_rect *v = &part->view;
	uint16_t across[PMK_IMAGE_MAX_PX];

	pmk_components_run(&r->components, part->probability, SURE);
	pmk_guide_halve(part->probability, r->width, r->height, r->blocks);
	trace_blocks(r, v, part->small, picture, &r->closer);
	for (int x = 0; x < v->width; x++)
		across[x] = (uint16_t)weight_at(v->x + x, v->x, v->width, mask->width);
	for (int y = v->y; y < v->y + v->height; y++)
		add_row(r->closer.alpha + (size_t)y * (size_t)r->closer.stride + v->x, across,
			weight_at(y, v->y, v->height, mask->height),
			mask->alpha + (size_t)y * (size_t)mask->stride + v->x, v->width);
}

static void guide_by_picture(struct pmk_refine *r, const float *probability, const struct pmk_rect *view,
	const struct pmk_image *small, const struct pmk_image *picture, struct pmk_mask *mask)
{
	float threshold = (float)r->settings.threshold;

	pmk_guide_halve(probability, r->width, r->height, r->blocks);
	halve_luma(r, small);
	pmk_temporal_run(&r->smooth_blocks, r->blocks, r->block_luma, view);
	pmk_trace_calm(r->trace, (pmk_noise_in(picture, view) - QUIET) / (LOUD - QUIET));
	r->guide.still = r->smooth_blocks.still;
	trace_blocks(r, view, small, picture, mask);
	r->guide.still = NULL;
	for (int k = 0; k < r->part_count; k++)
		add_part(r, &r->part[k], picture, mask);
	for (int y = 0; threshold >= 0 && y < mask->height; y++) {
		uint8_t *alpha = mask->alpha + (size_t)y * (size_t)mask->stride;

		for (int x = 0; x < mask->width; x++)
			alpha[x] = (float)alpha[x] > threshold * 255 ? 255 : 0;
	}
}

static void enlarge_plainly(
	struct pmk_refine *r, const float *probability, const struct pmk_rect *view, struct pmk_mask *mask)
{
	for (int y = 0; y < r->height; y++)
		alpha_row(probability + (size_t)y * r->width, r->small + (size_t)y * r->small_stride, r->width,
			(float)r->settings.threshold);
	pmk_enlarge_place(&r->enlarge, view);
	pmk_enlarge_run(&r->enlarge, r->small, r->small_stride, mask);
}

/* Let some of the backdrop through inside the rim of the person, like light that comes around a body: `light_wrap` of
 * it at the rim itself, and ever less with the square of what is left of the way in. Alpha only falls. */
static void wrap_light(struct pmk_refine *r, struct pmk_mask *mask)
{
	int share = (int)(r->settings.light_wrap * 256 + 0.5), px = mask->height / 36 + 1;

	for (int y = 0; y < mask->height; y++)
		memcpy(r->wrap.alpha + (size_t)y * (size_t)r->wrap.stride,
			mask->alpha + (size_t)y * (size_t)mask->stride, (size_t)mask->width);
	pmk_filter_feather(&r->wrap, &r->scratch, pmk_min(px, PMK_REFINE_MAX_PX));
	for (int y = 0; y < mask->height; y++) {
		const uint8_t *soft = r->wrap.alpha + (size_t)y * (size_t)r->wrap.stride;
		uint8_t *alpha = mask->alpha + (size_t)y * (size_t)mask->stride;

		for (int x = 0; x < mask->width; x++) {
			int left = pmk_min(2 * (255 - soft[x]), 255), light = left * left / 255 * share / 256;

			alpha[x] = (uint8_t)(alpha[x] * (255 - light) / 255);
		}
	}
}

void pmk_refine_forget(struct pmk_refine *r)
{
	pmk_temporal_reset(&r->smooth_blocks);
	pmk_temporal_reset(&r->smooth_pixels);
}

void pmk_refine_inherit(struct pmk_refine *r, struct pmk_refine *from)
{
	/* the other memory is out of date */
	if ((r->settings.mode == PMK_REFINE_GUIDED) != (from->settings.mode == PMK_REFINE_GUIDED))
		return;
	pmk_temporal_inherit(&r->smooth_blocks, &from->smooth_blocks);
	pmk_temporal_inherit(&r->smooth_pixels, &from->smooth_pixels);
}

void pmk_refine_see_closer(struct pmk_refine *r, const struct pmk_refine_part *part, int count)
{
	r->part = part;
	r->part_count = count;
}

void pmk_refine_run(struct pmk_refine *r, float *probability, const struct pmk_rect *view,
	const struct pmk_image *small, const struct pmk_image *picture, struct pmk_mask *mask)
{
	const struct pmk_refine_settings *s = &r->settings;

	bool guided = s->mode == PMK_REFINE_GUIDED && small;

	if (!guided)
		pmk_temporal_run(&r->smooth_pixels, probability, NULL, view);
	if (s->mode != PMK_REFINE_NONE)
		pmk_components_run(&r->components, probability, SURE);
	if (guided)
		guide_by_picture(r, probability, view, small, picture, mask);
	else
		enlarge_plainly(r, probability, view, mask);
	r->part_count = 0;
	if (s->erode)
		pmk_filter_erode(mask, &r->scratch, s->erode);
	if (s->dilate)
		pmk_filter_dilate(mask, &r->scratch, s->dilate);
	if (s->feather)
		pmk_filter_feather(mask, &r->scratch, s->feather);
	if (s->light_wrap > 0)
		wrap_light(r, mask);
}

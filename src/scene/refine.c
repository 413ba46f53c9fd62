/* SPDX-License-Identifier: MIT */
#include "scene/refine.h"

#include "base/mem.h"
#include "scene/enlarge.h"
#include "scene/filter.h"
#include "scene/islands.h"
#include "scene/rows.h"

#include <errno.h>
#include <stdlib.h>

enum { GUIDE_RADIUS = 3 };	/* px at the network's size */
static const float GUIDE_EPSILON = 1e-3f;	/* of luma in 0..1: below this variance it is noise */
static const float SURE = 1.0f / 16;	/* what is this close to 0 or 1 is taken for it: no haze of the room */

struct pmk_refine {
	struct pmk_refine_settings settings;
	int width, height;	/* of the probability */
	float *guide, *work;	/* of the guided filter */
	const struct pmk_rows *rows;
	int small_stride;
	uint8_t *small;	/* alpha at the network's size */
	struct pmk_islands islands;
	struct pmk_enlarge enlarge;
	struct pmk_mask scratch;	/* at the camera's size */
};

/* What the mode means where the user said nothing. */
static struct pmk_refine_settings resolved(const struct pmk_refine_settings *asked)
{
	struct pmk_refine_settings s = *asked;
	int own = s.mode == PMK_REFINE_MORPH ? 2 : 0;

	if (s.mode == PMK_REFINE_MORPH && s.threshold < 0)
		s.threshold = 0.5;
	if (s.threshold >= 0 && s.threshold < SURE)
		s.threshold = SURE;	/* no network gives an exact 0: a threshold of 0 would show the room */
	s.erode = s.erode < 0 ? own : s.erode;
	s.dilate = s.dilate < 0 ? own : s.dilate;
	s.feather = s.feather < 0 ? own : s.feather;
	return s;
}

int pmk_refine_create(const struct pmk_refine_settings *settings, int width, int height, int mask_width, int mask_height,
	struct pmk_refine **refine)
{
	struct pmk_refine *r = calloc(1, sizeof *r);
	size_t count = (size_t)width * (size_t)height;
	bool missing = false;

	if (!r)
		return -ENOMEM;
	r->settings = resolved(settings);
	r->rows = pmk_rows();
	r->width = width;
	r->height = height;
	r->small_stride = (width + PMK_MEM_ALIGN - 1) / PMK_MEM_ALIGN * PMK_MEM_ALIGN;
	r->small = pmk_mem_alloc((size_t)r->small_stride * (size_t)height);
	missing |= !r->small;
	missing |= pmk_islands_init(&r->islands, width, height) != 0;
	missing |= pmk_enlarge_init(&r->enlarge, width, height, mask_width, mask_height) != 0;
	if (r->settings.mode == PMK_REFINE_GUIDED) {
		missing |= !(r->guide = pmk_mem_alloc(count * sizeof *r->guide));
		missing |= !(r->work = pmk_mem_alloc(pmk_filter_guided_scratch(width, height, GUIDE_RADIUS) * sizeof *r->work));
	}
	if (r->settings.erode || r->settings.dilate || r->settings.feather)
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
	free(r->work);
	free(r->guide);
	free(r->small);
	pmk_islands_finish(&r->islands);
	pmk_enlarge_finish(&r->enlarge);
	pmk_mask_free(&r->scratch);
	free(r);
}

static void guide_by_luma(struct pmk_refine *r, float *probability, const uint8_t *luma, int stride)
{
	for (int y = 0; y < r->height; y++)
		r->rows->to_floats(luma + (size_t)y * stride, r->guide + (size_t)y * r->width, (size_t)r->width, 1.0f / 255, 0);
	pmk_filter_guided(probability, r->guide, r->width, r->height, GUIDE_RADIUS, GUIDE_EPSILON, r->work);
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

void pmk_refine_run(struct pmk_refine *r, float *probability, const struct pmk_rect *view, const uint8_t *luma, int luma_stride,
	struct pmk_mask *mask)
{
	const struct pmk_refine_settings *s = &r->settings;

	if (s->mode != PMK_REFINE_NONE)
		pmk_islands_run(&r->islands, probability, SURE);
	if (s->mode == PMK_REFINE_GUIDED && luma)
		guide_by_luma(r, probability, luma, luma_stride);
	for (int y = 0; y < r->height; y++)
		alpha_row(probability + (size_t)y * r->width, r->small + (size_t)y * r->small_stride, r->width, (float)s->threshold);
	pmk_enlarge_place(&r->enlarge, view);
	pmk_enlarge_run(&r->enlarge, r->small, r->small_stride, mask);
	if (s->erode)
		pmk_filter_erode(mask, &r->scratch, s->erode);
	if (s->dilate)
		pmk_filter_dilate(mask, &r->scratch, s->dilate);
	if (s->feather)
		pmk_filter_feather(mask, &r->scratch, s->feather);
}

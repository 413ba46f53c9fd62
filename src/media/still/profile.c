/* SPDX-License-Identifier: MIT */
#include "media/still/profile.h"

#include "base/log.h"

#include <errno.h>
#include <lcms2.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	SAME = 2, /* levels; profiles of sRGB by different makers differ by as much */
	STEPS = 6, /* of each channel, in the colours that are compared */
};

struct pmk_profile {
	cmsContext context;
	cmsHTRANSFORM transform;
	enum pmk_profile_pixels pixels;
	bool grey;
	uint8_t greys[256][3]; /* what each level becomes, if `grey` */
};

static bool is_same(const uint8_t *a, const uint8_t *b, int bytes)
{
	for (int i = 0; i < bytes; i++) {
		if (abs(a[i] - b[i]) > SAME)
			return false;
	}
	return true;
}

static bool changes_greys(const struct pmk_profile *p)
{
	for (int i = 0; i < 256; i++) {
		const uint8_t before[3] = { (uint8_t)i, (uint8_t)i, (uint8_t)i };

		if (!is_same(before, p->greys[i], 3))
			return true;
	}
	return false;
}

/* Whether it changes any of a grid of colours by more than profiles of sRGB do. */
static bool changes_colours(const struct pmk_profile *p)
{
	for (int i = 0; i < STEPS * STEPS * STEPS; i++) {
		const uint8_t before[4] = { (uint8_t)(i % STEPS * 51), (uint8_t)(i / STEPS % STEPS * 51),
			(uint8_t)(i / STEPS / STEPS * 51), 255 };
		uint8_t after[4];

		memcpy(after, before, 4);
		cmsDoTransform(p->transform, after, after, 1);
		if (!is_same(before, after, 3))
			return true;
	}
	return false;
}

static bool changes(const struct pmk_profile *p)
{
	if (p->grey)
		return changes_greys(p);
	return p->pixels == PMK_PROFILE_CMYK || changes_colours(p);
}

static struct pmk_profile *begin(enum pmk_profile_pixels pixels)
{
	struct pmk_profile *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->pixels = pixels;
	p->context = cmsCreateContext(NULL, NULL);
	if (p->context)
		return p;
	free(p);
	return NULL;
}

/* Make the transform from `from`, which is closed. False if there can be none. */
static bool make_transform(struct pmk_profile *p, cmsHPROFILE from)
{
	static const cmsUInt32Number formats[] = { TYPE_RGB_8, TYPE_RGBA_8, TYPE_CMYK_8 };
	cmsHPROFILE to = cmsCreate_sRGBProfileTHR(p->context);
	cmsUInt32Number in = p->grey ? TYPE_GRAY_8 : formats[p->pixels];
	cmsUInt32Number out = p->grey || p->pixels == PMK_PROFILE_CMYK ? TYPE_RGB_8 : in;
	cmsUInt32Number flags = cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE |
		(out == TYPE_RGBA_8 ? cmsFLAGS_COPY_ALPHA : 0);

	if (from && to)
		p->transform = cmsCreateTransformTHR(
			p->context, from, in, to, out, INTENT_RELATIVE_COLORIMETRIC, flags);
	if (from)
		cmsCloseProfile(from);
	if (to)
		cmsCloseProfile(to);
	for (int i = 0; p->transform && p->grey && i < 256; i++) {
		const uint8_t level = (uint8_t)i;

		cmsDoTransform(p->transform, &level, p->greys[i], 1);
	}
	return p->transform != NULL;
}

static void hand_over(struct pmk_profile *p, struct pmk_profile **profile)
{
	if (!p->transform || !changes(p)) {
		pmk_profile_close(p);
		p = NULL;
	}
	*profile = p;
}

int pmk_profile_open(const char *path, const uint8_t *icc, size_t bytes, enum pmk_profile_pixels pixels, bool grey,
	struct pmk_profile **profile)
{
	struct pmk_profile *p = begin(pixels);
	cmsHPROFILE from;
	cmsColorSpaceSignature space;

	if (!p)
		return -ENOMEM;
	from = cmsOpenProfileFromMemTHR(p->context, icc, (cmsUInt32Number)bytes);
	space = from ? cmsGetColorSpace(from) : 0;
	p->grey = grey && space == cmsSigGrayData;
	if (from && !p->grey && space != (pixels == PMK_PROFILE_CMYK ? cmsSigCmykData : cmsSigRgbData)) {
		pmk_warn("%s: its colour profile is for another kind of pixels and is ignored; colours may be off",
			path);
		cmsCloseProfile(from);
	} else if (!make_transform(p, from)) {
		pmk_warn("%s: its colour profile is damaged and is ignored; colours may be off", path);
	}
	hand_over(p, profile);
	return 0;
}

/* IEC 61966-2-1, as parametric curve of type 4: ((x + 0.055) / 1.055) ^ 2.4 above 0.04045, below it x / 12.92. */
static cmsToneCurve *curve(cmsContext context, double gamma)
{
	static const double srgb[5] = { 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045 };

	return gamma > 0 ? cmsBuildGamma(context, gamma) : cmsBuildParametricToneCurve(context, 4, srgb);
}

int pmk_profile_open_primaries(
	const double xy[8], double gamma, enum pmk_profile_pixels pixels, struct pmk_profile **profile)
{
	static const double srgb[8] = { 0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06 };
	const double *at = xy ? xy : srgb;
	const cmsCIExyY white = { at[0], at[1], 1 };
	const cmsCIExyYTRIPLE primaries = { { at[2], at[3], 1 }, { at[4], at[5], 1 }, { at[6], at[7], 1 } };
	struct pmk_profile *p = begin(pixels);
	cmsToneCurve *one;

	if (!p)
		return -ENOMEM;
	one = curve(p->context, gamma);
	if (one) {
		cmsToneCurve *const curves[3] = { one, one, one };

		(void)make_transform(p, cmsCreateRGBProfileTHR(p->context, &white, &primaries, curves));
		cmsFreeToneCurve(one);
	}
	hand_over(p, profile);
	return 0;
}

int pmk_profile_open_gamma(
	const double xy[8], double gamma, enum pmk_profile_pixels pixels, struct pmk_profile **profile)
{
	const double srgb = 0.45455, near = 0.005;
	bool usual = fabs(gamma - srgb) < near;

	*profile = NULL;
	if (gamma <= 0.2 || gamma >= 2)
		return 0;
	return pmk_profile_open_primaries(xy[0] > 0 ? xy : NULL, usual ? 0 : 1 / gamma, pixels, profile);
}

void pmk_profile_run(const struct pmk_profile *p, const uint8_t *from, uint8_t *to, int count)
{
	int step = p->pixels == PMK_PROFILE_RGBA ? 4 : 3;

	if (!p->grey) {
		cmsDoTransform(p->transform, from, to, (cmsUInt32Number)count);
		return;
	}
	for (int i = 0; i < count; i++)
		memcpy(to + i * step, p->greys[from[i * step]], 3);
}

void pmk_profile_close(struct pmk_profile *p)
{
	if (!p)
		return;
	if (p->transform)
		cmsDeleteTransform(p->transform);
	cmsDeleteContext(p->context);
	free(p);
}

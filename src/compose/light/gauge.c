/* SPDX-License-Identifier: MIT */
#include "compose/light/gauge.h"

#include "base/mem.h"
#include "base/num.h"
#include "compose/light/curve.h"
#include "image/colour.h"
#include "image/noise.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRID = 72 }; /* places along the longer side of the picture */
enum { PLACE = 4 }; /* px, the side of a place */
enum { SURE = 250 }; /* alpha of a person */
enum { BINS = 256 };
enum { LEAST_SKIN = 12 }; /* places */

static const double LEAST_PERSON = 0.02; /* share of the places */
static const double HEAD = 0.45; /* of the person's height, from the top */
static const double DARKEST = 0.004; /* encoded value, so that logarithms have an end */
static const double BRIGHT_SKIN = 0.66; /* the skin's upper quartile is not raised beyond this */
/* More than skin usually has, ln G/B and ln R/G; the most that is taken for the light's, and its red. */
static const double SKIN_YELLOW = 0.2, SKIN_RED = 0.4, MOST_YELLOW = 0.6, RED_OF_YELLOW = 0.63;

/* A place's luma in 0..1, and ln R/G and ln G/B. */
struct place {
	float luma, red, yellow;
	int y;
};

struct pmk_gauge {
	int step;
	struct place *place;
	int count, all; /* of the person, of the picture */
	int top, bottom; /* of the person */
	float *value; /* of the places that a quantile is of */
	double noise;
};

/* The measures of the person. */
struct look {
	double bright, skin, red, yellow; /* luma's 98 % quantile; the skin's upper quartile and medians */
	double least_red, least_yellow; /* of the least tinted tenth of the brightest quarter */
	bool has_skin;
};

int pmk_gauge_create(const struct pmk_layout *layout, struct pmk_gauge **gauge)
{
	struct pmk_gauge *g = calloc(1, sizeof *g);
	size_t places;

	if (!g)
		return -ENOMEM;
	g->step = pmk_max(layout->width, layout->height) / GRID + 1;
	places = (size_t)(layout->width / g->step + 1) * (size_t)(layout->height / g->step + 1);
	g->place = pmk_mem_alloc(places * sizeof *g->place);
	g->value = pmk_mem_alloc(places * sizeof *g->value);
	if (!g->place || !g->value) {
		pmk_gauge_destroy(g);
		return -ENOMEM;
	}
	*gauge = g;
	return 0;
}

void pmk_gauge_destroy(struct pmk_gauge *g)
{
	if (!g)
		return;
	free(g->place);
	free(g->value);
	free(g);
}

/* --- places --- */

static bool is_person(const struct pmk_mask *mask, int x, int y)
{
	const uint8_t *a = mask->alpha + (size_t)y * (size_t)mask->stride + x,
		      *b = a + (size_t)(PLACE - 1) * (size_t)mask->stride;

	return a[0] >= SURE && a[PLACE - 1] >= SURE && b[0] >= SURE && b[PLACE - 1] >= SURE &&
		a[PLACE / 2 + PLACE / 2 * (size_t)mask->stride] >= SURE;
}

/* The mean of columns x, x + 1, .. and of rows y, y + down, .. */
static double mean_of(const struct pmk_image *f, int plane, int x, int y, int side, int down)
{
	int sum = 0;

	for (int i = 0; i < side; i++) {
		for (int k = 0; k < side; k++)
			sum += f->plane[plane][(size_t)(y + i * down) * (size_t)f->stride[plane] + x + k];
	}
	return (double)sum / (side * side);
}

static struct place look_at(const struct pmk_image *f, int x, int y)
{
	bool lower = f->layout.chroma == PMK_CHROMA_420, full = f->layout.range == PMK_RANGE_FULL;
	double kr = f->layout.matrix == PMK_MATRIX_BT709 ? 0.2126 : 0.299,
	       kb = f->layout.matrix == PMK_MATRIX_BT709 ? 0.0722 : 0.114, scale = full ? 255 : 224;
	double luma = (mean_of(f, 0, x, y, PLACE, 1) - (full ? 0 : 16)) / (full ? 255 : 219);
	double u = (mean_of(f, 1, x / 2, lower ? y / 2 : y, PLACE / 2, lower ? 1 : 2) - 128) / scale,
	       v = (mean_of(f, 2, x / 2, lower ? y / 2 : y, PLACE / 2, lower ? 1 : 2) - 128) / scale;
	double red = luma + 2 * (1 - kr) * v, blue = luma + 2 * (1 - kb) * u,
	       green = (luma - kr * red - kb * blue) / (1 - kr - kb);

	return (struct place){
		.luma = (float)luma,
		.red = logf((float)(fmax(red, DARKEST) / fmax(green, DARKEST))),
		.yellow = logf((float)(fmax(green, DARKEST) / fmax(blue, DARKEST))),
		.y = y,
	};
}

/* Look at the person's places. They are aligned to chroma's samples. */
static void collect(struct pmk_gauge *g, const struct pmk_image *f, const struct pmk_mask *mask)
{
	int counts[PMK_NOISE_RESIDUES] = { 0 }, seen = 0;

	g->count = g->all = 0;
	g->top = mask->height;
	for (int row = g->step / 2; row + PLACE < mask->height; row += g->step) {
		for (int column = g->step / 2; column + PLACE < mask->width; column += g->step) {
			int x = column & ~1, y = row & ~1, left;

			g->all++;
			if (!is_person(mask, x, y))
				continue;
			g->place[g->count++] = look_at(f, x, y);
			g->top = pmk_min(g->top, y);
			g->bottom = y;
			left = pmk_noise_residue(
				f->plane[0] + (size_t)(y + 1) * (size_t)f->stride[0] + x + 1, f->stride[0]);
			counts[pmk_min(left, PMK_NOISE_RESIDUES - 1)]++;
			seen++;
		}
	}
	g->noise = pmk_noise_of(counts, seen);
}

/* --- judging --- */

/* The value that the share `q` of the `count` values is below, from `least` to `most`. */
static double quantile(const float *value, int count, double q, double least, double most)
{
	int bins[BINS] = { 0 }, i = 0;
	double below = 0, wanted = q * count;

	for (int k = 0; k < count; k++)
		bins[pmk_clamp((int)((value[k] - least) / (most - least) * BINS), 0, BINS - 1)]++;
	while (i < BINS - 1 && below + bins[i] < wanted)
		below += bins[i++];
	return least + (most - least) * (i + (bins[i] ? (wanted - below) / bins[i] : 0)) / BINS;
}

enum of { LUMA, RED, YELLOW };
typedef bool is_meant(const struct pmk_gauge *gauge, const struct place *place, const struct look *look);

/* A quantile over the places that are meant; *count is how many there are. */
static double quantile_of(
	struct pmk_gauge *g, enum of what, double q, is_meant *meant, const struct look *look, int *count)
{
	int n = 0;

	for (int i = 0; i < g->count; i++) {
		const struct place *p = &g->place[i];

		if (meant(g, p, look))
			g->value[n++] = what == LUMA ? p->luma : what == RED ? p->red : p->yellow;
	}
	if (count)
		*count = n;
	return quantile(g->value, n, q, what == LUMA ? 0 : -1.5, what == LUMA ? 1 : 2.5);
}

static bool any(const struct pmk_gauge *g, const struct place *p, const struct look *look)
{
	return true;
}

/* `bright` is the upper quartile at that time. */
static bool is_bright(const struct pmk_gauge *g, const struct place *p, const struct look *look)
{
	return p->luma >= look->bright;
}

/* Redder than green, and as yellow as that is, apart from the light's own tint, if that is clearly there. */
static bool is_skin(const struct pmk_gauge *g, const struct place *p, const struct look *look)
{
	double tint = fmax(look->least_yellow - SKIN_YELLOW, 0),
	       red = p->red - pmk_clamp_double(look->least_red, 0, RED_OF_YELLOW * tint), yellow = p->yellow - tint;

	return p->y < g->top + HEAD * (g->bottom - g->top) && p->luma > 0.03 && red > 0.1 && red < 1.6 &&
		yellow > 0.05 * red && yellow < 1.3 * red + (tint > 0 ? SKIN_YELLOW / 2 : 0);
}

static struct look judge(struct pmk_gauge *g)
{
	struct look l = { 0 };
	int skin = 0;

	l.bright = quantile_of(g, LUMA, 0.75, any, &l, NULL);
	l.least_yellow = quantile_of(g, YELLOW, 0.1, is_bright, &l, NULL);
	l.least_red = quantile_of(g, RED, 0.1, is_bright, &l, NULL);
	l.bright = quantile_of(g, LUMA, 0.98, any, &l, NULL);
	l.skin = quantile_of(g, LUMA, 0.75, is_skin, &l, &skin);
	l.has_skin = skin >= LEAST_SKIN && skin > 0.02 * g->count;
	if (l.has_skin) {
		l.red = quantile_of(g, RED, 0.5, is_skin, &l, NULL);
		l.yellow = quantile_of(g, YELLOW, 0.5, is_skin, &l, NULL);
	} else {
		l.skin = quantile_of(g, LUMA, 0.75, any, &l, NULL);
		l.red = 0.26;
	}
	return l;
}

/* How far a luma is from white, so that a gamma adds a constant. */
static double depth(double luma)
{
	return log(-log(pmk_clamp_double(luma, 0.003, 0.985)));
}

/* The skin's red without the light's: all that a lamp of that yellow may have of what is in everything. */
static double own_red(const struct look *l, double yellow)
{
	return pmk_clamp_double(l->red - pmk_clamp_double(l->least_red, 0, RED_OF_YELLOW * yellow), 0.1, 1);
}

/* The logarithm of g. `yellow` is the light's. */
static double darkness(const struct look *l, double yellow)
{
	double z = 5.4 + 10 * depth(l->skin) + 2.2 * depth(l->bright) + 4 * log(own_red(l, yellow));

	return fmin(log(PMK_GAUGE_MOST) / (1 + exp(-z)), fmax(depth(l->skin) - depth(BRIGHT_SKIN), 0));
}

/* The tint that the light gives to skin of that look: how much too yellow and too red it is, where logarithms of
 * colours are `times` as large as in ordinary light. */
static void find_cast(const struct look *l, double times, double *yellow, double *red)
{
	double most = MOST_YELLOW * times;

	*yellow = l->has_skin ? pmk_clamp_double(fmin(l->yellow - SKIN_YELLOW * times, l->least_yellow), 0, most) : 0;
	*red = pmk_clamp_double(fmin(l->red - SKIN_RED * times, l->least_red), 0, RED_OF_YELLOW * *yellow);
}

/* The look of the skin behind the curve, which changes saturated colours by less than `times` says. */
static struct look behind_curve(const struct look *l, const struct pmk_lighting *want, double times)
{
	struct pmk_tone_curve tone = pmk_tone_of(want->tone);
	double red = exp(l->red), blue = exp(-l->yellow), luma = 0.299 * red + 0.587 + 0.114 * blue, v = l->skin;
	double more = pmk_tone_growth(&tone, v, want->chroma) * v / luma, lit = pmk_tone_at(&tone, v);
	double r = lit + more * (red - luma), g = lit + more * (1 - luma), b = lit + more * (blue - luma);
	struct look out = *l;

	out.red = log(fmax(r, DARKEST) / fmax(g, DARKEST));
	out.yellow = log(fmax(g, DARKEST) / fmax(b, DARKEST));
	out.least_red /= times;
	out.least_yellow /= times;
	return out;
}

/* The tone whose curve gives the mean that v^(1/g) would give: the curve is less steep in the shadows. */
static double tone_of(const struct pmk_gauge *g, double log_g)
{
	int bins[BINS] = { 0 };
	double wanted = 0, low = 0, high = 2 * log(PMK_GAUGE_MOST);

	for (int i = 0; i < g->count; i++)
		bins[pmk_clamp((int)(g->place[i].luma * BINS), 0, BINS - 1)]++;
	for (int i = 0; i < BINS; i++)
		wanted += bins[i] * pow((i + 0.5) / BINS, exp(-log_g));
	for (int k = 0; k < 7; k++) {
		struct pmk_tone_curve tone = pmk_tone_of((low + high) / 2);
		double sum = 0;

		for (int i = 0; i < BINS; i++)
			sum += bins[i] ? bins[i] * pmk_tone_at(&tone, (i + 0.5) / BINS) : 0;
		*(sum < wanted ? &low : &high) = (low + high) / 2;
	}
	return (low + high) / 2;
}

bool pmk_gauge_read(struct pmk_gauge *g, const struct pmk_image *frame, const struct pmk_mask *mask, double strength,
	struct pmk_lighting *want)
{
	double yellow = 0, red = 0, dark = 0;
	struct look look;

	collect(g, frame, mask);
	if (g->count < 1 + LEAST_PERSON * g->all)
		return false;
	look = judge(g);
	for (int k = 0; k < 2; k++) { /* the cast depends on the darkness, and the darkness on the cast */
		dark = darkness(&look, yellow);
		find_cast(&look, exp(dark), &yellow, &red);
	}
	dark *= strength;
	want->chroma = dark > 0.02 ? pmk_clamp_double(log(own_red(&look, yellow) / 0.27) / dark, 0, 1) : 1;
	want->tone = dark > 0.005 ? tone_of(g, dark) : 0;
	look = behind_curve(&look, want, exp(dark * want->chroma));
	find_cast(&look, 1, &yellow, &red);
	want->blue = strength * yellow;
	want->red = strength * red;
	return true;
}

double pmk_gauge_noise(const struct pmk_gauge *g)
{
	return g->noise;
}

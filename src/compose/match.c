/* SPDX-License-Identifier: MIT */
#include "compose/match.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "image/noise.h"
#include "pixels/rows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 80 }; /* places that are measured in a row, about */
enum { NOISE_PLACES = 1 << 14 }; /* in the tile, where a row may start */
enum { TILE_SPREAD = 32 }; /* of the tile's noise */

static const double SLOWNESS_S = 1.5, LONGEST_STEP_S = 0.2;
static const double LEAST_PERSON = 0.02; /* share of the picture */
static const double LEAST_SPREAD = 1; /* a backdrop with less is one plain colour */

/* The values that move: gains, shifts in levels, grain in levels. Each has a limit per second. */
enum { LUMA_GAIN, LUMA_SHIFT, CHROMA_GAIN, U_SHIFT, V_SHIFT, GRAIN, SETTINGS };
static const double per_second[SETTINGS] = { 0.15, PMK_MATCH_LUMA_SECOND, 0.15, 4, 4, 1 };
static const double most_chroma = 8, most_grain = 6;

/* Measurements of a picture, in levels of limited range. */
struct sums {
	double mean[3], spread[3], noise, person; /* person: share of the places */
};

struct pmk_match {
	struct pmk_layout layout;
	double strength;
	const struct pmk_rows *rows;
	struct sums backdrop;
	bool has_backdrop, plain, begun;
	double set[SETTINGS];
	uint64_t last_ns;
	int gain[3], offset[3], amount; /* as rows->relight wants them */
	uint32_t moment; /* differs from frame to frame: for the grain */
	uint8_t *row;
	int8_t *tile;
};

static uint32_t hash(uint32_t x)
{
	x = (x ^ x >> 16) * 0x7feb352du;
	x = (x ^ x >> 15) * 0x846ca68bu;
	return x ^ x >> 16;
}

/* Sums of four random bytes are close enough to a normal distribution. Their spread is 148; it is scaled to
 * TILE_SPREAD. */
static void fill_tile(int8_t *tile, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t h = hash((uint32_t)i + 1);
		int sum = (int)(h & 255) + (int)(h >> 8 & 255) + (int)(h >> 16 & 255) + (int)(h >> 24) - 510;

		tile[i] = (int8_t)lround(sum * (TILE_SPREAD / 147.8));
	}
}

int pmk_match_create(const struct pmk_layout *layout, double strength, struct pmk_match **match)
{
	struct pmk_match *m = calloc(1, sizeof *m);
	size_t places = NOISE_PLACES + (size_t)layout->width;

	if (!m)
		return -ENOMEM;
	m->layout = *layout;
	m->strength = strength;
	m->rows = pmk_rows();
	m->row = pmk_mem_alloc((size_t)layout->width);
	m->tile = pmk_mem_alloc(places);
	if (!m->row || !m->tile) {
		pmk_match_destroy(m);
		return -ENOMEM;
	}
	fill_tile(m->tile, places);
	*match = m;
	return 0;
}

void pmk_match_destroy(struct pmk_match *m)
{
	if (!m)
		return;
	free(m->row);
	free(m->tile);
	free(m);
}

void pmk_match_set_strength(struct pmk_match *m, double strength)
{
	m->strength = strength;
}

/* --- measuring --- */

/* How much a place tells about the colour of the light rather than of an object: the greyer, the more. A face or a red
 * pullover tells little. */
static double weight_of(const int value[3])
{
	double u = (value[1] - 128) / 10.0, v = (value[2] - 128) / 10.0;

	return 1 / (1 + u * u + v * v);
}

static void spread_of(
	struct sums *s, const double sum[3], const double square[3], const double weight[3], enum pmk_range range)
{
	for (int p = 0; p < 3; p++) {
		double scale = range == PMK_RANGE_LIMITED ? 1 :
			p                                 ? 224.0 / 255 :
							    219.0 / 255,
		       mean = sum[p] / weight[p];
		double variance = square[p] / weight[p] - mean * mean;

		s->spread[p] = sqrt(fmax(variance, 0)) * scale;
		s->mean[p] = range == PMK_RANGE_LIMITED ? mean : p ? 128 + (mean - 128) * scale : 16 + mean * scale;
	}
}

/* Measure at places spread evenly over the picture, in columns that change from row to row. Places too dark or too
 * bright to show noise are left out of the noise. */
static void measure(
	const struct pmk_image *image, const struct pmk_mask *mask, const struct pmk_light *light, struct sums *s)
{
	int step = image->layout.width / COLUMNS + 1, down = image->layout.chroma == PMK_CHROMA_420, total = 0,
	    seen = 0, person = 0;
	double sum[3] = { 0 }, square[3] = { 0 }, weight[3] = { 0 };
	int counts[PMK_NOISE_RESIDUES] = { 0 };

	for (int y = step / 2; y < image->layout.height; y += step) {
		for (int x = y * 5 % step; x < image->layout.width; x += step) {
			const uint8_t *luma = image->plane[0] + (size_t)y * image->stride[0] + x;
			size_t row = (size_t)(y >> down), column = (size_t)(x / 2);
			int value[3] = { *luma, image->plane[1][row * image->stride[1] + column],
				image->plane[2][row * image->stride[2] + column] };
			double grey;

			if (light)
				pmk_light_pixel(light, value);
			grey = weight_of(value);
			for (int p = 0; p < 3; p++) {
				double w = p ? grey : 1;
				sum[p] += w * value[p];
				square[p] += w * value[p] * value[p];
				weight[p] += w;
			}
			total++;
			person += mask && mask->alpha[(size_t)y * mask->stride + x] >= 128;
			if (x < 1 || y < 1 || x + 1 >= image->layout.width || y + 1 >= image->layout.height ||
				*luma < 24 || *luma > 225)
				continue;
			int left = pmk_noise_residue(luma, image->stride[0]);
			counts[pmk_min(left, PMK_NOISE_RESIDUES - 1)]++;
			seen++;
		}
	}
	s->noise = pmk_noise_of(counts, seen);
	s->person = total ? (double)person / total : 0;
	if (total)
		spread_of(s, sum, square, weight, light ? PMK_RANGE_LIMITED : image->layout.range);
	if (image->layout.range == PMK_RANGE_FULL)
		s->noise *= 219.0 / 255;
}

void pmk_match_backdrop(struct pmk_match *m, const struct pmk_image *backdrop)
{
	const double *spread = m->backdrop.spread;

	measure(backdrop, NULL, NULL, &m->backdrop);
	m->has_backdrop = true;
	m->plain = spread[0] < LEAST_SPREAD && spread[1] < LEAST_SPREAD && spread[2] < LEAST_SPREAD;
}

/* --- moving --- */

static double ratio_of(double camera, double backdrop)
{
	return backdrop < LEAST_SPREAD ? 1 : pmk_clamp_double(camera / backdrop, 0.7, 1.3);
}

/* Half is the ratio of the spreads, half the gain of another exposure. Otherwise black would turn grey where the mean
 * rises, and dark detail would drown where it falls. */
static double luma_gain(const struct sums *camera, const struct sums *b, double shift)
{
	double black = 16, light = fmax(b->mean[0] - black, 1);

	return sqrt(ratio_of(camera->spread[0], b->spread[0]) * pmk_clamp_double((light + shift) / light, 0.6, 1.6));
}

static void wanted(const struct pmk_match *m, const struct sums *camera, double want[SETTINGS])
{
	const struct sums *b = &m->backdrop;
	double k = m->strength, grain;

	want[LUMA_GAIN] = want[CHROMA_GAIN] = 1;
	want[LUMA_SHIFT] = want[U_SHIFT] = want[V_SHIFT] = 0;
	if (m->has_backdrop) {
		want[LUMA_SHIFT] = k * pmk_clamp_double(camera->mean[0] - b->mean[0], -PMK_MATCH_LUMA, PMK_MATCH_LUMA);
		want[LUMA_GAIN] = pow(luma_gain(camera, b, want[LUMA_SHIFT] / k), k);
		want[CHROMA_GAIN] = pow(
			ratio_of(hypot(camera->spread[1], camera->spread[2]), hypot(b->spread[1], b->spread[2])), k);
		want[U_SHIFT] = k * pmk_clamp_double(camera->mean[1] - b->mean[1], -most_chroma, most_chroma);
		want[V_SHIFT] = k * pmk_clamp_double(camera->mean[2] - b->mean[2], -most_chroma, most_chroma);
	}
	grain = b->noise * want[LUMA_GAIN]; /* the backdrop's own; 0 without one */
	want[GRAIN] = k * pmk_clamp_double(sqrt(fmax(camera->noise * camera->noise - grain * grain, 0)), 0, most_grain);
}

/* Gains scale around the backdrop's mean, which then moves by the shift. */
static void apply(struct pmk_match *m)
{
	for (int p = 0; p < 3; p++) {
		double gain = m->set[p ? CHROMA_GAIN : LUMA_GAIN],
		       shift = m->set[p == 0  ? LUMA_SHIFT :
				       p == 1 ? U_SHIFT :
						V_SHIFT];

		m->gain[p] = (int)lround(gain * PMK_RELIGHT_GAIN);
		m->offset[p] = (int)lround(((m->backdrop.mean[p] - 128) * (1 - gain) + shift) * PMK_RELIGHT_LEVEL);
	}
	m->amount = (int)lround(m->set[GRAIN] * (PMK_RELIGHT_GRAIN / TILE_SPREAD));
}

void pmk_match_see(struct pmk_match *m, const struct pmk_frame *frame, const struct pmk_mask *mask,
	const struct pmk_light *light, uint64_t now_ns)
{
	double passed = pmk_clamp_double((double)(int64_t)(now_ns - m->last_ns) / 1e9, 0, LONGEST_STEP_S),
	       share = 1 - exp(-passed / SLOWNESS_S);
	double want[SETTINGS];
	struct sums camera;

	m->moment = hash((uint32_t)frame->number + 1);
	m->last_ns = now_ns;
	if (m->plain)
		return;
	measure(&frame->image, mask, light && pmk_light_shines(light, frame) ? light : NULL, &camera);
	if (camera.person < LEAST_PERSON)
		return;
	wanted(m, &camera, want);
	for (int i = 0; i < SETTINGS; i++)
		m->set[i] = m->begun ? m->set[i] +
				pmk_clamp_double(share * (want[i] - m->set[i]), -per_second[i] * passed,
					per_second[i] * passed) :
				       want[i];
	m->begun = true;
	apply(m);
}

const uint8_t *pmk_match_row(struct pmk_match *m, int plane, int y, const uint8_t *row)
{
	const int8_t *grain = m->tile + hash(m->moment + (uint32_t)y) % NOISE_PLACES;
	int amount = plane ? 0 : m->amount;

	if (!m->begun || m->plain || (m->gain[plane] == PMK_RELIGHT_GAIN && m->offset[plane] == 0 && amount == 0))
		return row;
	m->rows->relight(row, grain, m->gain[plane], m->offset[plane], amount, m->row,
		pmk_layout_plane_width(&m->layout, plane), plane);
	return m->row;
}

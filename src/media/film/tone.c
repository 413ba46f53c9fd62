/* SPDX-License-Identifier: MIT */
#include "media/film/tone.h"

#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 4096, NODES = 33 };

/* cd/m2 */
static const double PQ_PEAK = 10000, HLG_PEAK = 1000, WHITE = 203, OLD_WHITE = 100, OLD_LEAST = 50, OLD_MOST = 115;

static const double SDR_GAMMA = 2.4, HLG_GAMMA = 1.2;

/* Linear light in BT.709's primaries. */
static const double from_bt2020[3][3] = {
	{ 1.660491, -0.587641, -0.072850 },
	{ -0.124550, 1.132900, -0.008349 },
	{ -0.018151, -0.100579, 1.118730 },
};
static const double from_p3[3][3] = {
	{ 1.224940, -0.224940, 0 },
	{ -0.042057, 1.042057, 0 },
	{ -0.019638, -0.078636, 1.098274 },
};
static const double from_bt709[3][3] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };

/* Y, Cb and Cr of BT.709, 0..255; the fourth is not used. */
typedef float samples __attribute__((vector_size(16)));

/* The whole conversion is a table of colours between which it interpolates. Its axes are red, green and blue as BT.1886
 * would code them: there it is nearly linear, and few nodes do. */
struct pmk_tone {
	float axis[STEPS + 1]; /* place of a code among the nodes, 0..NODES - 1 */
	samples node[NODES][NODES][NODES]; /* by red, green, blue */
};

/* What is needed to compute a node. */
struct curve {
	bool hlg;
	double white, peak; /* cd/m2 */
	double most; /* the light at the axes' ends: cd/m2; for HLG the scene's, 0..1 */
	const double (*matrix)[3];
};

static double pq_light(double code)
{
	double p = pow(code, 1 / 78.84375), above = fmax(p - 0.8359375, 0);

	return PQ_PEAK * pow(above / (18.8515625 - 18.6875 * p), 1 / 0.1593017578125);
}

static double pq_code(double nits)
{
	double p = pow(nits / PQ_PEAK, 0.1593017578125);

	return pow((0.8359375 + 18.8515625 * p) / (1 + 18.6875 * p), 78.84375);
}

static double hlg_scene(double code)
{
	const double a = 0.17883277, b = 1 - 4 * a, c = 0.5 - a * log(4 * a);

	return code <= 0.5 ? code * code / 3 : (exp((code - c) / a) + b) / 12;
}

bool pmk_tone_is_hdr(const struct pmk_tone_kind *kind)
{
	return kind->transfer == AVCOL_TRC_SMPTE2084 || kind->transfer == AVCOL_TRC_ARIB_STD_B67;
}

static bool is_bt2020(enum AVColorSpace space)
{
	return space == AVCOL_SPC_BT2020_NCL || space == AVCOL_SPC_BT2020_CL || space == AVCOL_SPC_ICTCP;
}

bool pmk_tone_needed(const AVFrame *frame, struct pmk_tone_kind *kind)
{
	*kind = (struct pmk_tone_kind){ frame->color_trc, frame->color_primaries };
	if (kind->primaries == AVCOL_PRI_UNSPECIFIED && (pmk_tone_is_hdr(kind) || is_bt2020(frame->colorspace)))
		kind->primaries = AVCOL_PRI_BT2020;
	return pmk_tone_is_hdr(kind) || is_bt2020(frame->colorspace) || kind->primaries == AVCOL_PRI_BT2020 ||
		kind->primaries == AVCOL_PRI_SMPTE431 || kind->primaries == AVCOL_PRI_SMPTE432;
}

/* BT.2390-10, 5.4.1: `code` and `most` are PQ codes as shares of the film's peak. There is no lift of black. */
static double eetf(double code, double most)
{
	double knee = 1.5 * most - 0.5, t, t2, t3;

	if (code < knee || knee >= 1)
		return code;
	t = (code - knee) / (1 - knee);
	t2 = t * t;
	t3 = t2 * t;
	return (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (3 * t2 - 2 * t3) * most;
}

/* The share of white that light of cd/m2 becomes. */
static double roll(const struct curve *curve, double nits)
{
	double peak_code = pq_code(curve->peak), code = pq_code(fmin(nits, curve->peak)) / peak_code;

	return pq_light(eetf(code, pq_code(curve->white) / peak_code) * peak_code) / curve->white;
}

/* Light of a code of 0..1: cd/m2; for HLG the scene's. */
static double light_of(const struct pmk_tone_kind *kind, double code)
{
	if (kind->transfer == AVCOL_TRC_ARIB_STD_B67)
		return hlg_scene(code);
	return kind->transfer == AVCOL_TRC_SMPTE2084 ? pq_light(code) : WHITE * pow(code, SDR_GAMMA);
}

double pmk_tone_nits(const struct pmk_tone_kind *kind, double grey)
{
	double light = light_of(kind, grey);

	return kind->transfer == AVCOL_TRC_ARIB_STD_B67 ? HLG_PEAK * pow(light, HLG_GAMMA) : light;
}

bool pmk_tone_is_dark(double peak)
{
	return peak <= OLD_MOST;
}

static struct curve curve_of(const struct pmk_tone_kind *kind, double peak)
{
	bool bt2020 = kind->primaries == AVCOL_PRI_BT2020,
	     p3 = kind->primaries == AVCOL_PRI_SMPTE431 || kind->primaries == AVCOL_PRI_SMPTE432;
	struct curve curve = { .hlg = kind->transfer == AVCOL_TRC_ARIB_STD_B67,
		.white = WHITE,
		.matrix = bt2020 ? from_bt2020 :
			p3       ? from_p3 :
				   from_bt709 };

	if (!pmk_tone_is_hdr(kind))
		peak = WHITE;
	else if (peak >= OLD_LEAST && pmk_tone_is_dark(peak))
		curve.white = peak = OLD_WHITE;
	else if (peak <= 0)
		peak = HLG_PEAK;
	curve.peak = curve.most = fmax(peak, curve.white);
	if (curve.hlg) /* a pure colour has less luminance and needs more light of the scene */
		curve.most = fmin(1.6 * pow(curve.peak / HLG_PEAK, 1 / HLG_GAMMA), 1);
	return curve;
}

/* Mix what is negative with grey of its luminance until it is not. */
static void into_gamut(double c[3])
{
	double least = fmin(fmin(c[0], c[1]), c[2]), luminance = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];

	for (int k = 0; k < 3 && least < 0; k++)
		c[k] = luminance > 0 ? luminance + (c[k] - luminance) * luminance / (luminance - least) : 0;
}

static samples node_of(const struct curve *curve, const int at[3])
{
	double in[3], c[3], system = 1, most, luma;

	for (int k = 0; k < 3; k++)
		in[k] = curve->most * pow((double)at[k] / (NODES - 1), SDR_GAMMA);
	if (curve->hlg)
		system = HLG_PEAK * pow(0.2627 * in[0] + 0.6780 * in[1] + 0.0593 * in[2], HLG_GAMMA - 1);
	for (int k = 0; k < 3; k++)
		c[k] = system *
			(curve->matrix[k][0] * in[0] + curve->matrix[k][1] * in[1] + curve->matrix[k][2] * in[2]);
	into_gamut(c);
	most = fmax(fmax(c[0], c[1]), c[2]);
	for (int k = 0; k < 3; k++)
		c[k] = most > 0 ? pow(fmax(c[k] * roll(curve, most) / most, 0), 1 / SDR_GAMMA) : 0;
	luma = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
	return (samples){ (float)(16 + 219 * luma), (float)(128 + 224 * (c[2] - luma) / 1.8556),
		(float)(128 + 224 * (c[0] - luma) / 1.5748), 0 };
}

struct pmk_tone *pmk_tone_create(const struct pmk_tone_kind *kind, double peak)
{
	struct curve curve = curve_of(kind, peak);
	struct pmk_tone *tone = aligned_alloc(64, (sizeof *tone + 63) / 64 * 64);

	if (!tone)
		return NULL;
	for (int i = 0; i <= STEPS; i++) {
		double share = fmin(light_of(kind, (double)i / STEPS) / curve.most, 1);
		tone->axis[i] = (float)((NODES - 1) * pow(share, 1 / SDR_GAMMA));
	}
	for (int r = 0; r < NODES; r++) {
		for (int g = 0; g < NODES; g++) {
			for (int b = 0; b < NODES; b++)
				tone->node[r][g][b] = node_of(&curve, (const int[3]){ r, g, b });
		}
	}
	return tone;
}

void pmk_tone_destroy(struct pmk_tone *tone)
{
	free(tone);
}

static samples between(samples a, samples b, float share)
{
	return a + (b - a) * share;
}

static int code(float value)
{
	return value <= 0 ? 0 : value >= STEPS ? STEPS : (int)(value + 0.5f);
}

/* Red, green and blue: codes of 0..STEPS. */
static samples convert(const struct pmk_tone *tone, float red, float green, float blue)
{
	float r = tone->axis[code(red)], g = tone->axis[code(green)], b = tone->axis[code(blue)];
	int x = r >= NODES - 1 ? NODES - 2 : (int)r, y = g >= NODES - 1 ? NODES - 2 : (int)g,
	    z = b >= NODES - 1 ? NODES - 2 : (int)b;
	const samples *low = tone->node[x][y], *high = tone->node[x + 1][y];
	float at = b - (float)z;
	samples near = between(
		between(low[z], low[z + 1], at), between(low[NODES + z], low[NODES + z + 1], at), g - (float)y);
	samples far = between(
		between(high[z], high[z + 1], at), between(high[NODES + z], high[NODES + z + 1], at), g - (float)y);

	return between(near, far, r - (float)x);
}

/* One conversion of a picture; coefficients for codes of 0..STEPS. */
struct task {
	const struct pmk_tone *tone;
	const AVFrame *from;
	int from_x, from_y, to_x, to_y; /* shifts of a place to the one of its chroma */
	float y_scale, y_black, c_scale, c_grey, cr_r, cb_g, cr_g, cb_b;
	uint8_t *const *plane;
	const int *stride;
};

static void prepare(struct task *task)
{
	const AVFrame *from = task->from;
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(from->format);
	int spare = desc->comp[0].depth - 8;
	bool full = from->color_range == AVCOL_RANGE_JPEG;
	float kr = 0.2627f, kb = 0.0593f; /* BT.2020 */

	if (from->colorspace == AVCOL_SPC_BT709) {
		kr = 0.2126f;
		kb = 0.0722f;
	} else if (from->colorspace == AVCOL_SPC_BT470BG || from->colorspace == AVCOL_SPC_SMPTE170M) {
		kr = 0.299f;
		kb = 0.114f;
	}
	task->from_x = desc->log2_chroma_w;
	task->from_y = desc->log2_chroma_h;
	task->y_black = full ? 0 : (float)(16 << spare);
	task->y_scale = (float)STEPS / (float)(full ? (256 << spare) - 1 : 219 << spare);
	task->c_grey = (float)(128 << spare);
	task->c_scale = (float)STEPS / (float)(full ? (256 << spare) - 1 : 224 << spare);
	task->cr_r = 2 * (1 - kr);
	task->cb_b = 2 * (1 - kb);
	task->cb_g = -task->cb_b * kb / (1 - kr - kb);
	task->cr_g = -task->cr_r * kr / (1 - kr - kb);
}

static float sample(const AVFrame *frame, int plane, int x, int y)
{
	const uint8_t *row = frame->data[plane] + (ptrdiff_t)y * frame->linesize[plane];

	return ((const uint16_t *)(const void *)row)[x];
}

static samples convert_pixel(const struct task *task, int x, int y)
{
	float luma = (sample(task->from, 0, x, y) - task->y_black) * task->y_scale;
	float cb = (sample(task->from, 1, x >> task->from_x, y >> task->from_y) - task->c_grey) * task->c_scale;
	float cr = (sample(task->from, 2, x >> task->from_x, y >> task->from_y) - task->c_grey) * task->c_scale;

	return convert(
		task->tone, luma + task->cr_r * cr, luma + task->cb_g * cb + task->cr_g * cr, luma + task->cb_b * cb);
}

/* Convert the pixels of a sample of chroma. */
static void convert_cell(const struct task *task, int cx, int cy)
{
	samples sum = { 0 };
	int count = 0;

	for (int y = cy << task->to_y; y < (cy + 1) << task->to_y && y < task->from->height; y++) {
		for (int x = cx << task->to_x; x < (cx + 1) << task->to_x && x < task->from->width; x++, count++) {
			samples s = convert_pixel(task, x, y);
			task->plane[0][(ptrdiff_t)y * task->stride[0] + x] = (uint8_t)(s[0] + 0.5f);
			sum += s;
		}
	}
	for (int p = 1; p < 3; p++)
		task->plane[p][(ptrdiff_t)cy * task->stride[p] + cx] = (uint8_t)(sum[p] / (float)count + 0.5f);
}

bool pmk_tone_takes(enum AVPixelFormat format)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);
	const uint64_t others = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_FLOAT;

	return desc && desc->nb_components == 3 && !(desc->flags & others) && desc->flags & AV_PIX_FMT_FLAG_PLANAR &&
		desc->comp[0].depth > 8 && !desc->comp[0].shift && desc->comp[1].step == 2;
}

void pmk_tone_run(const struct pmk_tone *tone, const AVFrame *from, enum AVPixelFormat format, uint8_t *const plane[4],
	const int stride[4])
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);
	struct task task = { .tone = tone,
		.from = from,
		.to_x = desc->log2_chroma_w,
		.to_y = desc->log2_chroma_h,
		.plane = plane,
		.stride = stride };

	prepare(&task);
	for (int y = 0; y < AV_CEIL_RSHIFT(from->height, task.to_y); y++) {
		for (int x = 0; x < AV_CEIL_RSHIFT(from->width, task.to_x); x++)
			convert_cell(&task, x, y);
	}
}

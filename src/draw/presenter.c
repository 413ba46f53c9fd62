/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "draw/presenter_parts.h"

#include "base/mem.h"
#include "draw/presenter.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	NOISE_SPAN = PMK_IMAGE_MAX_PX, /* places in the noise table where a row may start */
	/* of pictures for which the figure is drawn in full; in higher ones it is enlarged */
	SPRITE_MAX_HEIGHT = 2160,
	MOST_SPRITES = 7,
};

static const float head_size = 0.178f; /* share of the picture's height */

struct pmk_presenter {
	int width, height;
	uint32_t seed;
	uint8_t *office; /* R, G, B, 0: tight rows */
	uint8_t *rows; /* two rows of a picture being drawn: R, G, B, alpha of the figure */
	struct pmk_image planes; /* the office in the layout last asked for; its block holds any */
	bool planes_ready;
	struct pmk_figure figure;
	int8_t noise[2 * NOISE_SPAN];
};

/* A sprite on its way into the picture: where in it each picture pixel is found. */
struct warp {
	const struct pmk_sprite *sprite;
	float u, v, u_x, u_y, v_x, v_y; /* sprite px at the picture's origin, and their change a picture px */
	float push_x, push_y, middle_x, middle_y, reach; /* sprite px; reach is 1 / radius^2 */
};

struct scene {
	struct warp warps[MOST_SPRITES];
	int count;
	uint32_t moment; /* differs from one time to another: for the noise */
};

struct span {
	int first, end;
};

typedef uint8_t bytes8 __attribute__((vector_size(8)));
typedef uint16_t words8 __attribute__((vector_size(16)));

/* Four channels between two pixels of `top` and two of `bottom`, laid over the pixel at `to`. Fractions are 256ths. */
static inline void blend(uint8_t *to, const uint8_t *top, const uint8_t *bottom, unsigned fx, unsigned fy)
{
	uint16_t right = (uint16_t)fx, left = (uint16_t)(256 - fx);
	bytes8 a, b, below = { 0 };
	words8 mean, under;

	memcpy(&a, top, 8);
	memcpy(&b, bottom, 8);
	if (!((uint64_t)a | (uint64_t)b))
		return;
	mean = __builtin_convertvector(a, words8) * (uint16_t)(256 - fy) +
		__builtin_convertvector(b, words8) * (uint16_t)fy;
	mean = (mean + 128) >> 8;
	mean *= (words8){ left, left, left, left, right, right, right, right };
	mean = (mean + __builtin_shufflevector(mean, mean, 4, 5, 6, 7, 0, 1, 2, 3) + 128) >> 8;
	if (mean[3] < 255) {
		if (!mean[3])
			return;
		memcpy(&below, to, 4);
		under = __builtin_convertvector(below, words8) * (uint16_t)(255 - mean[3]) + 128;
		mean += (under + (under >> 8)) >> 8;
	}
	a = __builtin_convertvector(mean, bytes8);
	memcpy(to, &a, 4);
}

static struct warp warp_of(const struct pmk_sprite *s, const struct pmk_transform *at, float px_a_head)
{
	float shrink = s->scale / px_a_head, c = pmk_wave((double)at->turn + 0.25) * shrink;
	float d = pmk_wave((double)at->turn) * shrink;
	struct warp w = { .sprite = s, .u_x = c, .u_y = d, .v_x = -d, .v_y = c };

	w.middle_x = (float)-s->left;
	w.middle_y = (float)-s->top;
	w.u = w.middle_x - at->x * w.u_x - at->y * w.u_y;
	w.v = w.middle_y - at->x * w.v_x - at->y * w.v_y;
	w.push_x = at->push_x * s->scale;
	w.push_y = at->push_y * s->scale;
	w.reach = 1 / (0.74f * 0.74f * s->scale * s->scale);
	return w;
}

/* Narrow the span to where `from + x * step` lies within 0..most. */
static void narrow(struct span *span, float from, float step, float most)
{
	float a = -from / step, b = (most - from) / step, low = a < b ? a : b, high = a < b ? b : a;

	if (step > -1e-6f && step < 1e-6f) {
		if (from < 0 || from > most)
			span->end = span->first;
		return;
	}
	if (low > (float)span->first)
		span->first = low < (float)span->end ? (int)ceilf(low) : span->end;
	if (high < (float)(span->end - 1))
		span->end = high > (float)span->first ? (int)floorf(high) + 1 : span->first;
}

/* Lay row y of a sprite over `row`; gives what was touched. */
static struct span warp_row(const struct warp *w, int y, int width, uint8_t *row)
{
	const struct pmk_sprite *s = w->sprite;
	float most_u = (float)s->width - 1.02f, most_v = (float)s->height - 1.02f, u0 = w->u + (float)y * w->u_y;
	float v0 = w->v + (float)y * w->v_y;
	size_t stride = (size_t)s->width * 4;
	bool push = w->push_x != 0 || w->push_y != 0;
	struct span span = { 0, width };

	narrow(&span, u0, w->u_x, most_u);
	narrow(&span, v0, w->v_x, most_v);
	for (int x = span.first; x < span.end; x++) {
		float u = u0 + (float)x * w->u_x, v = v0 + (float)x * w->v_x;
		const uint8_t *from;
		int iu, iv;

		if (push) {
			float mx = u - w->middle_x, my = v - w->middle_y, near = 1 - (mx * mx + my * my) * w->reach;

			u -= near > 0 ? w->push_x * near : 0;
			v -= near > 0 ? w->push_y * near : 0;
		}
		u = u > 0 ? u : 0;
		v = v > 0 ? v : 0;
		iu = (int)u;
		iv = (int)v;
		from = s->px + (size_t)iv * stride + (size_t)iu * 4;
		blend(row + 4 * (size_t)x, from, from + stride, (unsigned)((u - (float)iu) * 256),
			(unsigned)((v - (float)iv) * 256));
	}
	return span;
}

static void add(struct scene *scene, const struct pmk_sprite *sprite, const struct pmk_transform *place, float head)
{
	assert(scene->count < MOST_SPRITES);
	if (sprite->px)
		scene->warps[scene->count++] = warp_of(sprite, place, head);
}

static struct scene scene_at(struct pmk_presenter *p, double time_s)
{
	float head = head_size * (float)p->height;
	struct pmk_pose pose = pmk_pose_at(p->seed, time_s, p->width, p->height, head);
	struct pmk_figure *f = &p->figure;
	struct scene scene = { 0 };
	uint64_t bits;

	memcpy(&bits, &time_s, sizeof(bits));
	scene.moment = pmk_hash((uint32_t)bits ^ pmk_hash((uint32_t)(bits >> 32)));
	pmk_figure_face(f, pose.mouth, pose.lids);
	add(&scene, &f->back_hair, &pose.head, head);
	add(&scene, &f->body, &pose.body, head);
	add(&scene, &f->head, &pose.head, head);
	for (int i = 0; i < 2; i++) {
		if (pose.raised[i]) {
			add(&scene, &f->hand[i], &pose.hand[i], head);
			add(&scene, &f->forearm[i], &pose.forearm[i], head);
		}
	}
	return scene;
}

/* Row y of the picture without noise into `row`; gives the span in which the figure may be. */
static struct span compose_row(const struct pmk_presenter *p, const struct scene *scene, int y, uint8_t *row)
{
	struct span all = { p->width, 0 };

	memcpy(row, p->office + (size_t)y * (size_t)p->width * 4, (size_t)p->width * 4);
	for (int i = 0; i < scene->count; i++) {
		struct span span = warp_row(&scene->warps[i], y, p->width, row);

		if (span.first < span.end) {
			all.first = pmk_min(span.first, all.first);
			all.end = pmk_max(span.end, all.end);
		}
	}
	return all;
}

static const int8_t *noise_row(const struct pmk_presenter *p, const struct scene *scene, int y)
{
	return p->noise + pmk_hash(scene->moment + (uint32_t)y) % NOISE_SPAN;
}

/* The same noise on all of a pixel's `channels`. */
static inline void add_noise(uint8_t *restrict to, const int8_t *restrict noise, int count, int channels)
{
	for (int x = 0; x < count; x++) {
		for (int c = 0; c < channels; c++) {
			int value = to[x * channels + c] + noise[x];

			to[x * channels + c] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
		}
	}
}

static void give_truth(struct pmk_mask *truth, int y, const uint8_t *row)
{
	uint8_t *alpha = truth->alpha + (size_t)y * (size_t)truth->stride;

	for (int x = 0; x < truth->width; x++)
		alpha[x] = row[4 * x + 3];
}

void pmk_presenter_draw(struct pmk_presenter *p, double time_s, struct pmk_rgb *rgb, struct pmk_mask *truth)
{
	struct scene scene = scene_at(p, time_s);

	for (int y = 0; y < p->height; y++) {
		uint8_t *to = rgb ? rgb->data + (size_t)y * (size_t)rgb->stride : NULL;

		compose_row(p, &scene, y, p->rows);
		if (truth)
			give_truth(truth, y, p->rows);
		for (int x = 0; x < p->width && rgb; x++)
			memcpy(to + 3 * (size_t)x, p->rows + 4 * (size_t)x, 3);
		if (rgb)
			add_noise(to, noise_row(p, &scene, y), p->width, 3);
	}
}

/* RGB to YUV in 256ths. */
struct colours {
	int yr, yg, yb, y0;
	int ur, ug, ub, vr, vg, vb;
};

/* ITU-R BT.601-7 and BT.709-6, luma shares in 256ths of the range. Shares are rounded so that grey has no colour. */
static struct colours colours_of(const struct pmk_layout *layout)
{
	double kr = layout->matrix == PMK_MATRIX_BT709 ? 0.2126 : 0.299;
	double kb = layout->matrix == PMK_MATRIX_BT709 ? 0.0722 : 0.114;
	bool full = layout->range == PMK_RANGE_FULL;
	double luma = full ? 256 : 256 * 219 / 255.0, chroma = full ? 128 : 128 * 224 / 255.0;
	struct colours c = { .y0 = full ? 0 : 16 };

	c.yr = (int)(kr * luma + 0.5);
	c.yb = (int)(kb * luma + 0.5);
	c.yg = (int)(luma + 0.5) - c.yr - c.yb;
	c.ub = c.vr = (int)(chroma + 0.5);
	c.ur = -(int)(chroma * kr / (1 - kb) + 0.5);
	c.ug = -c.ub - c.ur;
	c.vb = -(int)(chroma * kb / (1 - kr) + 0.5);
	c.vg = -c.vr - c.vb;
	return c;
}

static void luma_row(const struct colours *c, const uint8_t *row, struct span span, uint8_t *to)
{
	uint16_t r = (uint16_t)c->yr, g = (uint16_t)c->yg, b = (uint16_t)c->yb, bias = (uint16_t)(c->y0 * 256 + 128);

	for (int x = span.first; x < span.end; x++)
		to[x] = (uint8_t)((uint16_t)(row[4 * x] * r + row[4 * x + 1] * g + row[4 * x + 2] * b + bias) >> 8);
}

static uint8_t chroma_byte(int v)
{
	v = ((v + 128) >> 8) + 128;
	return (uint8_t)pmk_min(v, 255);
}

/* The chroma of two rows (which may be one and the same). The last of an odd number of columns stands alone. */
static void chroma_row(const struct colours *c, const uint8_t *a, const uint8_t *b, struct span span, int width,
	uint8_t *u, uint8_t *v)
{
	for (int x = span.first / 2; x < (span.end + 1) / 2; x++) {
		int i = 8 * x, j = 2 * x + 1 < width ? i + 4 : i, mean[3];

		for (int k = 0; k < 3; k++)
			mean[k] = (a[i + k] + a[j + k] + b[i + k] + b[j + k] + 2) >> 2;
		u[x] = chroma_byte(c->ur * mean[0] + c->ug * mean[1] + c->ub * mean[2]);
		v[x] = chroma_byte(c->vr * mean[0] + c->vg * mean[1] + c->vb * mean[2]);
	}
}

static uint8_t *plane_row(const struct pmk_image *image, int plane, int y)
{
	return image->plane[plane] + (size_t)y * (size_t)image->stride[plane];
}

/* Convert `count` rows of pixels (one, or two that share their chroma) from row y on. */
static void convert_rows(
	const struct colours *c, const uint8_t *rows, int y, int count, struct span span, struct pmk_image *image)
{
	size_t stride = (size_t)image->layout.width * 4;
	int down = image->layout.chroma == PMK_CHROMA_420 ? 2 : 1;

	for (int i = 0; i < count; i++) {
		const uint8_t *row = rows + (size_t)i * stride,
			      *other = down == 2 && i + 1 < count ? row + stride : row;

		luma_row(c, row, span, plane_row(image, 0, y + i));
		if (i % down == 0)
			chroma_row(c, row, other, span, image->layout.width, plane_row(image, 1, (y + i) / down),
				plane_row(image, 2, (y + i) / down));
	}
}

static void prepare_planes(struct pmk_presenter *p, const struct pmk_layout *layout)
{
	struct colours c = colours_of(layout);

	if (p->planes_ready && pmk_layout_equal(&p->planes.layout, layout))
		return;
	p->planes.layout = *layout;
	for (int y = 0; y < p->height; y += 2) {
		convert_rows(&c, p->office + (size_t)y * (size_t)p->width * 4, y, y + 1 < p->height ? 2 : 1,
			(struct span){ 0, p->width }, &p->planes);
	}
	p->planes_ready = true;
}

static void copy_rows(struct pmk_image *to, const struct pmk_image *from, int y, int count)
{
	int down = to->layout.chroma == PMK_CHROMA_420 ? 2 : 1;

	for (int i = 0; i < count; i++) {
		memcpy(plane_row(to, 0, y + i), plane_row(from, 0, y + i), (size_t)to->layout.width);
		for (int k = 1; k < 3 && i % down == 0; k++)
			memcpy(plane_row(to, k, (y + i) / down), plane_row(from, k, (y + i) / down),
				(size_t)pmk_layout_plane_width(&to->layout, k));
	}
}

void pmk_presenter_draw_image(struct pmk_presenter *p, double time_s, struct pmk_image *image, struct pmk_mask *truth)
{
	struct scene scene = scene_at(p, time_s);
	struct colours c = colours_of(&image->layout);
	size_t stride = (size_t)p->width * 4;

	assert(image->layout.width == p->width && image->layout.height == p->height);
	prepare_planes(p, &image->layout);
	for (int y = 0; y < p->height; y += 2) {
		int count = y + 1 < p->height ? 2 : 1;
		struct span all = { p->width, 0 };

		for (int i = 0; i < count; i++) {
			struct span span = compose_row(p, &scene, y + i, p->rows + (size_t)i * stride);

			all.first = pmk_min(span.first, all.first);
			all.end = pmk_max(span.end, all.end);
			if (truth)
				give_truth(truth, y + i, p->rows + (size_t)i * stride);
		}
		copy_rows(image, &p->planes, y, count);
		if (all.first < all.end)
			convert_rows(&c, p->rows, y, count, (struct span){ all.first & ~1, all.end }, image);
		for (int i = 0; i < count; i++)
			add_noise(plane_row(image, 0, y + i), noise_row(p, &scene, y + i), p->width, 1);
	}
}

/* The sum of four even numbers is near enough to a bell curve; sigma is 2.3 of 255. */
static void make_noise(int8_t *noise, uint32_t seed)
{
	for (uint32_t i = 0; i < 2 * NOISE_SPAN; i++) {
		uint32_t h = pmk_hash(i ^ pmk_hash(seed + 40));
		int sum = (int)(h & 255) + (int)(h >> 8 & 255) + (int)(h >> 16 & 255) + (int)(h >> 24) - 510;

		noise[i] = (int8_t)((sum + (sum < 0 ? -32 : 32)) / 64);
	}
}

static int make_office(struct pmk_presenter *p)
{
	struct pmk_rgb rgb = { 0 };
	int err = pmk_rgb_alloc(&rgb, p->width, p->height);

	if (!err)
		err = pmk_office_draw(&rgb, p->seed);
	for (int y = 0; y < p->height && !err; y++) {
		for (int x = 0; x < p->width; x++)
			memcpy(p->office + ((size_t)y * (size_t)p->width + (size_t)x) * 4,
				rgb.data + (size_t)y * (size_t)rgb.stride + (size_t)x * 3, 3);
	}
	pmk_rgb_free(&rgb);
	return err;
}

int pmk_presenter_create(int width, int height, uint32_t seed, struct pmk_presenter **presenter)
{
	struct pmk_layout any = { .width = width, .height = height, .chroma = PMK_CHROMA_422 };
	float head = head_size * (float)pmk_min(height, SPRITE_MAX_HEIGHT);
	struct pmk_presenter *p;
	int err = -ENOMEM;

	if (width < PMK_IMAGE_MIN_PX || width > PMK_IMAGE_MAX_PX || height < PMK_IMAGE_MIN_PX ||
		height > PMK_IMAGE_MAX_PX)
		return -EINVAL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->width = width;
	p->height = height;
	p->seed = seed;
	p->office = pmk_mem_alloc((size_t)width * (size_t)height * 4);
	p->rows = pmk_mem_alloc((size_t)width * 8);
	if (p->office && p->rows)
		err = pmk_image_alloc(&p->planes, &any);
	if (!err)
		err = make_office(p);
	if (!err)
		err = pmk_figure_init(&p->figure, seed, head);
	if (err) {
		pmk_presenter_destroy(p);
		return err;
	}
	make_noise(p->noise, seed);
	*presenter = p;
	return 0;
}

void pmk_presenter_destroy(struct pmk_presenter *p)
{
	if (!p)
		return;
	pmk_figure_finish(&p->figure);
	pmk_image_free(&p->planes);
	free(p->rows);
	free(p->office);
	free(p);
}

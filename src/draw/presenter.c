/* SPDX-License-Identifier: MIT */
#include "draw/presenter.h"

#include "base/mem.h"
#include "base/num.h"
#include "draw/presenter_parts.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	NOISE_SPAN = PMK_IMAGE_MAX_PX, /* positions in the noise table where a row may start */
	/* up to this height of the picture the figure is drawn in full size; in larger ones it is enlarged */
	SPRITE_MAX_HEIGHT = 2160,
	MOST_SPRITES = 7,
};

static const float head_size = 0.178f; /* share of the picture's height */

struct pmk_presenter {
	int width, height;
	uint32_t seed;
	uint8_t *office; /* R, G, B, 0; rows without gaps */
	uint8_t *rows; /* two rows of the picture: R, G, B, alpha of the figure */
	struct pmk_image planes; /* the office in the layout last used; the block is large enough for any */
	bool planes_ready;
	struct pmk_figure figure;
	int8_t noise[2 * NOISE_SPAN];
};

struct scene {
	struct pmk_warp warps[MOST_SPRITES];
	int count;
	uint32_t moment; /* differs for each time; seed of the noise */
};

static void add(struct scene *scene, const struct pmk_sprite *sprite, const struct pmk_transform *place, float head)
{
	assert(scene->count < MOST_SPRITES);
	if (sprite->px)
		scene->warps[scene->count++] = pmk_warp_of(sprite, place, head);
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

/* Draw row y of the picture, without noise, into `row`. Returns the columns in which the figure may be. */
static struct pmk_figure_span compose_row(const struct pmk_presenter *p, const struct scene *scene, int y, uint8_t *row)
{
	struct pmk_figure_span all = { p->width, 0 };

	memcpy(row, p->office + (size_t)y * (size_t)p->width * 4, (size_t)p->width * 4);
	for (int i = 0; i < scene->count; i++) {
		struct pmk_figure_span span = pmk_warp_row(&scene->warps[i], y, p->width, row);

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

/* Add the same noise to all `channels` of a pixel. */
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

static void prepare_planes(struct pmk_presenter *p, const struct pmk_layout *layout)
{
	struct pmk_yuv_shares c = pmk_yuv_shares_of(layout);

	if (p->planes_ready && pmk_layout_equal(&p->planes.layout, layout))
		return;
	p->planes.layout = *layout;
	for (int y = 0; y < p->height; y += 2) {
		pmk_rows_to_planes(&c, p->office + (size_t)y * (size_t)p->width * 4, y, y + 1 < p->height ? 2 : 1,
			(struct pmk_figure_span){ 0, p->width }, &p->planes);
	}
	p->planes_ready = true;
}

void pmk_presenter_draw_image(struct pmk_presenter *p, double time_s, struct pmk_image *image, struct pmk_mask *truth)
{
	struct scene scene = scene_at(p, time_s);
	struct pmk_yuv_shares c = pmk_yuv_shares_of(&image->layout);
	size_t stride = (size_t)p->width * 4;

	assert(image->layout.width == p->width && image->layout.height == p->height);
	prepare_planes(p, &image->layout);
	for (int y = 0; y < p->height; y += 2) {
		int count = y + 1 < p->height ? 2 : 1;
		struct pmk_figure_span all = { p->width, 0 };

		for (int i = 0; i < count; i++) {
			struct pmk_figure_span span = compose_row(p, &scene, y + i, p->rows + (size_t)i * stride);

			all.first = pmk_min(span.first, all.first);
			all.end = pmk_max(span.end, all.end);
			if (truth)
				give_truth(truth, y + i, p->rows + (size_t)i * stride);
		}
		pmk_planes_copy_rows(image, &p->planes, y, count);
		if (all.first < all.end)
			pmk_rows_to_planes(
				&c, p->rows, y, count, (struct pmk_figure_span){ all.first & ~1, all.end }, image);
		for (int i = 0; i < count; i++)
			add_noise(pmk_plane_row(image, 0, y + i), noise_row(p, &scene, y + i), p->width, 1);
	}
}

/* The sum of four uniform numbers approximates a normal distribution; sigma is 2.3 of 255. */
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

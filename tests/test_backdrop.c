/* SPDX-License-Identifier: MIT */
/* Backdrops: compose/backdrop.c. Their blur has more tests of its own (test_blur.c). */
#include "unit.h"

#include "base/cpu.h"
#include "compose/backdrop.h"
#include "compose/blur/blur.h"
#include "draw/builtin.h"
#include "image/colour.h"
#include "media/still.h"
#include "pixels/cells.h"

#include <errno.h>
#include <unistd.h>

static const struct pmk_layout layout = { .width = 160, .height = 90 };

static const uint8_t *pixel(const struct pmk_rgb *rgb, int x, int y)
{
	return rgb->data + (size_t)y * rgb->stride + (size_t)x * 3;
}

static void fill(struct pmk_rgb *rgb, int x0, int x1, uint8_t r, uint8_t g, uint8_t b)
{
	for (int y = 0; y < rgb->height; y++) {
		for (int x = x0; x < x1; x++)
			memcpy(rgb->data + (size_t)y * rgb->stride + (size_t)x * 3, (uint8_t[]){ r, g, b }, 3);
	}
}

/* Fit a 300x100 picture in red, green and blue thirds into 100x100. */
static void test_fits(void **state)
{
	struct pmk_rgb from, to;

	assert_int_equal(pmk_rgb_alloc(&from, 300, 100), 0);
	assert_int_equal(pmk_rgb_alloc(&to, 100, 100), 0);
	fill(&from, 0, 100, 250, 0, 0);
	fill(&from, 100, 200, 0, 250, 0);
	fill(&from, 200, 300, 0, 0, 250);

	assert_int_equal(pmk_backdrop_fit(&from, PMK_FIT_COVER, &to), 0); /* the middle third */
	for (int x = 2; x < 98; x += 19)
		assert_true(pixel(&to, x, 50)[1] > 240 && pixel(&to, x, 0)[1] > 240 && pixel(&to, x, 99)[0] < 10);
	assert_int_equal(pmk_backdrop_fit(&from, PMK_FIT_CONTAIN, &to), 0); /* all of it, black above and below */
	assert_true(pixel(&to, 5, 50)[0] > 240 && pixel(&to, 50, 50)[1] > 240 && pixel(&to, 95, 50)[2] > 240);
	assert_int_equal(pixel(&to, 50, 5)[0] + pixel(&to, 50, 5)[1] + pixel(&to, 50, 95)[2], 0);
	assert_int_equal(pmk_backdrop_fit(&from, PMK_FIT_STRETCH, &to), 0);
	assert_true(pixel(&to, 5, 0)[0] > 240 && pixel(&to, 95, 99)[2] > 240);
	/* 100 px wide, three times side by side */
	assert_int_equal(pmk_backdrop_fit(&to, PMK_FIT_TILE, &from), 0);
	for (int i = 0; i < 3; i++)
		assert_true(pixel(&from, i * 100 + 5, 50)[0] > 240 && pixel(&from, i * 100 + 95, 50)[2] > 240);
	pmk_rgb_free(&from);
	pmk_rgb_free(&to);
}

static int brightest(const struct pmk_rgb *rgb)
{
	int most = 0;

	for (int y = 0; y < rgb->height; y++) {
		for (int x = 0; x < rgb->width; x++)
			most = pixel(rgb, x, y)[0] > most ? pixel(rgb, x, y)[0] : most;
	}
	return most;
}

/* Any size fits into any size, in each way. */
static void test_fits_of_extreme_sizes(void **state)
{
	static const struct {
		int w, h;
	} sizes[] = { { 1, 1 }, { 1, 4000 }, { 4000, 1 }, { 3, 2 }, { 640, 480 }, { 97, 1013 } };

	for (int a = 0; a < 6; a++) {
		for (int b = 0; b < 6; b++) {
			struct pmk_rgb from, to;

			assert_int_equal(pmk_rgb_alloc(&from, sizes[a].w, sizes[a].h), 0);
			assert_int_equal(pmk_rgb_alloc(&to, sizes[b].w, sizes[b].h), 0);
			fill(&from, 0, sizes[a].w, 200, 100, 50);
			for (int fit = 0; fit < 4; fit++) {
				assert_int_equal(pmk_backdrop_fit(&from, (enum pmk_fit)fit, &to), 0);
				assert_in_range(brightest(&to), 198, 202);
			}
			pmk_rgb_free(&from);
			pmk_rgb_free(&to);
		}
	}
}

/* A picture of one colour keeps it in any size; but for a level, where many pixels become one. */
static void test_fits_keep_colours(void **state)
{
	static const int sides[][2] = { { 64, 64 }, { 100, 70 }, { 640, 360 }, { 33, 17 }, { 5, 9 }, { 1280, 720 } };

	for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
		struct pmk_rgb from, to;

		assert_int_equal(pmk_rgb_alloc(&from, 64, 64), 0);
		assert_int_equal(pmk_rgb_alloc(&to, sides[i][0], sides[i][1]), 0);
		fill(&from, 0, 64, 255, 254, 17);
		assert_int_equal(pmk_backdrop_fit(&from, PMK_FIT_STRETCH, &to), 0);
		for (int y = 0; y < to.height; y++) {
			for (int x = 0; x < to.width; x++) {
				const uint8_t *p = pixel(&to, x, y);

				assert_true(p[0] >= 254 && p[1] >= 253 && p[2] >= 16 && p[2] <= 17);
			}
		}
		pmk_rgb_free(&from);
		pmk_rgb_free(&to);
	}
}

static void test_fit_names(void **state)
{
	enum pmk_fit fit = PMK_FIT_COVER;

	assert_int_equal(pmk_fit_parse("tile", &fit), 0);
	assert_int_equal(fit, PMK_FIT_TILE);
	assert_int_equal(pmk_fit_parse("Cover", &fit), -EINVAL);
	assert_int_equal(fit, PMK_FIT_TILE);
}

static void test_specs(void **state)
{
	static const char *const bad[] = { "color:reed", "color:", "builtin:cellar", "builtin:", "blur:101", "blur:x",
		"blur:", "/nonexistent/a.png" };
	struct pmk_backdrop *b = NULL;
	const struct pmk_builtin *list;
	const struct pmk_image *picture;
	bool stays = false;
	char spec[64];
	int count;

	unit_catch_log();
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int before = unit_log_count;
		assert_true(pmk_backdrop_create(bad[i], PMK_FIT_COVER, &layout, &b) < 0);
		assert_int_equal(unit_log_count, before + 1);
	}
	assert_null(b);
	assert_int_equal(pmk_backdrop_create("color:#ff0000", PMK_FIT_COVER, &layout, &b), 0);
	assert_false(b->of_room);
	picture = b->impl->begin(b, NULL, NULL, &stays);
	assert_true(stays);
	assert_true(picture->plane[0][0] == 81 && picture->plane[1][0] == 90 && picture->plane[2][0] == 240);
	assert_ptr_equal(picture, &b->cover);
	pmk_backdrop_destroy(b);
	list = pmk_builtin_list(&count);
	assert_true(count >= 3);
	for (int i = 0; i < count; i++) {
		snprintf(spec, sizeof spec, "builtin:%s", list[i].name);
		assert_int_equal(pmk_backdrop_create(spec, PMK_FIT_COVER, &layout, &b), 0);
		assert_true(pmk_layout_equal(&b->cover.layout, &layout));
		pmk_backdrop_destroy(b);
	}
	pmk_log_redirect(NULL, NULL);
}

/* What can be told without reading a file: nothing is logged, and the reason suggests what may have been meant. */
static void test_check(void **state)
{
	static const char *const good[] = { "builtin:office", "green", "blur", "blur:30", "none", "/dev/null",
		"#336699", "color:#369", "color:Navy" };
	static const struct {
		const char *spec;
		int err;
		const char *why;
	} bad[] = {
		{ "", -EINVAL, "which picture or colour?" },
		{ "office", -EINVAL, "did you mean builtin:office?" },
		{ "navy", -EINVAL, "did you mean color:navy?" },
		{ "#33", -EINVAL, "a colour is a name such as navy" },
		{ "color:nvay", -EINVAL, "there is no such colour; did you mean color:navy?" },
		{ "color:mauve", -EINVAL, "a colour is a name such as navy" },
		{ "builtin:ofice", -EINVAL, "there is no such built-in backdrop; did you mean builtin:office?" },
		{ "builtin:cellar", -EINVAL, "office, library" },
		{ "blur:101", -EINVAL, "from 0 to 100" },
		{ "./absent.png", -ENOENT, "there is no such file" },
		{ "/dev", -EINVAL, "a folder; did you mean slideshow:/dev?" },
		{ "-", -EINVAL, "cannot come through a pipe; give the path" },
		{ "blurry", -EINVAL, "there is no such file; did you mean blur?" },
		{ "bluur:30", -EINVAL, "did you mean blur:30?" },
		{ "daylight", -EINVAL, "did you mean daylight:?" },
		{ "slideshw:/dev", -EINVAL, "did you mean slideshow:/dev?" },
		{ "slideshow", -EINVAL, "did you mean slideshow:FOLDER?" },
		{ "colour:red", -EINVAL, "did you mean color:red?" },
		{ "Librry", -EINVAL, "did you mean builtin:library?" },
		{ "purpel", -EINVAL, "did you mean color:purple?" },
		{ "library.jpg", -ENOENT, "there is no such file" }, /* a path is none of these */
		{ "./library", -ENOENT, "there is no such file" },
		{ "holiday", -ENOENT, "there is no such file" },
	};
	char why[200] = "untouched", folder[] = "/tmp/potemkin-test-XXXXXX", path[400];

	unit_catch_log();
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(pmk_backdrop_check(good[i], why, sizeof why), 0);
	assert_string_equal(why, "untouched");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(pmk_backdrop_check(bad[i].spec, why, sizeof why), bad[i].err);
		assert_non_null(strstr(why, bad[i].why));
	}
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/link.png", folder);
	assert_int_equal(symlink("absent.png", path), 0);
	assert_int_equal(pmk_backdrop_check(path, why, sizeof why), -ENOENT);
	assert_string_equal(why, "a link to a file that is not there");
	assert_int_equal(unlink(path) || rmdir(folder), 0);
	memset(path, 'a', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	assert_int_equal(pmk_backdrop_check(path, why, sizeof why), -ENOENT);
	assert_string_equal(why, "the name is too long for a file");
	assert_int_equal(pmk_backdrop_check("office", why, 4), -EINVAL);
	assert_string_equal(why, "the");
	assert_int_equal(unit_log_count, 0);
	pmk_log_redirect(NULL, NULL);
}

static void test_picture_file(void **state)
{
	char dir[] = "/tmp/potemkin-test-XXXXXX", path[64];
	struct pmk_backdrop *b = NULL;
	struct pmk_rgb rgb;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/wall.png", dir);
	assert_int_equal(pmk_rgb_alloc(&rgb, 50, 20), 0);
	fill(&rgb, 0, 50, 0, 0, 255);
	assert_int_equal(pmk_still_write_rgb(path, &rgb), 0);
	assert_int_equal(pmk_backdrop_create(path, PMK_FIT_COVER, &layout, &b), 0);
	assert_in_range(b->cover.plane[1][10], 238, 241);
	pmk_backdrop_destroy(b);
	b = NULL;
	f = fopen(path, "w");
	fputs("not a picture", f);
	fclose(f);
	unit_catch_log();
	assert_true(pmk_backdrop_create(path, PMK_FIT_COVER, &layout, &b) < 0);
	assert_non_null(strstr(unit_logged, path));
	assert_null(b);
	pmk_log_redirect(NULL, NULL);
	pmk_rgb_free(&rgb);
	unlink(path);
	rmdir(dir);
}

/* The whole result; the caller frees it. */
static struct pmk_image blurred(struct pmk_blur *blur, const struct pmk_image *frame, const struct pmk_mask *mask)
{
	struct pmk_image out;
	struct pmk_cells cells;
	bool stays;

	assert_int_equal(pmk_image_alloc(&out, pmk_blur_layout(blur)), 0);
	assert_int_equal(pmk_cells_init(&cells, mask->width, mask->height), 0);
	pmk_cells_find(&cells, mask);
	pmk_image_copy(&out, pmk_blur_begin(blur, &(struct pmk_frame){ .image = *frame }, &cells, NULL, &stays));
	assert_false(stays);
	pmk_cells_finish(&cells);
	return out;
}

static int plane_range(const struct pmk_image *m, int plane, int y0, int y1)
{
	int least = 255, most = 0;

	for (int y = y0; y < y1; y++) {
		for (int x = 0; x < pmk_layout_plane_width(&m->layout, plane); x++) {
			int v = m->plane[plane][(size_t)y * m->stride[plane] + x];
			least = v < least ? v : least;
			most = v > most ? v : most;
		}
	}
	return most - least;
}

/* A room of fine stripes with a person in a glaring colour: at the weakest blur no stripe is left, and nowhere is any
 * of the person's colour. */
static void check_hidden(int width)
{
	struct pmk_layout big = { .width = width, .height = 360 };
	struct pmk_image frame;
	struct pmk_mask mask;

	assert_int_equal(pmk_image_alloc(&frame, &big), 0);
	assert_int_equal(pmk_mask_alloc(&mask, width, 360), 0);
	for (int left = 216; left < 224;
		/* wherever in a cell the person begins; a cell with a single column of person is mostly room */
		left++) {
		uint64_t glow = left == 223 ? 8 : 2;

		for (int y = 0; y < 360; y++) {
			for (int x = 0; x < width; x++) {
				bool person = x >= left && x < left + 200 && y >= 80;
				frame.plane[0][(size_t)y * frame.stride[0] + x] = person ? 200 : x / 4 % 2 ? 60 : 180;
				frame.plane[1][(size_t)(y / 2) * frame.stride[1] + x / 2] = person ? 20 : 128;
				frame.plane[2][(size_t)(y / 2) * frame.stride[2] + x / 2] = person ? 235 : 128;
				mask.alpha[(size_t)y * mask.stride + x] = person ? 255 : 0;
			}
		}
		for (int percent = 0; percent <= 100; percent += 50) {
			struct pmk_image out;
			struct pmk_blur *blur;

			assert_int_equal(pmk_blur_create(&big, percent, &blur), 0);
			out = blurred(blur, &frame, &mask);
			assert_in_range(plane_range(&out, 0, 0, 360), 0, 36); /* out of 120 */
			assert_in_range(plane_range(&out, 1, 0, 180), 0, glow);
			assert_in_range(plane_range(&out, 2, 0, 180), 0, glow);
			pmk_image_free(&out);
			pmk_blur_destroy(blur);
		}
	}
	/* no background at all: a flat mean, nothing of the frame */
	memset(mask.alpha, 255, (size_t)mask.stride * 360);
	struct pmk_blur *blur;
	struct pmk_image grey;
	assert_int_equal(pmk_blur_create(&big, 60, &blur), 0);
	grey = blurred(blur, &frame, &mask);
	assert_int_equal(plane_range(&grey, 0, 0, 360), 0);
	pmk_image_free(&grey);
	pmk_blur_destroy(blur);
	pmk_image_free(&frame);
	pmk_mask_free(&mask);
}

static void test_blur_hides_the_room_and_the_person(void **state)
{
	check_hidden(640);
	check_hidden(1280); /* on the coarse grid, except for the weakest */
}

/* A wall of one colour keeps that colour, up to half a step, and stays plain to the last row and column, whatever is in
 * front of it. */
static void test_blur_of_a_plain_wall(void **state)
{
	static const struct {
		int w, h;
	} sizes[] = { { 16, 16 }, { 17, 23 }, { 33, 18 }, { 161, 91 }, { 640, 360 }, { 8, 500 }, { 1000, 4 },
		{ 1030, 41 } };
	static const uint8_t wall[3] = { 235, 17, 240 };

	for (int n = 0; n < 32; n++) {
		struct pmk_layout out = { .width = sizes[n % 8].w,
			.height = sizes[n % 8].h,
			.chroma = n / 8 & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420 },
				  in = out;
		uint32_t seed = (uint32_t)n + 1;
		struct pmk_image frame, result;
		struct pmk_mask mask;
		struct pmk_blur *blur;
		uint8_t truth[3];

		in.range = n & 16 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
		assert_int_equal(pmk_image_alloc(&frame, &in), 0);
		assert_int_equal(pmk_mask_alloc(&mask, in.width, in.height), 0);
		pmk_image_fill(&frame, wall);
		for (size_t i = 4; i < (size_t)mask.stride * (size_t)mask.height; i++)
			mask.alpha[i] = i / 97 % 3 && i / (size_t)mask.stride > 3 ? (uint8_t)unit_random(&seed) : 0;
		assert_int_equal(pmk_blur_create(&out, n * 3, &blur), 0);
		result = blurred(blur, &frame, &mask);
		for (int p = 0; p < 3; p++) {
			truth[p] = wall[p];
			if (in.range == PMK_RANGE_FULL)
				pmk_colour_row_to_limited(&wall[p], &truth[p], 1, p);
			for (int y = 0; y < pmk_layout_plane_height(&out, p); y++) {
				for (int x = 0; x < pmk_layout_plane_width(&out, p); x++)
					assert_in_range(result.plane[p][(size_t)y * result.stride[p] + x] + 1,
						truth[p] + 1 - PMK_BLUR_STEP / 2, truth[p] + 1 + PMK_BLUR_STEP / 2);
			}
			assert_int_equal(plane_range(&result, p, 0, pmk_layout_plane_height(&out, p)), 0);
		}
		pmk_blur_destroy(blur);
		pmk_mask_free(&mask);
		pmk_image_free(&result);
		pmk_image_free(&frame);
	}
}

/* Stripes of black and white come out as bright as a lens makes them: half of the light, not half of the value. */
static void test_blur_is_of_light(void **state)
{
	for (int n = 0; n < 4; n++) {
		struct pmk_layout out = { .width = n & 1 ? 1280 : 320, .height = 160 }, in = out;
		struct pmk_image frame, result;
		struct pmk_mask mask;
		struct pmk_blur *blur;

		in.range = n & 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
		assert_int_equal(pmk_image_alloc(&frame, &in), 0);
		assert_int_equal(pmk_mask_alloc(&mask, in.width, in.height), 0);
		pmk_image_fill(&frame, (const uint8_t[]){ 16, 128, 128 });
		memset(mask.alpha, 0, (size_t)mask.stride * (size_t)mask.height);
		for (int y = 0; y < in.height; y++) {
			for (int x = 0; x < in.width; x++) {
				if (x / PMK_CELL % 2)
					frame.plane[0][y * frame.stride[0] + x] = 235;
			}
		}
		assert_int_equal(pmk_blur_create(&out, 60, &blur), 0);
		result = blurred(blur, &frame, &mask);
		assert_in_range(result.plane[0][out.height / 2 * result.stride[0] + out.width / 2],
			in.range == PMK_RANGE_FULL ? 152 : 160, 172);
		assert_int_equal(result.plane[1][out.height / 4 * result.stride[1] + out.width / 4], 128);
		pmk_blur_destroy(blur);
		pmk_mask_free(&mask);
		pmk_image_free(&result);
		pmk_image_free(&frame);
	}
}

/* The tiniest pictures, some wide enough for the coarse grid, and every level of the CPU: the bytes are the same. */
static void test_blur_sizes_and_levels(void **state)
{
	for (int n = 0; n < 80; n++) {
		struct pmk_layout small = { .width = n < 72 ? 1 + n * 7 % 41 : 1024 + n % 19,
			.height = 1 + n * 11 % 37,
			.chroma = n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420 };
		struct pmk_image frame, first;
		struct pmk_mask mask;
		uint32_t seed = (uint32_t)n + 1;

		assert_int_equal(pmk_image_alloc(&frame, &small), 0);
		assert_int_equal(pmk_image_alloc(&first, &small), 0);
		assert_int_equal(pmk_mask_alloc(&mask, small.width, small.height), 0);
		for (int p = 0; p < 3; p++) {
			for (int i = 0; i < frame.stride[p] * pmk_layout_plane_height(&small, p); i++)
				frame.plane[p][i] = (uint8_t)unit_random(&seed);
		}
		for (int i = 0; i < mask.stride * mask.height; i++)
			mask.alpha[i] = (uint8_t)unit_random(&seed);
		for (int level = 0; level < PMK_CPU_LEVELS; level++) {
			struct pmk_blur *blur;
			struct pmk_image out;
			if (!pmk_cpu_has((enum pmk_cpu_level)level))
				continue;
			assert_int_equal(pmk_cpu_force(pmk_cpu_name((enum pmk_cpu_level)level)), 0);
			assert_int_equal(pmk_blur_create(&small, n, &blur), 0);
			out = blurred(blur, &frame, &mask);
			if (level == PMK_CPU_BASE)
				pmk_image_copy(&first, &out);
			for (int p = 0; p < 3; p++) {
				for (int y = 0; y < pmk_layout_plane_height(&small, p); y++)
					assert_memory_equal(out.plane[p] + (size_t)y * out.stride[p],
						first.plane[p] + (size_t)y * first.stride[p],
						(size_t)pmk_layout_plane_width(&small, p));
			}
			pmk_image_free(&out);
			pmk_blur_destroy(blur);
		}
		pmk_mask_free(&mask);
		pmk_image_free(&first);
		pmk_image_free(&frame);
	}
	assert_int_equal(pmk_cpu_force("auto"), 0);
}

/* The cover of a blur shows nothing of the room: it is one colour. */
static void test_blur_cover_is_plain(void **state)
{
	struct pmk_backdrop *b;

	assert_int_equal(pmk_backdrop_create("blur", PMK_FIT_COVER, &layout, &b), 0);
	for (int p = 0; p < 3; p++)
		assert_int_equal(plane_range(&b->cover, p, 0, pmk_layout_plane_height(&layout, p)), 0);
	pmk_backdrop_destroy(b);
}

/* So is that of the soft one, which says that the room stays recognisable; the strong ones have nothing to say. */
static void test_soft_blur(void **state)
{
	static const char *const soft[] = { "blur:1", "blur:9", "blur:10", "blur:20" };
	static const char *const strong[] = { "blur", "blur:0", "blur:21", "blur:100" };
	struct pmk_backdrop *b;

	for (int i = 0; i < 8; i++) {
		unit_catch_log();
		assert_int_equal(pmk_backdrop_create(i < 4 ? soft[i] : strong[i - 4], PMK_FIT_COVER, &layout, &b), 0);
		pmk_log_redirect(NULL, NULL);
		assert_int_equal(unit_log_count, i < 4);
		assert_true(i >= 4 || strstr(unit_logged, "recognisable"));
		assert_true(b->of_room);
		for (int p = 0; p < 3; p++)
			assert_int_equal(plane_range(&b->cover, p, 0, pmk_layout_plane_height(&layout, p)), 0);
		pmk_backdrop_destroy(b);
	}
}

static void test_what_needs_consent(void **state)
{
	static const char *const needs[] = { "none", "blur:1", "blur:5", "blur:9", "blur:09" };
	static const char *const free_ones[] = { "blur", "blur:0", "blur:10", "blur:20", "blur:21", "blur:100",
		"builtin:office", "green", "#000", "nonesuch.png", "blur:x" };

	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
		assert_true(pmk_backdrop_shows_room(needs[i]));
	for (size_t i = 0; i < sizeof free_ones / sizeof *free_ones; i++)
		assert_false(pmk_backdrop_shows_room(free_ones[i]));
}

static const struct pmk_image *picture_at(struct pmk_backdrop *b, struct pmk_frame *frame, int64_t ns, bool *stays)
{
	frame->position_ns = ns;
	*stays = false;
	return b->impl->begin(b, frame, NULL, stays);
}

/* The mean and the largest difference of two pictures' luma. */
static double difference(const struct pmk_image *a, const struct pmk_image *b, int *most)
{
	double sum = 0;

	*most = 0;
	for (int y = 0; y < a->layout.height; y++) {
		for (int x = 0; x < a->layout.width; x++) {
			int d = abs(a->plane[0][y * a->stride[0] + x] - b->plane[0][y * b->stride[0] + x]);

			sum += d;
			*most = d > *most ? d : *most;
		}
	}
	return sum / (a->layout.width * a->layout.height);
}

/* A built-in backdrop that moves does so calmly, for ever, and by the frame's moment alone; its cover is the moment 0.
 */
static void check_moving(const char *spec, const struct pmk_layout *of)
{
	const int64_t day = INT64_C(86400) * 1000000000, step = 67000000;
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, of);
	struct pmk_image kept;
	struct pmk_backdrop *b;
	double moved = 0;
	bool stays;
	int most;

	assert_int_equal(pmk_backdrop_create(spec, PMK_FIT_COVER, of, &b), 0);
	assert_int_equal(pmk_image_alloc(&kept, of), 0);
	assert_false(b->of_room);
	assert_true(difference(picture_at(b, frame, 0, &stays), &b->cover, &most) == 0);
	for (int64_t from = 0; from <= day; from += day) {
		pmk_image_copy(&kept, picture_at(b, frame, from, &stays));
		for (int i = 1; i < 40; i++) {
			moved += difference(picture_at(b, frame, from + i * step, &stays), &kept, &most);
			assert_false(stays);
			assert_in_range(most, 0, 24);
			picture_at(b, frame, from + i * step + 1000, &stays);
			assert_true(stays);
			pmk_image_copy(&kept, picture_at(b, frame, from + i * step, &stays));
		}
	}
	assert_true(moved > 1);
	pmk_image_copy(&kept, picture_at(b, frame, 5 * step, &stays));
	picture_at(b, frame, 77 * step, &stays);
	assert_true(difference(picture_at(b, frame, 5 * step, &stays), &kept, &most) == 0);
	pmk_image_free(&kept);
	pmk_backdrop_destroy(b);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
}

static void test_moving(void **state)
{
	const struct pmk_layout even = { .width = 322, .height = 182, .chroma = PMK_CHROMA_422 };
	const struct pmk_layout odd = { .width = 171, .height = 97 };

	check_moving("builtin:leaves", &even);
	check_moving("builtin:curtain", &odd);
	check_moving("builtin:sea", &even);
}

/* Every level of the CPU and the oddest sizes: the bytes are the same, and all of them are written. */
static void test_moving_sizes_and_levels(void **state)
{
	static const int sizes[][2] = { { 1, 1 }, { 2, 1 }, { 3, 300 }, { 17, 16 }, { 331, 37 }, { 700, 9 } };

	for (int n = 0; n < 12; n++) {
		struct pmk_layout of = { .width = sizes[n / 2][0],
			.height = sizes[n / 2][1],
			.chroma = n % 2 ? PMK_CHROMA_422 : PMK_CHROMA_420 };
		struct pmk_image first;

		assert_int_equal(pmk_image_alloc(&first, &of), 0);
		for (int level = 0; level < PMK_CPU_LEVELS; level++) {
			struct pmk_backdrop *b;

			if (!pmk_cpu_has((enum pmk_cpu_level)level))
				continue;
			assert_int_equal(pmk_cpu_force(pmk_cpu_name((enum pmk_cpu_level)level)), 0);
			assert_int_equal(pmk_backdrop_create("builtin:leaves", PMK_FIT_COVER, &of, &b), 0);
			if (level == PMK_CPU_BASE)
				pmk_image_copy(&first, &b->cover);
			for (int p = 0; p < 3; p++) {
				for (int y = 0; y < pmk_layout_plane_height(&of, p); y++) {
					const uint8_t *row = b->cover.plane[p] + (size_t)y * b->cover.stride[p];

					assert_memory_equal(row, first.plane[p] + (size_t)y * first.stride[p],
						(size_t)pmk_layout_plane_width(&of, p));
					for (int x = 0; x < pmk_layout_plane_width(&of, p); x++)
						assert_in_range(row[x], 16, 240);
				}
			}
			pmk_backdrop_destroy(b);
		}
		pmk_image_free(&first);
	}
	assert_int_equal(pmk_cpu_force("auto"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_fits_of_extreme_sizes),
		cmocka_unit_test(test_fits_keep_colours),
		cmocka_unit_test(test_fit_names),
		cmocka_unit_test(test_specs),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_picture_file),
		cmocka_unit_test(test_blur_hides_the_room_and_the_person),
		cmocka_unit_test(test_blur_of_a_plain_wall),
		cmocka_unit_test(test_blur_is_of_light),
		cmocka_unit_test(test_blur_sizes_and_levels),
		cmocka_unit_test(test_blur_cover_is_plain),
		cmocka_unit_test(test_soft_blur),
		cmocka_unit_test(test_what_needs_consent),
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_moving_sizes_and_levels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

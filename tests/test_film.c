/* SPDX-License-Identifier: MIT */
/* The geometry of films: whatever a picture's size, pixels and orientation, a circle stays a circle. */
#include "base/num.h"
#include "film_material.h"
#include "media/film/place.h"
#include "media/media.h"

static int told; /* lines logged about how pictures are fitted */

static void heard(void *user, enum pmk_log_level level, const char *line)
{
	told += strstr(line, "are cropped to") || strstr(line, "are given bars");
}

/* Part of a film: so many pictures of that kind. */
struct piece {
	int width, height; /* as stored, px */
	AVRational sar;
	int exif, count;
};

/* A white circle in the middle of grey, as wide as half of the shorter side, as seen upright. */
static void draw_circle(AVFrame *frame)
{
	double sar = av_q2d(frame->sample_aspect_ratio), w = frame->width * sar, h = frame->height, r = fmin(w, h) / 4;

	for (int p = 1; p < 3; p++)
		memset(frame->data[p], 128, (size_t)frame->linesize[p] * (size_t)(frame->height / 2));
	for (int y = 0; y < frame->height; y++) {
		for (int x = 0; x < frame->width; x++)
			frame->data[0][y * frame->linesize[0] + x] = hypot((x + 0.5) * sar - w / 2, y + 0.5 - h / 2) <
					r ?
				230 :
				60;
	}
}

static const char *make(const char *name, const struct piece *pieces, int count)
{
	const char *path = material_path(name);
	struct film film = { 0 };

	for (int i = 0; i < count; i++) {
		AVFrame *frame = film_frame(AV_PIX_FMT_YUVJ420P, pieces[i].width, pieces[i].height);

		frame->sample_aspect_ratio = pieces[i].sar;
		if (!i)
			film = film_begin(path, AV_CODEC_ID_MJPEG, frame);
		film.exif = pieces[i].exif;
		draw_circle(frame);
		for (int n = 0; n < pieces[i].count; n++)
			film_write(&film, frame);
		av_frame_free(&frame);
	}
	film_end(&film);
	return path;
}

static bool is_white(const struct pmk_image *image, int x, int y)
{
	return image->plane[0][(size_t)y * (size_t)image->stride[0] + (size_t)x] > 145;
}

/* The circle is one, in the middle, and `diameter` px wide. */
static void assert_circle(const struct pmk_image *image, double diameter)
{
	int across = 0, down = 0, w = image->layout.width, h = image->layout.height;

	for (int x = 0; x < w; x++)
		across += is_white(image, x, h / 2);
	for (int y = 0; y < h; y++)
		down += is_white(image, w / 2, y);
	assert_true(is_white(image, w / 2, h / 2));
	if (fabs(across - diameter) > 2 + diameter / 50 || fabs(down - diameter) > 2 + diameter / 50)
		fail_msg("the circle is %dx%d, not %.0f", across, down, diameter);
}

/* Each picture of the film: its circle's diameter and its bars. Size 0x0: as the film gives it. */
struct look {
	double diameter;
	int bar_x, bar_y;
};

static void assert_film(const char *path, int width, int height, bool contain, const struct look *looks, int count)
{
	const struct pmk_layout *layout;
	struct pmk_media *media;
	struct pmk_image image;
	int64_t position;
	int x, y;

	told = 0;
	pmk_log_redirect(heard, NULL);
	assert_int_equal(pmk_media_open(path, &media), 0);
	layout = &pmk_media_info(media)->layout;
	pmk_media_fit(media, width, height, contain ? PMK_MEDIA_CONTAIN : PMK_MEDIA_CROP);
	assert_int_equal(pmk_image_alloc(&image, layout), 0);
	for (int round = 0; round < 2; round++) {
		for (int n = 0; n < count; n++) {
			assert_int_equal(pmk_media_read(media, &image, &position), 1);
			assert_circle(&image, looks[n].diameter);
			pmk_media_bars(media, &x, &y);
			assert_int_equal(x, looks[n].bar_x);
			assert_int_equal(y, looks[n].bar_y);
		}
		assert_int_equal(pmk_media_read(media, &image, &position), 0);
		assert_int_equal(pmk_media_rewind(media), 0);
	}
	pmk_image_free(&image);
	pmk_media_close(media);
	pmk_log_redirect(material_heard, NULL);
}

static void assert_size(const char *path, int width, int height)
{
	struct pmk_media *media;

	assert_int_equal(pmk_media_open(path, &media), 0);
	pmk_media_fit(media, 0, 0, PMK_MEDIA_CROP);
	assert_int_equal(pmk_media_info(media)->layout.width, width);
	assert_int_equal(pmk_media_info(media)->layout.height, height);
	pmk_media_close(media);
}

/* Pixels that are not square are made square, and none are lost. */
static void test_pixels_become_square(void **state)
{
	static const struct {
		struct piece piece;
		int width, height;
	} cases[] = {
		{ { 180, 144, { 16, 11 }, 0, 2 }, 262, 144 },
		{ { 180, 144, { 12, 11 }, 0, 2 }, 196, 144 },
		{ { 144, 108, { 4, 3 }, 0, 2 }, 192, 108 },
		{ { 176, 120, { 10, 11 }, 0, 2 }, 176, 132 },
		{ { 128, 96, { 1, 1 }, 0, 2 }, 128, 96 },
		{ { 128, 96, { 404, 405 }, 0, 2 }, 128, 96 },
		{ { 128, 96, { 1, 1 }, 6, 2 }, 96, 128 },
		{ { 96, 96, { 16, 9 }, 8, 2 }, 96, 170 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *path = make("a.mkv", &cases[i].piece, 1);
		double diameter = fmin(cases[i].width, cases[i].height) / 2;
		const struct look looks[2] = { { diameter, 0, 0 }, { diameter, 0, 0 } };

		assert_size(path, cases[i].width, cases[i].height);
		assert_film(path, 0, 0, false, looks, 2);
		assert_int_equal(told, 0);
	}
	material_clear();
}

/* A broadcast goes from 16:9 to 4:3 with the same number of pixels. */
static void test_pixels_that_change(void **state)
{
	static const struct piece pieces[] = { { 180, 144, { 16, 11 }, 0, 2 }, { 180, 144, { 12, 11 }, 0, 2 } };
	static const struct look cropped[] = { { 72, 0, 0 }, { 72, 0, 0 }, { 96, 0, 0 }, { 96, 0, 0 } };
	static const struct look barred[] = { { 72, 0, 0 }, { 72, 0, 0 }, { 72, 34, 0 }, { 72, 34, 0 } };
	const char *path = make("a.mkv", pieces, 2);

	assert_size(path, 262, 144);
	assert_film(path, 0, 0, false, cropped, 4);
	assert_int_equal(told, 1);
	assert_film(path, 0, 0, true, barred, 4);
	assert_int_equal(told, 1);
	material_clear();
}

/* A recorded call grows: all pictures get the largest size. */
static void test_a_film_that_grows(void **state)
{
	static const struct piece pieces[] = { { 64, 36, { 1, 1 }, 0, 3 }, { 128, 72, { 1, 1 }, 0, 30 },
		{ 320, 180, { 1, 1 }, 0, 15 }, { 128, 72, { 1, 1 }, 0, 3 } };
	struct look looks[51];
	const char *path = make("a.mkv", pieces, 4);

	for (int n = 0; n < 51; n++)
		looks[n] = (struct look){ 90, 0, 0 };
	assert_size(path, 320, 180);
	assert_film(path, 0, 0, false, looks, 51);
	assert_int_equal(told, 0);
	material_clear();
}

/* A phone is turned: by its size, and by what its pictures say. The turned ones are cropped or get bars, said once. */
static void test_a_film_that_turns(void **state)
{
	static const struct piece by_size[] = { { 128, 72, { 1, 1 }, 0, 2 }, { 72, 128, { 1, 1 }, 0, 2 },
		{ 128, 72, { 1, 1 }, 0, 1 } };
	static const struct piece by_tag[] = { { 128, 72, { 1, 1 }, 0, 2 }, { 128, 72, { 1, 1 }, 6, 2 },
		{ 128, 72, { 1, 1 }, 3, 1 } };
	static const struct look cropped[] = { { 36, 0, 0 }, { 36, 0, 0 }, { 64, 0, 0 }, { 64, 0, 0 }, { 36, 0, 0 } };
	static const struct look barred[] = { { 36, 0, 0 }, { 36, 0, 0 }, { 20, 44, 0 }, { 20, 44, 0 }, { 36, 0, 0 } };

	for (int i = 0; i < 2; i++) {
		const char *path = make("a.mkv", i ? by_tag : by_size, 3);

		assert_size(path, 128, 72);
		assert_film(path, 0, 0, false, cropped, 5);
		assert_int_equal(told, 1);
		assert_film(path, 0, 0, true, barred, 5);
		assert_int_equal(told, 1);
	}
	material_clear();
}

/* An upright film in a size that is asked for. */
static void test_an_asked_size(void **state)
{
	static const struct piece upright = { 72, 128, { 1, 1 }, 0, 2 };
	static const struct look cropped[] = { { 128, 0, 0 }, { 128, 0, 0 } };
	static const struct look barred[] = { { 40, 88, 0 }, { 40, 88, 0 } };
	static const struct look above[] = { { 36, 0, 28 }, { 36, 0, 28 } };
	const char *path = make("a.mkv", &upright, 1);

	assert_film(path, 256, 144, false, cropped, 2);
	assert_int_equal(told, 1);
	assert_film(path, 256, 144, true, barred, 2);
	assert_int_equal(told, 1);
	assert_film(path, 72, 184, true, above, 2);
	material_clear();
}

enum { STEP = 6, MOVES = 8 }; /* px per field; pictures */

/* Two fields of a moving white post, as an interlaced camera takes them: the lower one is later. Above it is a pattern
 * of single rows that stands still. */
static void draw_fields(AVFrame *frame, int number)
{
	for (int p = 1; p < 3; p++)
		memset(frame->data[p], 128, (size_t)frame->linesize[p] * (size_t)(frame->height / 2));
	for (int y = 0; y < frame->height; y++) {
		uint8_t *row = frame->data[0] + y * frame->linesize[0];
		int left = 20 + STEP * (2 * number + y % 2);

		memset(row, y < 24 && y % 4 < 2 ? 160 : 60, (size_t)frame->width);
		if (y >= 32)
			memset(row + left, 230, 30);
	}
	media_set_interlaced(frame);
}

/* The columns between the left edges of two rows that follow each other: a comb has STEP of them. */
static int teeth(const struct pmk_image *image, int y)
{
	int at[2] = { 0 };

	for (int k = 0; k < 2; k++)
		while (at[k] < image->layout.width - 1 && !is_white(image, at[k], y + k))
			at[k]++;
	return abs(at[0] - at[1]);
}

/* An interlaced film has no comb; what stands still keeps its rows; no picture is lost, also when it is read again. */
static void test_an_interlaced_film(void **state)
{
	AVFrame *frame = film_frame(AV_PIX_FMT_YUV420P, 192, 96);
	const char *path = material_path("fields.mkv");
	struct pmk_media *media;
	struct pmk_image image;
	struct film film;
	int64_t position;

	draw_fields(frame, 0);
	film = film_begin(path, AV_CODEC_ID_FFV1, frame);
	for (int n = 0; n < MOVES; n++) {
		assert_int_equal(av_frame_make_writable(frame), 0);
		draw_fields(frame, n);
		film_write(&film, frame);
	}
	film_end(&film);
	av_frame_free(&frame);

	assert_int_equal(pmk_media_open(path, &media), 0);
	assert_int_equal(pmk_image_alloc(&image, &pmk_media_info(media)->layout), 0);
	for (int round = 0; round < 2; round++) {
		for (int n = 0; n < MOVES; n++) {
			assert_int_equal(pmk_media_read(media, &image, &position), 1);
			assert_int_equal(position, n * INT64_C(40000000));
			for (int y = 36; y < 92; y++)
				assert_in_range(teeth(&image, y), 0, STEP / 2 - 1);
			for (int y = 4; n && n < MOVES - 1 && y < 20; y++)
				assert_in_range(image.plane[0][y * image.stride[0] + 100], y % 4 < 2 ? 140 : 50,
					y % 4 < 2 ? 180 : 80);
		}
		assert_int_equal(pmk_media_read(media, &image, &position), 0);
		assert_int_equal(pmk_media_rewind(media), 0);
	}
	pmk_image_free(&image);
	pmk_media_close(media);
	material_clear();
}

/* Bars repeat the picture's rim, and are equally wide on both sides. */
static void test_place(void **state)
{
	static const struct pmk_orientation turns[] = { { 0, false }, { 90, false }, { 180, true }, { 270, false } };
	uint32_t seed = 5;

	for (int round = 0; round < 20000; round++) {
		int w = 16 + (int)(material_random(&seed) % 2000), h = 16 + (int)(material_random(&seed) % 2000);
		struct pmk_shape to = { 16 + (int)(material_random(&seed) % 2000),
			16 + (int)(material_random(&seed) % 2000) };
		const struct pmk_orientation *turn = &turns[round % 4];
		struct pmk_shape shape = pmk_place_shape(
			w, h, (AVRational){ 1 + (int)(material_random(&seed) % 30), 11 }, turn);
		bool contain = round % 3 == 0, sideways = pmk_place_sideways(turn);
		struct pmk_fitted p = pmk_place_fit(w, h, &shape, turn, &to, contain);
		double sx = (double)(sideways ? shape.height : shape.width) / w * p.from.width,
		       sy = (double)(sideways ? shape.width : shape.height) / h * p.from.height,
		       wide = sideways ? sy : sx, high = sideways ? sx : sy, ratio;
		int least;

		assert_true(p.from.x >= 0 && p.from.x % 2 == 0 && p.from.y >= 0 && p.from.y % 2 == 0);
		assert_true(p.from.width > 0 && p.from.height > 0);
		assert_true(2 * p.from.x + p.from.width == w && 2 * p.from.y + p.from.height == h);
		assert_true(p.to.width > 0 && p.to.height > 0 && p.to.x % 2 == 0 && p.to.y % 2 == 0);
		assert_true(2 * p.to.x + p.to.width == to.width && 2 * p.to.y + p.to.height == to.height);
		assert_true(contain || (p.to.width == to.width && p.to.height == to.height));
		assert_true(!contain || (p.from.width == w && p.from.height == h));
		least = pmk_min(pmk_min(p.from.width, p.from.height), pmk_min(p.to.width, p.to.height));
		ratio = wide * p.to.height / (high * p.to.width);
		if (least > 8) /* 2 % for shapes that count as the same, or an end rounded to 2 px */
			assert_true(ratio < 1.021 + 2.1 / (least - 2) && 1 / ratio < 1.021 + 2.1 / (least - 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pixels_become_square),
		cmocka_unit_test(test_pixels_that_change),
		cmocka_unit_test(test_a_film_that_grows),
		cmocka_unit_test(test_a_film_that_turns),
		cmocka_unit_test(test_an_asked_size),
		cmocka_unit_test(test_an_interlaced_film),
		cmocka_unit_test(test_place),
	};
	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}

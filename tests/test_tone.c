/* SPDX-License-Identifier: MIT */
/* The colours of films: HDR that was made of a known SDR picture becomes that picture again, and files say what they
 * hold. */
#include "delta_e.h"
#include "film_material.h"
#include "image/colour.h"
#include "media/media.h"

/* libx265 (3.5) does not free all of a 10-bit encoder. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libx265";
}

enum { WIDTH = 256, HEIGHT = 128, PATCH = 16, ACROSS = WIDTH / PATCH, COLOURS = 5 };

/* The known picture: patches of all mixtures of five levels, and three of greys. */
static void colour_at(int x, int y, uint8_t rgb[3])
{
	static const uint8_t levels[COLOURS] = { 0, 70, 128, 190, 255 }, greys[3] = { 128, 200, 255 };
	int patch = y / PATCH * ACROSS + x / PATCH;

	for (int k = 0; k < 3; k++, patch /= COLOURS)
		rgb[k] = levels[patch % COLOURS];
	if (patch) /* beyond the mixtures */
		memset(rgb, greys[x / PATCH % 3], 3);
}

/* ITU-R BT.2087-0, M2: linear BT.709 to linear BT.2020. */
static void to_bt2020(double c[3])
{
	static const double m[3][3] = { { 0.6274, 0.3293, 0.0433 }, { 0.0691, 0.9195, 0.0114 },
		{ 0.0164, 0.0880, 0.8956 } };
	const double from[3] = { c[0], c[1], c[2] };

	for (int k = 0; k < 3; k++)
		c[k] = m[k][0] * from[0] + m[k][1] * from[1] + m[k][2] * from[2];
}

/* ITU-R BT.2100-2, table 4: the code of an absolute light. */
static double pq(double nits)
{
	double y = pow(nits / 10000, 2610.0 / 16384);

	return pow((3424.0 / 4096 + 2413.0 / 128 * y) / (1 + 2392.0 / 128 * y), 2523.0 / 32);
}

/* The same, table 5: the codes of light on a screen of 1000 cd/m2. */
static void hlg(double nits[3])
{
	double y = (0.2627 * nits[0] + 0.6780 * nits[1] + 0.0593 * nits[2]) / 1000;

	for (int k = 0; k < 3; k++) {
		double e = y > 0 ? nits[k] / 1000 * pow(y, (1 - 1.2) / 1.2) : 0;
		nits[k] = e <= 1.0 / 12 ? sqrt(3 * e) : 0.17883277 * log(12 * e - 0.28466892) + 0.55991073;
	}
}

struct look {
	enum AVColorTransferCharacteristic transfer;
	double white; /* cd/m2; of SDR 100 % */
	double highlight; /* cd/m2 of the top left patch, 0: as it is */
};

/* Y, Cb and Cr of a pixel, in 10 bits and limited range (BT.2020, table 4 and 5). */
static void code_of(const struct look *look, int x, int y, uint16_t ycc[3])
{
	uint8_t rgb[3];
	double c[3], luma;

	colour_at(x, y, rgb);
	for (int k = 0; k < 3; k++)
		c[k] = pow(rgb[k] / 255.0, 2.4);
	to_bt2020(c);
	for (int k = 0; k < 3; k++)
		c[k] = look->highlight && x < PATCH && y < PATCH ? look->highlight : c[k] * look->white;
	if (look->transfer == AVCOL_TRC_ARIB_STD_B67)
		hlg(c);
	for (int k = 0; k < 3; k++) {
		if (look->transfer == AVCOL_TRC_SMPTE2084)
			c[k] = pq(c[k]);
		else if (look->transfer == AVCOL_TRC_BT2020_10)
			c[k] = pow(c[k] / look->white, 1 / 2.4);
	}
	luma = 0.2627 * c[0] + 0.6780 * c[1] + 0.0593 * c[2];
	ycc[0] = (uint16_t)(64 + 876 * luma + 0.5);
	ycc[1] = (uint16_t)(512 + 896 * (c[2] - luma) / 1.8814 + 0.5);
	ycc[2] = (uint16_t)(512 + 896 * (c[0] - luma) / 1.4746 + 0.5);
}

static AVFrame *draw(const struct look *look)
{
	AVFrame *frame = film_frame(AV_PIX_FMT_YUV420P10, WIDTH, HEIGHT);

	frame->color_range = AVCOL_RANGE_MPEG;
	frame->color_primaries = AVCOL_PRI_BT2020;
	frame->color_trc = look->transfer;
	frame->colorspace = AVCOL_SPC_BT2020_NCL;
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			uint16_t ycc[3];

			code_of(look, x, y, ycc);
			for (int p = 0; p < 3; p++) {
				int shift = p > 0;
				uint16_t *row = (uint16_t *)(void *)(frame->data[p] +
					(y >> shift) * frame->linesize[p]);
				row[x >> shift] = ycc[p];
			}
		}
	}
	return frame;
}

static void write_film(struct film film, AVFrame *frame)
{
	for (int n = 0; n < 3; n++)
		film_write(&film, frame);
	film_end(&film);
	av_frame_free(&frame);
}

static const char *make(const char *name, const struct look *look)
{
	const char *path = material_path(name);
	AVFrame *frame = draw(look);

	write_film(film_begin(path, AV_CODEC_ID_FFV1, frame), frame);
	return path;
}

static void read_first(const char *path, struct pmk_layout *layout, struct pmk_rgb *rgb)
{
	struct pmk_media *media;
	struct pmk_image image;
	int64_t position;

	assert_int_equal(pmk_media_open(path, &media), 0);
	pmk_media_fit(media, 0, 0, PMK_MEDIA_CROP);
	*layout = pmk_media_info(media)->layout;
	assert_int_equal(pmk_image_alloc(&image, layout), 0);
	assert_int_equal(pmk_media_read(media, &image, &position), 1);
	assert_int_equal(pmk_rgb_alloc(rgb, layout->width, layout->height), 0);
	pmk_colour_image_to_rgb(&image, rgb);
	pmk_image_free(&image);
	pmk_media_close(media);
}

static double luma(const uint8_t rgb[3])
{
	return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

static const uint8_t *pixel(const struct pmk_rgb *rgb, int x, int y)
{
	return rgb->data + (size_t)y * (size_t)rgb->stride + 3 * (size_t)x;
}

/* What was SDR is SDR again, whether its white was put at 203 cd/m2 (BT.2408) or at 100. */
static void test_known_pictures_come_back(void **state)
{
	static const struct look looks[] = { { AVCOL_TRC_SMPTE2084, 203, 0 }, { AVCOL_TRC_ARIB_STD_B67, 203, 0 },
		{ AVCOL_TRC_SMPTE2084, 100, 0 }, { AVCOL_TRC_ARIB_STD_B67, 100, 0 }, { AVCOL_TRC_BT2020_10, 100, 0 } };

	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
		const char *path = make("hdr.mkv", &looks[i]);
		double want = 0, got = 0, difference = 0;
		struct pmk_layout layout;
		struct pmk_rgb rgb;

		read_first(path, &layout, &rgb);
		assert_int_equal(layout.matrix, PMK_MATRIX_BT709);
		assert_int_equal(layout.range, PMK_RANGE_LIMITED);
		assert_int_equal(layout.primaries, AVCOL_PRI_BT709);
		assert_int_equal(layout.transfer, AVCOL_TRC_BT709);
		for (int y = 0; y < HEIGHT; y++) {
			for (int x = 0; x < WIDTH; x++) {
				uint8_t was[3];

				colour_at(x, y, was);
				want += luma(was);
				got += luma(pixel(&rgb, x, y));
				difference += delta_e(was, pixel(&rgb, x, y));
			}
		}
		difference /= WIDTH * HEIGHT;
		printf("transfer %d, white %g: mean luma %+.2f %%, mean difference %.2f\n", looks[i].transfer,
			looks[i].white, 100 * (got / want - 1), difference);
		assert_true(fabs(got / want - 1) < 0.03);
		assert_true(difference < 3);
		pmk_rgb_free(&rgb);
	}
	material_clear();
}

/* Highlights are rolled off: they stay apart from white, and what is darker than half stays as it is. */
static void test_highlights(void **state)
{
	static const struct look looks[] = { { AVCOL_TRC_SMPTE2084, 203, 900 }, { AVCOL_TRC_ARIB_STD_B67, 203, 900 } };

	for (int i = 0; i < 2; i++) {
		const char *path = make("hdr.mkv", &looks[i]);
		struct pmk_layout layout;
		struct pmk_rgb rgb;
		const uint8_t *bright, *white, *grey;

		read_first(path, &layout, &rgb);
		bright = pixel(&rgb, 4, 4);
		white = pixel(&rgb, 14 * PATCH + 8, HEIGHT - 8);
		grey = pixel(&rgb, 15 * PATCH + 8, HEIGHT - 8);
		printf("%d cd/m2: %d, white: %d, grey: %d\n", 900, bright[1], white[1], grey[1]);
		assert_true(bright[1] >= 250 && bright[0] >= 250 && bright[2] >= 250);
		assert_in_range(white[1], 200, bright[1] - 8);
		assert_in_range(grey[1], 124, 132);
		pmk_rgb_free(&rgb);
	}
	material_clear();
}

/* What a HDR film becomes does not hang on how dark it begins. */
static void test_a_dark_beginning(void **state)
{
	static const struct look dark = { AVCOL_TRC_SMPTE2084, 80, 0 }, bright = { AVCOL_TRC_SMPTE2084, 203, 0 };
	AVFrame *frames[2] = { draw(&dark), draw(&bright) };
	const char *path = material_path("hdr.mkv");
	struct film film = film_begin(path, AV_CODEC_ID_FFV1, frames[0]);
	struct pmk_media *media;
	struct pmk_image image;
	int64_t position;

	for (int n = 0; n < 100; n++) {
		film.written = n * 25; /* one per second */
		film_write(&film, frames[n >= 80]);
	}
	film_end(&film);
	av_frame_free(&frames[0]);
	av_frame_free(&frames[1]);
	assert_int_equal(pmk_media_open(path, &media), 0);
	pmk_media_fit(media, 0, 0, PMK_MEDIA_CROP);
	assert_int_equal(pmk_image_alloc(&image, &pmk_media_info(media)->layout), 0);
	for (int n = 0; n < 100; n++)
		assert_int_equal(pmk_media_read(media, &image, &position), 1);
	/* the grey of 128 */
	assert_in_range(image.plane[0][(HEIGHT - 8) * image.stride[0] + 15 * PATCH + 8], 122, 130);
	pmk_image_free(&image);
	pmk_media_close(media);
	material_clear();
}

/* Only the container says what the colours are. */
static void test_tags_of_the_container(void **state)
{
	static const struct look look = { AVCOL_TRC_SMPTE2084, 203, 0 };
	static const char *const names[] = { "hdr.mkv", "hdr.mov" };

	if (!avcodec_find_encoder(AV_CODEC_ID_HEVC))
		skip();
	for (int i = 0; i < 2; i++) {
		AVFrame *tagged = draw(&look), *frame = draw(&look);
		const char *path = material_path(names[i]);
		struct pmk_layout layout;
		struct pmk_rgb rgb;

		frame->color_primaries = AVCOL_PRI_UNSPECIFIED;
		frame->color_trc = AVCOL_TRC_UNSPECIFIED;
		frame->colorspace = AVCOL_SPC_UNSPECIFIED;
		write_film(film_begin_tagged(path, AV_CODEC_ID_HEVC, frame, tagged), frame);
		av_frame_free(&tagged);
		read_first(path, &layout, &rgb);
		assert_int_equal(layout.primaries, AVCOL_PRI_BT709);
		assert_in_range(pixel(&rgb, 15 * PATCH + 8, HEIGHT - 8)[1], 122, 134);
		pmk_rgb_free(&rgb);
	}
	material_clear();
}

/* Smaller and with another sampling: still the same picture. */
static void test_other_sizes(void **state)
{
	static const struct look look = { AVCOL_TRC_ARIB_STD_B67, 203, 0 };
	const char *path = make("hdr.mkv", &look);
	double want = 0, got = 0;
	struct pmk_media *media;
	struct pmk_image image;
	int64_t position;
	uint8_t rgb[3];

	assert_int_equal(pmk_media_open(path, &media), 0);
	pmk_media_fit(media, 101, 51, PMK_MEDIA_CROP);
	assert_int_equal(pmk_image_alloc(&image, &pmk_media_info(media)->layout), 0);
	assert_int_equal(pmk_media_read(media, &image, &position), 1);
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			colour_at(x, y, rgb);
			want += 16 + luma(rgb) * 219 / 255;
		}
	}
	for (int y = 0; y < 51; y++) {
		for (int x = 0; x < 101; x++)
			got += image.plane[0][y * image.stride[0] + x];
	}
	assert_true(fabs(got / (101 * 51) / (want / (WIDTH * HEIGHT)) - 1) < 0.03);
	pmk_image_free(&image);
	pmk_media_close(media);
	material_clear();
}

/* Colours that cannot be read are refused, not shown wrongly. Profile 8 of Dolby Vision has a usual picture. */
static void test_unknown_colours(void **state)
{
	static const struct {
		enum AVColorSpace space;
		int dolby;
		const char *said;
	} cases[] = {
		{ AVCOL_SPC_YCGCO, 0, "(ycgco)" },
		{ AVCOL_SPC_ICTCP, 0, "(ictcp)" },
		{ AVCOL_SPC_BT709, 5, "(Dolby Vision, profile 5)" },
		{ AVCOL_SPC_BT709, 8, NULL },
		{ AVCOL_SPC_BT709, 0, NULL },
	};
	const char *path = material_path("in.mkv");

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AVFrame *frame = film_frame(AV_PIX_FMT_YUV420P, 96, 64);
		struct pmk_media *media = NULL;

		memset(frame->buf[0]->data, 128, frame->buf[0]->size);
		frame->colorspace = cases[i].space;
		film_dolby = cases[i].dolby;
		write_film(film_begin(path, AV_CODEC_ID_FFV1, frame), frame);
		if (cases[i].said)
			assert_fails(pmk_media_open(path, &media), -EBADMSG, cases[i].said);
		else
			assert_int_equal(pmk_media_open(path, &media), 0);
		pmk_media_close(media);
	}
	film_dolby = 0;
	material_clear();
}

/* What a file is tagged with, in H.273's code points. */
struct tags {
	enum AVColorPrimaries primaries;
	enum AVColorTransferCharacteristic transfer;
	enum AVColorSpace matrix;
};

static void assert_tags(const char *path, const struct tags *tags)
{
	AVFormatContext *from = NULL;
	const AVCodecParameters *parameters;

	assert_int_equal(avformat_open_input(&from, path, NULL, NULL), 0);
	assert_true(avformat_find_stream_info(from, NULL) >= 0);
	parameters = from->streams[0]->codecpar;
	assert_int_equal(parameters->color_primaries, tags->primaries);
	assert_int_equal(parameters->color_trc, tags->transfer);
	assert_int_equal(parameters->color_space, tags->matrix);
	assert_int_equal(parameters->color_range, AVCOL_RANGE_MPEG);
	avformat_close_input(&from);
}

/* A file of 525 or 625 lines keeps its colours and says so; so does one that is tagged in any other usual way. */
static void test_tags_are_kept(void **state)
{
	static const struct tags cases[] = {
		{ AVCOL_PRI_BT470BG, AVCOL_TRC_SMPTE170M, AVCOL_SPC_BT470BG },
		{ AVCOL_PRI_SMPTE170M, AVCOL_TRC_SMPTE170M, AVCOL_SPC_SMPTE170M },
		{ AVCOL_PRI_BT709, AVCOL_TRC_BT709, AVCOL_SPC_SMPTE170M },
		{ AVCOL_PRI_BT709, AVCOL_TRC_IEC61966_2_1, AVCOL_SPC_BT709 },
	};
	static const char *const names[] = { "out.mp4", "out.mkv" };
	const char *path = material_path("in.mkv");

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AVFrame *frame = film_frame(AV_PIX_FMT_YUV420P, 96, 64);
		struct pmk_media_out_settings settings = { .fps = 25 };
		struct pmk_media *media;
		struct film film;

		frame->color_range = AVCOL_RANGE_MPEG;
		frame->color_primaries = cases[i].primaries;
		frame->color_trc = cases[i].transfer;
		frame->colorspace = cases[i].matrix;
		film = film_begin(path, AV_CODEC_ID_FFV1, frame);
		for (int n = 0; n < 3; n++)
			film_write(&film, frame);
		film_end(&film);
		av_frame_free(&frame);
		assert_int_equal(pmk_media_open(path, &media), 0);
		settings.layout = pmk_media_info(media)->layout;
		pmk_media_close(media);
		for (int k = 0; k < 2; k++) {
			material_write(material_path(names[k]), &settings, 3, NULL);
			assert_tags(material_path(names[k]), &cases[i]);
		}
	}
	material_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_pictures_come_back),
		cmocka_unit_test(test_highlights),
		cmocka_unit_test(test_a_dark_beginning),
		cmocka_unit_test(test_tags_of_the_container),
		cmocka_unit_test(test_other_sizes),
		cmocka_unit_test(test_unknown_colours),
		cmocka_unit_test(test_tags_are_kept),
	};
	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}

/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "media/carry/telltale.h"
#include "media/media.h"
#include "media/media_out.h"
#include "media_material.h"
#include "media_remux.h"

#include <libavutil/display.h>
#include <signal.h>
#include <sys/resource.h>

static const struct pmk_layout hd = {
	.width = 1280, .height = 720, .range = PMK_RANGE_LIMITED, .matrix = PMK_MATRIX_BT709
};
static const struct pmk_layout small = { .width = 96, .height = 64 };

/* Each picture of `path` must equal the drawn one with a PSNR of at least `psnr` dB, at its position within `slack_ns`.
 */
static void assert_reads_back(const char *path, const struct pmk_layout *layout, double fps, int count,
	const int64_t *positions, double psnr, int64_t slack_ns)
{
	struct pmk_image want, got;
	struct pmk_media *media;
	int64_t position = -1, before;

	assert_int_equal(pmk_media_open(path, &media), 0);
	assert_true(pmk_layout_equal(&pmk_media_info(media)->layout, layout));
	assert_int_equal(pmk_image_alloc(&want, layout), 0);
	assert_int_equal(pmk_image_alloc(&got, layout), 0);
	for (int round = 0; round < 3; round++) {
		position = -1;
		for (int n = 0; n < count; n++) {
			before = position;
			assert_int_equal(pmk_media_read(media, &got, &position), 1);
			assert_true(position > before);
			if (llabs(position - (positions ? positions[n] : (int64_t)(n * 1e9 / fps))) > slack_ns)
				fail_msg("picture %d of %s is at %lld", n, path, (long long)position);
			material_draw(&want, n);
			if (material_psnr(&want, &got) < psnr)
				fail_msg("picture %d of %s, round %d: %.1f dB", n, path, round,
					material_psnr(&want, &got));
		}
		assert_int_equal(pmk_media_read(media, &got, &position), 0);
		assert_int_equal(pmk_media_read(media, &got, &position), 0);
		assert_int_equal(pmk_media_rewind(media), 0);
	}
	assert_int_equal(pmk_media_damaged(media), 0);
	pmk_image_free(&want);
	pmk_image_free(&got);
	pmk_media_close(media);
}

static void test_y4m_exactly(void **state)
{
	for (int i = 0; i < 8; i++) {
		struct pmk_media_out_settings settings = { .layout = small, .fps = 30000.0 / 1001 };

		settings.layout.chroma = i & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420;
		settings.layout.range = i & 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
		if (i & 4) {
			settings.layout.width = 97;
			settings.layout.height = 65;
		}
		material_write(material_path("a.y4m"), &settings, 7, NULL);
		assert_reads_back(material_path("a.y4m"), &settings.layout, settings.fps, 7, NULL, 99, 1000);
	}
	assert_int_equal(material_clear(), 1);
}

static void test_mkv_and_mp4(void **state)
{
	static const char *const names[] = { "a.mkv", "a.mp4", "A.MP4" };

	for (int i = 0; i < 3; i++) {
		struct pmk_media_out_settings settings = { .layout = small, .fps = 25 };
		material_write(material_path(names[i]), &settings, 40, NULL);
		assert_reads_back(material_path(names[i]), &small, 25, 40, NULL, 36, 500000);
	}
	assert_int_equal(material_clear(), 3);
}

/* Each combination is written to the file and read back. */
static void test_colour_tags(void **state)
{
	for (int i = 0; i < 8; i++) {
		struct pmk_media_out_settings settings = { .layout = i & 4 ? hd : small, .fps = 30 };
		const char *path = material_path(i & 1 ? "a.mkv" : "a.mp4");

		settings.layout.matrix = i & 2 ? PMK_MATRIX_BT709 : PMK_MATRIX_BT601;
		settings.layout.range = i & 1 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
		material_write(path, &settings, 3, NULL);
		assert_reads_back(path, &settings.layout, 30, 3, NULL, 36, 500000);
	}
	material_clear();
}

/* H.264 is 4:2:0 with even sides: 4:2:2 loses chroma rows, and odd sides lose their last row or column. */
static void test_codec_limits(void **state)
{
	struct pmk_media_out_settings settings = { .layout = { .width = 97, .height = 65, .chroma = PMK_CHROMA_422 },
		.fps = 30 };
	const struct pmk_media_info *info;
	struct pmk_media *media;

	material_write(material_path("a.mp4"), &settings, 3, NULL);
	assert_int_equal(pmk_media_open(material_path("a.mp4"), &media), 0);
	info = pmk_media_info(media);
	assert_int_equal(info->layout.width, 96);
	assert_int_equal(info->layout.height, 64);
	assert_int_equal(info->layout.chroma, PMK_CHROMA_420);
	pmk_media_close(media);

	settings.layout.width = 96;
	settings.layout.height = 64;
	material_write(material_path("a.mkv"), &settings, 3, NULL);
	assert_reads_back(material_path("a.mkv"), &small, 30, 3, NULL, 34, 500000);
	material_clear();
}

/* Alpha is written and read back bit for bit, frame for frame. */
static void test_grey_exactly(void **state)
{
	struct pmk_media_out_settings settings = { .layout = { .width = 97, .height = 65 }, .fps = 30, .grey = true };
	const char *path = material_path("mask.mkv");
	struct pmk_image want, got;
	struct pmk_media *media;
	int64_t position;

	material_write(path, &settings, 10, NULL);
	assert_int_equal(pmk_media_open(path, &media), 0);
	assert_int_equal(pmk_media_info(media)->layout.range, PMK_RANGE_FULL);
	assert_int_equal(pmk_image_alloc(&want, &settings.layout), 0);
	assert_int_equal(pmk_image_alloc(&got, &pmk_media_info(media)->layout), 0);
	for (int n = 0; n < 10; n++) {
		material_draw(&want, n);
		assert_int_equal(pmk_media_read(media, &got, &position), 1);
		assert_true(material_plane_psnr(&want, &got, 0) == 99);
		assert_int_equal(got.plane[1][0], 128);
		assert_int_equal(got.plane[2][got.stride[2] * 32 + 48], 128);
	}
	assert_int_equal(pmk_media_read(media, &got, &position), 0);
	pmk_media_close(media);
	pmk_image_free(&want);
	pmk_image_free(&got);
	material_clear();
}

static void test_variable_timing(void **state)
{
	static const int64_t positions[] = { 0, 33000000, 50000000, 250000000, 251000000, 1000000000, 1040000000,
		3000000000 };
	static const char *const names[] = { "a.mkv", "a.mp4" };
	struct pmk_media_out_settings settings = { .layout = small, .fps = 30 };

	for (int i = 0; i < 2; i++) {
		material_write(material_path(names[i]), &settings, 8, positions);
		assert_reads_back(material_path(names[i]), &small, 30, 8, positions, 34, 500000);
	}
	material_clear();
}

/* A position that does not rise is moved to the next tick; no picture is lost. */
static void test_positions_that_do_not_rise(void **state)
{
	static const int64_t positions[] = { 0, 0, 0, 40000000, 20000000, 80000000 };
	struct pmk_media_out_settings settings = { .layout = small, .fps = 30 };

	material_write(material_path("a.mkv"), &settings, 6, positions);
	assert_reads_back(material_path("a.mkv"), &small, 30, 6, positions, 34, 22000000);
	material_clear();
}

static void test_info(void **state)
{
	struct pmk_media_out_settings settings = { .layout = hd, .fps = 30000.0 / 1001 };
	const struct pmk_media_info *info;
	struct pmk_media *media;

	material_write(material_path("a.mp4"), &settings, 30, NULL);
	assert_int_equal(pmk_media_open(material_path("a.mp4"), &media), 0);
	info = pmk_media_info(media);
	assert_true(fabs(info->fps - settings.fps) < 0.05);
	assert_int_equal(info->frames, 30);
	assert_true(llabs(info->duration_ns - 1001000000) < 5000000);
	assert_false(info->still);
	assert_false(info->audio);
	pmk_media_close(media);

	material_write(material_path("one.y4m"), &settings, 1, NULL);
	assert_int_equal(pmk_media_open(material_path("one.y4m"), &media), 0);
	assert_int_equal(pmk_media_info(media)->frames, 1);
	pmk_media_close(media);
	material_clear();
}

static void test_rotation(void **state)
{
	struct pmk_media_out_settings settings = { .layout = { .width = 96, .height = 64, .chroma = PMK_CHROMA_422 },
		.fps = 30 };
	struct pmk_image source, got;

	assert_int_equal(pmk_image_alloc(&source, &small), 0);
	material_draw(&source, 0);
	material_write(material_path("a.mkv"), &settings, 3, NULL);
	for (int turn = 0; turn < 8; turn++) {
		int degrees = turn % 4 * 90;
		const struct remux how = { .degrees = degrees, .flip = turn >= 4 };
		struct pmk_media *media;
		const struct pmk_layout *layout;
		int64_t position;
		bool sideways = degrees % 180;

		remux(material_path("a.mkv"), material_path("rotated.mp4"), &how);
		assert_int_equal(pmk_media_open(material_path("rotated.mp4"), &media), 0);
		layout = &pmk_media_info(media)->layout;
		assert_int_equal(layout->width, sideways ? 64 : 96);
		assert_int_equal(layout->height, sideways ? 96 : 64);
		assert_int_equal(pmk_image_alloc(&got, layout), 0);
		assert_int_equal(pmk_media_read(media, &got, &position), 1);
		for (int y = 4; y < layout->height; y += 8) {
			for (int x = 4; x < layout->width; x += 8) {
				int sx = degrees == 90 ? y : degrees == 180 ? 95 - x : degrees == 270 ? 95 - y : x;
				int sy = degrees == 90 ? 63 - x : degrees == 180 ? 63 - y : degrees == 270 ? x : y;

				sy = how.flip ? 63 - sy : sy;
				assert_true(abs(got.plane[0][y * got.stride[0] + x] -
						    source.plane[0][sy * source.stride[0] + sx]) < 10);
			}
		}
		pmk_image_free(&got);
		pmk_media_close(media);
	}
	pmk_image_free(&source);
	material_clear();
}

/* Other pixel formats are converted to planes of 8 bits; 4:2:2 stays 4:2:2. */
static void test_pixel_formats(void **state)
{
	static const struct {
		enum AVPixelFormat format;
		enum pmk_chroma chroma;
	} cases[] = {
		{ AV_PIX_FMT_YUV420P, PMK_CHROMA_420 },
		{ AV_PIX_FMT_YUV422P, PMK_CHROMA_422 },
		{ AV_PIX_FMT_YUV444P, PMK_CHROMA_420 },
		{ AV_PIX_FMT_YUV420P10, PMK_CHROMA_420 },
		{ AV_PIX_FMT_YUV422P10, PMK_CHROMA_422 },
		{ AV_PIX_FMT_YUVA420P, PMK_CHROMA_420 },
		{ AV_PIX_FMT_BGR0, PMK_CHROMA_420 },
		{ AV_PIX_FMT_GRAY8, PMK_CHROMA_420 },
		{ AV_PIX_FMT_YUV411P, PMK_CHROMA_420 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pmk_media *media;
		struct pmk_image got;
		int64_t position;
		bool grey = cases[i].format == AV_PIX_FMT_GRAY8, rgb = cases[i].format == AV_PIX_FMT_BGR0;

		write_flat(material_path("flat.mkv"), cases[i].format, 98, 66);
		assert_int_equal(pmk_media_open(material_path("flat.mkv"), &media), 0);
		assert_int_equal(pmk_media_info(media)->layout.chroma, cases[i].chroma);
		assert_int_equal(pmk_media_info(media)->layout.range, grey ? PMK_RANGE_FULL : PMK_RANGE_LIMITED);
		assert_int_equal(pmk_image_alloc(&got, &pmk_media_info(media)->layout), 0);
		assert_int_equal(pmk_media_read(media, &got, &position), 1);
		for (int y = 0; y < 66; y++) { /* BGR0 is (90, 90, 90): Y = 16 + 90 219/255 */
			for (int x = 0; x < 98; x++)
				assert_in_range(got.plane[0][y * got.stride[0] + x], rgb ? 92 : 89, rgb ? 94 : 91);
		}
		assert_in_range(got.plane[1][0], grey || rgb ? 127 : 99, grey || rgb ? 129 : 101);
		assert_in_range(
			got.plane[2][got.stride[2] * 32 + 48], grey || rgb ? 127 : 149, grey || rgb ? 129 : 151);
		pmk_image_free(&got);
		pmk_media_close(media);
	}
	material_clear();
}

/* Read the whole file. Whatever it contains, reading ends, and an error is logged once. */
static void read_all(const char *path)
{
	struct pmk_media *media;
	struct pmk_image image;
	int64_t position;
	int got;

	material_errors = 0;
	if (pmk_media_open(path, &media)) {
		assert_int_equal(material_errors, 1);
		return;
	}
	assert_int_equal(pmk_image_alloc(&image, &pmk_media_info(media)->layout), 0);
	while ((got = pmk_media_read(media, &image, &position)) == 1)
		;
	assert_true(got == 0 || material_errors == 1);
	pmk_image_free(&image);
	pmk_media_close(media);
}

static void test_damaged_files(void **state)
{
	static const char *const names[] = { "a.mp4", "a.mkv", "a.y4m", "mask.mkv" };
	uint32_t seed = 11;

	for (int i = 0; i < 4; i++) {
		struct pmk_media_out_settings settings = { .layout = small, .fps = 30, .grey = i == 3 };
		const char *bad = material_path("bad");
		size_t size;
		uint8_t *data;

		material_write(material_path(names[i]), &settings, 12, NULL);
		data = material_load(material_path(names[i]), &size);
		for (int round = 0; round < 25; round++) {
			material_store(bad, data, size * (size_t)round / 25);
			read_all(bad);
		}
		for (int round = 0; round < 60; round++) {
			for (int flips = 1 << round % 6; flips; flips--)
				data[material_random(&seed) %
					(round % 2                 ? size :
							size < 600 ? size :
								     600)] ^= (uint8_t)(1u
					<< material_random(&seed) % 8);
			material_store(bad, data, size);
			read_all(bad);
			if (round % 10 == 9) {
				free(data);
				data = material_load(material_path(names[i]), &size);
			}
		}
		free(data);
	}
	material_clear();
}

enum { HOLED = 120 }; /* pictures, at 30/s */

/* The longest pause between two pictures: its beginning, where the one before it ends, and its end. */
static struct pmk_hole longest_pause(struct pmk_media *media)
{
	struct pmk_hole longest = { 0 };
	struct pmk_image image;
	int64_t position = 0, before = 0;

	assert_int_equal(pmk_image_alloc(&image, &pmk_media_info(media)->layout), 0);
	while (pmk_media_read(media, &image, &position) == 1) {
		if (position - before > longest.to_ns - longest.from_ns)
			longest = (struct pmk_hole){ before, position };
		before = position;
	}
	pmk_image_free(&image);
	longest.from_ns += PMK_S_NS / 30;
	return longest;
}

static void write_holed(const char *path, const int64_t *positions)
{
	struct pmk_media_out_settings settings = { .layout = small, .fps = 30, .grey = true };

	material_write(path, &settings, HOLED, positions);
}

/* The reader of .mkv loses its place and finds it again; nothing but the times of the pictures tells of it. */
static void test_holes_are_told(void **state)
{
	const char *path = material_path("holed.mkv");
	char text[PMK_HOLES_TEXT];

	for (int gone = 0; gone < 2; gone++) {
		const struct pmk_holes *holes;
		struct pmk_media *media;
		struct pmk_hole pause;
		size_t size, from, to;
		uint8_t *data;

		write_holed(path, NULL);
		data = material_load(path, &size);
		from = size * 4 / 10;
		to = size * 6 / 10;
		memset(data + from, 0, to - from);
		if (gone) {
			memmove(data + from, data + to, size - to);
			size -= to - from;
		}
		material_store(path, data, size);
		free(data);
		assert_int_equal(pmk_media_open(path, &media), 0);
		pause = longest_pause(media);
		assert_true(pause.to_ns - pause.from_ns > (int64_t)PMK_S_NS / 2);
		holes = pmk_media_holes(media);
		assert_int_equal(pmk_media_damaged(media), 0);
		assert_int_equal(holes->count, 1);
		assert_true(holes->faults > 0);
		assert_true(llabs(holes->first[0].from_ns - pause.from_ns) < (int64_t)(2 * PMK_MS_NS));
		assert_int_equal(holes->first[0].to_ns, pause.to_ns);
		assert_int_equal(holes->missing_ns, pause.to_ns - holes->first[0].from_ns);
		assert_int_equal(pmk_media_rewind(media), 0);
		longest_pause(media);
		assert_int_equal(pmk_media_holes(media)->count, 1); /* and not once a round */
		pmk_media_close(media);
	}
	assert_string_equal(pmk_holes_print(&(struct pmk_holes){ .count = 1,
						    .missing_ns = 3100000000,
						    .first = { { 4900000000, 8000000000 } } },
				    text),
		"3.1 s are missing (4.9 to 8.0 s)");
	material_clear();
}

/* Where the end is missing, there is a fault and no hole. */
static void test_an_end_that_is_missing_is_no_hole(void **state)
{
	const char *path = material_path("cut.mkv");
	struct pmk_media *media;
	uint8_t *data;
	size_t size;

	write_holed(path, NULL);
	data = material_load(path, &size);
	material_store(path, data, size / 2);
	free(data);
	assert_int_equal(pmk_media_open(path, &media), 0);
	longest_pause(media);
	assert_int_equal(pmk_media_holes(media)->count, 0);
	assert_true(pmk_media_holes(media)->faults > 0);
	pmk_media_close(media);
	material_clear();
}

/* A film at a varying rate may stand still for as long as it likes. */
static void test_pauses_are_no_holes(void **state)
{
	static const char *const names[] = { "mask.mkv", "a.mp4", "a.mkv" };
	int64_t positions[HOLED];

	for (int i = 0; i < HOLED; i++)
		positions[i] = (int64_t)i * PMK_S_NS / 30 + (i >= 20) * 3 * (int64_t)PMK_S_NS +
			(i >= 90) * 5 * (int64_t)PMK_S_NS;
	for (int i = 0; i < 3; i++) {
		const char *path = material_path(names[i]);
		struct pmk_media_out_settings settings = { .layout = small, .fps = 30, .grey = i == 0 };
		struct pmk_media *media;
		struct pmk_hole pause;

		material_write(path, &settings, HOLED, positions);
		assert_int_equal(pmk_media_open(path, &media), 0);
		pause = longest_pause(media);
		assert_true(pause.to_ns - pause.from_ns > 4 * (int64_t)PMK_S_NS);
		assert_int_equal(pmk_media_holes(media)->count, 0);
		assert_int_equal(pmk_media_holes(media)->faults, 0);
		pmk_media_close(media);
	}
	material_clear();
}

/* Two may come at once, and nonsense has no sum that overflows. */
static void test_holes_in_their_order(void **state)
{
	const int64_t second = (int64_t)PMK_S_NS, most = INT64_C(10000000000000000);
	struct pmk_holes holes = { 0 };
	int64_t seen = 0;

	assert_null(pmk_holes_next(&holes, &seen));
	for (int i = 0; i < 5; i++)
		assert_true(pmk_holes_add(&holes, 2 * i * second, (2 * i + 1) * second));
	for (int i = 0; i < 3; i++)
		assert_int_equal(pmk_holes_next(&holes, &seen)->from_ns, 2 * i * second);
	assert_int_equal(pmk_holes_next(&holes, &seen)->from_ns, 8 * second);
	assert_null(pmk_holes_next(&holes, &seen));
	assert_int_equal(holes.missing_ns, 5 * second);
	assert_false(pmk_holes_add(&holes, 0, 9 * second));
	for (int i = 0; i < 1000; i++)
		pmk_holes_add(&holes, -most, most);
	assert_int_equal(holes.missing_ns, most - 4 * second);
	assert_int_equal(holes.count, 6);
}

/* Of a film that stands still before each picture, no pause is told but the one where some are missing. */
static void test_a_fault_explains_one_pause(void **state)
{
	const char *path = material_path("slow.mkv");
	int64_t positions[HOLED];
	struct pmk_media *media;
	struct pmk_hole longest;
	uint8_t *data;
	size_t size;

	for (int i = 0; i < HOLED; i++)
		positions[i] = ((int64_t)i * 3 + i % 2) * (int64_t)PMK_S_NS / 2; /* pauses of 1 and 2 s */
	write_holed(path, positions);
	data = material_load(path, &size);
	memset(data + size / 2, 0, size / 20);
	material_store(path, data, size);
	free(data);
	assert_int_equal(pmk_media_open(path, &media), 0);
	longest = longest_pause(media);
	assert_true(pmk_media_holes(media)->faults > 0);
	assert_int_equal(pmk_media_holes(media)->count, 1);
	assert_int_equal(pmk_media_holes(media)->first[0].to_ns, longest.to_ns);
	assert_true(pmk_media_holes(media)->missing_ns <= longest.to_ns - longest.from_ns);
	pmk_media_close(media);
	material_clear();
}

/* A truncated video gives the pictures before the cut, in each round, and the one within which it ends counts as
 * damaged. */
static void test_truncated_gives_its_beginning(void **state)
{
	struct pmk_media_out_settings settings = { .layout = small, .fps = 30 };
	struct pmk_media *media;
	struct pmk_image got;
	int64_t position;
	size_t size;
	uint8_t *data;
	int count;

	material_write(material_path("a.y4m"), &settings, 10, NULL);
	data = material_load(material_path("a.y4m"), &size);
	material_store(material_path("a.y4m"), data, size * 55 / 100);
	assert_int_equal(pmk_media_open(material_path("a.y4m"), &media), 0);
	assert_int_equal(pmk_image_alloc(&got, &small), 0);
	for (int round = 1; round <= 2; round++) {
		count = 0;
		while (pmk_media_read(media, &got, &position) == 1)
			count++;
		assert_int_equal(count, 5);
		assert_int_equal(pmk_media_read(media, &got, &position), 0);
		assert_int_equal(pmk_media_damaged(media), round);
		assert_int_equal(pmk_media_rewind(media), 0);
	}
	free(data);
	pmk_image_free(&got);
	pmk_media_close(media);
	material_clear();
}

static void test_no_video(void **state)
{
	const char *text = material_path("words.mp4"), *empty = material_path("empty.mp4"),
		   *tiny = material_path("tiny.y4m");
	const char *playlist = material_path("list.m3u8"), *list = material_path("list.txt");
	struct pmk_media_out_settings settings = { .layout = { .width = 96, .height = 8 }, .fps = 30 };
	struct pmk_media *media;

	assert_fails(pmk_media_open(material_path("absent.mp4"), &media), -ENOENT, "absent.mp4");
	assert_fails(pmk_media_open(material_directory, &media), -EISDIR, material_directory);
	material_store(text, "only words, and then some more of them", 38);
	assert_fails(pmk_media_open(text, &media), -EBADMSG, text);
	material_store(empty, "", 0);
	assert_fails(pmk_media_open(empty, &media), -EBADMSG, empty);
	material_write(tiny, &settings, 2, NULL);
	assert_fails(pmk_media_open(tiny, &media), -EINVAL, tiny);

	/* a file that names other files or addresses opens none of them */
	settings.layout = small;
	material_write(material_path("real.mp4"), &settings, 5, NULL);
	material_store(playlist, "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nreal.mp4\n#EXT-X-ENDLIST\n", 68);
	assert_fails(pmk_media_open(playlist, &media), -EBADMSG, playlist);
	material_store(list, "ffconcat version 1.0\nfile real.mp4\n", 35);
	assert_fails(pmk_media_open(list, &media), -EBADMSG, list);
	material_clear();
}

static void test_audio_is_kept(void **state)
{
	static const char *const kinds[] = { "out.mkv", "out.mp4" };
	static const enum AVCodecID codecs[] = { AV_CODEC_ID_PCM_S16LE, AV_CODEC_ID_AAC };
	struct pmk_media_out_settings settings = { .layout = small, .fps = 30 };

	material_write(material_path("mute.mkv"), &settings, 60, NULL);
	for (int i = 0; i < 2; i++) {
		const struct remux how = { .audio = codecs[i], .audio_s = 2.3 };
		struct audio_facts want, got;
		struct pmk_media *media;

		remux(material_path("mute.mkv"), material_path("in.mkv"), &how);
		assert_int_equal(pmk_media_open(material_path("in.mkv"), &media), 0);
		assert_true(pmk_media_info(media)->audio);
		pmk_media_close(media);
		settings.carry.from = material_path("in.mkv");
		material_write(material_path(kinds[i]), &settings, 60, NULL);
		want = measure_audio(material_path("in.mkv"));
		got = measure_audio(material_path(kinds[i]));
		assert_true(want.packets > 30);
		assert_int_equal(got.packets, want.packets - (want.start_s < 0)); /* what begins before the pictures */
		assert_true(want.start_s < 0 || got.bytes == want.bytes);
		assert_true(fabs(got.start_s - fmax(want.start_s, 0)) < 0.002);
		assert_true(fabs(got.end_s - want.end_s) < 0.002);
		assert_true(got.longest_gap_s < 0.6); /* pictures and audio are interleaved */
	}
	material_clear();
}

/* If fewer pictures are written than the recording has, its audio ends with them. */
static void test_audio_of_a_part(void **state)
{
	struct pmk_media_out_settings settings = { .layout = small, .fps = 30 };
	const struct remux how = { .audio = AV_CODEC_ID_PCM_S16LE, .audio_s = 10 };
	struct audio_facts got;

	material_write(material_path("mute.mkv"), &settings, 300, NULL);
	remux(material_path("mute.mkv"), material_path("in.mkv"), &how);
	settings.carry.from = material_path("in.mkv");
	material_write(material_path("out.mkv"), &settings, 60, NULL);
	got = measure_audio(material_path("out.mkv"));
	assert_true(got.end_s > 1.95 && got.end_s < 3);

	settings.carry.length_ns = 2000000000;
	for (int audio = PMK_AUDIO_COPY; audio <= PMK_AUDIO_ENCODE; audio++) {
		settings.carry.audio = (enum pmk_audio)audio;
		material_write(material_path("out.mkv"), &settings, 60, NULL);
		got = measure_audio(material_path("out.mkv"));
		assert_true(got.end_s > 1.997 && got.end_s < 2.003);
	}

	settings.carry.start_ns = 5000000000;
	settings.carry.length_ns = 0;
	material_write(material_path("out.mkv"), &settings, 150, NULL);
	got = measure_audio(material_path("out.mkv"));
	assert_true(got.start_s < 0.03 && got.end_s > 4.95 && got.end_s < 5.03);
	material_clear();
}

/* The codecs of a file's audio tracks, each followed by a space. */
static const char *audio_codecs(const char *path)
{
	static char names[256];
	AVFormatContext *from = NULL;

	names[0] = '\0';
	assert_int_equal(avformat_open_input(&from, path, NULL, NULL), 0);
	assert_true(avformat_find_stream_info(from, NULL) >= 0);
	for (unsigned i = 0; i < from->nb_streams; i++) {
		const AVCodecParameters *stream = from->streams[i]->codecpar;

		if (stream->codec_type == AVMEDIA_TYPE_AUDIO)
			strcat(strcat(names, avcodec_get_name(stream->codec_id)), " ");
	}
	avformat_close_input(&from);
	return names;
}

static void test_audio_that_does_not_fit(void **state)
{
	static const struct {
		enum pmk_audio wanted;
		const char *mp4, *mkv;
	} cases[] = { { PMK_AUDIO_AUTO, "aac ", "pcm_s16le " }, { PMK_AUDIO_COPY, "", "pcm_s16le " },
		{ PMK_AUDIO_ENCODE, "aac ", "flac " }, { PMK_AUDIO_NONE, "", "" } };
	struct pmk_media_out_settings settings = { .layout = small, .fps = 30 };
	const struct remux how = { .audio = AV_CODEC_ID_PCM_S16LE, .audio_s = 1 };
	struct pmk_media_out *out;

	material_write(material_path("mute.mkv"), &settings, 30, NULL);
	remux(material_path("mute.mkv"), material_path("in.mkv"), &how);
	settings.carry.from = material_path("in.mkv");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		settings.carry.audio = cases[i].wanted;
		material_warnings = 0;
		material_write(material_path("out.mp4"), &settings, 30, NULL);
		assert_string_equal(audio_codecs(material_path("out.mp4")), cases[i].mp4);
		assert_int_equal(material_warnings, cases[i].wanted == PMK_AUDIO_COPY);
		material_write(material_path("out.mkv"), &settings, 30, NULL);
		assert_string_equal(audio_codecs(material_path("out.mkv")), cases[i].mkv);
		assert_int_equal(material_warnings, cases[i].wanted == PMK_AUDIO_COPY);
	}
	settings.carry = (struct pmk_carry){ .from = material_path("absent.mkv") };
	assert_fails(pmk_media_out_open(material_path("out.mp4"), &settings, &out), -ENODATA, "absent.mkv");
	settings.carry.from = material_path("mute.mkv"); /* without audio, there is none in the copy */
	material_write(material_path("out.mp4"), &settings, 10, NULL);
	assert_int_equal(material_clear(), 4); /* no temporary file is left */
}

/* A track of an unknown codec, as iPhones write since 2024, stops neither the other tracks nor the pictures. */
static void test_audio_of_an_unknown_codec(void **state)
{
	struct pmk_media_out_settings settings = { .layout = small, .fps = 30 };
	const struct remux how = { .audio = AV_CODEC_ID_AAC, .audio_s = 1 };
	uint8_t *data, *found, *entry, *config;
	size_t size;

	material_write(material_path("mute.mkv"), &settings, 30, NULL);
	remux(material_path("mute.mkv"), material_path("in.mov"), &how);
	data = material_load(material_path("in.mov"), &size);
	found = memmem(data, size, "stsd", 4);
	while (found && !memmem(found, 24, "mp4a", 4))
		found = memmem(found + 1, size - (size_t)(found + 1 - data), "stsd", 4);
	assert_non_null(found);
	entry = found ? memmem(found, 24, "mp4a", 4) : NULL; /* a sanitizer's compiler does not trust the line above */
	config = memmem(found, size - (size_t)(found - data), "esds", 4);
	assert_true(entry && config);
	memcpy(entry, "apac", 4);
	memcpy(config, "dapa", 4);
	material_store(material_path("in.mov"), data, size);
	free(data);
	settings.carry.from = material_path("in.mov");
	material_warnings = 0;
	material_write(material_path("out.mp4"), &settings, 30, NULL);
	assert_string_equal(audio_codecs(material_path("out.mp4")), "");
	assert_int_equal(material_warnings, 1);
	assert_non_null(strstr(material_line, "audio track 1 (apac) is left out"));
	material_clear();
}

static void test_writing_fails(void **state)
{
	struct pmk_media_out_settings settings = { .layout = small, .fps = 30 };
	struct rlimit before, little;
	struct pmk_media_out *out;
	struct pmk_image image;
	const char *full = material_path("full.y4m");
	size_t size;
	int err = 0;

	assert_fails(pmk_media_out_open(material_path("a.avi"), &settings, &out), -EINVAL, "a.avi");
	assert_fails(pmk_media_out_open(material_path("nowhere/a.mp4"), &settings, &out), -ENOENT, "nowhere/a.mp4");
	settings.grey = true;
	assert_fails(pmk_media_out_open(material_path("a.mp4"), &settings, &out), -EINVAL, "a.mp4");
	settings.grey = false;

	material_store(full, "before", 6);
	assert_int_equal(pmk_image_alloc(&image, &small), 0);
	material_draw(&image, 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	little = before;
	little.rlim_cur = 100000;
	material_errors = 0;
	assert_int_equal(pmk_media_out_open(full, &settings, &out), 0);
	setrlimit(RLIMIT_FSIZE, &little);
	for (int n = 0; n < 50 && !err; n++)
		err = pmk_media_out_write(out, &image, NULL, n * INT64_C(33333333));
	assert_int_equal(pmk_media_out_write(out, &image, NULL, INT64_C(5000000000)), err);
	assert_int_equal(pmk_media_out_finish(out, false), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(err, -EFBIG);
	assert_int_equal(material_errors, 1);
	free(material_load(full, &size));
	assert_int_equal(size, 6);
	pmk_image_free(&image);
	assert_int_equal(material_clear(), 1);
}

static void test_abandoned_leaves_nothing(void **state)
{
	struct pmk_media_out_settings settings = { .layout = small, .fps = 30 };
	struct pmk_media_out *out;
	struct pmk_image image;

	assert_int_equal(pmk_image_alloc(&image, &small), 0);
	assert_int_equal(pmk_media_out_open(material_path("a.mp4"), &settings, &out), 0);
	assert_int_equal(pmk_media_out_write(out, &image, NULL, 0), 0);
	assert_int_equal(access(material_path("a.mp4"), F_OK), -1); /* never seen half-written */
	pmk_media_out_abandon(out);
	pmk_media_out_abandon(NULL);
	assert_int_equal(pmk_media_out_open(material_path("b.mp4"), &settings, &out), 0);
	assert_int_equal(pmk_media_out_finish(out, false), 0); /* without any picture */
	pmk_image_free(&image);
	assert_int_equal(material_clear(), 1);
}

static void test_telltales(void **state)
{
	static const char *const told[] = { "HOME(149.0251,-20.2532) 2017.08.05 14:11:51", "GPS (52.5, 13.4, 18)",
		"x\0\0GPS(1", "[iso : 100] [latitude : 22.5] [longtitude : 113.9]", "Lat: 52.5", "52.5200 N 13.4050 E",
		"N52.52, E13.40",
		"52\xc2\xb0"
		"31.20' S 13\xc2\xb0"
		"24.30' W",
		"+52.5200+013.4050/", "$GPGGA,1235" };
	static const char *const words[] = { "", "Hello <i>world</i>", "The GPS (the old one) is broken. Go home.",
		"Later: 5 o'clock, flat 3", "It grew by 2.5 %. No, 3.5!", "Version 1.2 NEW, 3.4 END" };
	static const char *const logs[] = { "DJI.Subtitle", "\tGoPro MET", "Timed Metadata", "GPS" };

	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
		assert_true(pmk_telltale_text((const uint8_t *)told[i], i == 2 ? 8 : strlen(told[i])));
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		assert_false(pmk_telltale_text((const uint8_t *)words[i], strlen(words[i])));
	for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++)
		assert_true(pmk_telltale_name(logs[i]));
	assert_false(pmk_telltale_name("SubtitleHandler"));
	assert_false(pmk_telltale_name("Djibouti, English"));
	assert_false(pmk_telltale_name(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_y4m_exactly),
		cmocka_unit_test(test_mkv_and_mp4),
		cmocka_unit_test(test_colour_tags),
		cmocka_unit_test(test_codec_limits),
		cmocka_unit_test(test_grey_exactly),
		cmocka_unit_test(test_variable_timing),
		cmocka_unit_test(test_positions_that_do_not_rise),
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_pixel_formats),
		cmocka_unit_test(test_damaged_files),
		cmocka_unit_test(test_holes_are_told),
		cmocka_unit_test(test_an_end_that_is_missing_is_no_hole),
		cmocka_unit_test(test_pauses_are_no_holes),
		cmocka_unit_test(test_holes_in_their_order),
		cmocka_unit_test(test_a_fault_explains_one_pause),
		cmocka_unit_test(test_truncated_gives_its_beginning),
		cmocka_unit_test(test_no_video),
		cmocka_unit_test(test_audio_is_kept),
		cmocka_unit_test(test_audio_of_a_part),
		cmocka_unit_test(test_audio_that_does_not_fit),
		cmocka_unit_test(test_audio_of_an_unknown_codec),
		cmocka_unit_test(test_writing_fails),
		cmocka_unit_test(test_abandoned_leaves_nothing),
		cmocka_unit_test(test_telltales),
	};

	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}

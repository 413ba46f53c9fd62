/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "media/still.h"
#include "media_material.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <turbojpeg.h>

static void draw(struct pmk_rgb *rgb)
{
	for (int y = 0; y < rgb->height; y++) {
		for (int x = 0; x < 3 * rgb->width; x++)
			rgb->data[y * rgb->stride + x] = (uint8_t)(x * 7 + y * 13 + (x % 3) * 50);
	}
}

static void assert_same(const struct pmk_rgb *a, const struct pmk_rgb *b)
{
	assert_int_equal(a->width, b->width);
	assert_int_equal(a->height, b->height);
	for (int y = 0; y < a->height; y++)
		assert_memory_equal(a->data + y * a->stride, b->data + y * b->stride, 3 * (size_t)a->width);
}

static void test_png_round_trip(void **state)
{
	static const int sizes[][2] = { { 64, 48 }, { 65, 49 }, { 1, 1 }, { 333, 7 } };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct pmk_rgb made, got;

		assert_int_equal(pmk_rgb_alloc(&made, sizes[i][0], sizes[i][1]), 0);
		draw(&made);
		assert_int_equal(pmk_still_write_rgb(material_path("picture.png"), &made), 0);
		assert_int_equal(pmk_still_read(material_path("picture.png"), &got), 0);
		assert_same(&made, &got);
		assert_int_equal(pmk_still_probe(material_path("picture.png")), 1);
		pmk_rgb_free(&made);
		pmk_rgb_free(&got);
	}
	assert_int_equal(material_clear(), 1); /* no temporary is left */
}

static void test_grey_round_trip(void **state)
{
	struct pmk_mask mask;
	struct pmk_rgb got;

	assert_int_equal(pmk_mask_alloc(&mask, 256, 20), 0);
	for (int y = 0; y < 20; y++) {
		for (int x = 0; x < 256; x++)
			mask.alpha[y * mask.stride + x] = (uint8_t)(x + y);
	}
	assert_int_equal(pmk_still_write_grey(material_path("mask.png"), &mask), 0);
	assert_int_equal(pmk_still_read(material_path("mask.png"), &got), 0);
	for (int y = 0; y < 20; y++) {
		for (int x = 0; x < 256; x++) {
			for (int c = 0; c < 3; c++)
				assert_int_equal(got.data[y * got.stride + 3 * x + c], (uint8_t)(x + y));
		}
	}
	pmk_rgb_free(&got);
	pmk_mask_free(&mask);
	material_clear();
}

/* Four quarters: red, green / blue, white; as JPEG, with an EXIF orientation where it is not 0. */
static void write_jpeg(const char *path, int orientation)
{
	static const uint8_t quarters[4][3] = { { 255, 0, 0 }, { 0, 255, 0 }, { 0, 0, 255 }, { 255, 255, 255 } };
	uint8_t exif[] = "\xff\xe1\0\x22"
			 "Exif\0\0"
			 "MM\0\x2a\0\0\0\x08"
			 "\0\x01"
			 "\x01\x12\0\x03\0\0\0\x01\0\0\0\0"
			 "\0\0\0\0";
	uint8_t *pixels = malloc(96 * 64 * 3), *file;
	unsigned char *data = NULL;
	unsigned long bytes = 0;
	tjhandle handle = tjInitCompress();

	for (int y = 0; y < 64; y++) {
		for (int x = 0; x < 96; x++)
			memcpy(pixels + (y * 96 + x) * 3, quarters[(y >= 32) * 2 + (x >= 48)], 3);
	}
	assert_int_equal(tjCompress2(handle, pixels, 96, 0, 64, TJPF_RGB, &data, &bytes, TJSAMP_444, 95, 0), 0);
	exif[29] = (uint8_t)orientation;
	file = malloc(bytes + sizeof exif);
	memcpy(file, data, 2);
	memcpy(file + 2, exif, sizeof exif - 1);
	memcpy(file + 2 + sizeof exif - 1, data + 2, bytes - 2);
	material_store(path, file, bytes + sizeof exif - 1);
	free(file);
	free(pixels);
	tjFree(data);
	tjDestroy(handle);
}

static char colour_at(const struct pmk_rgb *rgb, int x, int y)
{
	const uint8_t *p = rgb->data + y * rgb->stride + 3 * x;

	return p[0] > 128 && p[1] > 128 ? 'w' : p[0] > 128 ? 'r' : p[1] > 128 ? 'g' : 'b';
}

/* EXIF 2.3, tag 0x0112: which side of the stored picture is the top, which the left. */
static void test_exif_orientation(void **state)
{
	static const char *const corners[] = { "rgbw", "rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb" };

	for (int orientation = 1; orientation <= 8; orientation++) {
		struct pmk_rgb rgb;
		char got[5] = "";

		write_jpeg(material_path("photo.jpg"), orientation);
		assert_int_equal(pmk_still_read(material_path("photo.jpg"), &rgb), 0);
		assert_int_equal(rgb.width, orientation >= 5 ? 64 : 96);
		assert_int_equal(rgb.height, orientation >= 5 ? 96 : 64);
		for (int i = 0; i < 4; i++)
			got[i] = colour_at(&rgb, i % 2 ? rgb.width - 9 : 8, i / 2 ? rgb.height - 9 : 8);
		assert_string_equal(got, corners[orientation]);
		pmk_rgb_free(&rgb);
	}
	material_clear();
}

/* Full-range BT.601, as JFIF says: white is white, red is red. */
static void test_jpeg_colours(void **state)
{
	struct pmk_rgb rgb;

	write_jpeg(material_path("photo.jpg"), 1);
	assert_int_equal(pmk_still_read(material_path("photo.jpg"), &rgb), 0);
	for (int c = 0; c < 3; c++) {
		assert_in_range(rgb.data[50 * rgb.stride + 3 * 80 + c], 250, 255);
		assert_in_range(rgb.data[10 * rgb.stride + 3 * 10 + c] + 8, c ? 0 : 250, c ? 20 : 263);
	}
	pmk_rgb_free(&rgb);
	material_clear();
}

static void test_damaged(void **state)
{
	struct pmk_rgb made, got = { .width = 5 };
	size_t size;
	uint8_t *data;

	assert_int_equal(pmk_rgb_alloc(&made, 96, 64), 0);
	draw(&made);
	assert_int_equal(pmk_still_write_rgb(material_path("a.png"), &made), 0);
	write_jpeg(material_path("a.jpg"), 1);
	for (int kind = 0; kind < 2; kind++) {
		const char *whole = material_path(kind ? "a.jpg" : "a.png"), *cut = material_path("cut");
		data = material_load(whole, &size);
		for (size_t bytes = 1; bytes < size * 9 / 10; bytes += 1 + size / 40) {
			material_store(cut, data, bytes);
			assert_fails(pmk_still_read(cut, &got), -EBADMSG, cut);
		}
		assert_int_equal(got.width, 5); /* untouched */
		free(data);
	}
	pmk_rgb_free(&made);
	material_clear();
}

static void test_flipped_bits_do_no_harm(void **state)
{
	static const char *const names[] = { "a.png", "a.jpg" };
	struct pmk_rgb made, got;
	uint32_t seed = 3;

	assert_int_equal(pmk_rgb_alloc(&made, 96, 64), 0);
	draw(&made);
	assert_int_equal(pmk_still_write_rgb(material_path("a.png"), &made), 0);
	write_jpeg(material_path("a.jpg"), 6);
	for (int round = 0; round < 300; round++) {
		size_t size;
		uint8_t *data = material_load(material_path(names[round % 2]), &size);
		int err;

		for (int flips = 1 + round % 5; flips; flips--)
			data[material_random(&seed) % (round % 3 ? size : 200)] ^= (uint8_t)(1u
				<< material_random(&seed) % 8);
		material_store(material_path("flipped"), data, size);
		material_errors = 0;
		err = pmk_still_read(material_path("flipped"), &got);
		assert_int_equal(material_errors, err ? 1 : 0);
		if (!err)
			pmk_rgb_free(&got);
		free(data);
	}
	pmk_rgb_free(&made);
	material_clear();
}

static void put_32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* A header alone must not make us allocate gigabytes. */
static void test_huge_dimensions(void **state)
{
	static const uint32_t sizes[][2] = { { 16385, 16 }, { 16384, 16384 }, { 0x7fffffff, 0x7fffffff },
		{ 20000, 20000 } };
	struct pmk_rgb made, got;

	assert_int_equal(pmk_rgb_alloc(&made, 32, 32), 0);
	assert_int_equal(pmk_still_write_rgb(material_path("a.png"), &made), 0);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		size_t size;
		uint8_t *data = material_load(material_path("a.png"), &size);
		uint32_t crc = ~0u;
		int err;

		put_32(data + 16, sizes[i][0]);
		put_32(data + 20, sizes[i][1]);
		for (int b = 12; b < 29; b++) {
			crc ^= data[b];
			for (int k = 0; k < 8; k++)
				crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
		}
		put_32(data + 29, ~crc);
		material_store(material_path("huge.png"), data, size);
		material_errors = 0;
		err = pmk_still_read(material_path("huge.png"), &got);
		assert_true(err == -EINVAL || err == -EBADMSG);
		assert_int_equal(material_errors, 1);
		free(data);
	}
	pmk_rgb_free(&made);
	material_clear();
}

static void test_no_picture(void **state)
{
	struct pmk_rgb rgb;
	const char *big = material_path("big.png"), *text = material_path("text.png"),
		   *empty = material_path("empty.png");
	const char *playlist = material_path("list.m3u8");

	assert_fails(pmk_still_read("/tmp/there is none.png", &rgb), -ENOENT, "there is none.png");
	assert_fails(pmk_still_read("/tmp", &rgb), -EISDIR, "/tmp");
	assert_fails(pmk_still_read("/dev/zero", &rgb), -EINVAL, "/dev/zero");
	material_store(text, "only words", 10);
	assert_fails(pmk_still_read(text, &rgb), -EBADMSG, text);
	assert_fails(pmk_still_probe(text), -EBADMSG, text);
	material_store(empty, "", 0);
	assert_fails(pmk_still_read(empty, &rgb), -EBADMSG, empty);
	material_store(playlist, "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n", 45);
	assert_fails(pmk_still_read(playlist, &rgb), -EBADMSG, playlist);
	material_store(big, "", 0);
	assert_int_equal(truncate(big, (off_t)PMK_STILL_MAX_BYTES + 1), 0);
	assert_fails(pmk_still_read(big, &rgb), -EFBIG, big);
	material_clear();
}

/* The same content under any name, also one that FFmpeg takes for a numbered series, an option or an address. */
static void test_names(void **state)
{
	static const char *const names[] = { "no-end", "wrong.mp4", "series%03d.png", "a:b.png", "http:evil.png",
		"[1].png", "sp ace.png", "-dash.png" };
	struct pmk_rgb made, got;

	assert_int_equal(pmk_rgb_alloc(&made, 32, 20), 0);
	draw(&made);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_int_equal(pmk_still_write_rgb(material_path(names[i]), &made), 0);
		assert_int_equal(pmk_still_read(material_path(names[i]), &got), 0);
		assert_same(&made, &got);
		pmk_rgb_free(&got);
	}
	assert_int_equal(material_clear(), (int)(sizeof names / sizeof names[0]));
	assert_int_equal(chdir(material_directory), 0);
	assert_int_equal(pmk_still_write_rgb("http:here.png", &made), 0);
	assert_int_equal(pmk_still_read("http:here.png", &got), 0);
	pmk_rgb_free(&got);
	assert_int_equal(chdir("/"), 0);
	pmk_rgb_free(&made);
	material_clear();
}

static void test_writing_fails(void **state)
{
	struct rlimit before, small;
	struct pmk_rgb made;
	const char *full = material_path("full.png");
	size_t size;
	uint8_t *data;

	assert_int_equal(pmk_rgb_alloc(&made, 200, 200), 0);
	draw(&made);
	assert_fails(pmk_still_write_rgb(material_path("nowhere/a.png"), &made), -ENOENT, "nowhere/a.png");
	assert_fails(pmk_still_write_rgb(material_directory, &made), -EISDIR, material_directory);

	material_store(full, "before", 6);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = 256;
	setrlimit(RLIMIT_FSIZE, &small);
	material_errors = 0;
	assert_int_equal(pmk_still_write_rgb(full, &made), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(material_errors, 1);
	data = material_load(full, &size);
	assert_int_equal(size, 6); /* what was there before stays */
	free(data);
	pmk_rgb_free(&made);
	assert_int_equal(material_clear(), 1);
}

/* Renaming over them would take the pipe away from its reader, and the link from whoever made it. */
static void test_what_is_no_file_stays(void **state)
{
	const char *pipe = material_path("pipe.png"), *link = material_path("link.png"),
		   *behind = material_path("behind.png");
	struct pmk_rgb made, got;
	struct stat st;

	assert_int_equal(pmk_rgb_alloc(&made, 20, 20), 0);
	draw(&made);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_fails(pmk_still_write_rgb(pipe, &made), -ENOTSUP, pipe);
	assert_int_equal(lstat(pipe, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	material_store(behind, "before", 6);
	assert_int_equal(symlink("behind.png", link), 0);
	assert_int_equal(pmk_still_write_rgb(link, &made), 0);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(pmk_still_read(behind, &got), 0);
	assert_same(&made, &got);
	pmk_rgb_free(&made);
	pmk_rgb_free(&got);
	assert_int_equal(material_clear(), 3); /* no temporary is left */
}

/* `times` copies of a file, one behind the other. */
static void append(const char *from, const char *to, int times)
{
	uint8_t *data;
	size_t bytes;
	FILE *file = fopen(to, "wb");

	assert_non_null(file);
	assert_int_equal(pmk_mem_read_file(from, 1 << 20, &data, &bytes), 0);
	for (int i = 0; i < times; i++)
		assert_int_equal(fwrite(data, 1, bytes, file), bytes);
	fclose(file);
	free(data);
}

static void test_probe_tells_a_video(void **state)
{
	const struct pmk_media_out_settings settings = { .layout = { .width = 64, .height = 48 }, .fps = 30 };

	material_write(material_path("a.mp4"), &settings, 5, NULL);
	material_write(material_path("a.y4m"), &settings, 5, NULL);
	write_jpeg(material_path("a.jpg"), 1);
	assert_int_equal(pmk_still_probe(material_path("a.mp4")), 0);
	assert_int_equal(pmk_still_probe(material_path("a.y4m")), 0);
	assert_int_equal(pmk_still_probe(material_path("a.jpg")), 1);
	append(material_path("a.jpg"), material_path("two.jpg"), 2); /* as some phones write them */
	assert_int_equal(pmk_still_probe(material_path("two.jpg")), 1);
	append(material_path("a.jpg"), material_path("two.mjpeg"), 2);
	assert_int_equal(pmk_still_probe(material_path("two.mjpeg")), 0);
	material_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_png_round_trip),
		cmocka_unit_test(test_grey_round_trip),
		cmocka_unit_test(test_exif_orientation),
		cmocka_unit_test(test_jpeg_colours),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_flipped_bits_do_no_harm),
		cmocka_unit_test(test_huge_dimensions),
		cmocka_unit_test(test_no_picture),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_writing_fails),
		cmocka_unit_test(test_what_is_no_file_stays),
		cmocka_unit_test(test_probe_tells_a_video),
	};

	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}

/* SPDX-License-Identifier: MIT */
/* Tests of picture files as users have them: upright and in their true colours, or refused in one line that says what
 * the file is. Each is read as a backdrop is, and as an input is. */
#include "image/convert.h"
#include "media/media.h"
#include "media/still/exif.h"
#include "media/still/facts.h"
#include "picture_files.h"

#ifdef PMK_TEST_SIMPLE /* what needs no module is read without it, as in the program */
#include "media/simple/simple.h"

static int read_first(const char *path, struct pmk_rgb *rgb)
{
	int err = pmk_simple_read(path, rgb);

	return err == -ENOTSUP ? pmk_still_read(path, rgb) : err;
}

static int probe_first(const char *path)
{
	int kind = pmk_simple_probe(path);

	return kind == -ENOTSUP ? pmk_still_probe(path) : kind;
}

#define pmk_still_read read_first
#define pmk_still_probe probe_first
#endif

static const double adobe_rgb[8] = { 0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06 };
static const double display_p3[8] = { 0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060 };

/* EXIF 2.3, tag 0x0112: the corners of the upright picture, in reading order. */
static const char *const corners[] = { "rgbw", "rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb" };

static char letter(const uint8_t *p)
{
	return p[0] > 128 && p[1] > 128 ? 'w' : p[0] > 128 ? 'r' : p[1] > 128 ? 'g' : 'b';
}

static void assert_corners(const struct pmk_rgb *rgb, const char *wanted)
{
	char got[5] = "";

	for (int i = 0; i < 4; i++)
		got[i] = letter(
			rgb->data + (i / 2 ? rgb->height - 9 : 8) * rgb->stride + 3 * (i % 2 ? rgb->width - 9 : 8));
	assert_string_equal(got, wanted);
}

static int read_planes(const char *path, struct pmk_image *image)
{
	struct pmk_media *media;
	int64_t position_ns;
	int err;

#ifdef PMK_TEST_SIMPLE
	int bar_x, bar_y;

	err = pmk_simple_read_planes(path, &(struct pmk_simple_fit){ 0 }, image, &bar_x, &bar_y);
	if (err != -ENOTSUP)
		return err;
#endif
	err = pmk_media_open(path, &media);
	if (err)
		return err;
	assert_true(pmk_media_info(media)->still);
	assert_int_equal(pmk_image_alloc(image, &pmk_media_info(media)->layout), 0);
	assert_int_equal(pmk_media_read(media, image, &position_ns), 1);
	pmk_media_close(media);
	return 0;
}

/* The file as an input: its one picture, as RGB. */
static int read_as_input(const char *path, struct pmk_rgb *rgb)
{
	struct pmk_image image;
	int err = read_planes(path, &image);

	if (err)
		return err;
	assert_int_equal(pmk_rgb_alloc(rgb, image.layout.width, image.layout.height), 0);
	pmk_colour_image_to_rgb(&image, rgb);
	pmk_image_free(&image);
	return 0;
}

static void assert_upright(const char *path, int orientation)
{
	struct pmk_rgb rgb;

	for (int way = 0; way < 2; way++) {
		assert_int_equal(way ? read_as_input(path, &rgb) : pmk_still_read(path, &rgb), 0);
		assert_int_equal(rgb.width, orientation >= 5 ? FILE_H : FILE_W);
		assert_int_equal(rgb.height, orientation >= 5 ? FILE_W : FILE_H);
		assert_corners(&rgb, corners[orientation]);
		pmk_rgb_free(&rgb);
	}
	assert_int_equal(pmk_still_probe(path), PMK_STILL_ONE);
}

/* The file is refused both ways, in one line that holds `what`. */
static void assert_refused(const char *path, const char *what)
{
	struct pmk_rgb rgb;

	if (pmk_still_read(path, &rgb) != -EBADMSG || !strstr(material_line, what))
		print_error("\"%s\", not \"%s\"\n", material_line, what);
	assert_fails(pmk_still_read(path, &rgb), -EBADMSG, what);
	assert_non_null(strstr(material_line, path));
	assert_fails(read_as_input(path, &rgb), -EBADMSG, what);
}

static void test_orientation_of_jpeg_and_webp(void **state)
{
	struct file exif;

	for (int orientation = 1; orientation <= 8; orientation++) {
		const struct jpeg_kind plain = { .components = 3, .exif = &exif },
				       inks = { 4, .adobe = true, .exif = &exif };

		make_exif(&exif, orientation, orientation % 2);
		write_jpeg_kind(material_path("a.jpg"), &plain);
		assert_upright(material_path("a.jpg"), orientation);
		write_jpeg_kind(material_path("b.jpg"), &inks);
		assert_upright(material_path("b.jpg"), orientation);
		write_webp(material_path("a.webp"), &exif, NULL, false);
		assert_upright(material_path("a.webp"), orientation);
	}
	material_clear();
}

/* As ImageMagick wrote them before 2018. */
static void make_exif_text(const struct file *exif, struct file *text)
{
	char digits[3], head[64];

	text->bytes = 0;
	add(text, "Raw profile type exif", 22);
	snprintf(head, sizeof head, "\nexif\n%8d\n45786966\n0000", (int)exif->bytes + 6);
	add(text, head, strlen(head));
	for (size_t i = 0; i < exif->bytes; i++) {
		snprintf(digits, sizeof digits, "%02x", exif->data[i]);
		add(text, digits, 2);
		if (i % 16 == 15)
			add(text, "\n", 1);
	}
	add(text, "\n", 1);
}

static void test_orientation_of_png_and_tiff(void **state)
{
	struct pmk_rgb rgb;
	struct file exif, text;

	make_quarters(&rgb);
	for (int orientation = 1; orientation <= 8; orientation++) {
		make_exif(&exif, orientation, orientation % 2);
		make_exif_text(&exif, &text);
		write_png_with(material_path("a.png"), &rgb, "eXIf", &exif);
		assert_upright(material_path("a.png"), orientation);
		write_png_with(material_path("b.png"), &rgb, "tEXt", &text);
		assert_upright(material_path("b.png"), orientation);
		write_tiff(material_path("a.tif"),
			&(struct tiff_kind){
				orientation, .compression = 1, .photometric = 2, .little_endian = orientation % 2 });
		assert_upright(material_path("a.tif"), orientation);
	}
	pmk_rgb_free(&rgb);
	material_clear();
}

/* ISO/IEC 23008-12 6.5.10 and 6.5.12: a turn anticlockwise by quarters, then top and bottom (0) or left and right (1)
 * change places. The header of JPEG XL turns, too, but its decoder does it. */
static void test_orientation_of_avif_and_jxl(void **state)
{
	static const int of[4][3] = { { 1, 4, 2 }, { 8, 5, 7 }, { 3, 2, 4 }, { 6, 7, 5 } };
	uint8_t data[sizeof avif_file];

	for (int turn = 0; turn < 4; turn++) {
		for (int mirror = 0; mirror < 3; mirror++) {
			memcpy(data, avif_file, sizeof data);
			data[AVIF_IROT] = (uint8_t)turn;
			if (mirror)
				data[AVIF_IMIR] = (uint8_t)(mirror - 1);
			else
				memcpy(data + AVIF_IMIR - 4, "free", 4);
			material_store(material_path("a.avif"), data, sizeof data);
			assert_upright(material_path("a.avif"), of[turn][mirror]);
		}
	}
	material_store(material_path("a.jxl"), jxl_file, sizeof jxl_file);
	assert_upright(material_path("a.jxl"), 6);
	material_clear();
}

static double light_of(double level, double gamma)
{
	return pow(level / 255, gamma);
}

static double level_of(double light)
{
	light = light < 0 ? 0 : light > 1 ? 1 : light;
	return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055);
}

/* Linear light of Adobe RGB (1998) and of Display P3 to that of sRGB, all with white D65. */
static const double from_adobe[9] = { 1.39836, -0.39836, 0, 0, 1, 0, 0, -0.04293, 1.04293 };
static const double from_p3[9] = { 1.22494, -0.22494, 0, -0.04206, 1.04206, 0, -0.01964, -0.07864, 1.09827 };

static void assert_converted(
	const struct pmk_rgb *before, const struct pmk_rgb *after, const double m[9], double gamma, int tolerance)
{
	for (int y = 8; y < FILE_H; y += 16) {
		for (int x = 8; x < FILE_W; x += 16) {
			const uint8_t *from = before->data + y * before->stride + 3 * x;
			const uint8_t *to = after->data + y * after->stride + 3 * x;

			for (int c = 0; c < 3; c++) {
				double light = 0;

				for (int k = 0; k < 3; k++)
					light += m[3 * c + k] * light_of(from[k], gamma);
				if (fabs(to[c] - level_of(light)) > tolerance)
					print_error(
						"at %d,%d channel %d: %d, not %.1f\n", x, y, c, to[c], level_of(light));
				assert_true(fabs(to[c] - level_of(light)) <= tolerance);
			}
		}
	}
}

/* Flat squares of colours that sRGB has, too. */
static void make_squares(struct pmk_rgb *rgb)
{
	assert_int_equal(pmk_rgb_alloc(rgb, FILE_W, FILE_H), 0);
	for (int y = 0; y < FILE_H; y++) {
		for (int x = 0; x < FILE_W; x++) {
			uint8_t *p = rgb->data + y * rgb->stride + 3 * x;
			int square = y / 16 * 6 + x / 16;

			p[0] = (uint8_t)(90 + square * 5);
			p[1] = (uint8_t)(200 - square * 4);
			p[2] = (uint8_t)(100 + square * 37 % 100);
		}
	}
}

static void write_png_of(const char *path, const struct pmk_rgb *rgb, const double xy[8], double gamma)
{
	struct file icc, chunk = { 0 };

	make_profile(&icc, xy, gamma);
	add(&chunk, "name\0", 6);
	add_zlib(&chunk, icc.data, icc.bytes);
	write_png_with(path, rgb, "iCCP", &chunk);
}

static void test_profiles_are_applied(void **state)
{
	struct pmk_rgb before, after;
	const char *path = material_path("a.png");

	make_squares(&before);
	for (int kind = 0; kind < 2; kind++) {
		write_png_of(path, &before, kind ? display_p3 : adobe_rgb, 2.2);
		assert_int_equal(pmk_still_read(path, &after), 0);
		assert_converted(&before, &after, kind ? from_p3 : from_adobe, 2.2, 1);
		pmk_rgb_free(&after);
		assert_int_equal(read_as_input(path, &after), 0);
		assert_converted(&before, &after, kind ? from_p3 : from_adobe, 2.2, 4); /* through YUV */
		pmk_rgb_free(&after);
	}
	pmk_rgb_free(&before);
	material_clear();
}

/* A profile whose red is green and whose green is red, in each kind of file. */
static void test_profiles_of_all_files(void **state)
{
	static const double swapped[8] = { 0.3127, 0.3290, 0.30, 0.60, 0.64, 0.33, 0.15, 0.06 };
	struct jpeg_kind kinds[2] = { { .components = 3 }, { .components = 3, .arithmetic = true } };
	struct file icc;
	struct pmk_rgb rgb;

	make_profile(&icc, swapped, 2.2);
	for (int i = 0; i < 3; i++) {
		if (i < 2) {
			kinds[i].icc = &icc;
			write_jpeg_kind(material_path("a"), &kinds[i]);
		} else {
			write_webp(material_path("a"), NULL, &icc, false);
		}
		assert_int_equal(pmk_still_read(material_path("a"), &rgb), 0);
		assert_corners(&rgb, "grbw");
		pmk_rgb_free(&rgb);
		assert_int_equal(read_as_input(material_path("a"), &rgb), 0);
		assert_corners(&rgb, "grbw");
		pmk_rgb_free(&rgb);
	}
	material_clear();
}

static void assert_same(const struct pmk_rgb *a, const struct pmk_rgb *b)
{
	for (int y = 0; y < a->height; y++)
		assert_memory_equal(a->data + y * a->stride, b->data + y * b->stride, 3 * (size_t)a->width);
}

/* Write the squares with this chunk and read them: the same to the bit, with so many warnings. */
static void assert_unchanged(const char *type, const struct file *chunk, int warnings)
{
	struct pmk_rgb before, after;

	make_squares(&before);
	write_png_with(material_path("a.png"), &before, type, chunk);
	material_warnings = 0;
	assert_int_equal(pmk_still_read(material_path("a.png"), &after), 0);
	assert_int_equal(material_warnings, warnings);
	assert_same(&before, &after);
	pmk_rgb_free(&before);
	pmk_rgb_free(&after);
}

static void make_profile_chunk(struct file *chunk, cmsHPROFILE profile)
{
	struct file icc;

	save_profile(&icc, profile);
	chunk->bytes = 0;
	add(chunk, "name\0", 6);
	add_zlib(chunk, icc.data, icc.bytes);
}

static void test_other_profiles_change_nothing(void **state)
{
	cmsToneCurve *curve = cmsBuildGamma(NULL, 1.0);
	struct file chunk = { 0 };

	make_profile_chunk(&chunk, cmsCreate_sRGBProfile());
	assert_unchanged("iCCP", &chunk, 0);
	make_profile_chunk(&chunk, cmsCreateGrayProfile(cmsD50_xyY(), curve)); /* of a picture that has colours */
	assert_unchanged("iCCP", &chunk, 1);
	chunk.bytes = 6;
	add_zlib(&chunk, avif_file, 200); /* no profile at all */
	assert_unchanged("iCCP", &chunk, 1);
	cmsFreeToneCurve(curve);
	material_clear();
}

static void test_grey_profile(void **state)
{
	cmsToneCurve *curve = cmsBuildGamma(NULL, 1.0);
	struct pmk_mask grey;
	struct file chunk = { 0 }, chunks = { 0 };
	struct pmk_rgb rgb;

	make_profile_chunk(&chunk, cmsCreateGrayProfile(cmsD50_xyY(), curve));
	cmsFreeToneCurve(curve);
	assert_int_equal(pmk_mask_alloc(&grey, 32, 32), 0);
	memset(grey.alpha, 55, (size_t)grey.stride * 32);
	assert_int_equal(pmk_still_write_grey(material_path("a.png"), &grey), 0);
	add_png_chunk(&chunks, "iCCP", chunk.data, chunk.bytes);
	put_into_png(material_path("a.png"), &chunks);
	assert_int_equal(pmk_still_read(material_path("a.png"), &rgb), 0);
	for (int c = 0; c < 3; c++)
		assert_true(fabs(rgb.data[c] - level_of(55 / 255.0)) <= 2);
	pmk_rgb_free(&rgb);
	pmk_mask_free(&grey);
	material_clear();
}

/* PNG's older way to tell colours. */
static void test_gamma_and_chromaticities(void **state)
{
	struct pmk_rgb before, after;
	struct file chunk = { 0 }, both = { 0 };

	add_number(&chunk, 45455, 4, false); /* the usual one */
	assert_unchanged("gAMA", &chunk, 0);
	chunk.bytes = 0;
	add_number(&chunk, 100000, 4, false);
	make_squares(&before);
	write_png_with(material_path("a.png"), &before, "gAMA", &chunk);
	assert_int_equal(pmk_still_read(material_path("a.png"), &after), 0);
	assert_true(fabs(after.data[0] - level_of(before.data[0] / 255.0)) <= 1);
	pmk_rgb_free(&after);

	chunk.bytes = 0;
	for (int i = 0; i < 8; i++)
		add_number(&chunk, (uint32_t)(display_p3[i] * 1e5 + 0.5), 4, false);
	add_png_chunk(&both, "gAMA", "\0\0\xc3\x50", 4);
	add_png_chunk(&both, "cHRM", chunk.data, chunk.bytes);
	assert_int_equal(pmk_still_write_rgb(material_path("a.png"), &before), 0);
	put_into_png(material_path("a.png"), &both);
	assert_int_equal(pmk_still_read(material_path("a.png"), &after), 0);
	assert_converted(&before, &after, from_p3, 2.0, 1);
	pmk_rgb_free(&after);
	pmk_rgb_free(&before);
	material_clear();
}

/* Without a profile: what the format itself says of its colours, by the numbers of ITU-T H.273. */
static void test_tagged_colours(void **state)
{
	static const double flat[3] = { 180, 110, 90 };
	struct pmk_rgb rgb;

	material_store(material_path("a.avif"), flat_avif_file, sizeof flat_avif_file);
	assert_int_equal(pmk_still_read(material_path("a.avif"), &rgb), 0);
	for (int c = 0; c < 3; c++) {
		double light = 0;

		for (int k = 0; k < 3; k++)
			light += from_p3[3 * c + k] * pow((flat[k] / 255 + 0.055) / 1.055, 2.4);
		assert_true(fabs(rgb.data[c] - level_of(light)) <= 3);
	}
	pmk_rgb_free(&rgb);
	material_store(material_path("a.avif"), hdr_avif_file, sizeof hdr_avif_file);
	assert_int_equal(pmk_still_read(material_path("a.avif"), &rgb), 0);
	assert_true(rgb.data[0] > 230 && rgb.data[2] < 80); /* 180 is brighter than white, 90 has 24 of its 203 cd/m2 */
	pmk_rgb_free(&rgb);
	material_clear();
}

static void test_inks(void **state)
{
	static const struct jpeg_kind kinds[] = { { 4, .adobe = true }, { 4, .adobe = true, .ycck = true },
		{ .components = 4 }, { 4, .adobe = true, .arithmetic = true }, { 4, .adobe = true, .scans = true } };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		write_jpeg_kind(material_path("a.jpg"), &kinds[i]);
		assert_upright(material_path("a.jpg"), 1);
	}
	material_clear();
}

static void test_tiff_of_luma_and_chroma(void **state)
{
	struct pmk_rgb rgb;

	write_tiff(material_path("a.tif"), &(struct tiff_kind){ .compression = 1, .photometric = 6 });
	assert_int_equal(pmk_still_read(material_path("a.tif"), &rgb), 0);
	for (int c = 0; c < 3; c++)
		assert_in_range(rgb.data[c], 198, 202);
	pmk_rgb_free(&rgb);
	material_clear();
}

static void test_tiff_that_would_be_black(void **state)
{
	static const struct {
		struct tiff_kind kind;
		const char *what;
	} cases[] = {
		{ { .compression = 7, .photometric = 2 }, "compressed as JPEG" },
		{ { .compression = 6, .photometric = 2 }, "compressed as JPEG" },
		{ { .compression = 1, .photometric = 2, .tiled = true }, "in tiles" },
		{ { .compression = 1, .photometric = 2, .preview = true }, "a raw photo" },
		{ { .compression = 1, .photometric = 2, .dng = true }, "a raw photo" },
		{ { .compression = 34712, .photometric = 2 }, "a TIFF picture" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		write_tiff(material_path("a.tif"), &cases[i].kind);
		assert_refused(material_path("a.tif"), cases[i].what);
	}
	material_clear();
}

static void test_refusals_say_what_it_is(void **state)
{
	static const struct {
		const char *text;
		size_t bytes; /* 0: all */
		const char *what;
	} cases[] = {
		{ "<?xml version=\"1.0\"?>\n<!-- a drawing -->\n<svg width=\"5\"></svg>", 0, "an SVG drawing" },
		{ "\n<!DOCTYPE HTML><title>404</title>", 0, "a web page" },
		{ "<html>", 0, "a web page" },
		{ "%PDF-1.4\n", 0, "a PDF document" },
		{ "\0\0\0\x18"
		  "ftypheic\0\0\0\0mif1heic",
			24, "a HEIC picture, which this FFmpeg (" },
		{ "\0\0\0\x18"
		  "ftypcrx \0\0\0\0crx isom",
			24, "a raw photo" },
		{ "gimp xcf file\0", 15, "a GIMP document" },
		{ "PK\3\4\0\0\0\0\0\0\0\0\0\0\0", 16, "a ZIP archive" },
		{ "\0\0\2\0\0\0\0\0\0\0\0\0\x20\0\x20\0\x18\0", 18, "a TGA picture, which this FFmpeg (" },
		{ "", 0, "an empty file" },
		{ "some words", 0, "not a picture or video" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *path = material_path("a.jpg"); /* whatever its name */

		material_store(path, cases[i].text, cases[i].bytes ? cases[i].bytes : strlen(cases[i].text));
		assert_refused(path, cases[i].what);
	}
	write_webp(material_path("a.webp"), NULL, NULL, true);
#ifdef PMK_HAVE_WEBP
	assert_refused(material_path("a.webp"), "an animated WebP that is damaged");
#else
	assert_refused(material_path("a.webp"), "an animated WebP, which this FFmpeg (");
#endif
	material_clear();
}

/* At each length from the header on. */
static void assert_cuts_refused(const char *path, size_t from)
{
	const char *cut = material_path("cut");
	size_t size;
	uint8_t *data = material_load(path, &size);

	for (size_t bytes = from; bytes < size - 12; bytes += 1 + size / 23) {
		material_store(cut, data, bytes);
		assert_refused(cut, cut);
	}
	free(data);
}

static void test_no_half_pictures(void **state)
{
	const struct jpeg_kind arithmetic = { .components = 3, .arithmetic = true }, inks = { 4, .adobe = true };

	write_jpeg_kind(material_path("a"), &arithmetic);
	assert_cuts_refused(material_path("a"), 10);
	write_jpeg_kind(material_path("a"), &inks);
	assert_cuts_refused(material_path("a"), 10);
	write_webp(material_path("a"), NULL, NULL, false);
	assert_cuts_refused(material_path("a"), 10);
	write_tiff(material_path("a"), &(struct tiff_kind){ .compression = 1, .photometric = 2 });
	assert_cuts_refused(material_path("a"), 8);
	material_store(material_path("a"), jxl_file, sizeof jxl_file);
	assert_cuts_refused(material_path("a"), 10);
	material_store(material_path("a"), avif_file, sizeof avif_file);
	assert_cuts_refused(material_path("a"), 10);
	material_clear();
}

/* A JPEG file whose header promises more than may be: no gigabytes, and a line that says why. */
static void test_too_many_pixels(void **state)
{
	struct pmk_rgb rgb;
	uint8_t *data, *sof;
	size_t size;

	write_jpeg_kind(material_path("a.jpg"), &(struct jpeg_kind){ .components = 3 });
	data = material_load(material_path("a.jpg"), &size);
	sof = memmem(data, size, "\xff\xc0", 2);
	assert_non_null(sof);
	sof[5] = sof[7] = 0x30; /* 12,288 a side */
	material_store(material_path("a.jpg"), data, size);
	assert_fails(pmk_still_read(material_path("a.jpg"), &rgb), -EINVAL, "million pixels");
	assert_fails(read_as_input(material_path("a.jpg"), &rgb), -EINVAL, "million pixels");
	free(data);
	material_clear();
}

/* Of libjpeg's files: bytes that are left over behind the blocks mean that a code was misread. */
static void test_no_torn_inks(void **state)
{
	struct file file = { 0 };
	uint8_t *data;
	size_t size;

	write_jpeg_kind(material_path("a.jpg"), &(struct jpeg_kind){ 4, .adobe = true });
	data = material_load(material_path("a.jpg"), &size);
	add(&file, data, size - 2);
	for (int i = 0; i < 40; i++)
		add(&file, "U", 1);
	add(&file, "\xff\xd9", 2);
	material_store(material_path("a.jpg"), file.data, file.bytes);
	assert_refused(material_path("a.jpg"), "a JPEG picture");
	free(data);
	material_clear();
}

/* A file of a scan for each ink: none may be missing, and there may not be any number of them. */
static void test_scans_of_inks(void **state)
{
	enum { COPIES = 300 };
	uint8_t *data, *last, *many;
	size_t size, bytes;

	write_jpeg_kind(material_path("a.jpg"), &(struct jpeg_kind){ 4, .adobe = true, .scans = true });
	data = last = material_load(material_path("a.jpg"), &size);
	for (uint8_t *at = data; at; at = memmem(at + 1, size - (size_t)(at + 1 - data), "\xff\xda", 2)) {
		if (at != data)
			material_store(material_path("cut.jpg"), data, (size_t)(at - data));
		if (last != data)
			assert_refused(material_path("cut.jpg"), "a JPEG picture");
		last = at;
	}
	bytes = size - 2 - (size_t)(last - data);
	many = malloc(size + COPIES * bytes);
	assert_non_null(many);
	memcpy(many, data, size - 2);
	for (size_t i = 0; i < COPIES; i++)
		memcpy(many + size - 2 + i * bytes, last, bytes);
	memcpy(many + size - 2 + COPIES * bytes, "\xff\xd9", 2);
	material_store(material_path("a.jpg"), many, size + COPIES * bytes);
	assert_refused(material_path("a.jpg"), "a JPEG picture");
	free(many);
	free(data);
	material_clear();
}

/* What stands around the picture does not matter: EXIF data that are damaged, no end, bytes behind the end. */
static void test_odd_files_are_read(void **state)
{
	const struct jpeg_kind kinds[] = { { .components = 3 }, { .components = 4, .adobe = true } };
	struct file exif = { 0 }, file = { 0 };
	struct pmk_rgb rgb;
	uint8_t *data;
	size_t size;

	add(&exif, "II*\0\xff\xff\xff\xff", 8);
	for (int i = 0; i < 2; i++) {
		struct jpeg_kind kind = kinds[i];

		kind.exif = &exif;
		write_jpeg_kind(material_path("a"), &kind);
		assert_upright(material_path("a"), 1);
		data = material_load(material_path("a"), &size);
		material_store(material_path("a"), data, size - 2);
		assert_upright(material_path("a"), 1);
		free(data);
	}
	make_quarters(&rgb);
	assert_int_equal(pmk_still_write_rgb(material_path("a"), &rgb), 0);
	data = material_load(material_path("a"), &size);
	add(&file, data, size);
	add(&file, avif_file, sizeof avif_file);
	material_store(material_path("a"), file.data, file.bytes);
	assert_upright(material_path("a"), 1);
	free(data);
	pmk_rgb_free(&rgb);
	material_clear();
}

static void test_animation(void **state)
{
	static const uint8_t head[] = { 'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 200, 50, 50 };
	static const uint8_t picture[] = { 0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c,
		1, 0 };

	for (int pictures = 1; pictures <= 2; pictures++) {
		struct file file = { 0 };
		struct pmk_rgb rgb;

		add(&file, head, sizeof head);
		for (int i = 0; i < pictures; i++)
			add(&file, picture, sizeof picture);
		add(&file, ";", 1);
		material_store(material_path("a.gif"), file.data, file.bytes);
		assert_int_equal(
			pmk_still_probe(material_path("a.gif")), pictures == 1 ? PMK_STILL_ONE : PMK_STILL_ANIMATED);
		assert_int_equal(pmk_still_read(material_path("a.gif"), &rgb), 0);
		assert_int_equal(rgb.data[0], 200);
		assert_int_equal(rgb.data[1], 50);
		pmk_rgb_free(&rgb);
	}
	material_clear();
}

/* Nothing is read outside of the bytes, whatever they are; a sanitizer would tell. */
static void test_facts_of_any_bytes(void **state)
{
	struct file exif;
	uint32_t seed = 7;

	make_exif(&exif, 6, true);
	write_webp(material_path("0"), &exif, NULL, false);
	write_tiff(material_path("1"), &(struct tiff_kind){ 6, .compression = 1, .photometric = 2 });
	write_jpeg_kind(material_path("2"), &(struct jpeg_kind){ 4, .adobe = true, .exif = &exif });
	material_store(material_path("3"), avif_file, sizeof avif_file);
	for (int round = 0; round < 4000; round++) {
		const char name[2] = { (char)('0' + round % 4) };
		struct pmk_still_facts facts;
		size_t size;
		uint8_t *data = material_load(material_path(name), &size), *exact;

		for (int i = 0; i < 8; i++)
			data[round % 2 ? size - 1 - material_random(&seed) % (size < 300 ? size : 300) :
					 material_random(&seed) % (size < 400 ? size : 400)] = (uint8_t)
				material_random(&seed);
		size = round % 3 ? size : material_random(&seed) % size;
		exact = malloc(size ? size : 1);
		memcpy(exact, data, size);
		pmk_still_facts(exact, size, &facts);
		assert_in_range(facts.orientation, 1, 8);
		free(exact);
		free(data);
	}
	material_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orientation_of_jpeg_and_webp),
		cmocka_unit_test(test_orientation_of_png_and_tiff),
		cmocka_unit_test(test_orientation_of_avif_and_jxl),
		cmocka_unit_test(test_profiles_are_applied),
		cmocka_unit_test(test_profiles_of_all_files),
		cmocka_unit_test(test_other_profiles_change_nothing),
		cmocka_unit_test(test_grey_profile),
		cmocka_unit_test(test_gamma_and_chromaticities),
		cmocka_unit_test(test_tagged_colours),
		cmocka_unit_test(test_inks),
		cmocka_unit_test(test_tiff_of_luma_and_chroma),
		cmocka_unit_test(test_tiff_that_would_be_black),
		cmocka_unit_test(test_refusals_say_what_it_is),
		cmocka_unit_test(test_no_half_pictures),
		cmocka_unit_test(test_too_many_pixels),
		cmocka_unit_test(test_no_torn_inks),
		cmocka_unit_test(test_scans_of_inks),
		cmocka_unit_test(test_odd_files_are_read),
		cmocka_unit_test(test_animation),
		cmocka_unit_test(test_facts_of_any_bytes),
	};

	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}

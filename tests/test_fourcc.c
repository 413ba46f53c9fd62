/* SPDX-License-Identifier: MIT */
/* Every raw camera format to planes, against pictures that are written here byte by byte, at odd sizes and with padded
 * rows. The picture ends where readable memory ends. */
#include "unit.h"

#include "image/colour.h"
#include "image/convert.h"
#include "image/fourcc.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct {
	int w, h;
} sizes[] = { { 16, 16 }, { 17, 19 }, { 33, 18 }, { 1, 1 }, { 2, 7 }, { 130, 5 } };
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* Memory of `bytes`, behind which nothing can be read. */
struct guarded {
	uint8_t *block, *data;
	size_t length;
};

static struct guarded guard(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), length = (bytes + page - 1) / page * page + page;
	struct guarded g = { mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), NULL,
		length };

	assert_ptr_not_equal(g.block, MAP_FAILED);
	assert_int_equal(mprotect(g.block + length - page, page, PROT_NONE), 0);
	g.data = g.block + length - page - bytes;
	return g;
}

/* The samples of the picture. */
static uint8_t luma(int x, int y)
{
	return (uint8_t)(16 + (x * 7 + y * 13) % 220);
}

static uint8_t blue(int x, int y)
{
	return (uint8_t)(16 + (x * 5 + y * 3) % 225);
}

static uint8_t red(int x, int y)
{
	return (uint8_t)(240 - (x * 3 + y * 11) % 225);
}

static uint8_t sample(char what, int x, int y)
{
	return what == 'Y' ? luma(x, y) : what == 'U' ? blue(x, y) : red(x, y);
}

/* A YUV picture in memory: for each plane, which samples come in turns. */
static const struct yuv {
	uint32_t fourcc;
	const char *planes[3];
} yuvs[] = {
	{ PMK_FOURCC_YUYV, { "YUYV" } },
	{ PMK_FOURCC_UYVY, { "UYVY" } },
	{ PMK_FOURCC_YVYU, { "YVYU" } },
	{ PMK_FOURCC_VYUY, { "VYUY" } },
	{ PMK_FOURCC_NV12, { "Y", "UV" } },
	{ PMK_FOURCC_NV21, { "Y", "VU" } },
	{ PMK_FOURCC_NV16, { "Y", "UV" } },
	{ PMK_FOURCC_NV61, { "Y", "VU" } },
	{ PMK_FOURCC_YU12, { "Y", "U", "V" } },
	{ PMK_FOURCC_YV12, { "Y", "V", "U" } },
	{ PMK_FOURCC_YU16, { "Y", "U", "V" } },
	{ PMK_FOURCC_422P, { "Y", "U", "V" } },
	{ PMK_FOURCC_YV16, { "Y", "V", "U" } },
};

static void write_packed(const char *order, int w, int h, int stride, uint8_t *to)
{
	for (int y = 0; y < h; y++) {
		for (int i = 0; i < (w + 1) / 2 * 4; i++) {
			int pair = i / 4, x = 2 * pair + (i % 4 >= 2);

			to[y * stride + i] = order[i % 4] == 'Y' ? luma(x < w ? x : w - 1, y) :
								   sample(order[i % 4], pair, y);
		}
	}
}

static void write_yuv(const struct yuv *f, int w, int h, int stride, uint8_t *to)
{
	int chroma_stride = (int)pmk_fourcc_chroma_stride(f->fourcc, w, stride);

	if (!f->planes[1]) {
		write_packed(f->planes[0], w, h, stride, to);
		return;
	}
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++)
			to[y * stride + x] = luma(x, y);
	to += stride * h;
	for (int p = 1; p < 3 && f->planes[p]; p++) {
		int rows = pmk_fourcc_chroma_rows(f->fourcc, h), each = (int)strlen(f->planes[p]);

		for (int y = 0; y < rows; y++)
			for (int i = 0; i < (w + 1) / 2 * each; i++)
				to[y * chroma_stride + i] = sample(f->planes[p][i % each], i / each, y);
		to += chroma_stride * rows;
	}
}

static void expect_planes(const struct pmk_image *m, uint32_t fourcc)
{
	char name[5];

	for (int p = 0; p < 3; p++)
		for (int y = 0; y < pmk_layout_plane_height(&m->layout, p); y++)
			for (int x = 0; x < pmk_layout_plane_width(&m->layout, p); x++) {
				int is = m->plane[p][y * m->stride[p] + x], want = sample("YUV"[p], x, y);

				if (is != want)
					fail_msg("%s %dx%d: plane %d at %d,%d is %d, not %d",
						pmk_fourcc_name(fourcc, name), m->layout.width, m->layout.height, p, x,
						y, is, want);
			}
}

/* An image for a format, all of whose samples are wrong. */
static struct pmk_image image_for(uint32_t fourcc, int w, int h)
{
	struct pmk_layout layout = { .width = w, .height = h, .chroma = pmk_fourcc_chroma(fourcc) };
	static const uint8_t none[3] = { 1, 1, 1 };
	struct pmk_image m;

	assert_int_equal(pmk_image_alloc(&m, &layout), 0);
	pmk_image_fill(&m, none);
	return m;
}

static void test_yuv(void **state)
{
	for (size_t f = 0; f < sizeof yuvs / sizeof yuvs[0]; f++)
		for (int n = 0; n < SIZES * 2; n++) {
			uint32_t fourcc = yuvs[f].fourcc;
			int w = sizes[n / 2].w, h = sizes[n / 2].h;
			int stride = pmk_fourcc_stride(fourcc, w) + n % 2 * 24;
			size_t bytes = pmk_fourcc_bytes(fourcc, w, h, stride);
			struct guarded g = guard(bytes);
			struct pmk_image m = image_for(fourcc, w, h);

			write_yuv(&yuvs[f], w, h, stride, g.data);
			assert_int_equal(pmk_convert_from_raw(&m, fourcc, g.data, bytes, stride), 0);
			expect_planes(&m, fourcc);
			assert_int_equal(pmk_convert_from_raw(&m, fourcc, g.data, bytes - 1, stride), -EINVAL);
			munmap(g.block, g.length);
			pmk_image_free(&m);
		}
}

/* Bytes of a pixel in memory, lowest address first, as linux/videodev2.h and the kernel's documentation have it. */
static const struct {
	uint32_t fourcc;
	const char *order;
} rgbs[] = {
	{ PMK_FOURCC_RGB3, "RGB" },
	{ PMK_FOURCC_BGR3, "BGR" },
	{ PMK_FOURCC_AR24, "BGRx" },
	{ PMK_FOURCC_XR24, "BGRx" },
	{ PMK_FOURCC_BGR4, "BGRx" },
	{ PMK_FOURCC_AB24, "RGBx" },
	{ PMK_FOURCC_XB24, "RGBx" },
	{ PMK_FOURCC_BA24, "xRGB" },
	{ PMK_FOURCC_BX24, "xRGB" },
	{ PMK_FOURCC_RGB4, "xRGB" },
	{ PMK_FOURCC_RA24, "xBGR" },
	{ PMK_FOURCC_RX24, "xBGR" },
	{ PMK_FOURCC_RGBP, "565" },
};

/* The colour of a pixel: one in each square of 2x2, so that chroma is that of a single colour. */
static void colour_at(int x, int y, uint8_t rgb[3])
{
	static const uint8_t colours[][3] = { { 255, 0, 0 }, { 0, 255, 0 }, { 0, 0, 255 }, { 255, 255, 255 },
		{ 0, 0, 0 }, { 33, 130, 206 }, { 206, 130, 74 } };

	memcpy(rgb, colours[(x / 2 + y / 2 * 3) % 7], 3);
}

static void write_pixel(const char *order, const uint8_t rgb[3], uint8_t *to)
{
	if (order[0] == '5') {
		unsigned word = (unsigned)(rgb[0] >> 3 << 11 | rgb[1] >> 2 << 5 | rgb[2] >> 3);

		to[0] = (uint8_t)word;
		to[1] = (uint8_t)(word >> 8);
		return;
	}
	for (; *order; order++)
		*to++ = *order == 'R' ? rgb[0] : *order == 'G' ? rgb[1] : *order == 'B' ? rgb[2] : 0x5a;
}

/* The planes are BT.601 in limited range; libyuv computes in 7 bits. */
static void expect_colours(const struct pmk_image *m, uint32_t fourcc)
{
	int most = fourcc == PMK_FOURCC_RGBP ? 5 : 2;
	char name[5];

	for (int y = 0; y < m->layout.height; y++)
		for (int x = 0; x < m->layout.width; x++) {
			uint8_t rgb[3], want[3];

			colour_at(x, y, rgb);
			pmk_colour_rgb_to_yuv(rgb, &m->layout, want);
			for (int p = 0; p < 3; p++) {
				int is = m->plane[p][(p ? y / 2 : y) * m->stride[p] + (p ? x / 2 : x)];

				if (abs(is - want[p]) > most)
					fail_msg("%s %dx%d: plane %d at %d,%d is %d, not %d",
						pmk_fourcc_name(fourcc, name), m->layout.width, m->layout.height, p, x,
						y, is, want[p]);
			}
		}
}

static void test_rgb(void **state)
{
	for (size_t f = 0; f < sizeof rgbs / sizeof rgbs[0]; f++)
		for (int n = 0; n < SIZES * 2; n++) {
			uint32_t fourcc = rgbs[f].fourcc;
			int w = sizes[n / 2].w, h = sizes[n / 2].h, each = pmk_fourcc_stride(fourcc, 1);
			int stride = pmk_fourcc_stride(fourcc, w) + n % 2 * 20;
			size_t bytes = pmk_fourcc_bytes(fourcc, w, h, stride);
			struct guarded g = guard(bytes);
			struct pmk_image m = image_for(fourcc, w, h);

			assert_true(pmk_fourcc_is_rgb(fourcc));
			assert_int_equal(each, rgbs[f].order[0] == '5' ? 2 : (int)strlen(rgbs[f].order));
			for (int y = 0; y < h; y++)
				for (int x = 0; x < w; x++) {
					uint8_t rgb[3];

					colour_at(x, y, rgb);
					write_pixel(rgbs[f].order, rgb, g.data + y * stride + x * each);
				}
			assert_int_equal(pmk_convert_from_raw(&m, fourcc, g.data, bytes, stride), 0);
			expect_colours(&m, fourcc);
			assert_int_equal(pmk_convert_from_raw(&m, fourcc, g.data, bytes - 1, stride), -EINVAL);
			assert_int_equal(pmk_convert_from_raw(&m, fourcc, g.data, bytes, w * each - 1), -EINVAL);
			munmap(g.block, g.length);
			pmk_image_free(&m);
		}
}

static void test_grey(void **state)
{
	static const struct {
		uint32_t fourcc;
		int bits;
	} greys[] = { { PMK_FOURCC_GREY, 8 }, { PMK_FOURCC_Y10, 10 }, { PMK_FOURCC_Y12, 12 }, { PMK_FOURCC_Y14, 14 },
		{ PMK_FOURCC_Y16, 16 } };

	for (size_t f = 0; f < sizeof greys / sizeof greys[0]; f++)
		for (int n = 0; n < SIZES * 2; n++) {
			uint32_t fourcc = greys[f].fourcc;
			int w = sizes[n / 2].w, h = sizes[n / 2].h, each = greys[f].bits > 8 ? 2 : 1;
			int stride = w * each + n % 2 * 6;
			size_t bytes = pmk_fourcc_bytes(fourcc, w, h, stride);
			struct guarded g = guard(bytes);
			struct pmk_image m = image_for(fourcc, w, h);

			assert_true(pmk_fourcc_is_grey(fourcc));
			for (int y = 0; y < h; y++)
				for (int x = 0; x < w; x++) {
					unsigned word = (unsigned)luma(x, y) << (greys[f].bits - 8);

					g.data[y * stride + x * each] = (uint8_t)(each == 1 ? word : word | (x & 3));
					if (each == 2)
						g.data[y * stride + x * each + 1] = (uint8_t)(word >> 8);
				}
			assert_int_equal(pmk_convert_from_raw(&m, fourcc, g.data, bytes, stride), 0);
			for (int y = 0; y < h; y++)
				for (int x = 0; x < w; x++) {
					assert_int_equal(m.plane[0][y * m.stride[0] + x], luma(x, y));
					assert_int_equal(m.plane[1][y / 2 * m.stride[1] + x / 2], 128);
					assert_int_equal(m.plane[2][y / 2 * m.stride[2] + x / 2], 128);
				}
			assert_int_equal(pmk_convert_from_raw(&m, fourcc, g.data, bytes - 1, stride), -EINVAL);
			munmap(g.block, g.length);
			pmk_image_free(&m);
		}
}

/* A word above its format's range is white; an odd stride of words cannot be. */
static void test_words_out_of_range(void **state)
{
	static const uint8_t words[5] = { 0xff, 0xff, 0x00, 0x04 };
	struct pmk_image m = image_for(PMK_FOURCC_Y10, 2, 1);

	assert_int_equal(pmk_convert_from_raw(&m, PMK_FOURCC_Y10, words, 4, 4), 0);
	assert_int_equal(m.plane[0][0], 255);
	assert_int_equal(m.plane[0][1], 255);
	assert_int_equal(pmk_convert_from_raw(&m, PMK_FOURCC_Y10, words, 5, 5), -EINVAL);
	pmk_image_free(&m);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		uint32_t fourcc, plain;
	} cases[] = {
		{ "MJPG", PMK_FOURCC_MJPG, PMK_FOURCC_MJPG },
		{ "jpeg", PMK_FOURCC_JPEG, PMK_FOURCC_MJPG },
		{ "mjpeg", PMK_FOURCC_MJPG, PMK_FOURCC_MJPG },
		{ "Y16", PMK_FOURCC_Y16, PMK_FOURCC_Y16 },
		{ "y10 ", PMK_FOURCC_Y10, PMK_FOURCC_Y10 },
		{ "Y800", PMK_FOURCC_GREY, PMK_FOURCC_GREY },
		{ "yu16", PMK_FOURCC_YU16, PMK_FOURCC_422P },
		{ "422P", PMK_FOURCC_422P, PMK_FOURCC_422P },
		{ "XR24", PMK_FOURCC_XR24, PMK_FOURCC_AR24 },
		{ "YUY2", PMK_FOURCC_YUYV, PMK_FOURCC_YUYV },
		{ "BA81", 0, 0 },
		{ "", 0, 0 },
		{ "Y1", 0, 0 },
		{ "YUYV2", 0, 0 },
	};
	char name[5];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(pmk_fourcc_parse(cases[i].name), cases[i].fourcc);
		assert_int_equal(pmk_fourcc_plain(cases[i].fourcc), cases[i].plain);
		assert_true((pmk_fourcc_cost(cases[i].fourcc) >= 0) == (cases[i].fourcc != 0));
	}
	assert_string_equal(pmk_fourcc_name(PMK_FOURCC_Y16, name), "Y16");
	assert_int_equal(pmk_fourcc_bytes(PMK_FOURCC_JPEG, 16, 16, 16), 0);
}

/* The formats that were known first keep their order, so that a camera with these alone gives the mode it always gave.
 */
static void test_costs(void **state)
{
	static const uint32_t before[] = { PMK_FOURCC_NV12, PMK_FOURCC_YU12, PMK_FOURCC_YV12, PMK_FOURCC_YUYV,
		PMK_FOURCC_UYVY, PMK_FOURCC_MJPG };

	for (int i = 1; i < 6; i++)
		assert_true(pmk_fourcc_cost(before[i - 1]) < pmk_fourcc_cost(before[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yuv),
		cmocka_unit_test(test_rgb),
		cmocka_unit_test(test_grey),
		cmocka_unit_test(test_words_out_of_range),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "base/cpu.h"
#include "jpeg/jpeg.h"
#include "media_material.h"

#include <libavcodec/avcodec.h>
#include <turbojpeg.h>

struct encoded {
	unsigned char *data;
	unsigned long bytes;
};

static bool by_library;

static int create(struct pmk_jpeg **jpeg)
{
	int err = pmk_jpeg_create(jpeg);

	if (!err && by_library)
		pmk_jpeg_use_library(*jpeg);
	return err;
}

static double luma_at(double x, double y)
{
	return 40 + 150 * x + 30 * y;
}

static double blue_at(double x, double y)
{
	return 60 + 100 * x;
}

static double red_at(double x, double y)
{
	return 190 - 90 * y;
}

static double grey_at(double x, double y)
{
	return 128;
}

static uint8_t sample(int plane, double x, double y)
{
	return (uint8_t)(plane == 0 ? luma_at(x, y) : plane == 1 ? blue_at(x, y) : red_at(x, y));
}

/* Encode a drawn picture in one of TurboJPEG's samplings. */
static struct encoded encode(int width, int height, int sampling, int flags)
{
	struct encoded made = { 0 };
	int pad_width = tjPlaneWidth(0, width, sampling), pad_height = tjPlaneHeight(0, height, sampling);
	uint8_t *planes[3] = { 0 };
	tjhandle handle = tjInitCompress();

	for (int p = 0; p < (sampling == TJSAMP_GRAY ? 1 : 3); p++) {
		int w = p ? tjPlaneWidth(1, width, sampling) : pad_width,
		    h = p ? tjPlaneHeight(1, height, sampling) : pad_height;
		planes[p] = malloc((size_t)w * (size_t)h);
		for (int y = 0; y < h; y++) {
			for (int x = 0; x < w; x++)
				planes[p][y * w + x] = sample(
					p, (x + 0.5) * pad_width / w / width, (y + 0.5) * pad_height / h / height);
		}
	}
	assert_int_equal(tjCompressFromYUVPlanes(handle, (const unsigned char **)planes, width, NULL, height, sampling,
				 &made.data, &made.bytes, 95, flags),
		0);
	for (int p = 0; p < 3; p++)
		free(planes[p]);
	tjDestroy(handle);
	return made;
}

static void assert_near(const struct pmk_image *image, int plane, double (*expected)(double x, double y), int tolerance)
{
	int width = pmk_layout_plane_width(&image->layout, plane),
	    height = pmk_layout_plane_height(&image->layout, plane);

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			double want = expected((x + 0.5) * (plane ? 2 : 1) / image->layout.width,
				(y + 0.5) * (plane && image->layout.chroma == PMK_CHROMA_420 ? 2 : 1) /
					image->layout.height);
			int got = image->plane[plane][y * image->stride[plane] + x];
			if (fabs(got - want) > tolerance)
				fail_msg("plane %d at %d, %d of %dx%d: %d instead of %.1f", plane, x, y, width, height,
					got, want);
		}
	}
}

static void test_every_sampling_and_odd_sizes(void **state)
{
	static const int samplings[] = { TJSAMP_420, TJSAMP_422, TJSAMP_444, TJSAMP_440, TJSAMP_411, TJSAMP_GRAY };
	static const int sizes[][2] = { { 64, 48 }, { 65, 49 }, { 67, 50 }, { 16, 16 }, { 17, 17 }, { 128, 17 },
		{ 63, 64 }, { 130, 34 } };
	struct pmk_jpeg *jpeg;

	assert_int_equal(create(&jpeg), 0);
	for (size_t s = 0; s < sizeof samplings / sizeof samplings[0]; s++) {
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			struct encoded e = encode(sizes[i][0], sizes[i][1], samplings[s], 0);
			struct pmk_layout layout;
			struct pmk_image image;

			assert_int_equal(pmk_jpeg_layout(jpeg, e.data, e.bytes, &layout), 0);
			assert_int_equal(layout.width, sizes[i][0]);
			assert_int_equal(layout.height, sizes[i][1]);
			assert_int_equal(layout.chroma, samplings[s] == TJSAMP_422 ? PMK_CHROMA_422 : PMK_CHROMA_420);
			assert_int_equal(layout.range, PMK_RANGE_FULL);
			assert_int_equal(layout.matrix, PMK_MATRIX_BT601);
			assert_int_equal(pmk_image_alloc(&image, &layout), 0);
			assert_int_equal(pmk_jpeg_decode(jpeg, e.data, e.bytes, &image), 0);
			assert_near(&image, 0, luma_at, 12);
			assert_near(&image, 1, samplings[s] == TJSAMP_GRAY ? grey_at : blue_at, 14);
			assert_near(&image, 2, samplings[s] == TJSAMP_GRAY ? grey_at : red_at, 14);
			pmk_image_free(&image);
			tjFree(e.data);
		}
	}
	pmk_jpeg_destroy(jpeg);
}

static void test_progressive(void **state)
{
	struct encoded e = encode(80, 60, TJSAMP_420, TJFLAG_PROGRESSIVE);
	struct pmk_layout layout;
	struct pmk_image image;
	struct pmk_jpeg *jpeg;

	assert_int_equal(create(&jpeg), 0);
	assert_int_equal(pmk_jpeg_layout(jpeg, e.data, e.bytes, &layout), 0);
	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	assert_int_equal(pmk_jpeg_decode(jpeg, e.data, e.bytes, &image), 0);
	assert_near(&image, 0, luma_at, 12);
	pmk_image_free(&image);
	pmk_jpeg_destroy(jpeg);
	tjFree(e.data);
}

static void test_truncated_is_refused(void **state)
{
	static const int samplings[] = { TJSAMP_420, TJSAMP_422, TJSAMP_444, TJSAMP_GRAY };
	struct pmk_jpeg *jpeg;

	assert_int_equal(create(&jpeg), 0);
	for (size_t s = 0; s < sizeof samplings / sizeof samplings[0]; s++) {
		struct encoded e = encode(160, 120, samplings[s], 0);
		struct pmk_layout layout;
		struct pmk_image image;

		assert_int_equal(pmk_jpeg_layout(jpeg, e.data, e.bytes, &layout), 0);
		assert_int_equal(pmk_image_alloc(&image, &layout), 0);
		for (size_t bytes = 0; bytes + 8 < e.bytes; bytes += bytes < 700 ? 1 : 7) {
			uint8_t *cut = malloc(
				bytes + 1); /* a block of this size, so that a sanitizer sees reads beyond it */
			memcpy(cut, e.data, bytes);
			assert_int_equal(pmk_jpeg_decode(jpeg, cut, bytes, &image), -EBADMSG);
			free(cut);
		}
		/* the decoder can decode the next picture */
		assert_int_equal(pmk_jpeg_decode(jpeg, e.data, e.bytes, &image), 0);
		pmk_image_free(&image);
		tjFree(e.data);
	}
	pmk_jpeg_destroy(jpeg);
}

static void test_flipped_bits_do_no_harm(void **state)
{
	static const int samplings[] = { TJSAMP_420, TJSAMP_422, TJSAMP_411 };
	uint32_t seed = 7;
	struct pmk_jpeg *jpeg;

	assert_int_equal(create(&jpeg), 0);
	for (int round = 0; round < 1500; round++) {
		struct encoded e = encode(65, 51, samplings[round % 3], 0);
		struct pmk_layout layout;
		struct pmk_image image;
		int err;

		for (int flips = 1 + round % 4; flips; flips--)
			e.data[material_random(&seed) % e.bytes] ^= (uint8_t)(1u << material_random(&seed) % 8);
		err = pmk_jpeg_layout(jpeg, e.data, e.bytes, &layout);
		assert_true(err == 0 || err == -EBADMSG);
		if (!err && layout.width <= 512 && layout.height <= 512) {
			assert_int_equal(pmk_image_alloc(&image, &layout), 0);
			err = pmk_jpeg_decode(jpeg, e.data, e.bytes, &image);
			assert_true(err == 0 || err == -EBADMSG);
			pmk_image_free(&image);
		}
		tjFree(e.data);
	}
	pmk_jpeg_destroy(jpeg);
}

static uint8_t *find_marker(struct encoded *e, uint8_t marker)
{
	for (unsigned long i = 2; e->data[i + 1] != 0xda;
		i += 2 + (unsigned long)(e->data[i + 2] << 8 | e->data[i + 3])) {
		assert_int_equal(e->data[i], 0xff);
		if (e->data[i + 1] == marker)
			return e->data + i;
	}
	return NULL;
}

static void test_sizes_out_of_bounds(void **state)
{
	static const int sizes[][2] = { { 65535, 65535 }, { 8193, 64 }, { 64, 8193 }, { 15, 64 }, { 64, 8 }, { 0, 64 },
		{ 64, 0 } };
	struct pmk_jpeg *jpeg;

	assert_int_equal(create(&jpeg), 0);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct encoded e = encode(64, 64, TJSAMP_420, 0);
		uint8_t *sof = find_marker(&e, 0xc0);
		struct pmk_layout layout = { .width = 1 };

		sof[5] = (uint8_t)(sizes[i][1] >> 8);
		sof[6] = (uint8_t)sizes[i][1];
		sof[7] = (uint8_t)(sizes[i][0] >> 8);
		sof[8] = (uint8_t)sizes[i][0];
		assert_int_equal(pmk_jpeg_layout(jpeg, e.data, e.bytes, &layout), -EBADMSG);
		assert_int_equal(layout.width, 1); /* untouched */
		tjFree(e.data);
	}
	pmk_jpeg_destroy(jpeg);
}

/* If a picture changes between layout and decode, nothing is written outside the image. */
static void test_another_layout_is_refused(void **state)
{
	struct encoded small = encode(64, 48, TJSAMP_420, 0), large = encode(128, 96, TJSAMP_420, 0),
		       wide = encode(64, 48, TJSAMP_422, 0);
	struct pmk_layout layout;
	struct pmk_image image;
	struct pmk_jpeg *jpeg;

	assert_int_equal(create(&jpeg), 0);
	assert_int_equal(pmk_jpeg_layout(jpeg, small.data, small.bytes, &layout), 0);
	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	assert_int_equal(pmk_jpeg_decode(jpeg, large.data, large.bytes, &image), -EBADMSG);
	assert_int_equal(pmk_jpeg_decode(jpeg, wide.data, wide.bytes, &image), -EBADMSG);
	assert_int_equal(pmk_jpeg_decode(jpeg, small.data, small.bytes, &image), 0);
	pmk_image_free(&image);
	pmk_jpeg_destroy(jpeg);
	tjFree(small.data);
	tjFree(large.data);
	tjFree(wide.data);
}

static void remove_marker(struct encoded *e, uint8_t marker)
{
	uint8_t *at;

	while ((at = find_marker(e, marker))) {
		size_t length = 2 + (size_t)(at[2] << 8 | at[3]);
		memmove(at, at + length, e->bytes - (size_t)(at - e->data) - length);
		e->bytes -= length;
	}
}

static void test_without_huffman_tables(void **state)
{
	struct encoded e = encode(64, 48, TJSAMP_422, 0);
	struct pmk_layout layout;
	struct pmk_image image;
	struct pmk_jpeg *jpeg;
	unsigned long before = e.bytes;

	remove_marker(&e, 0xc4);
	assert_true(e.bytes < before - 400);
	assert_int_equal(create(&jpeg), 0);
	assert_int_equal(pmk_jpeg_layout(jpeg, e.data, e.bytes, &layout), 0);
	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	assert_int_equal(pmk_jpeg_decode(jpeg, e.data, e.bytes, &image), 0);
	assert_near(&image, 0, luma_at, 12);
	pmk_image_free(&image);
	pmk_jpeg_destroy(jpeg);
	tjFree(e.data);
}

/* With restart markers, the decoder gives the same warning when the rest of the picture is missing; such a picture is
 * refused. */
static void test_cut_at_a_restart_marker(void **state)
{
	struct encoded e;
	struct pmk_layout layout;
	struct pmk_image image;
	struct pmk_jpeg *jpeg;
	size_t cut = 0;
	int markers = 0;

	setenv("TJ_RESTART", "1", 1);
	e = encode(64, 96, TJSAMP_420, 0);
	unsetenv("TJ_RESTART");
	for (size_t i = 0; i + 1 < e.bytes && !cut; i++) {
		if (e.data[i] == 0xff && e.data[i + 1] >= 0xd0 && e.data[i + 1] <= 0xd7 && ++markers == 3)
			cut = i;
	}
	assert_true(cut > 0);
	memcpy(e.data + cut, "abc\xff\xd9", 5);
	assert_int_equal(create(&jpeg), 0);
	assert_int_equal(pmk_jpeg_layout(jpeg, e.data, cut + 5, &layout), 0);
	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	assert_int_equal(pmk_jpeg_decode(jpeg, e.data, cut + 5, &image), -EBADMSG);
	pmk_image_free(&image);
	pmk_jpeg_destroy(jpeg);
	tjFree(e.data);
}

/* FFmpeg writes 4:2:2 with other sampling factors (2x2, 1x2, 1x2) than libjpeg; so do real cameras. */
static void test_other_factors_for_422(void **state)
{
	static const int heights[] = { 48, 49 };
	AVFrame *frame = av_frame_alloc();
	AVPacket *packet = av_packet_alloc();
	struct pmk_image image;
	struct pmk_layout layout;
	struct pmk_jpeg *jpeg;

	assert_int_equal(create(&jpeg), 0);
	for (int i = 0; i < 2; i++) {
		AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MJPEG));

		encoder->width = frame->width = 64;
		encoder->height = frame->height = heights[i];
		encoder->pix_fmt = AV_PIX_FMT_YUVJ422P;
		frame->format = AV_PIX_FMT_YUVJ422P;
		encoder->time_base = (AVRational){ 1, 25 };
		encoder->flags |= AV_CODEC_FLAG_QSCALE;
		encoder->global_quality = 2 * FF_QP2LAMBDA;
		frame->quality = encoder->global_quality;
		assert_int_equal(avcodec_open2(encoder, encoder->codec, NULL), 0);
		assert_int_equal(av_frame_get_buffer(frame, 0), 0);
		for (int p = 0; p < 3; p++) {
			int w = p ? 32 : 64;
			for (int y = 0; y < heights[i]; y++) {
				for (int x = 0; x < w; x++)
					frame->data[p][y * frame->linesize[p] + x] = (uint8_t)(p == 0 ?
							luma_at((double)x / w, (double)y / heights[i]) :
							p == 1 ? blue_at((double)x / w, 0) :
								 red_at(0, (double)y / heights[i]));
			}
		}
		assert_int_equal(avcodec_send_frame(encoder, frame), 0);
		assert_int_equal(avcodec_receive_packet(encoder, packet), 0);
		assert_int_equal(pmk_jpeg_layout(jpeg, packet->data, (size_t)packet->size, &layout), 0);
		assert_int_equal(layout.chroma, PMK_CHROMA_422);
		assert_int_equal(pmk_image_alloc(&image, &layout), 0);
		assert_int_equal(pmk_jpeg_decode(jpeg, packet->data, (size_t)packet->size, &image), 0);
		assert_near(&image, 0, luma_at, 12);
		assert_near(&image, 1, blue_at, 14);
		assert_near(&image, 2, red_at, 14);
		pmk_image_free(&image);
		av_packet_unref(packet);
		av_frame_unref(frame);
		avcodec_free_context(&encoder);
	}
	av_packet_free(&packet);
	av_frame_free(&frame);
	pmk_jpeg_destroy(jpeg);
}

static void test_no_jpeg(void **state)
{
	static const uint8_t text[] = "this is no JPEG, whatever its name says", lone[] = { 0xff, 0xd8, 0xff, 0xd9 };
	struct pmk_layout layout;
	struct pmk_jpeg *jpeg;

	assert_int_equal(create(&jpeg), 0);
	assert_int_equal(pmk_jpeg_layout(jpeg, text, sizeof text, &layout), -EBADMSG);
	assert_int_equal(pmk_jpeg_layout(jpeg, lone, sizeof lone, &layout), -EBADMSG);
	assert_int_equal(pmk_jpeg_layout(jpeg, text, 0, &layout), -EBADMSG);
	assert_int_equal(pmk_jpeg_layout(jpeg, NULL, 0, &layout), -EBADMSG);
	pmk_jpeg_destroy(jpeg);
	pmk_jpeg_destroy(NULL);
}

/* usage: test_jpeg [LEVEL | library]: use the vectors of this level, or libjpeg */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_sampling_and_odd_sizes),
		cmocka_unit_test(test_progressive),
		cmocka_unit_test(test_truncated_is_refused),
		cmocka_unit_test(test_flipped_bits_do_no_harm),
		cmocka_unit_test(test_sizes_out_of_bounds),
		cmocka_unit_test(test_another_layout_is_refused),
		cmocka_unit_test(test_without_huffman_tables),
		cmocka_unit_test(test_cut_at_a_restart_marker),
		cmocka_unit_test(test_other_factors_for_422),
		cmocka_unit_test(test_no_jpeg),
	};

	by_library = argc > 1 && strcmp(argv[1], "library") == 0;
	if (argc > 1 && !by_library && pmk_cpu_force(argv[1]))
		return EXIT_FAILURE;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

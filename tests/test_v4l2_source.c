/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fake_v4l2.h"
#include "io/v4l2/source_v4l2.h"

enum { W = 64, H = 48, RAW = W * H * 2 };

static const struct pmk_device_mode yuyv_mode = { PMK_FOURCC_YUYV, W, H, 30 },
				    mjpg_mode = { PMK_FOURCC_MJPG, W, H, 30 };
static const struct pmk_source_wish no_wish;

static struct fake_camera camera_of(const struct pmk_device_mode *modes, int count)
{
	return (struct fake_camera){ .modes = modes, .mode_count = count };
}

static int count_lines(const char *part)
{
	int count = 0;

	for (const char *at = fake_log; (at = strstr(at, part)); at++)
		count++;
	return count;
}

static int read_now(struct pmk_source *source, struct pmk_frame **frame)
{
	return pmk_source_read(source, frame, pmk_clock_now_ns() + PMK_S_NS);
}

/* A YUYV picture with this luma. */
static const uint8_t *raw_picture(uint8_t luma)
{
	static uint8_t pictures[256][RAW];

	for (int i = 0; i < RAW; i += 2) {
		pictures[luma][i] = luma;
		pictures[luma][i + 1] = 128;
	}
	return pictures[luma];
}

static void push_luma(struct fake_camera *camera, uint8_t luma)
{
	fake_push(camera, (struct fake_answer){ .data = raw_picture(luma), .bytes = RAW });
}

static size_t make_jpeg(uint8_t *to, size_t room, int width, int height, int sampling)
{
	static uint8_t grey[3][256 * 256];
	const unsigned char *planes[3] = { grey[0], grey[1], grey[2] };
	unsigned char *out = to;
	unsigned long size = room;
	tjhandle handle = tjInitCompress();

	memset(grey, 100, sizeof(grey));
	assert_int_equal(tjCompressFromYUVPlanes(
				 handle, planes, width, NULL, height, sampling, &out, &size, 90, TJFLAG_NOREALLOC),
		0);
	tjDestroy(handle);
	return size;
}

static void test_choose(void **state)
{
	static const struct pmk_device_mode usb[] = {
		{ PMK_FOURCC_YUYV, 640, 480, 30 },
		{ PMK_FOURCC_YUYV, 1280, 720, 10 },
		{ PMK_FOURCC_YUYV, 1920, 1080, 5 },
		{ PMK_FOURCC_MJPG, 640, 480, 30 },
		{ PMK_FOURCC_MJPG, 1280, 720, 30 },
		{ PMK_FOURCC_MJPG, 1920, 1080, 30 },
	};
	static const struct pmk_device_mode slow[] = {
		{ PMK_FOURCC_YUYV, 640, 360, 40 },
		{ PMK_FOURCC_NV12, 640, 360, 40 },
		{ PMK_FOURCC_YUYV, 640, 480, 25 },
		{ PMK_FOURCC_YUYV, 1280, 720, 12.5 },
	};
	static const struct pmk_device_mode ntsc[] = {
		{ PMK_FOURCC_YUYV, 320, 240, 30 },
		{ PMK_FOURCC_YUYV, 1280, 720, 29.97 },
		{ PMK_FOURCC_YUYV, 1280, 960, 30 },
	};
	static const struct pmk_device_mode large[] = { { PMK_FOURCC_MJPG, 4096, 2304, 30 },
		{ PMK_FOURCC_MJPG, 1920, 1080, 30 } };
	static const struct pmk_device_mode unknown[] = { { PMK_FOURCC_YUYV, 640, 480, 0 },
		{ PMK_FOURCC_YUYV, 320, 240, 30 } };
	static const struct pmk_device_mode foreign[] = { { PMK_FOURCC('B', 'A', '8', '1'), 640, 480, 30 } };
	static const struct pmk_device_mode infrared[] = {
		{ PMK_FOURCC_GREY, 1280, 720, 30 },
		{ PMK_FOURCC_RGB3, 640, 480, 5 },
		{ PMK_FOURCC_Y16, 640, 480, 60 },
	};
	static const struct pmk_device_mode small[] = {
		{ PMK_FOURCC_YUYV, 160, 120, 15 },
		{ PMK_FOURCC_YUYV, 320, 240, 10 },
		{ PMK_FOURCC_YUYV, 640, 480, 30 },
		{ PMK_FOURCC_YUYV, 640, 360, 30 },
		{ PMK_FOURCC_MJPG, 320, 240, 15 },
	};
	static const struct pmk_device_mode streams[] = {
		{ PMK_FOURCC_YUYV, 1280, 720, 10 },
		{ PMK_FOURCC_H264, 1280, 720, 30 },
		{ PMK_FOURCC_MJPG, 1280, 720, 30 },
	};
	static const struct pmk_device_mode many[] = {
		{ PMK_FOURCC_BGR3, 640, 480, 30 },
		{ PMK_FOURCC_JPEG, 640, 480, 30 },
		{ PMK_FOURCC_NV21, 640, 480, 30 },
		{ PMK_FOURCC_NV12, 640, 480, 30 },
		{ PMK_FOURCC_422P, 640, 480, 30 },
	};
	static const struct {
		const char *what;
		const struct pmk_device_mode *modes;
		int count;
		struct pmk_source_wish wish;
		int best;
	} cases[] = {
		{ "720p reaches 30 only as MJPG", usb, 6, { 0 }, 4 },
		{ "raw before MJPG at the same rate", usb, 6, { .width = 640, .height = 480 }, 0 },
		{ "1080p", usb, 6, { .width = 1920, .height = 1080 }, 5 },
		{ "1080p at 5 is enough raw", usb, 6, { .width = 1920, .height = 1080, .fps = 5 }, 2 },
		{ "a format wished", usb, 6, { .fourcc = PMK_FOURCC_YUYV }, 0 },
		{ "format and size wished", usb, 6, { .width = 1280, .height = 720, .fourcc = PMK_FOURCC_YUYV }, 1 },
		{ "a format it has not", usb, 6, { .fourcc = PMK_FOURCC_NV12 }, -1 },
		{ "the nearest size", usb, 6, { .width = 1200, .height = 700 }, 4 },
		{ "rate before size, cheap format", slow, 4, { 0 }, 1 },
		{ "a wished size is taken", slow, 4, { .width = 1280, .height = 720 }, 3 },
		{ "60 wished, 40 is most", slow, 4, { .fps = 60 }, 1 },
		{ "29.97 is 30, 4:3 above 720 rows is not asked for", ntsc, 3, { 0 }, 1 },
		{ "only larger ones", large, 2, { 0 }, 1 },
		{ "an unknown rate is enough", unknown, 2, { 0 }, 0 },
		{ "no format known", foreign, 1, { 0 }, -1 },
		{ "the nearest size that is not smaller, then rate", small, 5, { .width = 320, .height = 180 }, 4 },
		{ "that size at a lower rate", small, 4, { .width = 320, .height = 180 }, 1 },
		{ "not the nearer, smaller one", small, 5, { .width = 640, .height = 368 }, 2 },
		{ "the nearest of those that are smaller", small, 5, { .width = 1280, .height = 720 }, 2 },
		{ "a side that is smaller", small, 3, { .width = 300, .height = 260 }, 2 },
		{ "colour before grey, whatever the rate", infrared, 3, { 0 }, 1 },
		{ "colour before grey of the wished size", infrared, 3, { .width = 1280, .height = 720 }, 1 },
		{ "grey if it is wished", infrared, 3, { .fourcc = PMK_FOURCC_GREY }, 0 },
		{ "grey if there is nothing else", infrared + 2, 1, { 0 }, 0 },
		{ "H.264 if it alone reaches size and rate", streams, 2, { .width = 1280, .height = 720 }, 1 },
		{ "H.264 last", streams + 1, 2, { 0 }, 1 },
		{ "the cheapest of many", many, 5, { 0 }, 3 },
		{ "JPEG is MJPG", many, 5, { .fourcc = PMK_FOURCC_MJPG }, 1 },
		{ "YU16 is 422P", many, 5, { .fourcc = PMK_FOURCC_YU16 }, 4 },
		{ "nothing", NULL, 0, { 0 }, -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int best = pmk_v4l2_choose(cases[i].modes, cases[i].count, &cases[i].wish);

		if (best != cases[i].best)
			fail_msg("%s: mode %d, not %d", cases[i].what, best, cases[i].best);
	}
}

static void test_choose_larger(void **state)
{
	static const struct pmk_device_mode modes[] = {
		{ PMK_FOURCC_MJPG, 1280, 720, 30 },
		{ PMK_FOURCC_MJPG, 1600, 900, 30 },
		{ PMK_FOURCC_MJPG, 1920, 1080, 30 },
		{ PMK_FOURCC_YUYV, 1920, 1080, 5 },
		{ PMK_FOURCC_MJPG, 1920, 1200, 30 },
		{ PMK_FOURCC_MJPG, 2560, 1440, 30 },
		{ PMK_FOURCC_H264, 1920, 1080, 60 },
		{ PMK_FOURCC_MJPG, 640, 360, 30 },
		{ PMK_FOURCC_NV12, 640, 480, 30 },
		{ PMK_FOURCC_NV12, 1280, 960, 29.97 },
		{ PMK_FOURCC_GREY, 1280, 960, 30 },
	};
	const int count = sizeof(modes) / sizeof(*modes);
	struct pmk_source_wish wish = { .larger = true };

	assert_int_equal(pmk_v4l2_choose_larger(modes, count, &wish, 0), 2);
	assert_int_equal(pmk_v4l2_choose_larger(modes, 2, &wish, 0), 1);
	assert_int_equal(pmk_v4l2_choose_larger(modes, 1, &wish, 0), 0);
	assert_int_equal(pmk_v4l2_choose_larger(modes, count, &wish, 7), 0); /* no more than twice as wide */
	assert_int_equal(pmk_v4l2_choose_larger(modes, count, &wish, 8), 9);
	assert_int_equal(pmk_v4l2_choose_larger(modes, count, &wish, 2), 2);
	wish.fps = 5;
	assert_int_equal(pmk_v4l2_choose_larger(modes, count, &wish, 0), 3); /* raw is cheaper */
	wish.larger = false;
	assert_int_equal(pmk_v4l2_choose_larger(modes, count, &wish, 0), 0);
}

/* A camera that gives larger frames, as wished, says what was to be shown; one that has none gives that. */
static void test_larger_frames(void **state)
{
	static const struct pmk_device_mode modes[] = { { PMK_FOURCC_YUYV, 640, 360, 30 },
		{ PMK_FOURCC_YUYV, 1280, 720, 30 } };
	const struct pmk_source_wish wish = { .width = 640, .height = 360, .larger = true };

	for (int count = 1; count <= 2; count++) {
		struct fake_camera camera = camera_of(modes, count);
		struct pmk_source *source;

		fake_begin();
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &wish, &source), 0);
		assert_int_equal(source->layout.width, count == 2 ? 1280 : 640);
		assert_int_equal(source->picture_width, count == 2 ? 640 : 0);
		assert_int_equal(source->picture_height, count == 2 ? 360 : 0);
		pmk_source_close(source);
		fake_end();
	}
}

static void test_modes_of_ranges(void **state)
{
	static const struct v4l2_frmsize_stepwise range = {
		.min_width = 160,
		.max_width = 1280,
		.step_width = 8,
		.min_height = 120,
		.max_height = 720,
		.step_height = 4,
	};
	struct fake_camera camera = camera_of(&yuyv_mode, 1);
	struct pmk_source_wish wish = { .width = 808, .height = 600 };
	struct pmk_device_mode modes[32];
	int fd, count;
	bool found = false;

	fake_begin();
	camera.range = &range;
	fake_add_camera(0, &camera);
	fd = pmk_v4l2_kernel.open("/dev/video0");
	count = pmk_v4l2_modes(fd, V4L2_BUF_TYPE_VIDEO_CAPTURE, &wish, modes, 32);
	assert_in_range(count, 5, 32);
	for (int i = 0; i < count; i++) {
		assert_true(modes[i].width <= 1280 && modes[i].height <= 720 && modes[i].width >= 160);
		assert_true(modes[i].fps == 30);
		found = found || (modes[i].width == 808 && modes[i].height == 600);
	}
	assert_true(found);
	pmk_v4l2_kernel.close(fd);
	fake_end();
}

static void test_reads_raw(void **state)
{
	struct fake_camera camera = camera_of(&yuyv_mode, 1);
	struct pmk_source *source;
	struct pmk_frame *frame;

	fake_begin();
	fake_add_camera(3, &camera);
	assert_int_equal(pmk_source_v4l2_open("/dev/video3", &no_wish, &source), 0);
	assert_string_equal(source->name, "/dev/video3 (Test Camera) YUYV 64x48 at 30/s");
	assert_int_equal(source->layout.width, W);
	assert_int_equal(source->layout.chroma, PMK_CHROMA_422);
	assert_int_equal(source->layout.range, PMK_RANGE_LIMITED);
	assert_int_equal(source->layout.matrix, PMK_MATRIX_BT601);
	assert_true(camera.streaming);
	assert_int_equal(read_now(source, &frame), -EAGAIN);
	push_luma(&camera, 77);
	assert_int_equal(read_now(source, &frame), 0);
	assert_int_equal(frame->image.plane[0][0], 77);
	assert_int_equal(frame->image.plane[1][0], 128);
	assert_int_equal(frame->number, 0);
	assert_int_equal(frame->position_ns, -1);
	for (int i = 0; i < camera.buffers; i++)
		assert_true(camera.queued[i]);
	pmk_frame_unref(frame);
	pmk_source_close(source);
	assert_false(camera.streaming);
	fake_end();
}

static void pad_rows(struct v4l2_pix_format *pix)
{
	pix->bytesperline = W * 2 + 64;
	pix->sizeimage = pix->bytesperline * H;
}

static void no_stride(struct v4l2_pix_format *pix)
{
	pix->bytesperline = 0;
}

static void test_strides(void **state)
{
	static void (*const tampers[])(struct v4l2_pix_format *) = { pad_rows, no_stride };
	static uint8_t data[(W * 2 + 64) * H];

	for (int t = 0; t < 2; t++) {
		struct fake_camera camera = camera_of(&yuyv_mode, 1);
		int stride = t == 0 ? W * 2 + 64 : W * 2;
		struct pmk_source *source;
		struct pmk_frame *frame;

		fake_begin();
		camera.tamper = tampers[t];
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
		memset(data, 16, sizeof(data));
		data[stride * 5] = 200;
		fake_push(&camera, (struct fake_answer){ .data = data, .bytes = (size_t)stride * H });
		assert_int_equal(read_now(source, &frame), 0);
		assert_int_equal(frame->image.plane[0][frame->image.stride[0] * 5], 200);
		assert_int_equal(frame->image.plane[0][frame->image.stride[0] * 5 + 1], 16);
		pmk_frame_unref(frame);
		pmk_source_close(source);
		fake_end();
	}
}

static void halve(struct v4l2_pix_format *pix)
{
	pix->width /= 2;
	pix->bytesperline = pix->width * 2;
}

static void other_format(struct v4l2_pix_format *pix)
{
	pix->pixelformat = PMK_FOURCC('R', 'G', 'B', '3');
}

static void other_name(struct v4l2_pix_format *pix)
{
	pix->pixelformat = PMK_FOURCC_JPEG;
}

static void no_size(struct v4l2_pix_format *pix)
{
	pix->width = pix->height = 0;
}

static void huge_stride(struct v4l2_pix_format *pix)
{
	pix->bytesperline = 0x80000000u;
}

/* Two of them make a frame that is too high. */
static void high_field(struct v4l2_pix_format *pix)
{
	pix->field = V4L2_FIELD_ALTERNATE;
	pix->height = PMK_IMAGE_MAX_PX / 2 + 2;
}

static void test_answers_to_set_format(void **state)
{
	static const struct {
		void (*tamper)(struct v4l2_pix_format *);
		int err, width;
	} cases[] = {
		{ halve, 0, W / 2 },
		{ other_format, -EIO, 0 },
		{ other_name, 0, W },
		{ no_size, -EIO, 0 },
		{ huge_stride, -EIO, 0 },
		{ high_field, -EIO, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fake_camera camera = camera_of(cases[i].tamper == other_name ? &mjpg_mode : &yuyv_mode, 1);
		struct pmk_source *source;

		fake_begin();
		camera.tamper = cases[i].tamper;
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), cases[i].err);
		if (cases[i].err == 0) {
			assert_int_equal(source->layout.width, cases[i].width);
			pmk_source_close(source);
		} else {
			assert_int_equal(count_lines("\n"), 1);
		}
		fake_end();
	}
}

/* Formats of one picture, all of whose bytes are `value` but in JPEG: the first sample of each plane. */
static void test_formats(void **state)
{
	static const struct {
		uint32_t fourcc;
		uint8_t value, planes[3];
		enum pmk_chroma chroma;
		enum pmk_range range;
	} cases[] = {
		{ PMK_FOURCC_JPEG, 0, { 100, 100, 100 }, PMK_CHROMA_420, PMK_RANGE_FULL },
		{ PMK_FOURCC_GREY, 90, { 90, 128, 128 }, PMK_CHROMA_420, PMK_RANGE_FULL },
		{ PMK_FOURCC_Y16, 90, { 90, 128, 128 }, PMK_CHROMA_420, PMK_RANGE_FULL },
		{ PMK_FOURCC_RGB3, 255, { 235, 128, 128 }, PMK_CHROMA_420, PMK_RANGE_LIMITED },
		{ PMK_FOURCC_XR24, 0, { 16, 128, 128 }, PMK_CHROMA_420, PMK_RANGE_LIMITED },
		{ PMK_FOURCC_NV21, 60, { 60, 60, 60 }, PMK_CHROMA_420, PMK_RANGE_LIMITED },
		{ PMK_FOURCC_NV16, 60, { 60, 60, 60 }, PMK_CHROMA_422, PMK_RANGE_LIMITED },
		{ PMK_FOURCC_422P, 60, { 60, 60, 60 }, PMK_CHROMA_422, PMK_RANGE_LIMITED },
		{ PMK_FOURCC_VYUY, 60, { 60, 60, 60 }, PMK_CHROMA_422, PMK_RANGE_LIMITED },
	};
	static uint8_t data[W * H * 4];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct pmk_device_mode mode = { cases[i].fourcc, W, H, 30 };
		struct fake_camera camera = camera_of(&mode, 1);
		size_t bytes = pmk_fourcc_bytes(mode.fourcc, W, H, pmk_fourcc_stride(mode.fourcc, W));
		struct pmk_source *source;
		struct pmk_frame *frame;

		fake_begin();
		camera.length = sizeof(data);
		fake_add_camera(0, &camera);
		memset(data, cases[i].value, sizeof(data));
		if (!bytes)
			bytes = make_jpeg(data, sizeof(data), W, H, TJSAMP_420);
		if (pmk_fourcc_is_jpeg(mode.fourcc)) /* opening takes the first one */
			fake_push(&camera, (struct fake_answer){ .data = data, .bytes = bytes });
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
		assert_int_equal(source->layout.chroma, cases[i].chroma);
		assert_int_equal(source->layout.range, cases[i].range);
		assert_int_equal(source->layout.matrix, PMK_MATRIX_BT601);
		fake_push(&camera, (struct fake_answer){ .data = data, .bytes = bytes });
		assert_int_equal(read_now(source, &frame), 0);
		for (int p = 0; p < 3; p++)
			assert_in_range(frame->image.plane[p][0], cases[i].planes[p] - 1, cases[i].planes[p] + 1);
		pmk_frame_unref(frame);
		fake_push(&camera, (struct fake_answer){ .data = data, .bytes = bytes - 60 });
		assert_int_equal(read_now(source, &frame), -EAGAIN);
		assert_int_equal(source->damaged, 1);
		pmk_source_close(source);
		fake_end();
	}
}

/* The rows of a second block are padded like the first one's, though the driver does not say so. */
static void test_hidden_strides(void **state)
{
	static const struct pmk_device_mode mode = { PMK_FOURCC_NM12, W, H, 30 };
	static uint8_t data[(W + 16) * H * 2];
	struct fake_camera camera = camera_of(&mode, 1);
	struct pmk_source *source;
	struct pmk_frame *frame;

	fake_begin();
	camera.multi = camera.hides_strides = true;
	camera.pad = 16;
	fake_add_camera(0, &camera);
	assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
	for (int y = 0; y < H / 2; y++)
		memset(data + (W + 16) * (H + y), 100 + y, W);
	fake_push(&camera, (struct fake_answer){ .data = data, .bytes = (W + 16) * (H + H / 2) });
	assert_int_equal(read_now(source, &frame), 0);
	for (int y = 0; y < H / 2; y++) {
		assert_int_equal(frame->image.plane[1][y * frame->image.stride[1]], 100 + y);
		assert_int_equal(frame->image.plane[2][y * frame->image.stride[2] + W / 2 - 1], 100 + y);
	}
	pmk_frame_unref(frame);
	pmk_source_close(source);
	fake_end();
}

/* A multi-planar driver: planes apart or together, with padded rows and bytes in front; a plane that is short. */
static void test_multi_planar(void **state)
{
	static const uint32_t fourccs[] = { PMK_FOURCC_NM12, PMK_FOURCC_NM21, PMK_FOURCC_NM16, PMK_FOURCC_YM12,
		PMK_FOURCC_YM21, PMK_FOURCC_YM16, PMK_FOURCC_NV12, PMK_FOURCC_YUYV };
	static uint8_t data[(W + 32) * H * 4];

	for (size_t i = 0; i < sizeof(fourccs) / sizeof(*fourccs) * 2; i++) {
		const struct pmk_device_mode mode = { fourccs[i / 2], W, H, 30 };
		struct fake_camera camera = camera_of(&mode, 1);
		struct pmk_source *source;
		struct pmk_frame *frame;
		size_t bytes;
		int rows;

		fake_begin();
		camera.multi = true;
		camera.pad = i % 2 ? 16 : 0;
		camera.data_offset = i % 2 ? 12 : 0;
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open_auto(&no_wish, &source), 0);
		assert_true(camera.streaming);
		rows = pmk_fourcc_chroma_rows(mode.fourcc, H);
		memset(data, mode.fourcc == PMK_FOURCC_YUYV ? 50 : 200, sizeof(data));
		memset(data, 50, (size_t)(W + camera.pad) * H);
		bytes = !pmk_fourcc_is_apart(mode.fourcc) ?
			pmk_fourcc_bytes(mode.fourcc, W, H, pmk_fourcc_stride(mode.fourcc, W) + camera.pad) :
			(size_t)(W + camera.pad) * H +
				(size_t)((pmk_fourcc_planes(mode.fourcc) == 2 ? W : W / 2) + camera.pad) *
					(size_t)rows * (size_t)(pmk_fourcc_planes(mode.fourcc) - 1);
		fake_push(&camera, (struct fake_answer){ .data = data, .bytes = bytes });
		assert_int_equal(read_now(source, &frame), 0);
		assert_int_equal(frame->image.plane[0][frame->image.stride[0] * (H - 1) + W - 1], 50);
		for (int p = 1; p < 3; p++)
			assert_int_equal(frame->image.plane[p][0], mode.fourcc == PMK_FOURCC_YUYV ? 50 : 200);
		pmk_frame_unref(frame);
		fake_push(&camera, (struct fake_answer){ .data = data, .bytes = bytes - 1 });
		assert_int_equal(read_now(source, &frame), -EAGAIN);
		assert_int_equal(source->damaged, 1);
		pmk_source_close(source);
		assert_false(camera.streaming);
		fake_end();
	}
}

static uint32_t field_answered;

static void answer_field(struct v4l2_pix_format *pix)
{
	pix->field = field_answered;
	if (field_answered == V4L2_FIELD_ALTERNATE || field_answered == V4L2_FIELD_BOTTOM)
		pix->height = H / 2;
}

/* A picture whose top field has luma 100 and whose bottom field has luma 200 gives a frame of one field alone. */
static void test_fields(void **state)
{
	static const struct {
		uint32_t field;
		int luma[2], height; /* of the frame's first two lines; -1: the picture as it is */
		bool halves;
	} cases[] = {
		{ V4L2_FIELD_NONE, { 100, 200 }, H, false },
		{ V4L2_FIELD_ANY, { 100, 200 }, H, false },
		{ V4L2_FIELD_INTERLACED, { 100, 100 }, H, false },
		{ V4L2_FIELD_INTERLACED_TB, { 100, 100 }, H, false },
		{ V4L2_FIELD_INTERLACED_BT, { 100, 100 }, H, false },
		{ V4L2_FIELD_SEQ_TB, { 100, 100 }, H, true },
		{ V4L2_FIELD_SEQ_BT, { 100, 100 }, H, true },
		{ V4L2_FIELD_BOTTOM, { 100, 200 }, H, false },
	};
	static uint8_t data[RAW];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fake_camera camera = camera_of(&yuyv_mode, 1);
		struct pmk_source *source;
		struct pmk_frame *frame;
		const uint8_t *luma;

		fake_begin();
		field_answered = cases[i].field;
		camera.tamper = answer_field;
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
		assert_int_equal(source->layout.height, H);
		assert_int_equal(strstr(source->name, "64x48 interlaced at") != NULL, cases[i].field > V4L2_FIELD_NONE);
		for (int y = 0; y < H; y++)
			memset(data + y * W * 2, (cases[i].halves ? y < H / 2 : y % 2 == 0) ? 100 : 200, W * 2);
		fake_push(&camera,
			(struct fake_answer){
				.data = data, .bytes = cases[i].field == V4L2_FIELD_BOTTOM ? RAW / 2 : RAW });
		assert_int_equal(read_now(source, &frame), 0);
		assert_int_equal(frame->image.layout.height, H);
		luma = frame->image.plane[0];
		for (int y = 0; y < H && cases[i].field != V4L2_FIELD_BOTTOM; y++)
			assert_int_equal(luma[y * frame->image.stride[0]], cases[i].luma[y % 2]);
		if (cases[i].field == V4L2_FIELD_BOTTOM) { /* its first line is the frame's second */
			assert_int_equal(luma[0], 100);
			assert_int_equal(luma[frame->image.stride[0]], 100);
			assert_int_equal(luma[frame->image.stride[0] * 2], 150);
			assert_int_equal(luma[frame->image.stride[0] * 3], 200);
		}
		pmk_frame_unref(frame);
		pmk_source_close(source);
		fake_end();
	}
}

/* A JPEG that is too low to be a field is damaged. */
static void test_low_field(void **state)
{
	static const uint32_t fields[] = { V4L2_FIELD_INTERLACED, V4L2_FIELD_SEQ_BT, V4L2_FIELD_BOTTOM };
	static uint8_t low[65536];
	size_t bytes = make_jpeg(low, sizeof(low), W, 1, TJSAMP_420);

	for (size_t i = 0; i < 3; i++) {
		struct fake_camera camera = camera_of(&mjpg_mode, 1);
		struct pmk_source *source;
		struct pmk_frame *frame;

		fake_begin();
		field_answered = fields[i];
		camera.tamper = answer_field;
		camera.length = sizeof(low);
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
		fake_push(&camera, (struct fake_answer){ .data = low, .bytes = bytes });
		assert_int_equal(read_now(source, &frame), -EAGAIN);
		assert_int_equal(source->damaged, 1);
		pmk_source_close(source);
		fake_end();
	}
}

/* Of fields that come in turns, one kind is used; if there is only the other kind, that one. */
static void test_alternate_fields(void **state)
{
	static const uint32_t top = V4L2_FIELD_TOP, bottom = V4L2_FIELD_BOTTOM;
	const struct {
		uint32_t field;
		int luma; /* of the frame; 0: there is none */
	} steps[] = { { top, 1 }, { bottom, 0 }, { top, 2 }, { bottom, 0 }, { bottom, 3 }, { bottom, 4 }, { top, 0 },
		{ bottom, 5 } };
	struct fake_camera camera = camera_of(&yuyv_mode, 1);
	struct pmk_source *source;
	struct pmk_frame *frame;

	fake_begin();
	field_answered = V4L2_FIELD_ALTERNATE;
	camera.tamper = answer_field;
	fake_add_camera(0, &camera);
	assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
	assert_int_equal(source->layout.height, H);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		fake_push(&camera,
			(struct fake_answer){ .data = raw_picture((uint8_t)(steps[i].luma + 20)),
				.bytes = RAW / 2,
				.field = steps[i].field });
		assert_int_equal(read_now(source, &frame), steps[i].luma ? 0 : -EAGAIN);
		if (!steps[i].luma)
			continue;
		assert_int_equal(frame->image.layout.height, H);
		for (int y = 0; y < H; y++)
			assert_int_equal(frame->image.plane[0][y * frame->image.stride[0]], steps[i].luma + 20);
		pmk_frame_unref(frame);
	}
	assert_int_equal(source->damaged, 0);
	pmk_source_close(source);
	fake_end();
}

/* An input without a signal is told at opening, and again when it has one. */
static void test_signal(void **state)
{
	static const struct {
		uint32_t status;
		const char *words;
	} cases[] = {
		{ V4L2_IN_ST_NO_SIGNAL, "the input HDMI 1 has no signal" },
		{ V4L2_IN_ST_NO_H_LOCK, "the input HDMI 1 has a signal that cannot be locked to" },
		{ V4L2_IN_ST_NO_SYNC, "the input HDMI 1 has a signal that cannot be locked to" },
		{ V4L2_IN_ST_NO_POWER, "the input HDMI 1 is not powered" },
		{ V4L2_IN_ST_NO_COLOR | V4L2_IN_ST_HFLIP, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fake_camera camera = camera_of(&yuyv_mode, 1);
		struct pmk_source *source;
		struct pmk_frame *frame;

		fake_begin();
		camera.input_status = cases[i].status;
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
		assert_int_equal(source->trouble, cases[i].words ? -ENOLINK : 0);
		if (cases[i].words)
			assert_string_equal(source->trouble_words, cases[i].words);
		camera.input_status = 0;
		((struct pmk_v4l2_source *)source)->signal_ns = 1; /* long ago */
		assert_int_equal(read_now(source, &frame), -EAGAIN);
		assert_int_equal(source->trouble, 0);
		assert_string_equal(fake_log, "");
		pmk_source_close(source);
		fake_end();
	}
}

static void full_range(struct v4l2_pix_format *pix)
{
	pix->quantization = V4L2_QUANTIZATION_FULL_RANGE;
}

static void hd_colours(struct v4l2_pix_format *pix)
{
	pix->colorspace = V4L2_COLORSPACE_REC709;
}

static void hd_encoding(struct v4l2_pix_format *pix)
{
	pix->colorspace = V4L2_COLORSPACE_SRGB;
	pix->ycbcr_enc = V4L2_YCBCR_ENC_709;
}

static void jpeg_colours(struct v4l2_pix_format *pix)
{
	pix->colorspace = V4L2_COLORSPACE_JPEG;
}

static void limited_range(struct v4l2_pix_format *pix)
{
	pix->quantization = V4L2_QUANTIZATION_LIM_RANGE;
}

static void webcam_colours(struct v4l2_pix_format *pix)
{
	pix->colorspace = V4L2_COLORSPACE_SRGB;
}

static void test_meaning(void **state)
{
	static const struct pmk_device_mode grey_mode = { PMK_FOURCC_GREY, W, H, 30 },
					    rgb_mode = { PMK_FOURCC_BGR3, W, H, 30 };
	static const struct {
		void (*tamper)(struct v4l2_pix_format *);
		const struct pmk_device_mode *mode;
		enum pmk_range range;
		enum pmk_matrix matrix;
	} cases[] = {
		{ full_range, &yuyv_mode, PMK_RANGE_FULL, PMK_MATRIX_BT601 },
		{ hd_colours, &yuyv_mode, PMK_RANGE_LIMITED, PMK_MATRIX_BT709 },
		{ hd_encoding, &yuyv_mode, PMK_RANGE_LIMITED, PMK_MATRIX_BT709 },
		{ webcam_colours, &yuyv_mode, PMK_RANGE_LIMITED, PMK_MATRIX_BT601 },
		{ NULL, &mjpg_mode, PMK_RANGE_FULL, PMK_MATRIX_BT601 },
		{ hd_colours, &mjpg_mode, PMK_RANGE_FULL, PMK_MATRIX_BT601 },
		{ jpeg_colours, &yuyv_mode, PMK_RANGE_FULL, PMK_MATRIX_BT601 },
		{ limited_range, &yuyv_mode, PMK_RANGE_LIMITED, PMK_MATRIX_BT601 },
		{ NULL, &grey_mode, PMK_RANGE_FULL, PMK_MATRIX_BT601 },
		{ limited_range, &grey_mode, PMK_RANGE_LIMITED, PMK_MATRIX_BT601 },
		{ full_range, &rgb_mode, PMK_RANGE_LIMITED, PMK_MATRIX_BT601 },
		{ hd_encoding, &rgb_mode, PMK_RANGE_LIMITED, PMK_MATRIX_BT601 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fake_camera camera = camera_of(cases[i].mode, 1);
		struct pmk_source *source;

		fake_begin();
		camera.tamper = cases[i].tamper;
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
		assert_int_equal(source->layout.range, cases[i].range);
		assert_int_equal(source->layout.matrix, cases[i].matrix);
		pmk_source_close(source);
		fake_end();
	}
}

static void test_rates(void **state)
{
	static const struct pmk_device_mode fast = { PMK_FOURCC_YUYV, W, H, 60 }, slow = { PMK_FOURCC_YUYV, W, H, 7.5 };
	static const struct {
		const struct pmk_device_mode *mode;
		double wish, asked;
		struct v4l2_fract answer;
		double fps;
	} cases[] = {
		{ &fast, 0, 30, { 0, 0 }, 30 },
		{ &fast, 60, 60, { 0, 0 }, 60 },
		{ &slow, 0, 7.5, { 0, 0 }, 7.5 },
		{ &fast, 25, 25, { 1, 20 }, 20 },
		{ &fast, 0, 30, { 0, 30 }, 60 },
		{ &fast, 0, 30, { 1001, 30000 }, 30000 / 1001. },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fake_camera camera = camera_of(cases[i].mode, 1);
		struct pmk_source_wish wish = { .fps = cases[i].wish };
		struct pmk_source *source;

		fake_begin();
		camera.interval = cases[i].answer;
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &wish, &source), 0);
		assert_true(camera.asked_fps > cases[i].asked - 0.01 && camera.asked_fps < cases[i].asked + 0.01);
		assert_true(source->fps > cases[i].fps - 0.01 && source->fps < cases[i].fps + 0.01);
		pmk_source_close(source);
		fake_end();
	}
}

static void test_damage_is_skipped(void **state)
{
	struct fake_camera camera = camera_of(&yuyv_mode, 1);
	const struct fake_answer bad[] = {
		{ .bytesused = -1 },
		{ .bytesused = RAW + 1 },
		{ .data = raw_picture(9), .bytes = RAW / 2 },
		{ .data = raw_picture(9), .bytes = RAW, .flags = V4L2_BUF_FLAG_ERROR },
		{ .index = 1 + 17 },
		{ .index = 1 + 31 },
	};
	struct pmk_source *source;
	struct pmk_frame *frame;

	fake_begin();
	fake_add_camera(0, &camera);
	assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		fake_push(&camera, bad[i]);
		assert_int_equal(read_now(source, &frame), -EAGAIN);
		assert_int_equal(source->damaged, i + 1);
	}
	assert_int_equal(count_lines("damaged picture"), 3); /* at 1, 2 and 4 */
	for (int i = 0; i < camera.buffers; i++)
		assert_true(camera.queued[i]);
	push_luma(&camera, 99);
	assert_int_equal(read_now(source, &frame), 0);
	assert_int_equal(frame->image.plane[0][0], 99);
	assert_int_equal(frame->number, 4);
	pmk_frame_unref(frame);
	pmk_source_close(source);
	fake_end();
}

static void test_same_buffer_twice(void **state)
{
	struct fake_camera camera = camera_of(&yuyv_mode, 1);
	struct pmk_source *source;
	struct pmk_frame *frame;

	fake_begin();
	fake_add_camera(0, &camera);
	assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
	push_luma(&camera, 50);
	fake_push(&camera, (struct fake_answer){ .index = 1 });
	assert_int_equal(read_now(source, &frame), 0);
	assert_int_equal(frame->image.plane[0][0], 50);
	assert_int_equal(source->damaged, 1);
	for (int i = 0; i < camera.buffers; i++)
		assert_true(camera.queued[i]);
	pmk_frame_unref(frame);
	pmk_source_close(source);
	fake_end();
}

static void test_newest_wins(void **state)
{
	struct fake_camera camera = camera_of(&yuyv_mode, 1);
	struct pmk_source *source;
	struct pmk_frame *frame;

	fake_begin();
	fake_add_camera(0, &camera);
	assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
	push_luma(&camera, 50);
	push_luma(&camera, 51);
	push_luma(&camera, 52);
	assert_int_equal(read_now(source, &frame), 0);
	assert_int_equal(frame->image.plane[0][0], 52);
	assert_int_equal(frame->number, 2);
	assert_int_equal(source->dropped, 2);
	pmk_frame_unref(frame);
	pmk_source_close(source);
	fake_end();
}

static void test_frames_all_in_use(void **state)
{
	struct fake_camera camera = camera_of(&yuyv_mode, 1);
	struct pmk_source *source;
	struct pmk_frame *frames[32];
	int taken = 0, err = 0;

	fake_begin();
	fake_add_camera(0, &camera);
	assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
	while (taken < 32) {
		push_luma(&camera, 50);
		err = read_now(source, &frames[taken]);
		if (err < 0)
			break;
		taken++;
	}
	assert_int_equal(err, -EAGAIN);
	assert_int_equal(source->dropped, 1);
	pmk_frame_unref(frames[--taken]);
	push_luma(&camera, 60);
	assert_int_equal(read_now(source, &frames[taken]), 0);
	for (; taken >= 0; taken--)
		pmk_frame_unref(frames[taken]);
	pmk_source_close(source);
	fake_end();
}

static void test_time_stamps(void **state)
{
	struct fake_camera camera = camera_of(&yuyv_mode, 1);
	struct pmk_source *source;
	struct pmk_frame *frame;
	uint64_t now, stamp;

	fake_begin();
	fake_add_camera(0, &camera);
	assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
	now = pmk_clock_now_ns();
	for (int i = 0; i < 4; i++) {
		stamp = i == 0 || i == 3 ? now - 20 * PMK_MS_NS : i == 1 ? now + 3600 * PMK_S_NS : 0;
		fake_push(&camera,
			(struct fake_answer){
				.data = raw_picture(50),
				.bytes = RAW,
				.stamp_ns = stamp,
				.flags = i == 3 ? 0 : V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC,
			});
		assert_int_equal(read_now(source, &frame), 0);
		if (i == 0)
			assert_int_equal(frame->time_ns, stamp / 1000 * 1000);
		else
			assert_in_range(frame->time_ns, now, pmk_clock_now_ns());
		pmk_frame_unref(frame);
	}
	pmk_source_close(source);
	fake_end();
}

static void test_jpeg(void **state)
{
	static uint8_t jpeg422[65536], jpeg420[65536], small[65536];
	size_t bytes422 = make_jpeg(jpeg422, sizeof(jpeg422), W, H, TJSAMP_422);
	size_t bytes420 = make_jpeg(jpeg420, sizeof(jpeg420), W, H, TJSAMP_420);
	size_t bytes_small = make_jpeg(small, sizeof(small), W / 2, H, TJSAMP_422);

	for (int first = 0; first < 2; first++) {
		struct fake_camera camera = camera_of(&mjpg_mode, 1);
		struct fake_answer a422 = { .data = jpeg422, .bytes = bytes422 },
				   a420 = { .data = jpeg420, .bytes = bytes420 };
		struct fake_answer bad[] = {
			{ .data = jpeg422, .bytes = bytes422 / 2 },
			{ .data = small, .bytes = bytes_small / 2 },
			{ .data = raw_picture(3), .bytes = 900 },
		};
		struct pmk_source *source;
		struct pmk_frame *frame;

		fake_begin();
		camera.length = 65536;
		fake_add_camera(0, &camera);
		fake_push(&camera, first ? a420 : a422);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
		assert_int_equal(source->layout.chroma, first ? PMK_CHROMA_420 : PMK_CHROMA_422);
		for (int i = 0; i < 2; i++) { /* after one sampling comes the other */
			fake_push(&camera, i ? a420 : a422);
			assert_int_equal(read_now(source, &frame), 0);
			assert_int_equal(frame->image.layout.chroma, i ? PMK_CHROMA_420 : PMK_CHROMA_422);
			assert_int_equal(source->layout.chroma, first ? PMK_CHROMA_420 : PMK_CHROMA_422);
			assert_in_range(frame->image.plane[0][0], 99, 101);
			assert_in_range(frame->image.plane[1][0], 99, 101);
			pmk_frame_unref(frame);
		}
		for (int i = 0; i < 3; i++) {
			fake_push(&camera, bad[i]);
			assert_int_equal(read_now(source, &frame), -EAGAIN);
			assert_int_equal(source->damaged, i + 1);
		}
		pmk_source_close(source);
		fake_end();
	}
}

/* A camera that sends JPEGs of other sizes than it agreed to: each frame tells its own, and it is said once. */
static void test_jpeg_of_another_size(void **state)
{
	static const int sizes[][2] = { { W, H + 8 }, { W, H + 8 }, { W / 2, H / 2 }, { W, H }, { 2 * W, H } };
	static uint8_t jpeg[5][65536];
	struct fake_camera camera = camera_of(&mjpg_mode, 1);
	struct pmk_source *source;
	struct pmk_frame *frame;

	fake_begin();
	camera.length = 65536;
	fake_add_camera(0, &camera);
	for (int i = 0; i < 5; i++) {
		struct fake_answer answer = { .data = jpeg[i] };

		answer.bytes = make_jpeg(jpeg[i], sizeof jpeg[i], sizes[i][0], sizes[i][1], TJSAMP_422);
		fake_push(&camera, answer);
		if (i == 0)
			assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
		else
			assert_int_equal(read_now(source, &frame), 0);
		assert_int_equal(source->layout.width, W);
		assert_int_equal(source->layout.height, H);
		if (i == 0)
			continue;
		assert_int_equal(frame->image.layout.width, sizes[i][0]);
		assert_int_equal(frame->image.layout.height, sizes[i][1]);
		assert_in_range(frame->image.plane[0][0], 99, 101);
		pmk_frame_unref(frame);
	}
	assert_int_equal(source->damaged, 0);
	assert_int_equal(count_lines("64x56, which are fitted"), 1);
	assert_int_equal(count_lines("are fitted"), 1);
	pmk_source_close(source);
	fake_end();
}

static void test_lost(void **state)
{
	static const struct {
		int error;
		short events;
		int expected;
	} cases[] = {
		{ -ENODEV, 0, -ENODEV },
		{ -EIO, 0, -EIO },
		{ 0, POLLERR, -EIO },
		{ 0, POLLHUP | POLLERR, -EIO },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fake_camera camera = camera_of(&yuyv_mode, 1);
		struct pmk_source *source;
		struct pmk_frame *frame;

		fake_begin();
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
		camera.poll_events = cases[i].events;
		if (cases[i].error)
			fake_push(&camera, (struct fake_answer){ .error = cases[i].error });
		assert_int_equal(read_now(source, &frame), cases[i].expected);
		assert_int_equal(count_lines("\n"), 1);
		pmk_source_close(source);
		fake_end();
	}
}

/* Every failure has its errno and one line of log with a remedy, and leaves nothing open. */
static void test_open_fails(void **state)
{
	static const struct pmk_device_mode foreign[] = {
		{ PMK_FOURCC('B', 'A', '8', '1'), W, H, 30 },
		{ PMK_FOURCC('p', 'R', 'A', 'A'), W, H, 30 },
		{ PMK_FOURCC('B', 'A', '8', '1'), W, H, 60 },
		{ PMK_FOURCC('Y', '4', '1', 'P'), W, H, 30 },
	};
	struct {
		struct fake_camera camera;
		struct fake_node node;
		struct pmk_source_wish wish;
		int err;
		const char *line;
	} cases[] = {
		{ .node = { .open_error = -EACCES }, .err = -EACCES, .line = "usermod -aG video" },
		{ .node = { .open_error = -ENXIO }, .err = -ENOENT, .line = "no such device" },
		{ .node = { .open_error = -EBUSY }, .err = -EBUSY, .line = "taken by another program" },
		{ .camera = { .set_error = -EBUSY }, .err = -EBUSY, .line = "taken by another program" },
		{ .camera = { .request_error = -EBUSY }, .err = -EBUSY, .line = "taken by another program" },
		{ .camera = { .start_error = -EBUSY }, .err = -EBUSY, .line = "taken by another program" },
		{ .camera = { .start_error = -EIO }, .err = -EIO, .line = "cannot use the camera" },
		{ .camera = { .start_error = -EPIPE }, .err = -ENODEV, .line = "pipeline has not been configured" },
		{ .camera = { .start_error = -ENOLINK }, .err = -ENODEV, .line = "try --camera pipewire" },
		{ .camera = { .length = 100 }, .err = -EIO, .line = "buffers have 100 bytes" },
		{ .camera = { .modes = foreign, .mode_count = 3 },
			.err = -ENODEV,
			.line = "offers only BA81, pRAA, which cannot be read; try --camera pipewire" },
		{ .camera = { .modes = foreign, .mode_count = 4 },
			.err = -ENODEV,
			.line = "offers only BA81, pRAA, Y41P, which cannot be read; choose another" },
		{ .wish = { .fourcc = PMK_FOURCC_MJPG },
			.err = -EINVAL,
			.line = "no format MJPG; it offers YUYV; leave out --format" },
		{ .node = { .caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING },
			.err = -ENODEV,
			.line = "not a camera" },
		{ .node = { .caps = V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING },
			.err = -ENODEV,
			.line = "not a camera" },
		{ .node = { .driver = "v4l2 loopback", .caps = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING },
			.err = -ENODEV,
			.line = "nobody feeds" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pmk_source *source = NULL;
		struct fake_node *node;

		fake_begin();
		cases[i].camera.modes = cases[i].camera.modes ? cases[i].camera.modes : &yuyv_mode;
		cases[i].camera.mode_count = cases[i].camera.mode_count ? cases[i].camera.mode_count : 1;
		node = fake_add_camera(0, &cases[i].camera);
		node->open_error = cases[i].node.open_error;
		node->caps = cases[i].node.caps ? cases[i].node.caps : node->caps;
		node->driver = cases[i].node.driver ? cases[i].node.driver : node->driver;
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &cases[i].wish, &source), cases[i].err);
		assert_null(source);
		assert_int_equal(count_lines("\n"), 1);
		if (!strstr(fake_log, cases[i].line))
			fail_msg("'%s' lacks '%s'", fake_log, cases[i].line);
		fake_end();
	}
}

/* Without the module that decodes them, streams are chosen only if there is nothing else, and then refused. */
static void test_streams_without_the_module(void **state)
{
	static const struct pmk_device_mode modes[] = { { PMK_FOURCC_H264, 1280, 720, 30 },
		{ PMK_FOURCC_YUYV, W, H, 30 } };
	const struct pmk_source_wish wish = { .fourcc = PMK_FOURCC_H264 };

	for (int i = 0; i < 3; i++) {
		struct fake_camera camera = camera_of(modes, i == 1 ? 1 : 2);
		struct pmk_source *source = NULL;

		fake_begin();
		fake_add_camera(0, &camera);
		assert_int_equal(
			pmk_source_v4l2_open("/dev/video0", i == 2 ? &wish : &no_wish, &source), i ? -ENOPKG : 0);
		if (i == 0) {
			assert_non_null(strstr(source->name, "YUYV 64x48"));
			pmk_source_close(source);
		} else {
			assert_non_null(
				strstr(fake_log, "a camera's H.264 needs the module potemkin-media.so, which is"));
			assert_int_equal(count_lines("\n"), 1);
		}
		fake_end();
	}
}

static void test_few_buffers(void **state)
{
	for (int grant = 1; grant <= 8; grant += 7) {
		struct fake_camera camera = camera_of(&yuyv_mode, 1);
		struct pmk_source *source;
		struct pmk_frame *frame;

		fake_begin();
		camera.grant = grant;
		fake_add_camera(0, &camera);
		assert_int_equal(pmk_source_v4l2_open("/dev/video0", &no_wish, &source), 0);
		for (int i = 0; i < 3; i++) {
			push_luma(&camera, 80);
			assert_int_equal(read_now(source, &frame), 0);
			pmk_frame_unref(frame);
		}
		pmk_source_close(source);
		fake_end();
	}
}

/* The test rig feeds a loopback device with MJPG. When named outright, it is a camera. */
static void test_loopback_named(void **state)
{
	struct fake_camera camera = camera_of(&yuyv_mode, 1);
	struct pmk_source *source;

	fake_begin();
	fake_add_camera(5, &camera)->driver = "v4l2 loopback";
	assert_int_equal(pmk_source_v4l2_open("/dev/video5", &no_wish, &source), 0);
	pmk_source_close(source);
	fake_end();
}

static void test_auto(void **state)
{
	struct fake_camera busy = camera_of(&yuyv_mode, 1), good = camera_of(&yuyv_mode, 1),
			   later = camera_of(&yuyv_mode, 1);
	struct fake_loopback loopback = { .version = 0x000d02 };
	struct pmk_source *source;

	fake_begin();
	busy.set_error = -EBUSY;
	fake_add_other(0, "uvcvideo", V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING);
	fake_add_other(1, "bcm2835-codec", V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_STREAMING);
	fake_add_loopback(2, &loopback);
	fake_add_camera(3, &busy);
	fake_add_other(4, "vivid", V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING);
	fake_add_camera(6, &good)->old_caps = true;
	fake_add_camera(7, &later);
	assert_int_equal(pmk_source_v4l2_open_auto(&no_wish, &source), 0);
	assert_non_null(strstr(source->name, "/dev/video6 "));
	pmk_source_close(source);
	assert_string_equal(fake_log, "");
	fake_end();
}

/* A camera that has only infrared pictures comes last, but for one that tells that it has no signal. */
static void test_auto_grey(void **state)
{
	static const struct pmk_device_mode grey_mode = { PMK_FOURCC_GREY, W, H, 30 };
	struct fake_camera infrared = camera_of(&grey_mode, 1), colour = camera_of(&yuyv_mode, 1);
	struct pmk_source *source;

	fake_begin();
	fake_add_camera(0, &infrared);
	assert_int_equal(pmk_source_v4l2_open_auto(&no_wish, &source), 0);
	assert_non_null(strstr(source->name, "/dev/video0 (Test Camera) GREY "));
	pmk_source_close(source);
	fake_add_camera(2, &colour);
	assert_int_equal(pmk_source_v4l2_open_auto(&no_wish, &source), 0);
	assert_non_null(strstr(source->name, "/dev/video2 "));
	pmk_source_close(source);
	colour.input_status = V4L2_IN_ST_NO_SIGNAL;
	assert_int_equal(pmk_source_v4l2_open_auto(&no_wish, &source), 0);
	assert_non_null(strstr(source->name, "/dev/video0 "));
	pmk_source_close(source);
	fake_end();
}

static void test_auto_finds_none(void **state)
{
	static const struct pmk_device_mode foreign = { PMK_FOURCC('B', 'A', '8', '1'), W, H, 30 };
	struct fake_camera busy = camera_of(&yuyv_mode, 1), mosaic = camera_of(&foreign, 1);
	struct fake_loopback loopback = { .version = 0x000d02 };
	struct pmk_source *source;

	fake_begin();
	assert_int_equal(pmk_source_v4l2_open_auto(&no_wish, &source), -ENODEV);
	assert_non_null(strstr(fake_log, "no /dev/video device at all"));
	fake_log[0] = '\0';
	fake_add_loopback(2, &loopback);
	assert_int_equal(pmk_source_v4l2_open_auto(&no_wish, &source), -ENODEV);
	assert_non_null(strstr(fake_log, "/dev/video2 (virtual camera)"));
	fake_add_camera(4, &mosaic);
	fake_log[0] = '\0';
	assert_int_equal(pmk_source_v4l2_open_auto(&no_wish, &source), -ENODEV);
	assert_non_null(strstr(fake_log, "/dev/video4 (offers only BA81)"));
	fake_add_other(5, "x", 0)->open_error = -EACCES;
	assert_int_equal(pmk_source_v4l2_open_auto(&no_wish, &source), -EACCES);
	busy.set_error = -EBUSY;
	fake_add_camera(6, &busy);
	fake_log[0] = '\0';
	assert_int_equal(pmk_source_v4l2_open_auto(&no_wish, &source), -EBUSY);
	assert_non_null(strstr(fake_log, "/dev/video6 (taken by another program)"));
	assert_int_equal(count_lines("\n"), 1);
	fake_end();
}

/* A camera that was lost is found again: at its plug under another number, or else by its name. Another camera is used
 * only for "auto". */
static void test_found_again(void **state)
{
	static const struct {
		const char *spec, *plug, *name;
		bool first;
		int err;
		const char *found;
	} cases[] = {
		{ "/dev/video0", "usb-0000:00:14.0-1", "Test Camera", true, 0, "/dev/video0 " },
		{ "/dev/video0", "usb-0000:00:14.0-1", "Test Camera", false, 0, "/dev/video4 " },
		{ "/dev/video0", "usb-0000:00:14.0-7", "Test Camera", false, 0, "/dev/video4 " },
		{ "auto", "usb-0000:00:14.0-7", "Test Camera", false, 0, "/dev/video4 " },
		{ "auto", "usb-0000:00:14.0-7", "Another", false, 0, "/dev/video2 " },
		{ "/dev/video0", "usb-0000:00:14.0-7", "Another", false, -ENOENT, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fake_camera first = camera_of(&yuyv_mode, 1), other = camera_of(&yuyv_mode, 1),
				   again = camera_of(&yuyv_mode, 1);
		struct pmk_source *source = NULL;
		struct pmk_source_place place;
		struct fake_node *node, *woken;

		fake_begin();
		node = fake_add_camera(0, &first);
		assert_int_equal(pmk_source_open("/dev/video0", &no_wish, &source), 0);
		place = source->place;
		pmk_source_close(source);
		node->open_error = cases[i].first ? 0 : -ENODEV;
		node->number = cases[i].first ? 0 : 99;
		node = fake_add_camera(2, &other);
		node->card = "Quite another";
		node->bus = "usb-0000:00:14.0-3";
		woken = node;
		fake_add_other(3, "uvcvideo", V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING)->card = "Test Camera";
		node = fake_add_camera(4, &again);
		node->card = cases[i].name;
		node->bus = cases[i].plug;
		source = NULL;
		assert_int_equal(pmk_source_reopen(cases[i].spec, &place, &no_wish, &source), cases[i].err);
		if (source && !strstr(source->name, cases[i].found))
			fail_msg("case %zu: %s", i, source->name);
		assert_int_equal(source != NULL, cases[i].found != NULL);
		if (woken->opened && !(cases[i].found && strstr(cases[i].found, "video2")))
			fail_msg("case %zu: another camera was woken up", i);
		pmk_source_close(source);
		fake_end();
	}
}

/* Two cameras of one name: when the one in use is unplugged, the other is not taken, whatever its number is now; the
 * first one is, at its plug or, said loudly, at one where no camera was. */
static void test_two_of_one_name(void **state)
{
	static const char first_bus[] = "usb-0000:00:14.0-1", twin_bus[] = "usb-0000:00:14.0-2";
	static const struct {
		int number, twin_number; /* of the first, which is unplugged if -1, and of the twin at reopening */
		const char *bus;
		int err;
		const char *found, *said, *twin_card; /* NULL: the twin keeps its name */
	} cases[] = {
		{ -1, 0, first_bus, 0, "/dev/video0 ", "/dev/video0 is another camera now: Another, not Test Camera",
			"Another" },
		{ -1, 2, first_bus, -ENOENT, NULL, "no such device", NULL },
		{ -1, 0, first_bus, -ENOENT, NULL,
			"/dev/video0 is the other Test Camera now (usb-0000:00:14.0-2); the one at usb-0000:00:14.0-1 "
			"has gone",
			NULL },
		{ 5, 0, first_bus, 0, "/dev/video5 ", NULL, NULL },
		{ 5, 2, "usb-0000:00:14.0-7", 0, "/dev/video5 ", "is at another plug (usb-0000:00:14.0-7)", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fake_camera first = camera_of(&yuyv_mode, 1), twin = camera_of(&yuyv_mode, 1);
		struct pmk_source *source = NULL;
		struct pmk_source_place place;
		struct fake_node *node;

		fake_begin();
		fake_add_camera(0, &first);
		fake_add_other(1, "uvcvideo", V4L2_CAP_META_CAPTURE)->card = "Test Camera";
		fake_add_camera(2, &twin)->bus = twin_bus;
		node = &fake_nodes[0];
		assert_int_equal(pmk_source_open("/dev/video0", &no_wish, &source), 0);
		place = source->place;
		assert_string_equal(place.twins[0], twin_bus);
		assert_string_equal(place.twins[1], "");
		pmk_source_close(source);
		node->open_error = cases[i].number < 0 ? -ENODEV : 0;
		node->number = cases[i].number < 0 ? 99 : cases[i].number;
		node->bus = cases[i].bus;
		fake_nodes[2].number = cases[i].twin_number;
		if (cases[i].twin_card)
			fake_nodes[2].card = cases[i].twin_card;
		source = NULL;
		assert_int_equal(pmk_source_reopen("/dev/video0", &place, &no_wish, &source), cases[i].err);
		if (source && !strstr(source->name, cases[i].found))
			fail_msg("case %zu: %s", i, source->name);
		if (cases[i].said ? !strstr(fake_log, cases[i].said) : fake_log[0])
			fail_msg("case %zu: '%s'", i, fake_log);
		pmk_source_close(source);
		fake_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_choose_larger),
		cmocka_unit_test(test_larger_frames),
		cmocka_unit_test(test_modes_of_ranges),
		cmocka_unit_test(test_reads_raw),
		cmocka_unit_test(test_strides),
		cmocka_unit_test(test_answers_to_set_format),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_multi_planar),
		cmocka_unit_test(test_hidden_strides),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_low_field),
		cmocka_unit_test(test_alternate_fields),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_meaning),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_damage_is_skipped),
		cmocka_unit_test(test_same_buffer_twice),
		cmocka_unit_test(test_newest_wins),
		cmocka_unit_test(test_frames_all_in_use),
		cmocka_unit_test(test_time_stamps),
		cmocka_unit_test(test_jpeg),
		cmocka_unit_test(test_jpeg_of_another_size),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_open_fails),
		cmocka_unit_test(test_streams_without_the_module),
		cmocka_unit_test(test_few_buffers),
		cmocka_unit_test(test_loopback_named),
		cmocka_unit_test(test_auto),
		cmocka_unit_test(test_auto_grey),
		cmocka_unit_test(test_auto_finds_none),
		cmocka_unit_test(test_found_again),
		cmocka_unit_test(test_two_of_one_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fake_v4l2.h"
#include "image/shown_seal.h"
#include "io/sink.h"

enum { W = 64, H = 48, COVER = 40, PICTURE = 150 };

static const int versions[] = { 0x000c07, 0x000d02, 0x000e00, 0x000f04, 0x010000 };
enum { VERSIONS = sizeof(versions) / sizeof(*versions) };

static struct pmk_shown_pool *pool;
static struct pmk_shown *cover, *picture;
static struct pmk_sink_setup setup;

static struct pmk_shown *plain(uint8_t luma)
{
	struct pmk_shown *shown = pmk_shown_pool_take(pool);

	assert_non_null(shown);
	pmk_image_fill(&shown->image, (uint8_t[]){ luma, 110, 140 });
	return shown;
}

static void begin_sized(int width, int height)
{
	fake_begin();
	setup = (struct pmk_sink_setup){ .layout = { .width = width, .height = height, .chroma = PMK_CHROMA_422 },
		.fps = 25 };
	pool = pmk_shown_pool_create(2, &setup.layout);
	cover = plain(COVER);
	picture = plain(PICTURE);
}

static void begin(void)
{
	begin_sized(W, H);
}

static void end(void)
{
	pmk_shown_unref(cover);
	pmk_shown_unref(picture);
	pmk_shown_pool_destroy(pool);
	fake_end();
}

static int count_lines(void)
{
	int count = 0;

	for (const char *at = fake_log; (at = strchr(at, '\n')); at++)
		count++;
	return count;
}

static void assert_ring(const struct fake_loopback *l, uint8_t luma)
{
	for (int i = 0; i < l->ring; i++)
		for (uint32_t b = 0; b < l->pix.sizeimage; b += 2)
			assert_int_equal(l->memory[i][b], luma);
}

static int pictures_in(const struct fake_loopback *l)
{
	int found = 0;

	for (int i = 0; i < l->ring; i++)
		found += l->memory[i][0] == PICTURE;
	return found;
}

/* Every version gets the cover everywhere first, then pictures, then the cover everywhere, five times over. */
static void test_five_producers(void **state)
{
	for (int v = 0; v < VERSIONS; v++) {
		for (int exclusive = 0; exclusive < 2; exclusive++) {
			struct fake_loopback l = { .version = versions[v], .exclusive = exclusive, .ring = 5 };

			begin();
			fake_add_loopback(10, &l);
			for (int round = 0; round < 5; round++) {
				struct pmk_sink *sink;

				memset(l.painted, 0, sizeof(l.painted));
				assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
				assert_string_equal(sink->name, "/dev/video10 (Test cam) YUYV 64x48");
				assert_ring(&l, COVER);
				assert_false(l.exposed_unpainted);
				assert_true(l.fps == 25);
				for (int i = 0; i < 4; i++)
					assert_int_equal(pmk_sink_write(sink, picture), 0);
				assert_int_equal(pictures_in(&l), 4);
				assert_int_equal(pmk_sink_close(sink, cover), 0);
				assert_ring(&l, COVER);
				assert_int_equal(l.mapped, 0);
			}
			assert_string_equal(fake_log, "");
			assert_int_equal(l.ruined, 0);
			assert_int_equal(l.streamed_off, 0); /* STREAMOFF would throw out readers on 0.13 */
			assert_int_equal(l.written == 0, versions[v] < PMK_V4L2_LOOPBACK_0_13);
			assert_int_equal(l.streamed_on, versions[v] < PMK_V4L2_LOOPBACK_0_13 ? 5 : 0);
			end();
		}
	}
}

/* Colours are right in the ring, in each format. */
static void test_formats(void **state)
{
	static const struct {
		uint32_t fourcc;
		int u, v;
	} cases[] = {
		{ PMK_FOURCC_YUYV, 1, 3 },
		{ PMK_FOURCC_NV12, W * H, W * H + 1 },
		{ PMK_FOURCC_YU12, W * H, W * H * 5 / 4 },
	};

	for (int i = 0; i < 3; i++) {
		struct fake_loopback l = { .version = i ? 0x000f00 : 0x000c07 };
		struct pmk_sink *sink;

		begin();
		fake_add_loopback(0, &l);
		setup.fourcc = cases[i].fourcc;
		assert_int_equal(pmk_sink_v4l2_open("/dev/video0", &setup, cover, &sink), 0);
		assert_int_equal(l.pix.pixelformat, cases[i].fourcc);
		assert_int_equal(l.pix.quantization, V4L2_QUANTIZATION_LIM_RANGE);
		assert_int_equal(l.memory[0][0], COVER);
		assert_int_equal(l.memory[0][cases[i].u], 110);
		assert_int_equal(l.memory[0][cases[i].v], 140);
		assert_int_equal(pmk_sink_close(sink, cover), 0);
		end();
	}
}

static void test_matrix_is_told(void **state)
{
	struct fake_loopback l = { .version = 0x000f00 };
	struct pmk_sink *sink;

	begin();
	fake_add_loopback(0, &l);
	setup.layout.matrix = PMK_MATRIX_BT709;
	cover->image.layout = setup.layout;
	assert_int_equal(pmk_sink_v4l2_open("/dev/video0", &setup, cover, &sink), 0);
	assert_int_equal(l.pix.colorspace, V4L2_COLORSPACE_REC709);
	assert_int_equal(l.pix.ycbcr_enc, V4L2_YCBCR_ENC_709);
	assert_int_equal(pmk_sink_close(sink, cover), 0);
	end();
}

/* With a timeout, the driver shows pictures of its own while ours rest. */
static void test_the_timeout_is_set_off(void **state)
{
	for (int v = 0; v < VERSIONS; v++) {
		struct fake_loopback l = { .version = versions[v], .timeout = 1000 };
		struct pmk_sink *sink;

		begin();
		fake_add_loopback(0, &l);
		assert_int_equal(pmk_sink_v4l2_open("/dev/video0", &setup, cover, &sink), 0);
		assert_int_equal(l.timeout, 0);
		assert_int_equal(pmk_sink_close(sink, cover), 0);
		end();
	}
}

static void test_odd_sizes_are_cropped(void **state)
{
	struct fake_loopback l = { .version = 0x000d02 };
	struct pmk_sink *sink;

	begin_sized(W + 1, H + 1);
	fake_add_loopback(0, &l);
	assert_int_equal(pmk_sink_v4l2_open("/dev/video0", &setup, cover, &sink), 0);
	assert_int_equal(l.pix.width, W);
	assert_int_equal(l.pix.height, H);
	assert_int_equal(pmk_sink_write(sink, picture), 0);
	assert_int_equal(pmk_sink_close(sink, cover), 0);
	assert_ring(&l, COVER);
	end();
}

/* Every failure has its errno and one line of log, and leaves nothing open. */
static void test_open_fails(void **state)
{
	static const char taken[] = "another program already feeds";
	struct {
		struct fake_loopback l;
		int open_error;
		uint32_t fourcc;
		int err;
		const char *line;
	} cases[] = {
		{ .open_error = -EACCES, .err = -EACCES, .line = "usermod -aG video" },
		{ .open_error = -ENXIO, .err = -ENOENT, .line = "sudo potemkin setup-loopback" },
		{ .open_error = -EBUSY, .err = -EBUSY, .line = "another program" },
		{ .fourcc = PMK_FOURCC_MJPG, .err = -EINVAL, .line = "not MJPG" },
		{ .fourcc = PMK_FOURCC_UYVY, .err = -EINVAL, .line = "not UYVY" },
		{ .l = { .version = 0x000f00, .format_error = -EBUSY }, .err = -EBUSY, .line = taken },
		{ .l = { .version = 0x000c07, .exclusive = true, .foreign_writer = true },
			.err = -EBUSY,
			.line = taken },
		{ .l = { .version = 0x000d02, .exclusive = true, .foreign_writer = true },
			.err = -EBUSY,
			.line = taken },
		{ .l = { .version = 0x000f00, .exclusive = true, .foreign_writer = true },
			.err = -EBUSY,
			.line = taken },
		{ .l = { .version = 0x000c07, .foreign_writer = true, .foreign_feeds = true },
			.err = -EBUSY,
			.line = taken },
		{ .l = { .version = 0x000d02, .foreign_writer = true, .foreign_feeds = true },
			.err = -EBUSY,
			.line = taken },
		/* as GStreamer's v4l2sink, which stamps from its own start */
		{ .l = { .version = 0x000c07,
			  .foreign_writer = true,
			  .foreign_feeds = true,
			  .foreign_start_ns = 2 * PMK_S_NS },
			.err = -EBUSY,
			.line = taken },
		{ .l = { .version = 0x000f00, .foreign_writer = true }, .err = -EBUSY, .line = taken },
		{ .l = { .version = 0x000d02, .write_error = -EINVAL }, .err = -EBUSY, .line = taken },
		{ .l = { .version = 0x000d02, .steals = true }, .err = -EBUSY, .line = "has just changed the format" },
		{ .l = { .version = 0x000c07, .write_error = -EIO },
			.err = -EIO,
			.line = "cannot use the virtual camera" },
		{ .l = { .version = 0x000c07, .exclusive = true, .ruined = true },
			.err = -EBUSY,
			.line = "reload the module" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pmk_sink *sink = NULL;
		int err;

		begin();
		fake_add_loopback(10, &cases[i].l)->open_error = cases[i].open_error;
		setup.fourcc = cases[i].fourcc;
		err = pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink);
		if (err != cases[i].err || sink || count_lines() != 1 || !strstr(fake_log, cases[i].line))
			fail_msg("case %zu: %d, not %d, and '%s'", i, err, cases[i].err, fake_log);
		assert_int_equal(cases[i].l.mapped, 0);
		end();
	}
}

/* Asking for buffers stamps them all, which is no picture. */
static void test_a_polling_client_does_not_feed(void **state)
{
	for (int v = 0; v < 2; v++) {
		struct fake_loopback l = { .version = versions[v], .polling_client = true };
		struct pmk_sink *sink;

		begin();
		fake_add_loopback(10, &l);
		assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
		assert_int_equal(pmk_sink_close(sink, cover), 0);
		end();
	}
}

static void test_not_a_virtual_camera(void **state)
{
	struct fake_loopback l = { .version = 0x000c07 }, another = { .version = 0x000c07 };
	struct pmk_sink *sink;

	begin();
	fake_add_other(0, "uvcvideo", V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING);
	fake_add_other(1, "no V4L2 at all", 0);
	assert_int_equal(pmk_sink_v4l2_open("/dev/video0", &setup, cover, &sink), -ENODEV);
	assert_int_equal(pmk_sink_v4l2_open("/dev/video1", &setup, cover, &sink), -ENODEV);
	assert_int_equal(pmk_sink_v4l2_open("/dev/video2", &setup, cover, &sink), -ENOENT);
	assert_int_equal(count_lines(), 3);
	assert_non_null(strstr(fake_log, "setup-loopback"));
	fake_add_loopback(10, &l);
	fake_add_loopback(11, &another);
	assert_int_equal(pmk_sink_v4l2_open("/dev/video2", &setup, cover, &sink), -ENOENT);
	assert_int_equal(count_lines(), 4);
	assert_non_null(strstr(fake_log, "the virtual cameras here are /dev/video10, /dev/video11"));
	end();
}

/* A reader that stayed from an earlier call keeps the format: the same format is accepted, and another one is refused
 * with a line that names the one held. */
static void test_reader_holds_the_format(void **state)
{
	for (int v = 0; v < VERSIONS; v++) {
		for (int same = 0; same < 2; same++) {
			struct fake_loopback l = { .version = versions[v], .reader = true };
			struct pmk_sink *sink;
			int err;

			begin();
			l.pix.pixelformat = PMK_FOURCC_YUYV;
			l.pix.width = same ? W : 32;
			l.pix.height = H;
			l.pix.bytesperline = l.pix.width * 2;
			l.pix.sizeimage = l.pix.bytesperline * H;
			fake_add_loopback(10, &l);
			err = pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink);
			assert_int_equal(err, same ? 0 : -EBUSY);
			if (same) {
				assert_int_equal(pmk_sink_write(sink, picture), 0);
				assert_int_equal(pmk_sink_close(sink, cover), 0);
				assert_ring(&l, COVER);
			} else {
				assert_non_null(strstr(fake_log, "held at YUYV 32x48"));
			}
			end();
		}
	}
}

static void hold(struct fake_loopback *l, uint32_t fourcc, uint32_t width, uint32_t height, uint32_t pixel_bytes)
{
	l->pix.pixelformat = fourcc;
	l->pix.width = width;
	l->pix.height = height;
	l->pix.bytesperline = width * pixel_bytes;
	l->pix.sizeimage = width * pixel_bytes * height;
}

/* A client that opens a node before its first producer holds the driver's own format; it gets that, fitted. */
static void test_held_rgb_is_fed(void **state)
{
	static const struct {
		uint32_t fourcc, width, height, bytes, green; /* of a pixel; where green is in it */
	} cases[] = { { PMK_FOURCC_BGR4, 640, 480, 4, 1 }, { PMK_FOURCC_RGB4, W, H, 4, 2 },
		{ PMK_FOURCC_RGB3, 321, 241, 3, 1 }, { PMK_FOURCC_BGR3, 16, 48, 3, 1 } };

	for (int i = 0; i < VERSIONS; i++) {
		struct fake_loopback l = { .version = versions[i], .reader = true };
		uint32_t bytes = cases[i % 4].bytes, at;
		struct pmk_sink *sink;

		begin();
		hold(&l, cases[i % 4].fourcc, cases[i % 4].width, cases[i % 4].height, bytes);
		fake_add_loopback(10, &l);
		assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
		assert_non_null(strstr(fake_log, "held at"));
		assert_int_equal(count_lines(), 1);
		at = l.pix.sizeimage - bytes + cases[i % 4].green;
		assert_in_range(l.memory[0][at], 20, 60); /* COVER in RGB */
		assert_int_equal(pmk_sink_write(sink, picture), 0);
		assert_int_equal(pmk_sink_write(sink, picture), 0);
		assert_in_range(l.memory[0][at], 130, 180);
		assert_int_equal(pmk_sink_close(sink, cover), 0);
		assert_in_range(l.memory[0][at], 20, 60);
		end();
	}
}

/* To look at a node that was never fed must not give its ring a size: on 0.12, it would keep that while another program
 * has the node open. */
static void test_a_look_leaves_the_ring(void **state)
{
	struct fake_loopback l = { .version = 0x000c07, .opened = true };
	struct pmk_sink *sink;

	begin();
	hold(&l, PMK_FOURCC_BGR4, 640, 480, 4);
	fake_add_loopback(10, &l);
	assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
	assert_int_equal(pmk_sink_close(sink, cover), 0);
	end();
}

/* A client that polls holds the format for a moment, and gets ours. */
static void test_a_race_is_waited_for(void **state)
{
	for (int v = 0; v < VERSIONS; v++) {
		struct fake_loopback l = { .version = versions[v], .races = 1 };
		struct pmk_sink *sink;

		begin();
		hold(&l, PMK_FOURCC_BGR4, 640, 480, 4);
		fake_add_loopback(10, &l);
		assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
		assert_int_equal(l.pix.pixelformat, PMK_FOURCC_YUYV);
		assert_string_equal(fake_log, "");
		assert_int_equal(pmk_sink_close(sink, cover), 0);
		end();
	}
}

/* A driver that keeps a format of its own is told apart from a program, and the cure is one that works. */
static void test_who_holds_the_format(void **state)
{
	static const struct {
		struct fake_loopback l;
		uint32_t fourcc;
		const char *who, *cure;
	} cases[] = {
		{ { .version = 0x000f00, .keep_format = 1 }, PMK_FOURCC_YUYV, "(keep_format=1)",
			"v4l2-ctl -d /dev/video10 -c keep_format=0" },
		{ { .version = 0x000e00, .keep_format = 1, .exclusive = true }, PMK_FOURCC_MJPG, "(keep_format=1)",
			"v4l2-ctl -d /dev/video10 -c keep_format=0" },
		{ { .version = 0x000d02, .keep_format = 1 }, PMK_FOURCC_YUYV, "(keep_format=1)",
			"v4l2-ctl -d /dev/video10 -c keep_format=0" },
		{ { .version = 0x000e00, .reader = true }, PMK_FOURCC_YUYV, "a program", "--size 640x480" },
		{ { .version = 0x000c07, .reader = true }, PMK_FOURCC_MJPG, "a program", "close that program" },
		{ { .version = 0x000c07, .opened = true, .ring_bytes = 4096 }, PMK_FOURCC_YUYV,
			"held at another size by a program", "close that program" },
		{ { .version = 0x000d02, .opened = true, .ring_bytes = 4096 }, PMK_FOURCC_YUYV,
			"held at another size by a program", "close that program" },
		{ { .version = 0x000f00, .keep_format = 1, .exclusive = true, .foreign_writer = true }, PMK_FOURCC_YUYV,
			"another program already feeds", "close it" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fake_loopback l = cases[i].l;
		struct pmk_sink *sink;

		begin();
		hold(&l, cases[i].fourcc, 640, 480, 2);
		fake_add_loopback(10, &l);
		assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), -EBUSY);
		if (count_lines() != 1 || !strstr(fake_log, cases[i].who) || !strstr(fake_log, cases[i].cure) ||
			(cases[i].fourcc == PMK_FOURCC_MJPG && strstr(fake_log, "--size")))
			fail_msg("case %zu: '%s'", i, fake_log);
		end();
	}
}

/* What `auto` found is left out with a warning, and a later try is quick and silent until it can be had. */
static void test_a_held_one_is_left_out(void **state)
{
	struct fake_loopback l = { .version = 0x000e00, .reader = true };
	struct pmk_sink *sink;

	begin();
	hold(&l, PMK_FOURCC_YUYV, 640, 480, 2);
	fake_add_loopback(10, &l);
	setup.optional = true;
	assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), -EBUSY);
	assert_int_equal(count_lines(), 1);
	assert_non_null(strstr(fake_log, "left out until it is free"));
	setup.at_once = true;
	assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), -EBUSY);
	assert_int_equal(count_lines(), 1);
	l.reader = l.ready_for_capture = false;
	assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
	assert_int_equal(pmk_sink_close(sink, cover), 0);
	end();
}

/* So is one that another program feeds, or that an earlier one left unusable; a later try does not touch it. */
static void test_a_fed_one_is_left_out(void **state)
{
	struct fake_loopback cases[] = { { .version = 0x000c07, .exclusive = true, .foreign_writer = true },
		{ .version = 0x000f00, .foreign_writer = true },
		{ .version = 0x000c07, .exclusive = true, .ruined = true } };

	for (int i = 0; i < 3; i++) {
		struct pmk_sink *sink;

		begin();
		fake_add_loopback(10, &cases[i]);
		setup.optional = true;
		assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), -EBUSY);
		assert_int_equal(count_lines(), 1);
		assert_non_null(strstr(fake_log, "left out until it is free"));
		assert_int_equal(cases[i].formats_set, 0);
		setup.at_once = true;
		assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), -EBUSY);
		assert_int_equal(cases[i].formats_set, 0);
		end();
	}
}

/* With exclusive_caps=1, such a device never offers output, and takes its own format all the same. */
static void test_a_kept_format_that_is_ours(void **state)
{
	struct fake_loopback l = { .version = 0x000f00, .keep_format = 1, .exclusive = true };
	struct pmk_sink *sink;

	begin();
	hold(&l, PMK_FOURCC_YUYV, W, H, 2);
	fake_add_loopback(10, &l);
	assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
	assert_string_equal(fake_log, "");
	assert_int_equal(pmk_sink_close(sink, cover), 0);
	end();
}

/* A reader asks for fewer buffers than the ring has: on 0.12, an index then means another buffer. */
static void test_ring_shrinks(void **state)
{
	struct fake_loopback l = { .version = 0x000c07, .ring = 4 };
	struct pmk_sink *sink;

	begin();
	fake_add_loopback(10, &l);
	assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
	l.used = 2;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pmk_sink_write(sink, picture), 0);
		assert_int_equal(l.memory[i % 2][0], PICTURE);
		memset(l.memory[i % 2], 1, l.pix.sizeimage);
	}
	assert_int_equal(pictures_in(&l), 0);
	assert_int_equal(pmk_sink_close(sink, cover), 0);
	assert_ring(&l, COVER);
	end();
}

static void test_lost_picture_and_lost_camera(void **state)
{
	for (int v = 0; v < 2; v++) {
		struct fake_loopback l = { .version = versions[v] };
		struct pmk_sink *sink;

		begin();
		fake_add_loopback(10, &l);
		assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
		l.write_error = -EAGAIN;
		assert_int_equal(pmk_sink_write(sink, picture), 0);
		assert_string_equal(fake_log, "");
		l.write_error = -ENODEV;
		assert_int_equal(pmk_sink_write(sink, picture), -ENODEV);
		assert_int_equal(pmk_sink_write(sink, picture), -ENODEV);
		assert_int_equal(pmk_sink_close(sink, cover), 0);
		assert_int_equal(count_lines(), 1);
		end();
	}
}

static void test_close_without_cover(void **state)
{
	struct fake_loopback l = { .version = 0x000d02 };
	struct pmk_sink *sink;

	begin();
	fake_add_loopback(10, &l);
	assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pmk_sink_write(sink, picture), 0);
	assert_int_equal(pmk_sink_close(sink, NULL), 0);
	assert_ring(&l, PICTURE);
	end();
}

/* From 0.13 on the driver tells who streams, including readers that were there before us. It is asked again, in case an
 * event was lost. */
static void test_the_driver_tells_who_watches(void **state)
{
	for (int v = 0; v < VERSIONS; v++) {
		struct fake_loopback l = { .version = versions[v], .ring = 3, .viewers = 1 };
		enum pmk_watch at_first = versions[v] < PMK_V4L2_LOOPBACK_0_13 ? PMK_WATCH_UNKNOWN : PMK_WATCH_SOMEBODY;
		uint64_t deadline = pmk_clock_now_ns() + 60 * PMK_S_NS;
		struct pmk_sink *sink;
		short events = 0;

		begin();
		fake_add_loopback(10, &l);
		assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
		assert_int_equal(pmk_sink_watched(sink), at_first);
		assert_int_equal(pmk_sink_watch_fd(sink, &events) >= 0, at_first == PMK_WATCH_SOMEBODY);
		fake_loopback_watch(&l, 0);
		assert_int_equal(
			pmk_sink_watched(sink), at_first == PMK_WATCH_SOMEBODY ? PMK_WATCH_NOBODY : PMK_WATCH_UNKNOWN);
		assert_int_equal(events, at_first == PMK_WATCH_SOMEBODY ? POLLPRI : 0);
		l.forgets_events = true;
		fake_loopback_watch(&l, 1);
		while (pmk_sink_watched(sink) == PMK_WATCH_NOBODY) {
			assert_true(pmk_clock_now_ns() < deadline);
			/* the driver is asked again after two seconds */
			pmk_clock_sleep_until(pmk_clock_now_ns() + 5 * PMK_MS_NS);
		}
		assert_int_equal(pmk_sink_close(sink, cover), 0);
		assert_int_equal(l.subscribed, 0);
		end();
	}
}

/* A resting ring has no picture of a call in any buffer, and the next picture ends the rest. */
static void test_rest(void **state)
{
	for (int v = 0; v < VERSIONS; v++) {
		struct fake_loopback l = { .version = versions[v], .ring = 5 };
		struct pmk_sink *sink;

		begin();
		fake_add_loopback(10, &l);
		assert_int_equal(pmk_sink_v4l2_open("/dev/video10", &setup, cover, &sink), 0);
		for (int i = 0; i < 7; i++)
			assert_int_equal(pmk_sink_write(sink, picture), 0);
		assert_int_equal(pmk_sink_rest(sink, cover), 0);
		assert_ring(&l, COVER);
		assert_int_equal(pmk_sink_write(sink, picture), 0);
		assert_int_equal(pictures_in(&l), 1);
		l.write_error = -ENODEV;
		assert_int_equal(pmk_sink_rest(sink, cover), -ENODEV);
		assert_int_equal(pmk_sink_close(sink, cover), 0);
		end();
	}
}

static void test_find(void **state)
{
	struct fake_loopback taken = { .version = 0x000f00, .exclusive = true, .foreign_writer = true };
	struct fake_loopback fed = { .version = 0x000f00, .foreign_writer = true };
	struct fake_loopback first = { .version = 0x000f00 }, second = { .version = 0x000f00, .exclusive = true };
	char paths[4][64];

	begin();
	fake_add_other(0, "uvcvideo", V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING);
	fake_add_loopback(9, &taken);
	fake_add_loopback(10, &first);
	fake_add_loopback(11, &fed);
	fake_add_loopback(12, &second);
	assert_int_equal(pmk_sink_v4l2_find(paths, 4), 2);
	assert_string_equal(paths[0], "/dev/video10");
	assert_string_equal(paths[1], "/dev/video12");
	assert_int_equal(pmk_sink_v4l2_find(paths, 1), 1);
	assert_string_equal(fake_log, "");
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_five_producers),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_matrix_is_told),
		cmocka_unit_test(test_the_timeout_is_set_off),
		cmocka_unit_test(test_odd_sizes_are_cropped),
		cmocka_unit_test(test_open_fails),
		cmocka_unit_test(test_a_polling_client_does_not_feed),
		cmocka_unit_test(test_not_a_virtual_camera),
		cmocka_unit_test(test_reader_holds_the_format),
		cmocka_unit_test(test_held_rgb_is_fed),
		cmocka_unit_test(test_a_look_leaves_the_ring),
		cmocka_unit_test(test_a_race_is_waited_for),
		cmocka_unit_test(test_who_holds_the_format),
		cmocka_unit_test(test_a_held_one_is_left_out),
		cmocka_unit_test(test_a_fed_one_is_left_out),
		cmocka_unit_test(test_a_kept_format_that_is_ours),
		cmocka_unit_test(test_ring_shrinks),
		cmocka_unit_test(test_lost_picture_and_lost_camera),
		cmocka_unit_test(test_the_driver_tells_who_watches),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_close_without_cover),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

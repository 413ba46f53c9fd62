/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_v4l2.h"
#include "io/v4l2/loopback.h"

static const struct pmk_device_mode modes[] = {
	{ PMK_FOURCC_YUYV, 640, 480, 30 },
	{ PMK_FOURCC('B', 'A', '8', '1'), 1920, 1080, 30 },
	{ PMK_FOURCC_MJPG, 1280, 720, 30 },
	{ PMK_FOURCC_MJPG, 1280, 720, 30 },
	{ PMK_FOURCC_MJPG, 8000, 6000, 1 },
	{ PMK_FOURCC_MJPG, 4096, 2304, 15 },
};

static void test_kinds(void **state)
{
	struct fake_camera camera = { .modes = modes, .mode_count = 6 },
			   mosaic = { .modes = modes + 1, .mode_count = 1 };
	struct fake_loopback idle = { .version = 0x000d02 },
			     driven = { .version = 0x000d02, .exclusive = true, .foreign_writer = true };
	struct pmk_device *d;

	fake_begin();
	fake_add_camera(0, &camera);
	fake_add_other(1, "uvcvideo", V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING);
	fake_add_camera(2, &mosaic);
	fake_add_loopback(10, &idle);
	fake_add_loopback(11, &driven);
	fake_add_other(12, "locked", V4L2_CAP_VIDEO_CAPTURE)->open_error = -EACCES;
	fake_add_other(13, "no V4L2 at all", 0);
	assert_int_equal(pmk_devices_scan(&d), 7);
	assert_string_equal(d[0].path, "/dev/video0");
	assert_string_equal(d[0].card, "Test Camera");
	assert_string_equal(d[0].bus, "usb-0000:00:14.0-1");
	assert_int_equal(d[0].kind, PMK_DEVICE_CAMERA);
	assert_int_equal(d[0].mode_count, 3); /* no mosaic, nothing twice, nothing above 4096x2304 */
	assert_int_equal(d[0].modes[2].width, 4096);
	assert_true(d[0].modes[2].fps == 15);
	assert_false(d[0].busy);
	assert_int_equal(d[1].kind, PMK_DEVICE_OTHER);
	assert_int_equal(d[2].kind, PMK_DEVICE_OTHER);
	assert_string_equal(d[2].offers, "BA81");
	assert_string_equal(d[0].offers, "");
	assert_false(d[0].grey);
	assert_int_equal(d[3].kind, PMK_DEVICE_LOOPBACK);
	assert_false(d[3].busy);
	assert_int_equal(d[4].kind, PMK_DEVICE_LOOPBACK);
	assert_true(d[4].busy);
	assert_int_equal(d[5].kind, PMK_DEVICE_OTHER);
	assert_int_equal(d[5].error, -EACCES);
	assert_int_equal(d[6].kind, PMK_DEVICE_OTHER);
	assert_int_equal(d[6].error, -ENOTTY);
	free(d);
	assert_string_equal(fake_log, "");
	fake_end();
}

/* What setup-loopback --remove must not take away with the module. */
static void test_other_loopbacks(void **state)
{
	struct fake_camera camera = { .modes = modes, .mode_count = 6 };
	struct fake_loopback one = { .version = 0x000c07 },
			     another = { .version = 0x000c07, .exclusive = true, .foreign_writer = true };

	fake_begin();
	assert_int_equal(pmk_loopback_others(60), 0);
	fake_add_camera(0, &camera);
	fake_add_loopback(60, &one);
	assert_int_equal(pmk_loopback_others(60), 0);
	fake_add_loopback(10, &another);
	assert_int_equal(pmk_loopback_others(60), 1);
	assert_int_equal(pmk_loopback_others(61), 2);
	fake_end();
}

static void test_multi_planar_camera(void **state)
{
	struct fake_camera camera = { .modes = modes, .mode_count = 1, .multi = true };
	struct pmk_device *d;

	fake_begin();
	fake_add_camera(0, &camera);
	fake_add_other(1, "codec", V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_STREAMING);
	assert_int_equal(pmk_devices_scan(&d), 2);
	assert_int_equal(d[0].kind, PMK_DEVICE_CAMERA);
	assert_int_equal(d[0].modes[0].fourcc, PMK_FOURCC_YUYV);
	assert_int_equal(d[1].kind, PMK_DEVICE_OTHER);
	free(d);
	fake_end();
}

static void test_busy_camera(void **state)
{
	struct fake_camera camera = { .modes = modes, .mode_count = 6, .set_error = -EBUSY };
	struct pmk_device *d;

	fake_begin();
	fake_add_camera(4, &camera);
	assert_int_equal(pmk_devices_scan(&d), 1);
	assert_int_equal(d[0].kind, PMK_DEVICE_CAMERA);
	assert_true(d[0].busy);
	free(d);
	fake_end();
}

static void test_more_modes_than_room(void **state)
{
	struct pmk_device_mode many[100];
	struct fake_camera camera = { .modes = many, .mode_count = 100 };
	struct pmk_device *d;

	for (int i = 0; i < 100; i++)
		many[i] = (struct pmk_device_mode){ PMK_FOURCC_YUYV, 64 + i * 2, 48, 30 };
	fake_begin();
	fake_add_camera(0, &camera);
	assert_int_equal(pmk_devices_scan(&d), 1);
	assert_int_equal(d[0].mode_count, 64);
	free(d);
	fake_end();
}

static void test_no_nodes(void **state)
{
	struct pmk_device *d;

	fake_begin();
	assert_int_equal(pmk_devices_scan(&d), 0);
	free(d);
	fake_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_other_loopbacks),
		cmocka_unit_test(test_multi_planar_camera),
		cmocka_unit_test(test_busy_camera),
		cmocka_unit_test(test_more_modes_than_room),
		cmocka_unit_test(test_no_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

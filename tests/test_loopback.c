/* SPDX-License-Identifier: MIT */
/* The control device of v4l2loopback as 0.12 (none), 0.13 and 0.14 (old numbers) and 0.15 (new numbers) have it. */
#include "unit.h"

#include "io/v4l2/loopback.h"
#include "io/v4l2/v4l2.h"

#include <errno.h>
#include <stdbool.h>

enum { MODULE_BUFFERS = 2 }; /* the module's max_buffers, by default */

static int version, devices[64], opened, open_error;
static unsigned char given[72];

/* Whether a client can ask for all buffers that such a device has, which it does one by one. Before 0.14, the driver
 * compares the index with the module's limit. */
static bool serves(int buffers)
{
	int count = buffers > 0 ? buffers : MODULE_BUFFERS;

	for (int index = 0; index < count; index++)
		if (version < 14 && index > MODULE_BUFFERS)
			return false;
	return true;
}

static int scripted_text(const char *path, char *text, size_t size)
{
	assert_string_equal(path, "/sys/module/v4l2loopback/version");
	snprintf(text, size, "0.%d.0", version);
	return 0;
}

static int scripted_open(const char *path)
{
	assert_string_equal(path, "/dev/v4l2loopback");
	if (open_error || version < 13)
		return open_error ? open_error : -ENOENT;
	return 500 + opened++;
}

static int scripted_close(int fd)
{
	opened--;
	return 0;
}

static int add(const void *config)
{
	int number;

	memcpy(given, config, sizeof given);
	memcpy(&number, config, sizeof number);
	if (devices[number])
		return -EEXIST;
	devices[number] = 1;
	return number;
}

static int remove_device(unsigned number)
{
	if (number >= 64 || !devices[number])
		return -ENODEV;
	if (devices[number] == 2)
		return -EBUSY;
	devices[number] = 0;
	return 0;
}

/* The numbers as <v4l2loopback.h> of 0.15 works out on this kind of machine, and those of before. */
static int scripted_ioctl(int fd, unsigned long request, void *argument)
{
	if ((version >= 15 && request == 0x40487e01) || request == 0x4c80)
		return add(argument);
	if ((version >= 15 && request == 0x40047e02) || request == 0x4c81)
		return remove_device((unsigned)(uintptr_t)argument);
	return version == 13 ? -ENOSYS : version == 14 ? -ENOTTY : -EINVAL;
}

const struct pmk_v4l2_sys pmk_v4l2_kernel = {
	.open = scripted_open, .close = scripted_close, .ioctl = scripted_ioctl, .text = scripted_text
};

static void test_add_and_remove(void **state)
{
	for (version = 13; version <= 15; version++) {
		memset(devices, 0, sizeof devices);
		assert_true(pmk_loopback_has_control());
		assert_int_equal(pmk_loopback_add(60, "Potemkin"), 60);
		assert_string_equal((const char *)given + 8, "Potemkin");
		assert_true(serves(given[56]));
		assert_int_equal(given[56], version < 14 ? 0 : 4);
		assert_int_equal(given[68], 0); /* exclusive_caps: not all are announced */
		assert_int_equal(pmk_loopback_add(60, "Potemkin"), -EEXIST);
		devices[60] = 2;
		assert_int_equal(pmk_loopback_remove(60), -EBUSY);
		devices[60] = 1;
		assert_int_equal(pmk_loopback_remove(60), 0);
		assert_int_equal(pmk_loopback_remove(60), -ENODEV);
		assert_int_equal(opened, 0);
	}
}

static void test_no_control(void **state)
{
	version = 12;
	assert_false(pmk_loopback_has_control());
	assert_int_equal(pmk_loopback_add(60, "Potemkin"), -ENOENT);
	version = 15;
	open_error = -EACCES;
	assert_int_equal(pmk_loopback_remove(60), -EACCES);
	open_error = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_add_and_remove), cmocka_unit_test(test_no_control) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "io/v4l2/loopback.h"

#include "io/v4l2/v4l2.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTROL "/dev/v4l2loopback"

/* The argument of the driver. 0 means its default. */
struct config {
	int32_t number, unused;
	char label[32];
	uint32_t min_width, max_width, min_height, max_height;
	int32_t buffers, openers, debug;
	int32_t announce_all_caps; /* the opposite of exclusive_caps */
};

enum { OLD_ADD = 0x4c80, OLD_REMOVE = 0x4c81 }; /* before 0.15 */
#define NEW_ADD _IOW('~', 1, struct config)
#define NEW_REMOVE _IOW('~', 2, uint32_t)

bool pmk_loopback_has_control(void)
{
	int fd = pmk_v4l2_kernel.open(CONTROL);

	if (fd >= 0)
		pmk_v4l2_kernel.close(fd);
	return fd >= 0;
}

/* A driver that does not know a number may answer in any of three ways. */
static int control(unsigned long request, unsigned long older, void *argument)
{
	int fd = pmk_v4l2_kernel.open(CONTROL), result;

	if (fd < 0)
		return fd;
	result = pmk_v4l2_kernel.ioctl(fd, request, argument);
	if (result == -ENOTTY || result == -ENOSYS || result == -EINVAL)
		result = pmk_v4l2_kernel.ioctl(fd, older, argument);
	pmk_v4l2_kernel.close(fd);
	return result;
}

/* Before 0.14, QUERYBUF and QBUF refuse an index above the max_buffers of the module, whatever the device has. */
static int buffers_of_a_device(void)
{
	return pmk_v4l2_loopback_version() >= PMK_V4L2_LOOPBACK_0_14 ? 4 : 0;
}

int pmk_loopback_add(int number, const char *label)
{
	struct config config = { .number = number, .buffers = buffers_of_a_device() };

	snprintf(config.label, sizeof(config.label), "%s", label);
	return control(NEW_ADD, OLD_ADD, &config);
}

int pmk_loopback_others(int number)
{
	struct pmk_device *devices = NULL;
	int count = pmk_devices_scan(&devices), others = 0;
	char own[64];

	snprintf(own, sizeof(own), "/dev/video%d", number);
	for (int i = 0; i < count; i++)
		others += devices[i].kind == PMK_DEVICE_LOOPBACK && strcmp(devices[i].path, own) != 0;
	free(devices);
	return others;
}

int pmk_loopback_remove(int number)
{
	/* passed by value, although the number says otherwise */
	int result = control(NEW_REMOVE, OLD_REMOVE, (void *)(uintptr_t)(unsigned)number);

	return result < 0 ? result : 0;
}

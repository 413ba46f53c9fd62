/* SPDX-License-Identifier: MIT */
#include "io/v4l2/devices.h"

#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/v4l2/v4l2.h"

enum { MAX_NODES = 256 };

static void inspect_camera(int fd, const struct v4l2_capability *cap, struct pmk_device *device)
{
	struct pmk_v4l2_offers offers;
	uint32_t type = pmk_v4l2_capture_type(cap);

	device->mode_count = pmk_v4l2_modes(
		fd, type, NULL, device->modes, sizeof(device->modes) / sizeof(*device->modes));
	if (!device->mode_count) {
		pmk_v4l2_offers(fd, type, &offers);
		memcpy(device->offers, offers.text, sizeof(device->offers));
		return;
	}
	device->kind = PMK_DEVICE_CAMERA;
	device->grey = pmk_v4l2_all_grey(device->modes, device->mode_count);
	pmk_v4l2_signal(fd, device->fault);
	device->busy = pmk_v4l2_busy(fd, cap);
}

static void inspect(int fd, struct pmk_device *device)
{
	const uint32_t both = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE;
	struct v4l2_capability cap;

	device->error = pmk_v4l2_query(fd, &cap);
	if (device->error < 0)
		return;
	snprintf(device->card, sizeof(device->card), "%s", (const char *)cap.card);
	snprintf(device->bus, sizeof(device->bus), "%s", (const char *)cap.bus_info);
	if (pmk_v4l2_is_loopback(&cap)) {
		device->kind = PMK_DEVICE_LOOPBACK;
		device->busy = pmk_v4l2_busy(fd, &cap);
		return;
	}
	if (pmk_v4l2_capture_type(&cap) && !(cap.device_caps & both))
		inspect_camera(fd, &cap, device);
}

int pmk_devices_scan(struct pmk_device **devices)
{
	int numbers[MAX_NODES], count = pmk_v4l2_kernel.nodes(numbers, MAX_NODES);
	struct pmk_device *list;

	count = pmk_max(count, 0);
	list = calloc((size_t)count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (int i = 0; i < count; i++) {
		struct pmk_device *device = &list[i];
		int fd;

		device->kind = PMK_DEVICE_OTHER;
		snprintf(device->path, sizeof(device->path), "/dev/video%d", numbers[i]);
		fd = pmk_v4l2_kernel.open(device->path);
		if (fd < 0) {
			device->error = fd;
			continue;
		}
		inspect(fd, device);
		pmk_v4l2_kernel.close(fd);
	}
	*devices = list;
	return count;
}

/* SPDX-License-Identifier: MIT */
/* What V4L2 nodes this machine has: for `auto`, `list` and messages. [any thread] */
#ifndef PMK_IO_V4L2_DEVICES_H
#define PMK_IO_V4L2_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

/* OTHER: metadata, codec, radio, capture without a known format */
enum pmk_device_kind { PMK_DEVICE_CAMERA, PMK_DEVICE_LOOPBACK, PMK_DEVICE_OTHER };

struct pmk_device_mode {
	uint32_t fourcc;
	int width, height;
	double fps;
}; /* best rate at that size */

struct pmk_device {
	char path[64], card[40], bus[40];
	enum pmk_device_kind kind;
	bool busy; /* loopback: another producer drives it; camera: streaming by somebody else */
	int error; /* 0, or the negative errno of opening it */
	struct pmk_device_mode modes[64]; /* cameras: known formats only */
	int mode_count;
};

/* All /dev/video*, in the order of their numbers; *devices is the caller's, free(). How many, or -ENOMEM. */
int pmk_devices_scan(struct pmk_device **devices) __attribute__((warn_unused_result));

#endif

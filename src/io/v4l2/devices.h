/* SPDX-License-Identifier: MIT */
/* A list of this machine's V4L2 nodes, for `auto`, `list` and messages. [any thread]
 *
 * The one rule: the list shows one moment. Another program may take a device right after it. */
#ifndef PMK_IO_V4L2_DEVICES_H
#define PMK_IO_V4L2_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

/* OTHER: metadata, codec, radio, or capture without a known format */
enum pmk_device_kind { PMK_DEVICE_CAMERA, PMK_DEVICE_LOOPBACK, PMK_DEVICE_OTHER };

struct pmk_device_mode {
	uint32_t fourcc;
	int width, height;
	double fps;
}; /* the best rate at this size */

struct pmk_device {
	char path[64], card[40], bus[40];
	enum pmk_device_kind kind;
	bool grey; /* a camera without any mode in colour, as infrared cameras */
	char offers[120]; /* of a node that captures, but in unknown formats only: which; else empty */
	char fault[96]; /* of a camera whose input has no signal: "the input HDMI 1 has no signal"; else empty */
	bool busy; /* loopback: another program feeds it; camera: another program streams from it */
	int error; /* 0, or the negative errno of open */
	struct pmk_device_mode modes[64]; /* of cameras, in known formats only */
	int mode_count;
};

/* List all /dev/video*, in the order of their numbers. *devices belongs to the caller: free(). Returns how many, or
 * -ENOMEM. */
int pmk_devices_scan(struct pmk_device **devices) __attribute__((warn_unused_result));

#endif

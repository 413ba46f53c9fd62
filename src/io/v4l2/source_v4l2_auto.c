/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "io/source.h"
#include "io/v4l2/devices.h"
#include "io/v4l2/v4l2.h"

static const char *why_not(const struct pmk_device *device)
{
	if (device->error < 0)
		return strerror(-device->error);
	if (device->busy)
		return "taken by another program";
	if (device->offers[0])
		return "offers only ";
	return device->kind == PMK_DEVICE_LOOPBACK ? "virtual camera" : "not a camera";
}

/* No camera can be used: log what there is. The most hopeful reason is returned. */
static int report_none(const struct pmk_device *devices, int count)
{
	char seen[400] = "";
	size_t used = 0;
	int err = -ENODEV;

	for (int i = 0; i < count; i++) {
		const struct pmk_device *device = &devices[i];

		if (used < sizeof(seen))
			used += (size_t)snprintf(seen + used, sizeof(seen) - used, "%s%s (%s%s)", i ? ", " : "",
				device->path, why_not(device), device->offers);
		if (device->kind == PMK_DEVICE_CAMERA && device->busy)
			err = -EBUSY;
		else if (device->error == -EACCES && err != -EBUSY)
			err = -EACCES;
	}
	if (count)
		pmk_error_cure(err == -EBUSY   ? PMK_CURE_FREE_CAMERA :
				err == -EACCES ? PMK_CURE_VIDEO_PERMISSION :
						 PMK_CURE_PLUG_IN,
			"no camera can be used: %s", seen);
	else
		pmk_error_cure(PMK_CURE_PLUG_IN, "no camera: there is no /dev/video device at all");
	return err;
}

int pmk_source_v4l2_open_auto(const struct pmk_source_wish *wish, struct pmk_source **source)
{
	struct pmk_device *devices;
	int count = pmk_devices_scan(&devices), err = -ENODEV;
	bool tried = false;

	if (count < 0)
		return count;
	for (int turn = 0; turn < 2; turn++) { /* first those in colour */
		for (int i = 0; i < count && err < 0; i++) {
			if (devices[i].kind != PMK_DEVICE_CAMERA || devices[i].busy || devices[i].grey != turn)
				continue;
			tried = true;
			err = pmk_source_v4l2_open(devices[i].path, wish, source);
		}
	}
	if (!tried)
		err = report_none(devices, count);
	free(devices);
	return err;
}

enum { ANOTHER, SAME_NAME, SAME_PLUG, MAX_NODES = 256 };

/* How much the device at `path` resembles the camera that was at `place`. */
static int likeness(const char *path, const struct pmk_source_place *place)
{
	struct v4l2_capability cap;
	int fd = pmk_v4l2_kernel.open(path), like = ANOTHER;

	if (fd < 0)
		return ANOTHER;
	if (pmk_v4l2_query(fd, &cap) == 0 && cap.device_caps & V4L2_CAP_VIDEO_CAPTURE &&
		strcmp((const char *)cap.card, place->card) == 0)
		like = strcmp((const char *)cap.bus_info, place->bus) == 0 ? SAME_PLUG : SAME_NAME;
	pmk_v4l2_kernel.close(fd);
	return like;
}

/* Find the path where that camera is now; false: nowhere. */
static bool find_again(const struct pmk_source_place *place, char found[64])
{
	int numbers[MAX_NODES], count, best = likeness(place->path, place);
	char path[64];

	snprintf(found, 64, "%s", place->path);
	count = best == SAME_PLUG ? 0 : pmk_v4l2_kernel.nodes(numbers, MAX_NODES);
	for (int i = 0; i < count; i++) {
		int like;

		snprintf(path, sizeof(path), "/dev/video%d", numbers[i]);
		like = likeness(path, place);
		if (like <= best)
			continue;
		best = like;
		memcpy(found, path, sizeof(path));
	}
	return best != ANOTHER;
}

int pmk_source_v4l2_reopen(const char *spec, const struct pmk_source_place *place, const struct pmk_source_wish *wish,
	struct pmk_source **source)
{
	char path[64];

	if (find_again(place, path))
		return pmk_source_v4l2_open(path, wish, source);
	return strcmp(spec, "auto") == 0 ? pmk_source_v4l2_open_auto(wish, source) :
					   pmk_source_v4l2_open(spec, wish, source);
}

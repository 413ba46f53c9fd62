/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "io/devices.h"
#include "io/source.h"

static const char *why_not(const struct pmk_device *device)
{
	if (device->error < 0)
		return strerror(-device->error);
	if (device->busy)
		return "taken by another program";
	return device->kind == PMK_DEVICE_LOOPBACK ? "virtual camera" : "no camera";
}

/* No camera could be had: say what was seen. The most hopeful reason is the errno. */
static int report_none(const struct pmk_device *devices, int count)
{
	char seen[400] = "";
	size_t used = 0;
	int err = -ENODEV;

	for (int i = 0; i < count; i++) {
		const struct pmk_device *device = &devices[i];

		if (used < sizeof(seen))
			used += (size_t)snprintf(seen + used, sizeof(seen) - used, "%s%s (%s)", i ? ", " : "", device->path, why_not(device));
		if (device->kind == PMK_DEVICE_CAMERA && device->busy)
			err = -EBUSY;
		else if (device->error == -EACCES && err != -EBUSY)
			err = -EACCES;
	}
	if (count)
		pmk_error("no camera can be used: %s; %s, or try --camera presenter", seen,
			err == -EBUSY ? "close the other program" :
			err == -EACCES ? "join group video: sudo usermod -aG video $USER, then log in again" : "plug one in");
	else
		pmk_error("no camera: there is no /dev/video device at all; plug one in, or try --camera presenter");
	return err;
}

int pmk_source_v4l2_open_auto(const struct pmk_source_wish *wish, struct pmk_source **source)
{
	struct pmk_device *devices;
	int count = pmk_devices_scan(&devices), err = -ENODEV;
	bool tried = false;

	if (count < 0)
		return count;
	for (int i = 0; i < count && err < 0; i++) {
		if (devices[i].kind != PMK_DEVICE_CAMERA || devices[i].busy)
			continue;
		tried = true;
		err = pmk_source_v4l2_open(devices[i].path, wish, source);
	}
	if (!tried)
		err = report_none(devices, count);
	free(devices);
	return err;
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/parse.h"
#include "io/pipewire/pipewire_cameras.h"
#include "io/source.h"
#include "io/v4l2/devices.h"
#include "io/v4l2/source_v4l2.h"

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
				err == -EACCES ? PMK_CURE_CAMERA_PERMISSION :
						 PMK_CURE_PLUG_IN,
			"no camera can be used: %s", seen);
	else
		pmk_error_cure(PMK_CURE_PLUG_IN,
			"no camera: there is no /dev/video device at all, and PipeWire has no camera");
	return err;
}

/* In which turn auto tries a camera: those in colour, those in grey, and those that tell that they have no signal. */
static int turn_of(const struct pmk_device *device)
{
	return device->fault[0] ? 2 : device->grey ? 1 : 0;
}

/* As on laptops whose camera is no usable device (IPU6), or while PipeWire holds the device and shares it. */
static bool pipewire_has_one(void)
{
	struct pmk_pipewire_camera *cameras = NULL;
	int count = pmk_pipewire_list(&cameras);

	free(cameras);
	return count > 0;
}

int pmk_source_v4l2_open_auto(const struct pmk_source_wish *wish, struct pmk_source **source)
{
	struct pmk_device *devices;
	int count = pmk_devices_scan(&devices), err = -ENODEV;
	bool tried = false;

	if (count < 0)
		return count;
	for (int turn = 0; turn < 3; turn++) {
		for (int i = 0; i < count && err < 0; i++) {
			if (devices[i].kind != PMK_DEVICE_CAMERA || devices[i].busy || turn_of(&devices[i]) != turn)
				continue;
			tried = true;
			err = pmk_source_v4l2_open(devices[i].path, wish, source);
		}
	}
	if (!tried && pipewire_has_one())
		err = pmk_source_pipewire_open("", wish, source);
	else if (!tried)
		err = report_none(devices, count);
	free(devices);
	return err;
}

enum {
	MAX_NODES = 256,
	TWINS = sizeof(((struct pmk_source_place *)0)->twins) / sizeof(((struct pmk_source_place *)0)->twins[0])
};

/* Whether `path` is a camera of that name, and at which bus. */
static bool is_namesake(const char *path, const char *card, char bus[40])
{
	struct v4l2_capability cap;
	int fd = pmk_v4l2_kernel.open(path);
	bool is;

	if (fd < 0)
		return false;
	is = pmk_v4l2_query(fd, &cap) == 0 && pmk_v4l2_capture_type(&cap) && strcmp((const char *)cap.card, card) == 0;
	if (is)
		snprintf(bus, 40, "%s", (const char *)cap.bus_info);
	pmk_v4l2_kernel.close(fd);
	return is;
}

static bool is_twin(const struct pmk_source_place *place, const char *bus)
{
	for (int i = 0; i < TWINS; i++) {
		if (place->twins[i][0] && strcmp(place->twins[i], bus) == 0)
			return true;
	}
	return false;
}

/* The kernel tells the names of nodes without opening them, so that no other camera is woken up; it may tell more of a
 * long name than the driver does. */
static bool has_label(int number, const char *card)
{
	char path[64], name[80];

	snprintf(path, sizeof(path), "/sys/class/video4linux/video%d/name", number);
	return pmk_v4l2_kernel.text(path, name, sizeof(name)) == 0 && pmk_parse_after(name, card);
}

void pmk_v4l2_source_note_twins(struct pmk_source_place *place)
{
	int numbers[MAX_NODES], count = pmk_v4l2_kernel.nodes(numbers, MAX_NODES), found = 0;
	char path[64], bus[40];

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "/dev/video%d", numbers[i]);
		if (!has_label(numbers[i], place->card) || !is_namesake(path, place->card, bus))
			continue;
		if (strcmp(bus, place->bus) == 0)
			place->labelled = true;
		else if (found < TWINS && !is_twin(place, bus))
			memcpy(place->twins[found++], bus, sizeof(bus));
	}
}

/* Find the path where that camera is now; false: nowhere. Some drivers label their nodes otherwise than they name the
 * camera: then each is asked. */
static bool find_again(const struct pmk_source_place *place, char found[64])
{
	int numbers[MAX_NODES], count = pmk_v4l2_kernel.nodes(numbers, MAX_NODES);
	char path[64], bus[40];
	bool moved = false;

	snprintf(found, 64, "%s", place->path);
	if (is_namesake(place->path, place->card, bus) && strcmp(bus, place->bus) == 0)
		return true;
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "/dev/video%d", numbers[i]);
		if ((place->labelled && !has_label(numbers[i], place->card)) || !is_namesake(path, place->card, bus) ||
			is_twin(place, bus))
			continue;
		if (strcmp(bus, place->bus) != 0 && moved)
			continue;
		memcpy(found, path, sizeof(path));
		if (strcmp(bus, place->bus) == 0)
			return true;
		moved = true;
	}
	return moved;
}

static int open_found(const char *path, const struct pmk_source_place *place, const struct pmk_source_wish *wish,
	struct pmk_source **source)
{
	int err = pmk_source_v4l2_open(path, wish, source);

	if (err == 0 && strcmp((*source)->place.bus, place->bus) != 0)
		pmk_warn("%s (%s) is at another plug (%s) than the camera that was lost (%s), and is taken for the "
			 "same one",
			path, place->card, (*source)->place.bus, place->bus);
	return err;
}

/* Open what is at that path now, unless it is the other one of two cameras of one name. */
static int open_other(const char *path, const struct pmk_source_place *place, const struct pmk_source_wish *wish,
	struct pmk_source **source)
{
	char bus[40];
	int err;

	if (is_namesake(path, place->card, bus) && is_twin(place, bus)) {
		pmk_error_cure(PMK_CURE_PLUG_IN_AGAIN, "%s is the other %s now (%s); the one at %s has gone", path,
			place->card, bus, place->bus);
		return -ENOENT;
	}
	err = pmk_source_v4l2_open(path, wish, source);
	if (err == 0)
		pmk_warn("%s is another camera now: %s, not %s", path, (*source)->place.card, place->card);
	return err;
}

int pmk_source_v4l2_reopen(const char *spec, const struct pmk_source_place *place, const struct pmk_source_wish *wish,
	struct pmk_source **source)
{
	char path[64];

	if (find_again(place, path))
		return open_found(path, place, wish, source);
	return strcmp(spec, "auto") == 0 ? pmk_source_v4l2_open_auto(wish, source) :
					   open_other(spec, place, wish, source);
}

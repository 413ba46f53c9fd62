/* SPDX-License-Identifier: MIT */
/* The checks of cameras, and of who uses a device. */
#include "app/machine/doctor.h"

#include "app/machine/remedy.h"
#include "app/machine/setup_hide.h"
#include "image/fourcc.h"
#include "io/source.h"
#include "io/spec.h"
#include "io/v4l2/holders.h"
#include "io/v4l2/v4l2.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* --- permission, and who uses a device --- */

static bool is_in_group(const struct pmk_doctor *d)
{
	char line[1024], path[PATH_MAX], *member, *rest;
	bool found = false;
	FILE *file;

	snprintf(path, sizeof path, "%s/etc/group", d->root);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof line, file)) {
		rest = line;
		if (strncmp(line, "video:", 6) != 0 || !(rest = strrchr(line, ':')))
			continue;
		rest++;
		while (!found && (member = strsep(&rest, ",\n")))
			found = d->user[0] && strcmp(member, d->user) == 0;
	}
	if (file)
		fclose(file);
	return found;
}

static bool is_refused(const struct pmk_device *device)
{
	return device->error == -EACCES || device->error == -EPERM;
}

void pmk_doctor_check_permission(struct pmk_doctor *d)
{
	for (int i = 0; i < d->device_count; i++) {
		if (!is_refused(&d->devices[i]) || d->cameras_are_hidden)
			continue;
		if (is_in_group(d))
			pmk_doctor_add(d, "permission", PMK_VERDICT_FAULT,
				"you were added to the group video after you logged in", "log out and in again",
				"you may not open %s", d->devices[i].path);
		else
			pmk_doctor_add(d, "permission", PMK_VERDICT_FAULT, "you are not in the group video",
				"sudo usermod -aG video $USER, then log out and in again", "you may not open %s",
				d->devices[i].path);
		return;
	}
}

static bool is_any_refused(const struct pmk_doctor *d)
{
	bool any = false;

	for (int i = 0; i < d->device_count; i++)
		any |= is_refused(&d->devices[i]);
	return any;
}

void pmk_doctor_check_hidden(struct pmk_doctor *d)
{
	static const char undo[] = "to undo it: sudo potemkin setup-loopback --hide-camera --remove";

	if (!pmk_setup_hides(d->root))
		return;
	d->cameras_are_hidden = true;
	if (d->potemkin_runs) {
		d->has_camera |= is_any_refused(d);
		pmk_doctor_add(d, "hidden", PMK_VERDICT_HINT,
			"setup-loopback --hide-camera gave them to potemkin alone, so that no other program opens one",
			undo, "the real cameras are hidden; programs see the virtual one");
	} else {
		pmk_doctor_add(d, "hidden", PMK_VERDICT_FAULT,
			"setup-loopback --hide-camera gave them to the service potemkin, which is not running",
			"sudo systemctl start potemkin (journalctl -u potemkin says why it ended); to undo it: sudo "
			"potemkin setup-loopback --hide-camera --remove",
			"the real cameras are hidden, and nothing shows them");
	}
}

bool pmk_doctor_name_holders(const struct pmk_doctor *d, const char *path, char *text, size_t size, bool *ours)
{
	struct pmk_holder holders[8];
	int count = pmk_holders_find(d->root, path, holders, 8);
	size_t used = 0;

	*ours = false;
	for (int i = 0; i < count && used < size; i++) {
		used += (size_t)snprintf(
			text + used, size - used, "%s%s (%d)", i ? ", " : "", holders[i].name, (int)holders[i].pid);
		*ours |= strcmp(holders[i].name, "potemkin") == 0;
	}
	return count > 0;
}

/* --- cameras --- */

static void tell_taken(struct pmk_doctor *d, const struct pmk_device *device)
{
	char who[200], fix[300];
	bool ours, seen = pmk_doctor_name_holders(d, device->path, who, sizeof who, &ours);

	if (ours || (!seen && d->potemkin_runs)) { /* a running potemkin hides what it has open */
		d->has_camera = true;
		pmk_doctor_add(d, "camera", PMK_VERDICT_GOOD, NULL, NULL, "%s (%s) is in use by potemkin itself",
			device->path, device->card);
		return;
	}
	d->camera_is_taken = true;
	if (seen)
		snprintf(fix, sizeof fix, "close %s", who);
	else
		snprintf(fix, sizeof fix, "sudo fuser -v %s names the program; close it", device->path);
	pmk_doctor_add(d, "camera", PMK_VERDICT_FAULT,
		seen ? "only one program at a time can use a camera" : "a program of another user has it", fix,
		"%s (%s) is in use%s%s", device->path, device->card, seen ? " by " : "", seen ? who : "");
}

/* The first device that captures in unknown formats only; NULL: there is none. */
static const struct pmk_device *unreadable(const struct pmk_doctor *d)
{
	for (int i = 0; i < d->device_count; i++) {
		if (d->devices[i].offers[0])
			return &d->devices[i];
	}
	return NULL;
}

/* No device can be used: what else there is. */
static void tell_no_device(struct pmk_doctor *d, bool closed)
{
	const struct pmk_device *other = unreadable(d);
	char fix[300], how[PMK_REMEDY_SIZE];

	d->has_camera |= d->pipewire_camera[0] || d->portal_has_camera;
	if (d->pipewire_camera[0]) {
		pmk_doctor_add(d, "camera", PMK_VERDICT_GOOD, NULL, NULL, "%s, through PipeWire", d->pipewire_camera);
	} else if (d->portal_has_camera) {
		pmk_doctor_add(d, "camera", PMK_VERDICT_HINT,
			"no camera under /dev can be used, and PipeWire itself shows none",
			"potemkin --camera pipewire, and say yes if the desktop asks",
			"the desktop portal has a camera");
	} else if (other) {
		snprintf(fix, sizeof fix,
			"%s (libcamera's plug-in for PipeWire), then: potemkin --camera pipewire; or plug in another "
			"camera",
			pmk_remedy_install(d->root, PMK_PACKAGE_LIBCAMERA, how));
		pmk_doctor_add(d, "camera", PMK_VERDICT_FAULT,
			"it gives what only its own software turns into pictures, often libcamera", fix,
			"%s (%s) offers only %s", other->path, other->card, other->offers);
	} else if (!closed) {
		pmk_doctor_add(d, "camera", PMK_VERDICT_FAULT,
			"no device with pictures in a known format is plugged in, or its driver is missing",
			"plug one in; if it is plugged in, see what sudo dmesg | tail says of it; without a camera, "
			"try potemkin --camera presenter",
			"there is no camera");
	}
}

void pmk_doctor_check_camera(struct pmk_doctor *d)
{
	bool found = false, closed = false;

	if (pmk_spec_stands_in(d->camera)) {
		d->has_camera = true;
		pmk_doctor_add(d, "camera", PMK_VERDICT_GOOD, NULL, NULL, "%s is the camera", d->camera);
		return;
	}
	for (int i = 0; i < d->device_count; i++) {
		const struct pmk_device *device = &d->devices[i];

		closed |= device->error != 0;
		if (device->kind != PMK_DEVICE_CAMERA)
			continue;
		found = true;
		if (device->busy) {
			tell_taken(d, device);
			continue;
		}
		d->has_camera = true;
		if (device->fault[0])
			pmk_doctor_add(d, "camera", PMK_VERDICT_HINT, "nothing is connected to it, or what is, is off",
				"check its cable, and that the device at the other end is on", "%s (%s): %s",
				device->path, device->card, device->fault);
		else
			pmk_doctor_add(d, "camera", PMK_VERDICT_GOOD, NULL, NULL, "%s (%s)%s", device->path,
				device->card, device->grey ? ", in grey only" : "");
	}
	if (!found)
		tell_no_device(d, closed);
}

/* Speed of the USB port in Mbit/s; 0: unknown. */
static int usb_speed(const struct pmk_doctor *d, const char *node)
{
	char path[PATH_MAX];
	int speed = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/sys/class/video4linux/%s/device/../speed", d->root, strrchr(node, '/') + 1);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &speed) != 1)
		speed = 0;
	fclose(file);
	return speed;
}

void pmk_doctor_check_speed(struct pmk_doctor *d)
{
	const struct pmk_source_wish wish = { 0 };
	char name[5];

	for (int i = 0; i < d->device_count; i++) {
		const struct pmk_device *device = &d->devices[i];
		int best = device->kind == PMK_DEVICE_CAMERA ?
			pmk_v4l2_choose(device->modes, device->mode_count, &wish) :
			-1;
		int speed = best >= 0 ? usb_speed(d, device->path) : 0;

		if (speed && speed < 480)
			pmk_doctor_add(d, "speed", PMK_VERDICT_HINT, "the port, a hub or the cable is slow",
				"plug the camera into another port, without a hub", "%s is on a USB port of %d Mbit/s",
				device->path, speed);
		else if (best >= 0 && device->modes[best].fps > 0 && device->modes[best].fps < 20)
			pmk_doctor_add(d, "speed", PMK_VERDICT_HINT,
				"it has no faster mode at this size; more light may help too",
				"potemkin --size 640x480", "%s gives %s %dx%d at only %g frames per second",
				device->path, pmk_fourcc_name(device->modes[best].fourcc, name),
				device->modes[best].width, device->modes[best].height, device->modes[best].fps);
	}
}

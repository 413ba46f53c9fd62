/* SPDX-License-Identifier: MIT */
/* The checks of v4l2loopback and its virtual cameras. */
#include "app/machine/doctor.h"

#include "app/machine/remedy.h"
#include "io/v4l2/v4l2.h"

#include <limits.h>
#include <stdio.h>

#define RELOAD \
	"end the programs that use virtual cameras, then: sudo modprobe -r v4l2loopback && sudo modprobe " \
	"v4l2loopback exclusive_caps=1 max_buffers=4"

static int count_loopbacks(const struct pmk_doctor *d)
{
	int count = 0;

	for (int i = 0; i < d->device_count; i++)
		count += d->devices[i].kind == PMK_DEVICE_LOOPBACK;
	return count;
}

static bool secure_boot(const struct pmk_doctor *d)
{
	char path[PATH_MAX];
	uint8_t value[5] = { 0 }; /* four bytes of attributes, then the variable */
	FILE *file;
	bool on;

	snprintf(path, sizeof path, "%s/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
		d->root);
	file = fopen(path, "re");
	if (!file)
		return false;
	on = fread(value, 1, sizeof value, file) == sizeof value && value[4] == 1;
	fclose(file);
	return on;
}

/* Browsers and others find a camera without it where PipeWire is running. */
static enum pmk_verdict missing_module(const struct pmk_doctor *d)
{
	return d->pipewire_built && d->pipewire_runs ? PMK_VERDICT_HINT : PMK_VERDICT_FAULT;
}

static void tell_not_loaded(struct pmk_doctor *d)
{
	char path[300], fix[300], how[PMK_REMEDY_SIZE];

	snprintf(path, sizeof path, "/lib/modules/%s/modules.dep", d->kernel);
	snprintf(fix, sizeof fix, "%s, then sudo potemkin setup-loopback",
		pmk_remedy_install(d->root, PMK_PACKAGE_LOOPBACK, how));
	if (!pmk_doctor_file_has(d, path, "v4l2loopback.ko"))
		pmk_doctor_add(d, "module", missing_module(d),
			"it is not installed, or not built for the running kernel", fix,
			"the kernel module v4l2loopback is missing");
	else if (secure_boot(d))
		pmk_doctor_add(d, "module", missing_module(d),
			"Secure Boot is on: the kernel loads only modules with a signature that it knows",
			"sudo mokutil --import /var/lib/dkms/mok.pub, reboot and enrol the key, then "
			"sudo potemkin setup-loopback",
			"the kernel module v4l2loopback is installed but not loaded");
	else
		pmk_doctor_add(d, "module", missing_module(d), "nothing loads it", "sudo potemkin setup-loopback",
			"the kernel module v4l2loopback is installed but not loaded");
}

void pmk_doctor_check_module(struct pmk_doctor *d)
{
	if (count_loopbacks(d))
		return;
	if (!pmk_doctor_file_has(d, "/sys/module/v4l2loopback", NULL))
		tell_not_loaded(d);
	else
		pmk_doctor_add(d, "module", missing_module(d),
			"the module is loaded, but has no device that you can see", "sudo potemkin setup-loopback",
			"there is no virtual camera");
}

/* The device's abilities now; *keeps: it keeps its format. */
static uint32_t look_at(const char *path, bool *keeps)
{
	struct v4l2_capability cap = { 0 };
	int fd = pmk_v4l2_kernel.open(path);

	if (fd < 0)
		return 0;
	if (pmk_v4l2_query(fd, &cap) < 0)
		cap.device_caps = 0;
	*keeps = pmk_v4l2_control(fd, PMK_V4L2_KEEP_FORMAT) != 0;
	pmk_v4l2_kernel.close(fd);
	return cap.device_caps & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_OUTPUT);
}

/* Whether exclusive_caps may be on although the device offers capture and output. Before 0.14, such a device offers
 * both from its first producer's end until all have closed it, or for good if it keeps its format. The option of the
 * module is not that of a device that was added later. */
static bool may_be_exclusive(const struct pmk_doctor *d, bool keeps, bool seen)
{
	static const char option[] = "/sys/module/v4l2loopback/parameters/exclusive_caps";
	bool any = pmk_doctor_file_has(d, option, "Y"), all = any && !pmk_doctor_file_has(d, option, "N");

	if (pmk_v4l2_loopback_version() >= PMK_V4L2_LOOPBACK_0_14)
		return false;
	return all || ((any || pmk_doctor_file_has(d, "/dev/v4l2loopback", NULL)) && (keeps || seen));
}

static void tell_fed(struct pmk_doctor *d, const struct pmk_device *device, bool ours, const char *who)
{
	char fix[300];

	if (ours || (!who && d->potemkin_runs)) {
		d->has_loopback = true;
		pmk_doctor_add(d, "loopback", PMK_VERDICT_GOOD, NULL, NULL, "%s (%s), fed by potemkin%s", device->path,
			device->card, ours ? "" : ", as it seems");
	} else if (d->potemkin_runs) {
		d->has_loopback = true;
		snprintf(fix, sizeof fix, "if potemkin is to feed it and does not, close %s", who);
		pmk_doctor_add(d, "loopback", PMK_VERDICT_HINT,
			"the running potemkin hides what it has open, so it cannot be told which of them feeds it", fix,
			"%s (%s) is fed by potemkin or %s", device->path, device->card, who);
	} else {
		pmk_doctor_add(d, "loopback", PMK_VERDICT_FAULT, "only one program at a time can feed a virtual camera",
			"close that program, or make another device: sudo potemkin setup-loopback",
			"%s (%s) is fed by another program%s%s", device->path, device->card, who ? ", one of " : "",
			who ? who : "");
	}
}

/* Of a device that no program feeds. */
static void tell_listing(struct pmk_doctor *d, const struct pmk_device *device, bool both, bool keeps, const char *who)
{
	char fix[300], why[300];

	if (both && !may_be_exclusive(d, keeps, who)) {
		pmk_doctor_add(d, "loopback", d->has_loopback ? PMK_VERDICT_HINT : PMK_VERDICT_FAULT,
			"its exclusive_caps is off, so Chrome and others take it for an output and do not list it",
			"end the programs that use virtual cameras, then: sudo modprobe -r v4l2loopback && sudo "
			"potemkin setup-loopback",
			"%s (%s) is not listed by browsers", device->path, device->card);
		return;
	}
	d->has_loopback = true;
	if (keeps) {
		snprintf(fix, sizeof fix, "v4l2-ctl -d %s -c keep_format=0", device->path);
		pmk_doctor_add(d, "loopback", PMK_VERDICT_HINT,
			"its control keep_format is 1, so a run of another size or format is refused", fix,
			"%s (%s) keeps its format", device->path, device->card);
	} else if (both) {
		snprintf(why, sizeof why, "%s still has it open, and until then it offers output, too",
			who ? who : "a program");
		pmk_doctor_add(d, "loopback", PMK_VERDICT_HINT, why, "start potemkin, or close that program",
			"%s (%s) is not listed by browsers before it is fed", device->path, device->card);
	} else {
		pmk_doctor_add(d, "loopback", PMK_VERDICT_GOOD, NULL, NULL, "%s (%s)", device->path, device->card);
	}
}

static void check_one(struct pmk_doctor *d, const struct pmk_device *device)
{
	const uint32_t both = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_OUTPUT;
	bool ours, seen, keeps = false;
	uint32_t caps = look_at(device->path, &keeps);
	char who[200];

	if (!caps) {
		pmk_doctor_add(d, "loopback", PMK_VERDICT_FAULT,
			"a program fed it with write(), after which v4l2loopback 0.12 with exclusive_caps is "
			"unusable",
			RELOAD, "%s (%s) is damaged", device->path, device->card);
		return;
	}
	seen = pmk_doctor_name_holders(d, device->path, who, sizeof who, &ours);
	if (device->busy)
		tell_fed(d, device, ours, seen ? who : NULL);
	else
		tell_listing(d, device, caps == both, keeps, seen ? who : NULL);
}

void pmk_doctor_check_loopback(struct pmk_doctor *d)
{
	for (int i = 0; i < d->device_count; i++) {
		if (d->devices[i].kind == PMK_DEVICE_LOOPBACK)
			check_one(d, &d->devices[i]);
	}
}

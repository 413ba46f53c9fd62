/* SPDX-License-Identifier: MIT */
#include "io/pipewire/source_pipewire_choose.h"

#include "base/clock.h"
#include "base/log.h"
#include "image/fourcc.h"
#include "io/pipewire/pipewire_format.h"
#include "io/pipewire/portal.h"
#include "io/v4l2/v4l2.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t ANSWER_NS = PMK_S_NS; /* for the daemon to list its cameras */
static const uint64_t PERSON_NS = 60 * PMK_S_NS; /* for the person to answer */
static const uint64_t GRANT_NS = 2 * PMK_S_NS; /* for the cameras to appear after they were permitted */
static const uint64_t ASK_AGAIN_NS = 100 * PMK_MS_NS;

static int report_none(const struct pmk_pipewire_camera *cameras, int count, const char *name)
{
	char seen[400] = "";
	size_t used = 0;

	for (int i = 0; i < count && used < sizeof(seen); i++)
		used += (size_t)snprintf(seen + used, sizeof(seen) - used, "%s%s", i ? ", " : "", cameras[i].name);
	if (name && *name && count)
		pmk_error("camera \"pipewire:%s\": PipeWire has no such camera; it has %s", name, seen);
	else if (count)
		pmk_error("camera \"pipewire\": none of PipeWire's cameras has a known format: %s; name a device, such "
			  "as /dev/video0",
			seen);
	else
		pmk_error_cure(PMK_CURE_PLUG_IN, "camera \"pipewire\": PipeWire has no camera");
	return name && *name ? -ENOENT : -ENODEV;
}

static bool any_has_modes(const struct pmk_pipewire_camera *cameras, int count)
{
	for (int i = 0; i < count; i++)
		if (cameras[i].mode_count > 0)
			return true;
	return false;
}

/* List the cameras that the portal granted. They appear a little after the connection is made, because the session
 * manager grants each one. */
static int granted_cameras(
	struct pmk_pipewire *p, const struct pmk_source_wish *wish, struct pmk_pipewire_camera **cameras)
{
	uint64_t deadline = pmk_clock_now_ns() + GRANT_NS;
	int count;

	for (;;) {
		count = pmk_pipewire_cameras(p, wish, deadline, cameras);
		if (count < 0 || any_has_modes(*cameras, count) || pmk_clock_now_ns() + ASK_AGAIN_NS >= deadline)
			return count;
		free(*cameras);
		pmk_pipewire_wait(p, pmk_clock_now_ns() + ASK_AGAIN_NS);
	}
}

/* Connect through the portal. -ENOENT: that is not possible, and nothing was logged; any other error was logged. */
static int ask_portal(struct pmk_pipewire *p, const char *why)
{
	int fd, err;

	if (!pmk_portal_has_camera())
		return -ENOENT;
	pmk_info_cure(PMK_CURE_SAY_YES, "camera \"pipewire\": %s; asking the desktop portal", why);
	err = pmk_portal_open_cameras(pmk_clock_now_ns() + PERSON_NS, &fd);
	if (err == 0)
		err = pmk_pipewire_connect_fd(p, fd);
	if (err == -EACCES)
		pmk_error_cure(PMK_CURE_PERMIT_CAMERA, "camera \"pipewire\": the desktop portal refused");
	else if (err == -ETIMEDOUT)
		pmk_error_cure(
			PMK_CURE_ANSWER_PORTAL, "camera \"pipewire\": nobody answered the desktop portal's question");
	else if (err < 0)
		pmk_error_cure(PMK_CURE_RESTART_PORTAL, "camera \"pipewire\": the desktop portal failed");
	return err == 0 || err == -EACCES ? err : -EIO;
}

/* Ask the daemon first. If it is out of reach or shows no camera, go through the portal. Returns how many, or an error
 * that was logged. */
static int reach_cameras(
	struct pmk_pipewire *p, const struct pmk_source_wish *wish, struct pmk_pipewire_camera **cameras)
{
	int count = pmk_pipewire_connect(p), err;

	if (count == 0)
		count = pmk_pipewire_cameras(p, wish, pmk_clock_now_ns() + ANSWER_NS, cameras);
	if (count != 0 && count != -ENOENT && count != -EACCES)
		return count < 0 ? pmk_pipewire_report("camera \"pipewire\"", count) : count;
	/* a daemon that shows our own camera hides no other, and the portal would offer nothing but ours */
	if (count == 0 && pmk_pipewire_lists_ours())
		return 0;
	pmk_pipewire_disconnect(p);
	err = ask_portal(p, count == 0 ? "PipeWire shows no camera" : "PipeWire is out of reach");
	if (err == -ENOENT)
		return count < 0 ? pmk_pipewire_report("camera \"pipewire\"", count) : count;
	if (count == 0)
		free(*cameras);
	if (err < 0)
		return err;
	count = granted_cameras(p, wish, cameras);
	return count < 0 ? pmk_pipewire_report("camera \"pipewire\"", count) : count;
}

/* Without a name: the first one in colour, else the first one. -1: none. */
static int find_camera(const struct pmk_pipewire_camera *cameras, int count, const char *name)
{
	int grey = -1;

	for (int i = 0; i < count; i++) {
		const struct pmk_pipewire_camera *c = &cameras[i];

		if (name && *name) {
			if (strcmp(c->name, name) == 0 || strcmp(c->title, name) == 0)
				return i;
		} else if (c->mode_count && !pmk_v4l2_all_grey(c->modes, c->mode_count)) {
			return i;
		} else if (c->mode_count && grey < 0) {
			grey = i;
		}
	}
	return grey;
}

int pmk_pipewire_choose_camera(struct pmk_pipewire *p, const char *name, const struct pmk_source_wish *wish,
	struct pmk_pipewire_camera *camera)
{
	struct pmk_pipewire_camera *cameras;
	int count = reach_cameras(p, wish, &cameras), found;

	if (count < 0)
		return count;
	found = find_camera(cameras, count, name);
	if (found >= 0)
		*camera = cameras[found];
	else
		found = report_none(cameras, count, name);
	free(cameras);
	return found < 0 ? found : 0;
}

int pmk_pipewire_choose_formats(const struct pmk_pipewire_camera *camera, const struct pmk_source_wish *wish,
	struct pmk_device_mode *frames, struct pmk_device_mode *picture, struct spa_pod_builder *builder,
	const struct spa_pod *formats[PMK_PIPEWIRE_FORMATS])
{
	const struct pmk_device_mode *modes = camera->modes;
	int best = pmk_v4l2_choose(modes, camera->mode_count, wish), chosen, count = 0;
	char name[5];

	if (best < 0 && wish->fourcc)
		pmk_error_cure(PMK_CURE_ANY_FORMAT, "camera \"pipewire:%s\": the camera has no format %s", camera->name,
			pmk_fourcc_name(wish->fourcc, name));
	else if (best < 0)
		pmk_error_cure(PMK_CURE_OTHER_CAMERA,
			"camera \"pipewire:%s\": the camera offers no format that can be read", camera->name);
	if (best < 0)
		return wish->fourcc ? -EINVAL : -ENODEV;
	chosen = best;
	best = pmk_v4l2_choose_larger(modes, camera->mode_count, wish, chosen);
	if (best != chosen) {
		*picture = modes[chosen];
		*frames = modes[best];
	}
	if (modes[best].fps > 0)
		formats[count++] = pmk_pipewire_format_build(builder, &modes[best]);
	for (int i = -1; i < camera->mode_count && count < PMK_PIPEWIRE_FORMATS; i++) {
		struct pmk_device_mode mode = modes[i < 0 ? best : i];

		mode.fps = 0;
		if (i != best && (!wish->fourcc || pmk_fourcc_plain(mode.fourcc) == pmk_fourcc_plain(wish->fourcc)))
			formats[count++] = pmk_pipewire_format_build(builder, &mode);
	}
	return count;
}

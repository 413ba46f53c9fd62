/* SPDX-License-Identifier: MIT */
/* A list of the camera nodes of the PipeWire daemon: class Video/Source, role Camera.
 *
 * The one rule: our own nodes and those of v4l2loopback devices are never in it. */
#ifndef PMK_IO_PIPEWIRE_PIPEWIRE_CAMERAS_H
#define PMK_IO_PIPEWIRE_PIPEWIRE_CAMERAS_H

#include "io/pipewire/pipewire.h"
#include "io/v4l2/devices.h"

struct pmk_source_wish;

struct pmk_pipewire_camera {
	uint32_t id; /* valid while the node exists */
	char serial[24], name[128], title[128]; /* object.serial, node.name, node.description */
	struct pmk_device_mode modes[64]; /* in known formats only */
	int mode_count;
};

/* Ask the daemon for its cameras, with the modes that serve the wish (or NULL). *cameras belongs to the caller: free().
 * Returns how many, or -ETIMEDOUT, -EPIPE, -ENOMEM. [locked, owner, connected] */
int pmk_pipewire_cameras(struct pmk_pipewire *pipewire, const struct pmk_source_wish *wish, uint64_t deadline_ns,
	struct pmk_pipewire_camera **cameras) __attribute__((warn_unused_result));

/* The same over a connection of its own, within a second; 0 if no daemon is running. [any thread] */
int pmk_pipewire_list(struct pmk_pipewire_camera **cameras);

/* Whether the daemon lists a camera node of potemkin, from any process. Takes at most a second. [any thread] */
bool pmk_pipewire_lists_ours(void);

#endif

/* SPDX-License-Identifier: MIT */
/* What camera nodes the PipeWire daemon has: class Video/Source, role Camera. Ours and those of v4l2loopback devices
 * are left out. */
#ifndef PMK_IO_PIPEWIRE_PIPEWIRE_CAMERAS_H
#define PMK_IO_PIPEWIRE_PIPEWIRE_CAMERAS_H

#include "io/pipewire/pipewire.h"
#include "io/v4l2/devices.h"

struct pmk_source_wish;

struct pmk_pipewire_camera {
	uint32_t id; /* while it is there */
	char serial[24], name[128], title[128]; /* object.serial, node.name, node.description */
	struct pmk_device_mode modes[64]; /* in known formats */
	int mode_count;
};

/* Asks the daemon; modes as the wish (or NULL) wants them. *cameras is the caller's, free(). How many, or -ETIMEDOUT,
 * -EPIPE, -ENOMEM. [locked, owner, connected] */
int pmk_pipewire_cameras(struct pmk_pipewire *pipewire, const struct pmk_source_wish *wish, uint64_t deadline_ns,
	struct pmk_pipewire_camera **cameras) __attribute__((warn_unused_result));

/* The same over a connection of its own, within a second; 0 where no daemon runs. [any thread] */
int pmk_pipewire_list(struct pmk_pipewire_camera **cameras);

/* Whether the daemon lists a node of a potemkin; within a second. [any thread] */
bool pmk_pipewire_lists_ours(void);

#endif

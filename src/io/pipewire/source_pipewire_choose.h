/* SPDX-License-Identifier: MIT */
/* Chooses which of PipeWire's cameras is opened, and which formats it is asked for. For source_pipewire.c only.
 * [locked, owner]
 *
 * The one rule: every error is logged here, in one line. */
#ifndef PMK_IO_PIPEWIRE_SOURCE_PIPEWIRE_CHOOSE_H
#define PMK_IO_PIPEWIRE_SOURCE_PIPEWIRE_CHOOSE_H

#include "io/pipewire/pipewire.h"
#include "io/pipewire/pipewire_cameras.h"
#include "io/source.h"

#include <spa/pod/builder.h>

enum { PMK_PIPEWIRE_FORMATS = 24 };

/* Choose the camera with this name or title, or the first usable one if there is no name. Connects, either to the
 * daemon or through the desktop portal, which may ask the person and wait a minute for the answer. */
int pmk_pipewire_choose_camera(struct pmk_pipewire *pipewire, const char *name, const struct pmk_source_wish *wish,
	struct pmk_pipewire_camera *camera) __attribute__((warn_unused_result));

/* Build the formats to ask for: the best mode with its rate, then with any rate, then all others, because a camera that
 * somebody already reads keeps its format. If the best mode is larger than what is to be shown, as wished, `frames` is
 * set to it, and `picture` to what is shown. Returns how many; -EINVAL: none has the wished format; -ENODEV: none is
 * known. */
int pmk_pipewire_choose_formats(const struct pmk_pipewire_camera *camera, const struct pmk_source_wish *wish,
	struct pmk_device_mode *frames, struct pmk_device_mode *picture, struct spa_pod_builder *builder,
	const struct spa_pod *formats[PMK_PIPEWIRE_FORMATS]) __attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* Which of PipeWire's cameras is opened, and which of its formats it is asked for. For source_pipewire.c only. All
 * under the connection's lock, on its owner's thread; errors are logged. */
#ifndef PMK_IO_PIPEWIRE_SOURCE_PIPEWIRE_CHOOSE_H
#define PMK_IO_PIPEWIRE_SOURCE_PIPEWIRE_CHOOSE_H

#include "io/pipewire/pipewire.h"
#include "io/pipewire/pipewire_cameras.h"
#include "io/source.h"

#include <spa/pod/builder.h>

enum { PMK_PIPEWIRE_FORMATS = 24 };

/* The camera `name` (or title), or the first of use where there is no name. Connects, to the daemon itself or by the
 * desktop portal, which may ask the user and wait a minute for the answer. */
int pmk_pipewire_choose_camera(struct pmk_pipewire *pipewire, const char *name, const struct pmk_source_wish *wish,
	struct pmk_pipewire_camera *camera) __attribute__((warn_unused_result));

/* The best mode with its rate, then with any rate, then all others: a camera that somebody reads already is held at its
 * format. How many; -EINVAL where none has the wished format, -ENODEV where none is known. */
int pmk_pipewire_choose_formats(const struct pmk_pipewire_camera *camera, const struct pmk_source_wish *wish,
	struct spa_pod_builder *builder, const struct spa_pod *formats[PMK_PIPEWIRE_FORMATS])
	__attribute__((warn_unused_result));

#endif

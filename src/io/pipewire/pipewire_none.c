/* SPDX-License-Identifier: MIT */
/* Takes the place of all PipeWire files in a build without PipeWire. */
#include <errno.h>

#include "base/log.h"
#include "io/pipewire/pipewire.h"
#include "io/pipewire/pipewire_cameras.h"
#include "io/sink.h"
#include "io/source.h"

static int refuse(const char *what)
{
	pmk_error_cure(PMK_CURE_BUILD_PIPEWIRE, "%s: this build has no PipeWire", what);
	return -ENOSYS;
}

bool pmk_pipewire_runs(void)
{
	return false;
}

int pmk_pipewire_list(struct pmk_pipewire_camera **cameras)
{
	*cameras = NULL;
	return 0;
}

bool pmk_pipewire_lists_ours(void)
{
	return false;
}

int pmk_source_pipewire_open(const char *name, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	return refuse("camera \"pipewire\"");
}

int pmk_sink_pipewire_open(
	const char *name, const struct pmk_sink_setup *setup, const struct pmk_shown *cover, struct pmk_sink **sink)
{
	return refuse("output \"pipewire\"");
}

/* SPDX-License-Identifier: MIT */
/* Takes the place of portal.c in a build without libsystemd or without PipeWire. */
#include <errno.h>

#include "io/pipewire/portal.h"

bool pmk_portal_has_camera(void)
{
	return false;
}

int pmk_portal_open_cameras(uint64_t deadline_ns, int *fd)
{
	return -ENOSYS;
}

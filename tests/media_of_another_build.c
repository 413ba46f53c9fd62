/* SPDX-License-Identifier: MIT */
/* A media module as another build may have left it: nothing in it may be called. */
#include "media/media_module.h"

#include <stdlib.h>

static void start(const struct pmk_media_host *host)
{
	abort();
}

extern const struct pmk_media_module pmk_media_module;
const struct pmk_media_module pmk_media_module = { .interface = "0.0.1 media 0", .start = start };

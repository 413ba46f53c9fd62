/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/sink.h"

static int null_write(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	return 0;
}

static int null_close(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	free(sink);
	return 0;
}

static const struct pmk_sink_impl null_impl = { .write = null_write, .close = null_close };

int pmk_sink_null_open(struct pmk_sink **sink)
{
	struct pmk_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->impl = &null_impl;
	snprintf(s->name, sizeof(s->name), "null");
	*sink = s;
	return 0;
}

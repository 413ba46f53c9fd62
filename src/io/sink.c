/* SPDX-License-Identifier: MIT */
#include "io/sink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/parse.h"
#include "io/spec.h"
#include "io/stream/stream_pipe.h"

static bool is_pipe(const char *spec)
{
	const char *path = pmk_parse_after(spec, "file:");

	return pmk_pipe_is_output(path ? path : spec);
}

static bool is_known(const char *spec)
{
	return strcmp(spec, "auto") == 0 || strcmp(spec, "null") == 0 || strcmp(spec, "hash") == 0 ||
		pmk_parse_kind(spec, "pipewire") || pmk_parse_after(spec, "/dev/") || pmk_parse_after(spec, "file:");
}

int pmk_sink_check(const char *spec, char *why, size_t size)
{
	static const char *const forms[] = { "auto", "/dev/videoN", "pipewire[:NAME]", "file:PATH", "null", "hash",
		NULL };

	if (!*spec || strcmp(spec, "file:") == 0) {
		snprintf(why, size, "which file or virtual camera? as in file:talk.mp4 or /dev/video60");
		return -EINVAL;
	}
	return is_known(spec) || is_pipe(spec) ? 0 : pmk_spec_refuse(spec, forms, why, size);
}

bool pmk_sink_usable(const char *spec)
{
	char why[300];

	if (pmk_sink_check(spec, why, sizeof why)) {
		pmk_error("output \"%s\": %s", spec, why);
		return false;
	}
	if (is_pipe(spec))
		pmk_error_cure(PMK_CURE_CONVERT_PIPE, "output \"%s\" is a pipe; a live run cannot write to one", spec);
	return !is_pipe(spec);
}

int pmk_sink_open(
	const char *spec, const struct pmk_sink_setup *setup, const struct pmk_shown *cover, struct pmk_sink **sink)
{
	const char *rest;

	if (!pmk_sink_usable(spec))
		return -EINVAL;
	if (strcmp(spec, "null") == 0)
		return pmk_sink_null_open(sink);
	if (strcmp(spec, "hash") == 0)
		return pmk_sink_hash_open(sink);
	if ((rest = pmk_parse_kind(spec, "pipewire")))
		return pmk_sink_pipewire_open(rest, setup, cover, sink);
	if ((rest = pmk_parse_after(spec, "file:")))
		return pmk_sink_file_open(rest, setup, sink);
	return pmk_sink_v4l2_open(spec, setup, cover, sink);
}

int pmk_sink_write(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	return sink->impl->write(sink, shown);
}

enum pmk_watch pmk_sink_watched(struct pmk_sink *sink)
{
	return sink->impl->watched ? sink->impl->watched(sink) : PMK_WATCH_UNKNOWN;
}

int pmk_sink_watch_fd(struct pmk_sink *sink, short *events)
{
	return sink->impl->watch_fd ? sink->impl->watch_fd(sink, events) : -1;
}

int pmk_sink_rest(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	return sink->impl->rest ? sink->impl->rest(sink, cover) : sink->impl->write(sink, cover);
}

int pmk_sink_close(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	return sink ? sink->impl->close(sink, cover) : 0;
}

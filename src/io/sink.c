/* SPDX-License-Identifier: MIT */
#include "io/sink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/parse.h"
#include "io/stream/stream_pipe.h"

static bool is_pipe(const char *spec)
{
	const char *path = pmk_parse_after(spec, "file:");

	return pmk_pipe_is_output(path ? path : spec);
}

int pmk_sink_usable(const char *spec)
{
	if (strcmp(spec, "null") == 0 || strcmp(spec, "hash") == 0 || pmk_parse_kind(spec, "pipewire"))
		return 0;
	if (is_pipe(spec))
		pmk_error_cure(PMK_CURE_CONVERT_PIPE, "output \"%s\" is a pipe; a live run cannot write to one", spec);
	else if (pmk_parse_after(spec, "/dev/") || pmk_parse_after(spec, "file:"))
		return 0;
	else if (strchr(spec, '/') || strchr(spec, '.'))
		pmk_error("output \"%s\" is not known; did you mean file:%s?", spec, spec);
	else
		pmk_error("output \"%s\" is not known; use auto, /dev/videoN, pipewire[:NAME], file:PATH, null or hash",
			spec);
	return -EINVAL;
}

int pmk_sink_open(
	const char *spec, const struct pmk_sink_setup *setup, const struct pmk_shown *cover, struct pmk_sink **sink)
{
	const char *rest;

	if (pmk_sink_usable(spec))
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

int pmk_sink_check(const char *spec, char *why, size_t size)
{
	if (*spec && strcmp(spec, "file:") != 0)
		return 0;
	snprintf(why, size, "which file or virtual camera? as in file:talk.mp4 or /dev/video60");
	return -EINVAL;
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

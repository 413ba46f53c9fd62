/* SPDX-License-Identifier: MIT */
#include "io/source.h"

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

	return pmk_pipe_is_input(path ? path : spec);
}

static bool is_known(const char *spec)
{
	return strcmp(spec, "auto") == 0 || pmk_parse_kind(spec, "presenter") || pmk_parse_kind(spec, "pipewire") ||
		pmk_parse_after(spec, "/dev/") || pmk_parse_after(spec, "file:");
}

int pmk_source_check(const char *spec, char *why, size_t size)
{
	static const char *const forms[] = { "auto", "/dev/videoN", "pipewire[:NAME]", "file:PATH", "presenter[:SEED]",
		NULL };

	if (!*spec || strcmp(spec, "file:") == 0) {
		snprintf(why, size, "which file or camera? as in file:talk.mp4 or /dev/video0");
		return -EINVAL;
	}
	return is_known(spec) || is_pipe(spec) ? 0 : pmk_spec_refuse(spec, forms, why, size);
}

bool pmk_source_usable(const char *spec)
{
	char why[300];

	if (pmk_source_check(spec, why, sizeof why)) {
		pmk_error("camera \"%s\": %s", spec, why);
		return false;
	}
	if (is_pipe(spec))
		pmk_error_cure(PMK_CURE_CONVERT_PIPE, "camera \"%s\" is a pipe; a live run cannot read from one", spec);
	return !is_pipe(spec);
}

int pmk_source_open(const char *spec, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	const char *rest;

	if (!pmk_source_usable(spec))
		return -EINVAL;
	if (strcmp(spec, "auto") == 0)
		return pmk_source_v4l2_open_auto(wish, source);
	if ((rest = pmk_parse_kind(spec, "presenter")))
		return pmk_source_presenter_open(rest, wish, source);
	if ((rest = pmk_parse_kind(spec, "pipewire")))
		return pmk_source_pipewire_open(rest, wish, source);
	if ((rest = pmk_parse_after(spec, "file:")))
		return pmk_source_file_open(rest, wish, source);
	return pmk_source_v4l2_open(spec, wish, source);
}

int pmk_source_reopen(const char *spec, const struct pmk_source_place *place, const struct pmk_source_wish *wish,
	struct pmk_source **source)
{
	if (place->path[0] && (strcmp(spec, "auto") == 0 || pmk_parse_after(spec, "/dev/")))
		return pmk_source_v4l2_reopen(spec, place, wish, source);
	return pmk_source_open(spec, wish, source);
}

int pmk_source_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
{
	return source->impl->read(source, frame, deadline_ns);
}

void pmk_source_set_damaged(struct pmk_source *source, uint64_t damaged, const char *why)
{
	uint64_t news = damaged & ~source->damaged;

	source->damaged = damaged;
	if (news > damaged / 2) /* the highest bit is new: a power of two was reached */
		pmk_warn("%s: damaged picture skipped (%s), %llu so far", source->name, why,
			(unsigned long long)damaged);
}

void pmk_source_note_damage(struct pmk_source *source, const char *why)
{
	pmk_source_set_damaged(source, source->damaged + 1, why);
}

void pmk_source_note_size(struct pmk_source *source, const struct pmk_layout *layout)
{
	if (source->odd_sized || (layout->width == source->layout.width && layout->height == source->layout.height))
		return;
	source->odd_sized = true;
	pmk_info("%s: it sends pictures of %dx%d, which are fitted", source->name, layout->width, layout->height);
}

void pmk_source_close(struct pmk_source *source)
{
	if (source)
		source->impl->close(source);
}

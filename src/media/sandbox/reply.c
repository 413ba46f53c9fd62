/* SPDX-License-Identifier: MIT */
#include "media/sandbox/reply.h"

#include "media/still.h"

#include <errno.h>
#include <stdio.h>

_Static_assert(sizeof(struct pmk_reply) <= PMK_REPLY_HEAD, "the header has its room");

size_t pmk_reply_pixel_bytes(enum pmk_job_kind kind)
{
	return kind == PMK_JOB_SHEET ? 4 : 3;
}

size_t pmk_reply_planes_bytes(const struct pmk_layout *layout)
{
	size_t bytes = 0;

	for (int p = 0; p < 3; p++)
		bytes += (size_t)pmk_layout_plane_width(layout, p) * (size_t)pmk_layout_plane_height(layout, p);
	return bytes;
}

static bool is_within(int64_t value, int64_t least, int64_t most)
{
	return value >= least && value <= most;
}

static bool is_planes(const struct pmk_reply *r, struct pmk_layout *layout)
{
	if (!is_within(r->width, 1, PMK_IMAGE_MAX_PX) || !is_within(r->height, 1, PMK_IMAGE_MAX_PX) ||
		!is_within(r->chroma, PMK_CHROMA_420, PMK_CHROMA_422) ||
		!is_within(r->range, PMK_RANGE_LIMITED, PMK_RANGE_FULL) ||
		!is_within(r->matrix, PMK_MATRIX_BT601, PMK_MATRIX_BT709) || !is_within(r->primaries, 0, 255) ||
		!is_within(r->transfer, 0, 255) || !is_within(r->siting, 0, 255) ||
		!is_within(r->bar_x, 0, (r->width - 1) / 2) || !is_within(r->bar_y, 0, (r->height - 1) / 2))
		return false;
	*layout = (struct pmk_layout){ .width = r->width,
		.height = r->height,
		.chroma = (enum pmk_chroma)r->chroma,
		.range = (enum pmk_range)r->range,
		.matrix = (enum pmk_matrix)r->matrix,
		.primaries = (uint8_t)r->primaries,
		.transfer = (uint8_t)r->transfer,
		.siting = (uint8_t)r->siting };
	return pmk_reply_planes_bytes(layout) <= PMK_REPLY_MEMORY - PMK_REPLY_HEAD;
}

static bool is_pixels(enum pmk_job_kind kind, const struct pmk_reply *r, struct pmk_layout *layout)
{
	if (!is_within(r->width, 1, PMK_STILL_MAX_PX) || !is_within(r->height, 1, PMK_STILL_MAX_PX))
		return false;
	*layout = (struct pmk_layout){ .width = r->width, .height = r->height };
	return (size_t)r->width * (size_t)r->height * pmk_reply_pixel_bytes(kind) <= PMK_REPLY_MEMORY - PMK_REPLY_HEAD;
}

void pmk_reply_hear(void *user, enum pmk_log_level level, const char *line)
{
	struct pmk_reply_lines *lines = user;

	if (lines->count == PMK_REPLY_LINES || level == PMK_LOG_DEBUG)
		return;
	lines->line[lines->count].level = level;
	snprintf(lines->line[lines->count++].text, PMK_REPLY_TEXT, "%s", line);
}

bool pmk_reply_pass_on(const struct pmk_reply_lines *lines, uint32_t first)
{
	bool failed = false;

	for (uint32_t i = 0; i < lines->count; i++) {
		enum pmk_log_level level = (enum pmk_log_level)lines->line[i].level;

		failed |= level == PMK_LOG_ERROR;
		if (i >= first)
			pmk_log(level, PMK_CURE_NONE, NULL, "%s", lines->line[i].text);
	}
	return failed;
}

bool pmk_reply_check_lines(struct pmk_reply_lines *lines)
{
	if (lines->count > PMK_REPLY_LINES)
		return false;
	for (uint32_t i = 0; i < lines->count; i++) {
		if (lines->line[i].level > PMK_LOG_DEBUG)
			return false;
		lines->line[i].text[PMK_REPLY_TEXT - 1] = '\0';
	}
	return true;
}

int pmk_reply_check(enum pmk_job_kind kind, struct pmk_reply *r, struct pmk_layout *layout)
{
	enum { LARGEST_ERRNO = 4095 };
	bool empty = r->width == 0 && r->height == 0, tells = kind == PMK_JOB_PROBE || kind == PMK_JOB_ONE;
	bool good = r->done == PMK_REPLY_DONE && is_within(r->result, -LARGEST_ERRNO, tells ? PMK_STILL_ANIMATED : 0) &&
		pmk_reply_check_lines(&r->lines);

	*layout = (struct pmk_layout){ 0 };
	if (!good)
		return -EBADMSG;
	if (r->result < 0 || kind == PMK_JOB_PROBE || kind == PMK_JOB_TRY ||
		(kind == PMK_JOB_ONE && r->result != PMK_STILL_ONE))
		good = empty;
	else if (kind == PMK_JOB_PLANES)
		good = empty || is_planes(r, layout); /* empty: it is a video */
	else
		good = is_pixels(kind, r, layout);
	return good ? 0 : -EBADMSG;
}

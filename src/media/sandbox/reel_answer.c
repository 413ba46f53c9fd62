/* SPDX-License-Identifier: MIT */
#include "media/sandbox/reel.h"

#include <errno.h>
#include <math.h>

static const int64_t MOST_NS = INT64_C(10000000000000000); /* 115 days, so that sums of times do not overflow */

bool pmk_reel_picture(const struct pmk_layout *layout, uint8_t *memory, struct pmk_image *image)
{
	size_t used = 0;

	*image = (struct pmk_image){ .layout = *layout };
	for (int p = 0; p < 3; p++) {
		int stride = (pmk_layout_plane_width(layout, p) + 63) & ~63;

		image->plane[p] = memory + used;
		image->stride[p] = stride;
		used += (size_t)stride * (size_t)pmk_layout_plane_height(layout, p);
	}
	return used <= PMK_REEL_MEMORY - PMK_REPLY_HEAD - 4096; /* what FFmpeg may write behind a picture */
}

static bool is_within(int64_t value, int64_t least, int64_t most)
{
	return value >= least && value <= most;
}

static bool is_layout(const struct pmk_reel_answer *a)
{
	return is_within(a->width, 1, PMK_IMAGE_MAX_PX) && is_within(a->height, 1, PMK_IMAGE_MAX_PX) &&
		is_within(a->chroma, PMK_CHROMA_420, PMK_CHROMA_422) &&
		is_within(a->range, PMK_RANGE_LIMITED, PMK_RANGE_FULL) &&
		is_within(a->matrix, PMK_MATRIX_BT601, PMK_MATRIX_BT709) && is_within(a->primaries, 0, 255) &&
		is_within(a->transfer, 0, 255) && is_within(a->siting, 0, 255);
}

static bool are_holes(const struct pmk_holes *holes)
{
	bool good = is_within(holes->faults, 0, INT32_MAX) && is_within(holes->count, 0, INT32_MAX) &&
		is_within(holes->missing_ns, 0, MOST_NS);

	for (int i = 0; i <= PMK_HOLES_TOLD; i++) {
		const struct pmk_hole *hole = i < PMK_HOLES_TOLD ? &holes->first[i] : &holes->last;

		good &= is_within(hole->from_ns, -MOST_NS, MOST_NS) && is_within(hole->to_ns, -MOST_NS, MOST_NS);
	}
	return good;
}

static bool is_picture(const struct pmk_reel_answer *a)
{
	return is_within(a->picture_range, PMK_RANGE_LIMITED, PMK_RANGE_FULL) &&
		is_within(a->picture_matrix, PMK_MATRIX_BT601, PMK_MATRIX_BT709) &&
		is_within(a->bar_x, 0, (PMK_IMAGE_MAX_PX - 1) / 2) &&
		is_within(a->bar_y, 0, (PMK_IMAGE_MAX_PX - 1) / 2) && is_within(a->position_ns, -MOST_NS, MOST_NS) &&
		is_within(a->lasts_ns, -MOST_NS, MOST_NS) && is_within(a->damaged, 0, INT32_MAX) &&
		are_holes(&a->holes);
}

static void take_info(const struct pmk_reel_answer *a, struct pmk_media_info *info)
{
	*info = (struct pmk_media_info){
		.layout = { .width = a->width,
			.height = a->height,
			.chroma = (enum pmk_chroma)a->chroma,
			.range = (enum pmk_range)a->range,
			.matrix = (enum pmk_matrix)a->matrix,
			.primaries = (uint8_t)a->primaries,
			.transfer = (uint8_t)a->transfer,
			.siting = (uint8_t)a->siting },
		.fps = a->fps,
		.frames = a->frames,
		.duration_ns = a->duration_ns,
		.still = a->still != 0,
		.audio = a->audio != 0,
		.own_length = a->own_length != 0,
	};
}

int pmk_reel_check(struct pmk_reel_answer *a, struct pmk_media_info *info)
{
	enum { LARGEST_ERRNO = 4095 };

	if (!is_within(a->result, -LARGEST_ERRNO, 1) || !pmk_reply_check_lines(&a->lines) || !is_picture(a))
		return -EBADMSG;
	if (a->result < 0 && a->width == 0) /* it could not be opened */
		return 0;
	if (!is_layout(a) || !(a->fps >= 1 && a->fps <= 240) || !is_within(a->frames, 0, INT64_MAX / 2) ||
		!is_within(a->duration_ns, 0, MOST_NS))
		return -EBADMSG;
	take_info(a, info);
	return 0;
}

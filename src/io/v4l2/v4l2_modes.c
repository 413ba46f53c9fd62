/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "io/source.h"
#include "io/v4l2/v4l2.h"

enum { MAX_WIDTH = 4096, MAX_HEIGHT = 2304, MAX_INDEX = 256 }; /* MAX_INDEX: some drivers never end a list */

/* Cheapest first. */
static const uint32_t known_formats[] = {
	PMK_FOURCC_NV12,
	PMK_FOURCC_YU12,
	PMK_FOURCC_YV12,
	PMK_FOURCC_YUYV,
	PMK_FOURCC_UYVY,
	PMK_FOURCC_MJPG,
};

/* The sizes that are listed of a range. */
static const int usual_sizes[][2] = {
	{ 320, 180 },
	{ 320, 240 },
	{ 640, 360 },
	{ 640, 480 },
	{ 800, 600 },
	{ 960, 540 },
	{ 960, 720 },
	{ 1024, 768 },
	{ 1280, 720 },
	{ 1280, 960 },
	{ 1600, 900 },
	{ 1600, 1200 },
	{ 1920, 1080 },
	{ 2560, 1440 },
	{ 3840, 2160 },
	{ 4096, 2304 },
};

struct mode_list {
	int fd;
	struct pmk_device_mode *modes;
	int count, most;
};

static int format_cost(uint32_t fourcc)
{
	for (int i = 0; i < (int)(sizeof(known_formats) / sizeof(*known_formats)); i++)
		if (known_formats[i] == fourcc)
			return i;
	return -1;
}

static double rate_of(const struct v4l2_fract *interval)
{
	return interval->numerator ? (double)interval->denominator / interval->numerator : 0;
}

static double current_rate(int fd)
{
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

	if (pmk_v4l2_kernel.ioctl(fd, VIDIOC_G_PARM, &parm) < 0)
		return 0;
	return rate_of(&parm.parm.capture.timeperframe);
}

static double best_rate(int fd, uint32_t fourcc, int width, int height)
{
	double best = 0;

	for (uint32_t i = 0; i < MAX_INDEX; i++) {
		struct v4l2_frmivalenum interval = {
			.index = i,
			.pixel_format = fourcc,
			.width = (uint32_t)width,
			.height = (uint32_t)height,
		};

		if (pmk_v4l2_kernel.ioctl(fd, VIDIOC_ENUM_FRAMEINTERVALS, &interval) < 0)
			break;
		if (interval.type != V4L2_FRMIVAL_TYPE_DISCRETE)
			return rate_of(&interval.stepwise.min);
		best = fmax(best, rate_of(&interval.discrete));
	}
	return best > 0 ? best : current_rate(fd);
}

static void add_mode(struct mode_list *list, uint32_t fourcc, uint32_t width, uint32_t height)
{
	struct pmk_device_mode *mode = &list->modes[list->count];

	if (list->count == list->most || width < PMK_IMAGE_MIN_PX || height < PMK_IMAGE_MIN_PX || width > MAX_WIDTH ||
		height > MAX_HEIGHT)
		return;
	for (int i = 0; i < list->count; i++)
		if (list->modes[i].fourcc == fourcc && list->modes[i].width == (int)width &&
			list->modes[i].height == (int)height)
			return;
	*mode = (struct pmk_device_mode){ .fourcc = fourcc, .width = (int)width, .height = (int)height };
	mode->fps = best_rate(list->fd, fourcc, mode->width, mode->height);
	list->count++;
}

static bool in_range(uint32_t value, uint32_t least, uint32_t most, uint32_t step)
{
	return value >= least && value <= most && (value - least) % (step ? step : 1) == 0;
}

static void add_from_range(
	struct mode_list *list, uint32_t fourcc, const struct v4l2_frmsize_stepwise *range, int width, int height)
{
	if (in_range((uint32_t)width, range->min_width, range->max_width, range->step_width) &&
		in_range((uint32_t)height, range->min_height, range->max_height, range->step_height))
		add_mode(list, fourcc, (uint32_t)width, (uint32_t)height);
}

static void add_range(struct mode_list *list, uint32_t fourcc, const struct v4l2_frmsize_stepwise *range,
	const struct pmk_source_wish *wish)
{
	int before = list->count;

	if (wish && wish->width && wish->height)
		add_from_range(list, fourcc, range, wish->width, wish->height);
	for (size_t i = 0; i < sizeof(usual_sizes) / sizeof(*usual_sizes); i++)
		add_from_range(list, fourcc, range, usual_sizes[i][0], usual_sizes[i][1]);
	if (list->count == before)
		add_mode(list, fourcc, range->max_width, range->max_height);
}

static void add_sizes(struct mode_list *list, uint32_t fourcc, const struct pmk_source_wish *wish)
{
	struct v4l2_format current = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	int before = list->count;

	for (uint32_t i = 0; i < MAX_INDEX; i++) {
		struct v4l2_frmsizeenum size = { .index = i, .pixel_format = fourcc };

		if (pmk_v4l2_kernel.ioctl(list->fd, VIDIOC_ENUM_FRAMESIZES, &size) < 0)
			break;
		if (size.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
			add_mode(list, fourcc, size.discrete.width, size.discrete.height);
			continue;
		}
		add_range(list, fourcc, &size.stepwise, wish);
		break;
	}
	if (list->count == before && pmk_v4l2_kernel.ioctl(list->fd, VIDIOC_G_FMT, &current) >= 0)
		add_mode(list, fourcc, current.fmt.pix.width, current.fmt.pix.height);
}

int pmk_v4l2_modes(int fd, const struct pmk_source_wish *wish, struct pmk_device_mode *modes, int most)
{
	struct mode_list list = { .fd = fd, .modes = modes, .most = most };

	for (uint32_t i = 0; i < MAX_INDEX; i++) {
		struct v4l2_fmtdesc format = { .index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

		if (pmk_v4l2_kernel.ioctl(fd, VIDIOC_ENUM_FMT, &format) < 0)
			break;
		if (format_cost(format.pixelformat) >= 0)
			add_sizes(&list, format.pixelformat, wish);
	}
	return list.count;
}

/* How well a mode fits the wish. Members are compared in this order; more is better, but for the cost. */
struct score {
	bool exact; /* it is the wished size */
	bool allowed; /* a size was wished, or it is at most 1280x720 */
	double rate;
	long nearness; /* 0 or less: minus the differences of area and, if a size was wished, of sides, in px */
	int cost;
};

static struct score score_of(const struct pmk_device_mode *mode, const struct pmk_source_wish *wish)
{
	double wanted = wish->fps > 0 ? wish->fps : 30;
	bool sized = wish->width > 0 && wish->height > 0;
	long area = sized ? (long)wish->width * wish->height : 1280L * 720;
	bool reached = mode->fps <= 0 || mode->fps >= wanted * 0.98; /* 29.97 counts as 30 */

	return (struct score){
		.exact = sized && mode->width == wish->width && mode->height == wish->height,
		.allowed = sized || (mode->width <= 1280 && mode->height <= 720),
		.rate = reached ? wanted : mode->fps,
		.nearness = -labs((long)mode->width * mode->height - area) -
			(sized ? labs((long)mode->width - wish->width) + labs((long)mode->height - wish->height) : 0),
		.cost = format_cost(mode->fourcc),
	};
}

static bool is_better(const struct score *a, const struct score *b)
{
	if (a->exact != b->exact)
		return a->exact;
	if (a->allowed != b->allowed)
		return a->allowed;
	if (a->rate != b->rate)
		return a->rate > b->rate;
	if (a->nearness != b->nearness)
		return a->nearness > b->nearness;
	return a->cost < b->cost;
}

int pmk_v4l2_choose(const struct pmk_device_mode *modes, int count, const struct pmk_source_wish *wish)
{
	struct score best_score = { 0 };
	int best = -1;

	for (int i = 0; i < count; i++) {
		struct score score = score_of(&modes[i], wish);

		if (score.cost < 0 || (wish->fourcc && modes[i].fourcc != wish->fourcc))
			continue;
		if (best < 0 || is_better(&score, &best_score)) {
			best = i;
			best_score = score;
		}
	}
	return best;
}

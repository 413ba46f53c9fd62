/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/source.h"
#include "io/v4l2/v4l2.h"

enum { MAX_WIDTH = 4096, MAX_HEIGHT = 2304, MAX_INDEX = 256 }; /* MAX_INDEX: some drivers never end a list */
enum { LARGER_WIDTH = 1920, LARGER_HEIGHT = 1080 };

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
	uint32_t type;
	struct pmk_device_mode *modes;
	int count, most;
};

static double rate_of(const struct v4l2_fract *interval)
{
	return interval->numerator ? (double)interval->denominator / interval->numerator : 0;
}

static double current_rate(int fd, uint32_t type)
{
	struct v4l2_streamparm parm = { .type = type };

	if (pmk_v4l2_kernel.ioctl(fd, VIDIOC_G_PARM, &parm) < 0)
		return 0;
	return rate_of(&parm.parm.capture.timeperframe);
}

static double best_rate(int fd, uint32_t type, uint32_t fourcc, int width, int height)
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
	return best > 0 ? best : current_rate(fd, type);
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
	mode->fps = best_rate(list->fd, list->type, fourcc, mode->width, mode->height);
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
	struct v4l2_format current = { .type = list->type };
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
		/* pix_mp begins like pix */
		add_mode(list, fourcc, current.fmt.pix.width, current.fmt.pix.height);
}

int pmk_v4l2_modes(int fd, uint32_t type, const struct pmk_source_wish *wish, struct pmk_device_mode *modes, int most)
{
	struct mode_list list = { .fd = fd, .type = type, .modes = modes, .most = most };

	for (uint32_t i = 0; i < MAX_INDEX; i++) {
		struct v4l2_fmtdesc format = { .index = i, .type = type };

		if (pmk_v4l2_kernel.ioctl(fd, VIDIOC_ENUM_FMT, &format) < 0)
			break;
		if (pmk_fourcc_cost(format.pixelformat) >= 0)
			add_sizes(&list, format.pixelformat, wish);
	}
	return list.count;
}

bool pmk_v4l2_all_grey(const struct pmk_device_mode *modes, int count)
{
	for (int i = 0; i < count; i++) {
		if (!pmk_fourcc_is_grey(modes[i].fourcc))
			return false;
	}
	return count > 0;
}

static bool is_listed(const uint32_t *seen, int count, uint32_t fourcc)
{
	for (int i = 0; i < count; i++) {
		if (seen[i] == fourcc)
			return true;
	}
	return false;
}

/* The mosaic of a sensor, one colour for each pixel: V4L2 has codes for the four orders at many depths. */
static bool is_mosaic(uint32_t fourcc)
{
	static const char *const codes[] = { "BA81", "GBRG", "GRBG", "RGGB", "BYR2", "GB16", "GR16", "RG16" };
	char name[5];

	pmk_fourcc_name(fourcc, name);
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		if (strcmp(name, codes[i]) == 0)
			return true;
	}
	/* BG10, GB12, RG14 ..; packed pBAA, pgCC ..; a-law and DPCM aBA8, bRA8; of Intel's IPU3 ip3b .. */
	return (strchr("BGR", name[0]) && strchr("ABGR", name[1]) && name[2] == '1' && strchr("024", name[3])) ||
		(strchr("pab", name[0]) && strchr("BGgR", name[1]) && strchr("ACE", name[2])) ||
		strncmp(name, "ip3", 3) == 0;
}

void pmk_v4l2_offers(int fd, uint32_t type, struct pmk_v4l2_offers *offers)
{
	uint32_t seen[MAX_INDEX];
	size_t used = 0;
	int count = 0;

	*offers = (struct pmk_v4l2_offers){ .unprocessed = true };
	for (uint32_t i = 0; i < MAX_INDEX && used < sizeof(offers->text); i++) {
		struct v4l2_fmtdesc format = { .index = i, .type = type };
		char name[5];

		if (pmk_v4l2_kernel.ioctl(fd, VIDIOC_ENUM_FMT, &format) < 0)
			break;
		if (is_listed(seen, count, format.pixelformat))
			continue;
		seen[count++] = format.pixelformat;
		offers->unprocessed &= is_mosaic(format.pixelformat);
		used += (size_t)snprintf(offers->text + used, sizeof(offers->text) - used, "%s%s", used ? ", " : "",
			pmk_fourcc_name(format.pixelformat, name));
	}
}

/* How well a mode fits the wish. Members are compared in this order; more is better, but for the cost. */
struct score {
	bool colour; /* it is not grey only */
	bool allowed; /* not smaller than the wished size; without one: at most 1280x720 */
	long nearness; /* to a wished size: 0 or less, minus the differences of area and of sides, in px */
	double rate;
	long size; /* without a wished size: 0 or less, minus the difference of area from 1280x720, in px */
	int cost;
};

static struct score score_of(const struct pmk_device_mode *mode, const struct pmk_source_wish *wish)
{
	double wanted = wish->fps > 0 ? wish->fps : 30;
	bool sized = wish->width > 0 && wish->height > 0;
	long sides = labs((long)mode->width - wish->width) + labs((long)mode->height - wish->height);
	bool reached = mode->fps <= 0 || mode->fps >= wanted * 0.98; /* 29.97 counts as 30 */
	long area = (long)mode->width * mode->height;

	return (struct score){
		.colour = !pmk_fourcc_is_grey(mode->fourcc),
		.allowed = sized ? mode->width >= wish->width && mode->height >= wish->height :
				   mode->width <= 1280 && mode->height <= 720,
		.nearness = sized ? -labs(area - (long)wish->width * wish->height) - sides : 0,
		.rate = reached ? wanted : mode->fps,
		.size = sized ? 0 : -labs(area - 1280L * 720),
		.cost = pmk_fourcc_cost(mode->fourcc),
	};
}

static bool is_better(const struct score *a, const struct score *b)
{
	if (a->colour != b->colour)
		return a->colour;
	if (a->allowed != b->allowed)
		return a->allowed;
	if (a->nearness != b->nearness)
		return a->nearness > b->nearness;
	if (a->rate != b->rate)
		return a->rate > b->rate;
	if (a->size != b->size)
		return a->size > b->size;
	return a->cost < b->cost;
}

static bool is_wished(uint32_t fourcc, uint32_t wish)
{
	return !wish || pmk_fourcc_plain(fourcc) == pmk_fourcc_plain(wish);
}

int pmk_v4l2_choose(const struct pmk_device_mode *modes, int count, const struct pmk_source_wish *wish)
{
	struct score best_score = { 0 };
	int best = -1;

	for (int i = 0; i < count; i++) {
		struct score score = score_of(&modes[i], wish);

		if (score.cost < 0 || !is_wished(modes[i].fourcc, wish->fourcc))
			continue;
		if (best < 0 || is_better(&score, &best_score)) {
			best = i;
			best_score = score;
		}
	}
	return best;
}

static bool may_replace(
	const struct pmk_device_mode *mode, const struct pmk_device_mode *chosen, const struct pmk_source_wish *wish)
{
	double wanted = wish->fps > 0 ? wish->fps : 30, rate = chosen->fps > 0 ? fmin(chosen->fps, wanted) : wanted;
	double shape = (double)mode->width * chosen->height / ((double)mode->height * chosen->width);

	return mode->width > chosen->width && mode->height > chosen->height && mode->width <= 2 * chosen->width &&
		mode->height <= 2 * chosen->height && mode->width <= LARGER_WIDTH && mode->height <= LARGER_HEIGHT &&
		fabs(shape - 1) < 0.01 && (mode->fps <= 0 || mode->fps >= rate * 0.98) &&
		pmk_fourcc_cost(mode->fourcc) >= 0 && is_wished(mode->fourcc, wish->fourcc) &&
		pmk_fourcc_is_grey(mode->fourcc) == pmk_fourcc_is_grey(chosen->fourcc) &&
		(!pmk_fourcc_is_stream(mode->fourcc) || mode->fourcc == chosen->fourcc);
}

int pmk_v4l2_choose_larger(
	const struct pmk_device_mode *modes, int count, const struct pmk_source_wish *wish, int chosen)
{
	int best = chosen;

	for (int i = 0; i < count && wish->larger; i++) {
		long area = (long)modes[i].width * modes[i].height,
		     before = (long)modes[best].width * modes[best].height;
		bool cheaper = pmk_fourcc_cost(modes[i].fourcc) < pmk_fourcc_cost(modes[best].fourcc);

		if (may_replace(&modes[i], &modes[chosen], wish) && (area > before || (area == before && cheaper)))
			best = i;
	}
	return best;
}

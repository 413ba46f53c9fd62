/* SPDX-License-Identifier: MIT */
#include "io/v4l2/source_v4l2.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>

static const uint64_t AGAIN_NS = PMK_S_NS / 2;

/* What is wrong with the input's signal; NULL: nothing, or the driver does not tell. */
static const char *what_is_wrong(const struct v4l2_input *input)
{
	static const struct {
		uint32_t flag;
		const char *words;
	} faults[] = {
		{ V4L2_IN_ST_NO_POWER, "is not powered" },
		{ V4L2_IN_ST_NO_SIGNAL, "has no signal" },
		{ V4L2_IN_ST_NO_H_LOCK | V4L2_IN_ST_NO_SYNC, "has a signal that cannot be locked to" },
		{ V4L2_IN_ST_NO_CARRIER, "has no carrier" },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		if (input->status & faults[i].flag)
			return faults[i].words;
	}
	return NULL;
}

void pmk_v4l2_source_check_signal(struct pmk_v4l2_source *s)
{
	struct v4l2_input input = { 0 };
	const char *wrong = NULL;
	uint64_t now = pmk_clock_now_ns();
	int index = 0;

	if (s->signal_ns && now - s->signal_ns < AGAIN_NS)
		return;
	s->signal_ns = now;
	if (pmk_v4l2_source_ioctl(s, VIDIOC_G_INPUT, &index) >= 0) {
		input.index = (uint32_t)index;
		if (pmk_v4l2_source_ioctl(s, VIDIOC_ENUMINPUT, &input) >= 0)
			wrong = what_is_wrong(&input);
	}
	if (wrong && !s->base.trouble)
		pmk_warn_cure(
			PMK_CURE_CHECK_CABLE, "%s: the input %.32s %s", s->base.name, (const char *)input.name, wrong);
	else if (!wrong && s->base.trouble)
		pmk_info("%s: there is a signal now", s->base.name);
	s->base.trouble = wrong ? -ENOLINK : 0;
}

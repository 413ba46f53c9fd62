/* SPDX-License-Identifier: MIT */
#include "io/v4l2/source_v4l2.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>

static const uint64_t AGAIN_NS = PMK_S_NS / 2;

void pmk_v4l2_source_check_signal(struct pmk_v4l2_source *s)
{
	char wrong[PMK_V4L2_FAULT];
	uint64_t now = pmk_clock_now_ns();
	bool good;

	if (s->signal_ns && now - s->signal_ns < AGAIN_NS)
		return;
	s->signal_ns = now;
	good = pmk_v4l2_signal(s->fd, wrong);
	if (!good && !s->base.trouble)
		pmk_warn_cure(PMK_CURE_CHECK_CABLE, "%s: %s", s->base.name, wrong);
	else if (good && s->base.trouble)
		pmk_info("%s: there is a signal now", s->base.name);
	s->base.trouble = good ? 0 : -ENOLINK;
}

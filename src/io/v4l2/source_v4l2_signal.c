/* SPDX-License-Identifier: MIT */
#include "io/v4l2/source_v4l2.h"

#include "base/clock.h"

#include <errno.h>

static const uint64_t AGAIN_NS = PMK_S_NS / 2;

void pmk_v4l2_source_check_signal(struct pmk_v4l2_source *s)
{
	uint64_t now = pmk_clock_now_ns();

	if (s->signal_ns && now - s->signal_ns < AGAIN_NS)
		return;
	s->signal_ns = now;
	s->base.trouble = pmk_v4l2_signal(s->fd, s->base.trouble_words) ? 0 : -ENOLINK;
}

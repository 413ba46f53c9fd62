/* SPDX-License-Identifier: MIT */
#include "core/capture/governor.h"

#include "base/clock.h"
#include "base/log.h"

#include <math.h>

static const uint64_t CHECK_NS = PMK_S_NS / 2; /* between two checks, and after a change */
static const uint64_t CALM_NS = PMK_S_NS; /* before the rate may rise again */
static const double LEAST_FPS = 7, RESERVE = 0.9;

void pmk_governor_init(struct pmk_governor *g, double limit, double fps)
{
	*g = (struct pmk_governor){ .limit = limit, .every = 1, .most = fps > LEAST_FPS ? (int)(fps / LEAST_FPS) : 1 };
}

static void begin(struct pmk_governor *g, uint64_t now_ns, uint64_t cpu_ns)
{
	g->since_ns = now_ns;
	g->since_cpu_ns = cpu_ns;
	g->begun = true;
}

static void change(struct pmk_governor *g, int every, uint64_t now_ns, uint64_t cpu_ns)
{
	pmk_debug("cpu limit %.0f %%: %.0f %% of a core in use; one of %d pictures is taken", 100 * g->limit,
		100 * g->share, every);
	g->every = every;
	g->helpless = false;
	begin(g, now_ns, cpu_ns);
}

/* Over the limit: take fewer pictures, if that is possible. */
static void slow_down(struct pmk_governor *g, uint64_t now_ns, uint64_t cpu_ns)
{
	int enough = (int)ceil(g->every * g->share / g->limit);

	if (enough <= g->every)
		enough = g->every + 1;
	if (enough > g->most)
		enough = g->most;
	if (enough > g->every) {
		change(g, enough, now_ns, cpu_ns);
		return;
	}
	if (!g->helpless)
		pmk_warn_cure(PMK_CURE_SMALLER_SIZE,
			"CPU limit %.0f %%: %.0f %% of a core is in use at the lowest rate", 100 * g->limit,
			100 * g->share);
	g->helpless = true;
	begin(g, now_ns, cpu_ns);
}

int pmk_governor_step(struct pmk_governor *g, uint64_t now_ns, uint64_t cpu_ns)
{
	uint64_t passed = now_ns - g->since_ns;

	if (g->limit <= 0)
		return 1;
	if (!g->begun)
		begin(g, now_ns, cpu_ns);
	else if (passed >= CHECK_NS) {
		g->share = (double)(cpu_ns - g->since_cpu_ns) / (double)passed;
		if (g->share > g->limit)
			slow_down(g, now_ns, cpu_ns);
		else if (passed >= CALM_NS && g->every > 1 && g->share * g->every / (g->every - 1) < RESERVE * g->limit)
			change(g, g->every - 1, now_ns, cpu_ns);
		else if (passed >= CALM_NS)
			begin(g, now_ns, cpu_ns);
	}
	return g->every;
}

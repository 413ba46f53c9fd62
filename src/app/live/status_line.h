/* SPDX-License-Identifier: MIT */
/* One line at the bottom of the terminal that says how the run goes: state, rate, CPU, latency, who has a virtual
 * camera open. Log lines are printed above it.
 *
 * The one rule: without a terminal at standard error, or if the log is in JSON or quiet, all of this does nothing. Main
 * thread; only one at a time, because the terminal is the process's. */
#ifndef PMK_APP_LIVE_STATUS_LINE_H
#define PMK_APP_LIVE_STATUS_LINE_H

#include "settings/settings.h"

void pmk_status_line_begin(const struct pmk_settings *settings, struct pmk_pipeline *pipeline);
/* Draw it again if a second has passed. Returns when to call it next, CLOCK_MONOTONIC; UINT64_MAX: never. */
uint64_t pmk_status_line_draw(uint64_t now_ns);
void pmk_status_line_end(void); /* removes it */

#endif

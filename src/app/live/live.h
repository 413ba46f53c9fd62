/* SPDX-License-Identifier: MIT */
/* A live run as the main thread sees it: signals, the time limit, reloading, the summary. For run and demo. */
#ifndef PMK_APP_LIVE_LIVE_H
#define PMK_APP_LIVE_LIVE_H

#include "app/options.h"

struct pmk_live_result {
	struct pmk_pipeline_report report;
	bool interrupted; /* a signal ended it */
};

/* Run a pipeline until a signal (PMK_EXIT_OK), a limit of `options`, the end of the source, or a fault. `settings` are
 * those of `options`, with "auto" replaced by the outputs that were found; they come to know whom to ask about the
 * camera. Outputs are covered when it returns. Before the outputs are open, a signal ends the process in the usual way.
 * `result` may be NULL. */
enum pmk_exit pmk_live_run(
	const struct pmk_options *options, struct pmk_pipeline_settings *settings, struct pmk_live_result *result);

#endif

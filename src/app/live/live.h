/* SPDX-License-Identifier: MIT */
/* A live run from the main thread's side: signals, the time limit, the summary. For run and demo. */
#ifndef PMK_APP_LIVE_LIVE_H
#define PMK_APP_LIVE_LIVE_H

#include "app/options.h"

struct pmk_live_result {
	struct pmk_pipeline_report report;
	bool interrupted; /* by a signal that ends it */
};

/* Run what `settings` say, those of `options` with the outputs that were found, until a signal (PMK_EXIT_OK), the
 * limits of `options`, the end of the source or a fault. Outputs are covered when it returns. Before the outputs are
 * open a signal ends the process as it does any other. `result` may be NULL. */
enum pmk_exit pmk_live_run(const struct pmk_options *options, const struct pmk_pipeline_settings *settings,
	struct pmk_live_result *result);

#endif

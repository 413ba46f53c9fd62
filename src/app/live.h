/* SPDX-License-Identifier: MIT */
/* A live run from the main thread's side: signals, the time limit, the summary. For run and demo. */
#ifndef PMK_APP_LIVE_H
#define PMK_APP_LIVE_H

#include "app/options.h"

/* Run until a signal, the limits of `options`, the end of the source or a fault. Outputs are covered when it returns.
 * `report` (may be NULL) gets the figures. Also ended by SIGINT and SIGTERM: PMK_EXIT_OK then. */
enum pmk_exit pmk_live_run(const struct pmk_options *options, struct pmk_pipeline_report *report);

#endif

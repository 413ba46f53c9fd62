/* SPDX-License-Identifier: MIT */
/* The configuration file, read again while the program runs, on a thread of its own: a picture, a model or a camera may
 * take seconds, and signals and the service manager do not wait.
 *
 * The one rule: a mistake is logged in one line, and nothing changes. [main thread] */
#ifndef PMK_APP_LIVE_RELOAD_H
#define PMK_APP_LIVE_RELOAD_H

#include "app/options.h"

struct pmk_reload;

/* Both outlive it. The settings that `options` hold are those of now. -ENOMEM or what eventfd gave; logged. */
int pmk_reload_create(const struct pmk_options *options, struct pmk_pipeline *pipeline, struct pmk_reload **reload)
	__attribute__((warn_unused_result));

/* Read the file again, with the command line still over it, and apply to the pipeline what can change while it runs;
 * the rest is named. While one reload is at work, another is remembered, and begins when the first has ended. */
void pmk_reload_start(struct pmk_reload *reload);

int pmk_reload_fd(const struct pmk_reload *reload); /* readable when a reload has ended: call pmk_reload_end then */
void pmk_reload_end(struct pmk_reload *reload);

/* 0, or -ETIMEDOUT when a reload is still at work after 400 ms: leave by _exit then. NULL is allowed. */
int pmk_reload_destroy(struct pmk_reload *reload) __attribute__((warn_unused_result));

#endif

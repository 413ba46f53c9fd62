/* SPDX-License-Identifier: MIT */
/* The log for programs: each line on stderr is one JSON object, {"level":"error","message":"..."}. */
#ifndef PMK_APP_LOG_JSON_H
#define PMK_APP_LOG_JSON_H

#include "base/log.h"

/* For pmk_log_setup. Allocates nothing, so that a line about a lack of memory comes out, too. A byte that is no UTF-8,
 * as a file's name may have them, becomes "?". */
void pmk_log_json(enum pmk_log_level level, const char *line);

#endif

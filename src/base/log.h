/* SPDX-License-Identifier: MIT */
/* One line of text for people, on stderr: what failed, on which file or device, why, what to do.
 *
 * The one rule: an error is said once, by the function that understands it; its callers only pass the negative errno
 * on. All functions may be called from any thread. */
#ifndef PMK_BASE_LOG_H
#define PMK_BASE_LOG_H

#include <stdbool.h>

enum pmk_log_level { PMK_LOG_ERROR, PMK_LOG_WARN, PMK_LOG_INFO, PMK_LOG_DEBUG };

/* Print one line if `level` is at most the limit set. No newline at the end of `format`. Keeps errno.
 * A line that repeats the one before it is counted instead of printed; the count follows when another line comes. */
void pmk_log(enum pmk_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define pmk_error(...) pmk_log(PMK_LOG_ERROR, __VA_ARGS__)
#define pmk_warn(...) pmk_log(PMK_LOG_WARN, __VA_ARGS__)
#define pmk_info(...) pmk_log(PMK_LOG_INFO, __VA_ARGS__)
#define pmk_debug(...) pmk_log(PMK_LOG_DEBUG, __VA_ARGS__)

/* Show levels up to `most` (default PMK_LOG_INFO); `json`: one JSON object a line instead of text. Call before other
 * threads start. */
void pmk_log_setup(enum pmk_log_level most, bool json);

/* Hand lines to `sink` instead of stderr; NULL restores stderr. For tests. Call before other threads start. */
typedef void pmk_log_sink(void *user, enum pmk_log_level level, const char *line);
void pmk_log_redirect(pmk_log_sink *sink, void *user);

#endif

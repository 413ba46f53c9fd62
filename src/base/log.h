/* SPDX-License-Identifier: MIT */
/* One line of text for people, on stderr: what failed, on which file or device, and why. The front end's words for
 * the remedy follow in the same line.
 *
 *	pmk_error("%s: empty, or not a file", path);
 *	pmk_error_cure(PMK_CURE_SMALLER_SIZE, "not enough memory for pictures of %dx%d", width, height);
 *
 * The one rule: an error is said once, by the function that understands it; its callers only pass the negative errno
 * on. Below src/app a message says what and why, and what would be taken instead ("use 1 to 240"); it names no option,
 * no command and no page. All of that is the front end's, which gives its words for each kind of remedy. A program that
 * gives none gets the messages without it.
 *
 * The log belongs to the process, as stderr does. All functions may be called from any thread at any time. */
#ifndef PMK_BASE_LOG_H
#define PMK_BASE_LOG_H

#include "base/cure.h"

enum pmk_log_level { PMK_LOG_ERROR, PMK_LOG_WARN, PMK_LOG_INFO, PMK_LOG_DEBUG };
enum { PMK_LOG_LINE = 4096 }; /* bytes of the longest line, its final 0 counted; what is longer is cut off */

const char *pmk_log_level_name(enum pmk_log_level level); /* "error" "warning" "info" "debug" */

/* Print one line if `level` is at most the limit set: the message and, where the front end has a text for `cure`, "; "
 * and that text, with `subject` (or "") in place of its "%s". No newline at the end of `format`. Keeps errno.
 * A line that repeats the one before it is counted instead of printed; the count follows when another line comes. */
void pmk_log(enum pmk_log_level level, enum pmk_cure cure, const char *subject, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#define pmk_error(...) pmk_log(PMK_LOG_ERROR, PMK_CURE_NONE, NULL, __VA_ARGS__)
#define pmk_warn(...) pmk_log(PMK_LOG_WARN, PMK_CURE_NONE, NULL, __VA_ARGS__)
#define pmk_info(...) pmk_log(PMK_LOG_INFO, PMK_CURE_NONE, NULL, __VA_ARGS__)
#define pmk_debug(...) pmk_log(PMK_LOG_DEBUG, PMK_CURE_NONE, NULL, __VA_ARGS__)

/* The same with a remedy that has no subject. */
#define pmk_error_cure(cure, ...) pmk_log(PMK_LOG_ERROR, cure, NULL, __VA_ARGS__)
#define pmk_warn_cure(cure, ...) pmk_log(PMK_LOG_WARN, cure, NULL, __VA_ARGS__)
#define pmk_info_cure(cure, ...) pmk_log(PMK_LOG_INFO, cure, NULL, __VA_ARGS__)

/* Print levels up to `most` (default PMK_LOG_INFO), by `print`; NULL: as text on stderr. Lines come one at a time, with
 * no control characters in them; `print` must not log. */
typedef void pmk_log_printer(enum pmk_log_level level, const char *line);
void pmk_log_setup(enum pmk_log_level most, pmk_log_printer *print);

/* The front end's words: a text for each enum pmk_cure, or NULL where it has none. At most one "%s" in a text; the
 * table is kept. NULL: no words at all. */
void pmk_log_set_cures(const char *const texts[PMK_CURES]);

/* Hand lines of all levels to `sink`, one at a time, instead of printing them; NULL prints again. `sink` must not log.
 */
typedef void pmk_log_sink(void *user, enum pmk_log_level level, const char *line);
void pmk_log_redirect(pmk_log_sink *sink, void *user);

#endif

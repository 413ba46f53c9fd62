/* SPDX-License-Identifier: MIT */
/* The log: lines of text on stderr for people to read. Each line says what failed, on which file or device, and why;
 * the front end's words for the remedy follow in the same line.
 *
 *	pmk_error("%s: empty, or not a file", path);
 *	pmk_error_cure(PMK_CURE_SMALLER_SIZE, "not enough memory for pictures of %dx%d", width, height);
 *
 * The one rule: an error is logged once, by the function that understands it; its callers only pass the negative errno
 * on. Below src/app a message says what failed and why, and which values would be accepted ("use 1 to 240"). It names
 * no option, command or page: the front end adds these, with its words for each kind of remedy. A program that sets no
 * such words gets the messages without them.
 *
 * The log belongs to the process, as stderr does. All functions may be called from any thread at any time. */
#ifndef PMK_BASE_LOG_H
#define PMK_BASE_LOG_H

#include "base/cure.h"

#include <pthread.h>
#include <stdbool.h>

enum pmk_log_level { PMK_LOG_ERROR, PMK_LOG_WARN, PMK_LOG_INFO, PMK_LOG_DEBUG };
enum {
	PMK_LOG_LINE = 4096
}; /* bytes of the longest line, with its final zero; longer ones are cut, and end in "..." */

const char *pmk_log_level_name(enum pmk_log_level level); /* "error" "warning" "info" "debug" */

/* Print one line if `level` is not above the limit of pmk_log_setup: the message and, where the front end has a text
 * for `cure`, "; " and that text, with `subject` (NULL: "") in place of its "%s". `format` does not end in a newline.
 * errno is kept. A line equal to the previous one is counted instead of printed; the count is printed before the next
 * different line. */
void pmk_log(enum pmk_log_level level, enum pmk_cure cure, const char *subject, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#define pmk_error(...) pmk_log(PMK_LOG_ERROR, PMK_CURE_NONE, NULL, __VA_ARGS__)
#define pmk_warn(...) pmk_log(PMK_LOG_WARN, PMK_CURE_NONE, NULL, __VA_ARGS__)
#define pmk_info(...) pmk_log(PMK_LOG_INFO, PMK_CURE_NONE, NULL, __VA_ARGS__)
#define pmk_debug(...) pmk_log(PMK_LOG_DEBUG, PMK_CURE_NONE, NULL, __VA_ARGS__)

/* The same with a remedy that takes no subject. */
#define pmk_error_cure(cure, ...) pmk_log(PMK_LOG_ERROR, cure, NULL, __VA_ARGS__)
#define pmk_warn_cure(cure, ...) pmk_log(PMK_LOG_WARN, cure, NULL, __VA_ARGS__)
#define pmk_info_cure(cure, ...) pmk_log(PMK_LOG_INFO, cure, NULL, __VA_ARGS__)

/* Print levels up to `most` (default: PMK_LOG_INFO) with `print`; NULL prints text on stderr. `print` gets one line at
 * a time, without control characters; it must not log. */
typedef void pmk_log_printer(enum pmk_log_level level, const char *line);
void pmk_log_setup(enum pmk_log_level most, pmk_log_printer *print);
void pmk_log_print_text(enum pmk_log_level level, const char *line); /* the printer that prints text on stderr */

/* Set the front end's words: a text for each enum pmk_cure, NULL for a kind without one. A text has at most one "%s".
 * The table is not copied: it must outlive its use. `texts` may be NULL: messages then end without a remedy. */
void pmk_log_set_cures(const char *const texts[PMK_CURES]);

/* Let `origin` say where a line comes from: it gives the line, or what it made of it in `told`, which is what is
 * printed and overheard. It may be called by any thread, one at a time, and must not log. */
typedef const char *pmk_log_origin(enum pmk_log_level level, const char *line, char told[PMK_LOG_LINE]);
void pmk_log_set_origin(pmk_log_origin *origin);

/* Copy the first error that the calling thread logs from now on to `line`, of PMK_LOG_LINE bytes, which is emptied
 * first; the error is printed as well. NULL ends that; until then `line` must live. For a thread that has to answer
 * somebody who does not see the log. */
void pmk_log_overhear(char *line);

/* true: errors that the calling thread overhears from now on are printed for debugging only, since the first of them
 * goes into an answer: whoever asked is told, and nobody else has to be. */
void pmk_log_answer(bool answer);

/* true: errors that the calling thread logs from now on are warnings, since it goes on without what failed. */
void pmk_log_lower(bool lower);

/* Hand lines of all levels to `sink`, one at a time, instead of printing them; with NULL they are printed again. `sink`
 * must not log. */
typedef void pmk_log_sink(void *user, enum pmk_log_level level, const char *line);
void pmk_log_redirect(pmk_log_sink *sink, void *user);

/* Hand lines of the calling thread to `sink` from now on, of all levels, instead of to the process's log; NULL ends
 * that. For the library, whose users have a log each. Threads that pmk_log_thread starts are heard by the same sink, so
 * it may be called by several at a time, as long as they live. */
void pmk_log_listen(pmk_log_sink *sink, void *user);
/* Start a thread; all threads of the engine are started by this. 0 or negative errno. */
int pmk_log_thread(pthread_t *thread, void *(*run)(void *), void *argument) __attribute__((warn_unused_result));

#endif

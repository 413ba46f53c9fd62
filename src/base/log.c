/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/words/phrase.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pmk_log_print_text(enum pmk_log_level level, const char *line)
{
	if (level <= PMK_LOG_WARN)
		fprintf(stderr, "potemkin: %s: %s\n", pmk_log_level_name(level), line);
	else
		fprintf(stderr, "potemkin: %s\n", line);
}

static struct {
	pthread_mutex_t lock;
	enum pmk_log_level most;
	pmk_log_printer *print; /* never NULL */
	const char *const *cures; /* NULL, or a text for each */
	pmk_log_origin *origin; /* NULL: there is none */
	pmk_log_sink *sink;
	void *user;
	char last[PMK_LOG_LINE]; /* so that a repeating fault is printed once */
	unsigned repeats;
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .most = PMK_LOG_INFO, .print = pmk_log_print_text };

static _Thread_local char *overheard; /* where this thread's first error goes; NULL: nowhere */

struct listener {
	pmk_log_sink *sink; /* NULL: the process's log */
	void *user;
};

static _Thread_local struct listener listener; /* to this thread */

static _Thread_local bool answers; /* what this thread overhears goes into an answer */

static _Thread_local bool lowered; /* this thread's errors are warnings */

const char *pmk_log_level_name(enum pmk_log_level level)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };

	return names[level];
}

void pmk_log_setup(enum pmk_log_level most, pmk_log_printer *print)
{
	pthread_mutex_lock(&state.lock);
	state.most = most;
	state.print = print ? print : pmk_log_print_text;
	pthread_mutex_unlock(&state.lock);
}

void pmk_log_set_cures(const char *const texts[PMK_CURES])
{
	pthread_mutex_lock(&state.lock);
	state.cures = texts;
	pthread_mutex_unlock(&state.lock);
}

void pmk_log_set_origin(pmk_log_origin *origin)
{
	pthread_mutex_lock(&state.lock);
	state.origin = origin;
	pthread_mutex_unlock(&state.lock);
}

void pmk_log_redirect(pmk_log_sink *sink, void *user)
{
	pthread_mutex_lock(&state.lock);
	state.sink = sink;
	state.user = user;
	pthread_mutex_unlock(&state.lock);
}

void pmk_log_overhear(char *line)
{
	overheard = line;
	if (line)
		line[0] = '\0';
}

void pmk_log_listen(pmk_log_sink *sink, void *user)
{
	listener = (struct listener){ sink, user };
}

/* A new thread takes these over when it begins. */
struct start {
	struct listener listener;
	void *(*run)(void *);
	void *argument;
};

static void *begin_thread(void *data)
{
	struct start start = *(struct start *)data;

	free(data);
	listener = start.listener;
	return start.run(start.argument);
}

int pmk_log_thread(pthread_t *thread, void *(*run)(void *), void *argument)
{
	struct start *start = malloc(sizeof *start);
	int err;

	if (!start)
		return -ENOMEM;
	*start = (struct start){ listener, run, argument };
	err = pthread_create(thread, NULL, begin_thread, start);
	if (err)
		free(start);
	return -err;
}

void pmk_log_answer(bool answer)
{
	answers = answer;
}

void pmk_log_lower(bool lower)
{
	lowered = lower;
}

/* A file name may contain a newline or an escape sequence, but a message must stay one plain line. */
static void make_one_line(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
	}
}

static void print_once(enum pmk_log_level level, const char *line)
{
	char count[64];

	if (strcmp(line, state.last) == 0) {
		state.repeats++;
		return;
	}
	if (state.repeats) {
		snprintf(count, sizeof count, "the last message came %u more time%s", state.repeats,
			state.repeats == 1 ? "" : "s");
		state.print(level, count);
	}
	state.repeats = 0;
	memccpy(state.last, line, '\0', sizeof state.last);
	state.print(level, line);
}

/* The text is not used as a printf format: it comes from a table that the compiler cannot check. */
static void append_cure(char *line, size_t size, enum pmk_cure cure, const char *subject)
{
	const char *text = state.cures ? state.cures[cure] : NULL, *place = text ? strstr(text, "%s") : NULL;
	size_t used = strlen(line);

	if (place)
		snprintf(line + used, size - used, "; %.*s%s%s", (int)(place - text), text, subject ? subject : "",
			place + 2);
	else if (text)
		snprintf(line + used, size - used, "; %s", text);
}

static void say(enum pmk_log_level level, const char *line)
{
	if (listener.sink)
		listener.sink(listener.user, level, line);
	else if (state.sink)
		state.sink(state.user, level, line);
	else if (level <= state.most)
		print_once(level, line);
}

void pmk_log(enum pmk_log_level level, enum pmk_cure cure, const char *subject, const char *format, ...)
{
	int saved = errno;
	char text[PMK_LOG_LINE], told[PMK_LOG_LINE];
	const char *line = text;
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof text, format, args) >= (int)sizeof text)
		pmk_phrase_end(text, sizeof text);
	va_end(args);
	pthread_mutex_lock(&state.lock);
	append_cure(text, sizeof text, cure, subject);
	make_one_line(text);
	if (state.origin)
		line = state.origin(level, text, told);
	if (level == PMK_LOG_ERROR && lowered)
		level = PMK_LOG_WARN;
	if (level == PMK_LOG_ERROR && overheard) {
		if (!overheard[0])
			snprintf(overheard, PMK_LOG_LINE, "%s", line);
		level = answers ? PMK_LOG_DEBUG : level;
	}
	say(level, line);
	pthread_mutex_unlock(&state.lock);
	errno = saved;
}

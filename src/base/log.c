/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct {
	pthread_mutex_t lock;
	enum pmk_log_level most;
	bool json;
	pmk_log_sink *sink;
	void *user;
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .most = PMK_LOG_INFO };

void pmk_log_setup(enum pmk_log_level most, bool json)
{
	state.most = most;
	state.json = json;
}

void pmk_log_redirect(pmk_log_sink *sink, void *user)
{
	state.sink = sink;
	state.user = user;
}

static void print_json(const char *level, const char *text)
{
	fprintf(stderr, "{\"level\": \"%s\", \"message\": \"", level);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			fprintf(stderr, "\\%c", c);
		else if (c < 0x20)
			fprintf(stderr, "\\u%04x", c);
		else
			fputc(c, stderr);
	}
	fputs("\"}\n", stderr);
}

/* A file name may hold a newline or an escape sequence; a message is one plain line all the same. */
static void make_one_line(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
	}
}

void pmk_log(enum pmk_log_level level, const char *format, ...)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };
	int saved = errno;
	char line[4096];
	va_list args;

	if (level > state.most && !state.sink)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	make_one_line(line);

	pthread_mutex_lock(&state.lock);
	if (state.sink)
		state.sink(state.user, level, line);
	else if (state.json)
		print_json(names[level], line);
	else if (level <= PMK_LOG_WARN)
		fprintf(stderr, "potemkin: %s: %s\n", names[level], line);
	else
		fprintf(stderr, "potemkin: %s\n", line);
	pthread_mutex_unlock(&state.lock);
	errno = saved;
}

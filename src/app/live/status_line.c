/* SPDX-License-Identifier: MIT */
#include "app/live/status_line.h"

#include "base/clock.h"
#include "base/log.h"
#include "io/v4l2/holders.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LINE = 200, MOST_HOLDERS = 4, LOOK_EVERY = 5 };

static struct {
	pthread_mutex_t lock; /* protects `text`; log lines come from any thread */
	char text[LINE];
	struct pmk_pipeline *pipeline; /* NULL: there is no line */
	uint64_t due_ns, last_ns, cpu_ns, written;
	int until_look; /* draws until /proc is read again */
	char readers[80];
} line = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Print a line of the log above the status line. */
static void print_above(enum pmk_log_level level, const char *message)
{
	pthread_mutex_lock(&line.lock);
	fputs("\r\033[K", stderr);
	pmk_log_print_text(level, message);
	fputs(line.text, stderr);
	fflush(stderr);
	pthread_mutex_unlock(&line.lock);
}

static int columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static void find_readers(void)
{
	const char *spec;
	size_t used = 0;

	line.readers[0] = '\0';
	for (int i = 0; (spec = pmk_pipeline_output_spec(line.pipeline, i)); i++) {
		struct pmk_holder holders[MOST_HOLDERS];
		int count = strncmp(spec, "/dev/", 5) == 0 ? pmk_holders_find("", spec, holders, MOST_HOLDERS) : 0;

		for (int k = 0; k < count && used < sizeof line.readers; k++)
			used += (size_t)snprintf(line.readers + used, sizeof line.readers - used, "%s%s",
				used ? ", " : "; open in ", holders[k].name);
	}
}

static void compose(uint64_t now)
{
	struct pmk_pipeline_report r;
	uint64_t cpu = pmk_clock_cpu_ns();
	double seconds = (double)(now - line.last_ns) / 1e9;

	pmk_pipeline_report(line.pipeline, &r);
	snprintf(line.text, sizeof line.text, "%s: %.1f frames per second, %.0f %% of one core, latency %.0f ms%s",
		pmk_status_name(r.state), (double)(r.written - line.written) / seconds,
		100 * (double)(cpu - line.cpu_ns) / 1e9 / seconds, r.latency_ms_p50, line.readers);
	line.text[sizeof line.text - 1 < (size_t)columns() - 1 ? sizeof line.text - 1 : (size_t)columns() - 1] = '\0';
	line.last_ns = now;
	line.cpu_ns = cpu;
	line.written = r.written;
}

void pmk_status_line_begin(const struct pmk_settings *settings, struct pmk_pipeline *pipeline)
{
	if (settings->log_json || settings->quiet || !isatty(STDERR_FILENO))
		return;
	line.pipeline = pipeline;
	line.last_ns = pmk_clock_now_ns();
	line.due_ns = line.last_ns + PMK_S_NS;
	line.cpu_ns = pmk_clock_cpu_ns();
	pmk_log_setup(settings->verbose ? PMK_LOG_DEBUG : PMK_LOG_INFO, print_above);
}

uint64_t pmk_status_line_draw(uint64_t now)
{
	if (!line.pipeline)
		return UINT64_MAX;
	if (now < line.due_ns)
		return line.due_ns;
	if (line.until_look-- == 0) {
		find_readers();
		line.until_look = LOOK_EVERY - 1;
	}
	pthread_mutex_lock(&line.lock);
	compose(now);
	fprintf(stderr, "\r\033[K%s", line.text);
	fflush(stderr);
	pthread_mutex_unlock(&line.lock);
	line.due_ns = now + PMK_S_NS;
	return line.due_ns;
}

void pmk_status_line_end(void)
{
	if (!line.pipeline)
		return;
	pthread_mutex_lock(&line.lock);
	line.text[0] = '\0';
	fputs("\r\033[K", stderr);
	fflush(stderr);
	pthread_mutex_unlock(&line.lock);
	line.pipeline = NULL;
}

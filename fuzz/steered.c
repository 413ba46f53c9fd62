/* SPDX-License-Identifier: MIT */
#include "steered.h"

#include "base/guard/guard.h"
#include "base/log.h"
#include "base/parse.h"
#include "control/control.h"
#include "fuzz.h"
#include "tiny_network.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_FOLDERS = 16, PATIENCE_MS = 60000, MAY_EXECUTE = 1 << 0, MAY_REMOVE_FOLDERS = 1 << 4 };
enum { WRITES = PMK_MAY_WRITE | PMK_MAY_MAKE | MAY_REMOVE_FOLDERS };

static char folder[256];
static struct pmk_settings start;
static struct pmk_pipeline *pipeline;
static struct pmk_control *control;

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "steered: %s\n", what);
	abort();
}

/* --- the host --- */

static int reread(void *user, const char *profile, const struct pmk_source_names *in_use, const bool *saved,
	struct pmk_settings *fresh)
{
	*fresh = start;
	fresh->in_use = *in_use;
	return pmk_spec_copy(fresh->profile, profile);
}

static bool allows(void *user, const struct pmk_settings *now, const struct pmk_settings *wanted)
{
	return true;
}

static const struct pmk_control_host host = { .reread = reread, .allows = allows };

/* --- its folder --- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void remove_folder(void)
{
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *parent(void)
{
	const char *named = getenv("TMPDIR");

	return named ? named : "/tmp";
}

static void make_folder(void)
{
	snprintf(folder, sizeof folder, "%s/potemkin-fuzz-XXXXXX", parent());
	check(mkdtemp(folder) != NULL, "there is no temporary folder");
	atexit(remove_folder);
}

void steered_lock(int argc, char **argv)
{
	struct pmk_guard_path paths[MOST_FOLDERS + 4] = {
		{ "/", PMK_MAY_READ | MAY_EXECUTE }, /* pictures are read by another process */
		{ "/dev", PMK_MAY_WRITE | PMK_MAY_CONTROL },
		{ parent(), WRITES },
		{ ".", WRITES },
	};
	int count = 4;

	for (int i = 1; i < argc && count < MOST_FOLDERS + 4; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			paths[count++] = (struct pmk_guard_path){ argv[i], WRITES };
	}
	pmk_guard_paths(paths, count, true);
}

/* --- the run --- */

static void ignore(void *user, enum pmk_log_level level, const char *line)
{
}

static void settle_start(void)
{
	struct pmk_pipeline_settings *p = &start.pipeline;

	pmk_settings_init(&start);
	strcpy(p->camera, "presenter");
	strcpy(p->outputs[0], "null");
	p->output_count = 1;
	p->wish.width = 64;
	p->wish.height = 48;
	p->scene.threads = 1;
	snprintf(p->scene.model, PMK_SPEC, "%s/tiny.tflite", folder);
	check(tiny_network_write(p->scene.model, 32, 18), "the network cannot be written");
	strcpy(p->scene.backdrop, "color:#204080");
	snprintf(start.config, sizeof start.config, "%s/potemkin.conf", folder);
	snprintf(start.backdrop_folder, sizeof start.backdrop_folder, "%s/own", folder);
}

void steered_begin(void)
{
	enum pmk_part part;

	pmk_log_redirect(ignore, NULL);
	make_folder();
	settle_start();
	check(!pmk_pipeline_create(&start.pipeline, &pipeline, &part), "there is no pipeline");
	check(!pmk_pipeline_start(pipeline, &part), "the pipeline does not start");
	pmk_pipeline_pause(pipeline, true);
	check(!pmk_control_create(&host, &start, pipeline, false, &control), "there is no control");
	check(!pmk_control_start(control), "the control does not start");
}

int steered_connect(void)
{
	int fd = pmk_control_connect(control);

	check(fd >= 0, "no connection to the control");
	return fd;
}

static bool read_line(int fd, struct steered_line *line)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	line->used = 0;
	while (!line->used || line->text[line->used - 1] != '\n') {
		ssize_t got;

		check(line->used < sizeof line->text - 1, "an answer is too long");
		check(TEMP_FAILURE_RETRY(poll(&ready, 1, PATIENCE_MS)) == 1, "there is no answer");
		got = TEMP_FAILURE_RETRY(recv(fd, line->text + line->used, 1, 0));
		if (got <= 0)
			return false;
		line->used++;
	}
	line->text[line->used] = '\0';
	return true;
}

bool steered_ask(int fd, const char *request, size_t length, struct steered_line *line)
{
	bool event = true;

	if (TEMP_FAILURE_RETRY(send(fd, request, length, MSG_NOSIGNAL)) != (ssize_t)length ||
		TEMP_FAILURE_RETRY(send(fd, "\n", 1, MSG_NOSIGNAL)) != 1)
		return false;
	while (event) {
		cJSON *answer;

		if (!read_line(fd, line))
			return false;
		answer = cJSON_Parse(line->text);
		check(cJSON_IsObject(answer), "an answer is no JSON object");
		event = cJSON_HasObjectItem(answer, "event");
		check(event || cJSON_IsBool(cJSON_GetObjectItemCaseSensitive(answer, "ok")), "an answer has no \"ok\"");
		cJSON_Delete(answer);
	}
	return true;
}

static void ask(int fd, const char *request, struct steered_line *line)
{
	check(steered_ask(fd, request, strlen(request), line) && strstr(line->text, "\"ok\":true"), request);
}

void steered_reset(int fd)
{
	static struct steered_line line;

	ask(fd, "{\"command\":\"pause\"}", &line);
	ask(fd, "{\"command\":\"reload\"}", &line);
}

void steered_settings(int fd, struct steered_line *line)
{
	ask(fd, "{\"command\":\"get\"}", line);
}

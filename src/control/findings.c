/* SPDX-License-Identifier: MIT */
/* What is missing or wrong on this machine, as another process of the program finds it. */
#include "base/clock.h"
#include "base/guard/starter.h"
#include "control/control_parts.h"
#include "io/spec.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 18, LOOK_MS = 100 };

static const uint64_t PATIENCE_NS = 4 * PMK_S_NS;
static const uint64_t END_NS = PMK_S_NS / 2; /* how long a process may take to end once it has told all */

/* Read to the end. NULL: it took too long, wrote too much, or the program is ending. */
static char *read_all(struct pmk_control *c, int fd)
{
	uint64_t end = pmk_clock_now_ns() + PATIENCE_NS;
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char *text = malloc(MOST_BYTES);
	size_t used = 0;

	while (text && used < MOST_BYTES && pmk_clock_now_ns() < end && !atomic_load(&c->stopping)) {
		ssize_t got = poll(&ready, 1, LOOK_MS) > 0 ? read(fd, text + used, MOST_BYTES - used) : -EAGAIN;

		if (got == 0) {
			text[used] = '\0';
			return text;
		}
		used += got > 0 ? (size_t)got : 0;
	}
	free(text);
	return NULL;
}

/* The array `name` of what the process writes; NULL: it failed. */
static cJSON *ask(struct pmk_control *c, enum pmk_examination what, const char *name)
{
	pid_t pid = 0;
	int fd = c->host.examine ? c->host.examine(c->host.user, what, &pid) : -ENOSYS;
	cJSON *all, *list;
	char *text;

	if (fd < 0)
		return NULL;
	text = read_all(c, fd);
	close(fd);
	(void)pmk_starter_end(pid, text ? END_NS : 0);
	all = text ? cJSON_Parse(text) : NULL;
	list = cJSON_DetachItemFromObject(all, name);
	cJSON_Delete(all);
	free(text);
	return list;
}

static cJSON *worth_telling(const cJSON *findings)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *one;

	cJSON_ArrayForEach(one, findings)
	{
		const char *verdict = cJSON_GetStringValue(cJSON_GetObjectItem(one, "verdict"));

		if (verdict && strcmp(verdict, "good") != 0)
			cJSON_AddItemToArray(list, cJSON_Duplicate(one, true));
	}
	return list;
}

/* Of cameras, where the run has a film or the presenter as one: nothing is missing. */
static void drop_cameras(const struct pmk_control *c, cJSON *findings)
{
	if (!pmk_spec_stands_in(c->settings.pipeline.camera))
		return;
	for (int i = cJSON_GetArraySize(findings) - 1; i >= 0; i--) {
		const char *check = cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(findings, i), "check"));

		if (check && strcmp(check, "camera") == 0)
			cJSON_DeleteItemFromArray(findings, i);
	}
}

bool pmk_control_examine(struct pmk_control *c, cJSON *answer)
{
	cJSON *findings = ask(c, PMK_EXAMINE_MACHINE, "findings"), *cameras = ask(c, PMK_EXAMINE_CAMERAS, "cameras");

	drop_cameras(c, findings);
	cJSON_AddItemToObject(answer, "findings", findings);
	cJSON_AddItemToObject(answer, "cameras", cameras);
	if (findings) {
		cJSON_Delete(c->findings);
		c->findings = worth_telling(findings);
		c->examined_ns = pmk_clock_now_ns();
	}
	return findings && cameras;
}

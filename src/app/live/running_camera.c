/* SPDX-License-Identifier: MIT */
#include "app/live/running_camera.h"

#include "app/live/link.h"
#include "app/live/process_stat.h"
#include "base/clock.h"

#include <cjson/cJSON.h>
#include <unistd.h>

static const uint64_t PATIENCE_NS = PMK_S_NS;

/* Whether it started this process: then it waits for what we find, and answers nobody. */
static bool waits_for_us(pid_t pid)
{
	pid_t of = getppid();

	while (of > 1 && of != pid)
		of = pmk_process_stat(of).parent;
	return pid > 0 && of == pid;
}

bool pmk_running_camera(char camera[PMK_SPEC])
{
	uint64_t until_ns = pmk_clock_now_ns() + PATIENCE_NS;
	const char *line, *spec = NULL;
	cJSON *answer = NULL;
	struct pmk_link link;

	if (pmk_link_open(&link, until_ns))
		return false;
	if (!waits_for_us(link.peer) &&
		!pmk_link_send(&link, "{\"command\": \"get\", \"args\": [\"camera\"]}", until_ns) &&
		!pmk_link_receive(&link, until_ns, &line))
		answer = cJSON_Parse(line);
	spec = cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "settings"), "camera"));
	if (spec && pmk_spec_copy(camera, spec))
		spec = NULL;
	cJSON_Delete(answer);
	pmk_link_close(&link);
	return spec != NULL;
}

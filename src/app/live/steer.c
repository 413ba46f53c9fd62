/* SPDX-License-Identifier: MIT */
#include "app/live/steer.h"

#include "app/files/film.h"

#include <errno.h>

static int reread(void *user, const char *profile, struct pmk_settings *fresh)
{
	const struct pmk_options *options = user;

	return pmk_options_reload(options, profile, fresh) == PMK_EXIT_OK ? 0 : -EINVAL;
}

/* A file that is being written must not become the camera or the backdrop. */
static bool allows(void *user, const struct pmk_settings *now, const struct pmk_settings *wanted)
{
	const struct pmk_pipeline_settings *p = &now->pipeline;

	for (int i = 0; i < p->output_count; i++) {
		if (pmk_film_would_overwrite(
			    &wanted->pipeline, pmk_film_path(wanted->pipeline.camera), pmk_film_path(p->outputs[i])))
			return false;
	}
	return true;
}

struct pmk_control_host pmk_steer_host(const struct pmk_options *options)
{
	return (struct pmk_control_host){ .reread = reread, .allows = allows, .user = (void *)options };
}

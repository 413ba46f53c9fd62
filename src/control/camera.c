/* SPDX-License-Identifier: MIT */
/* The settings that the configuration file has for one camera. */
#include "control/control_parts.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Take over what differs: what a person changed, and neither camera's section says, stays. */
static int take_difference(struct pmk_control *c, const struct pmk_source_names *camera, struct pmk_settings *before,
	struct pmk_settings *after)
{
	struct pmk_settings *fresh = &c->fresh;
	int err = c->host.reread(c->host.user, fresh->profile, &fresh->in_use, c->saved, before);

	if (!err)
		err = c->host.reread(c->host.user, fresh->profile, camera, c->saved, after);
	if (err)
		return err;
	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (s->flags & PMK_SETTING_LIVE && !pmk_setting_equal(s, before, after))
			pmk_setting_copy(s, fresh, after);
	}
	fresh->in_use = *camera;
	return c->host.allows(c->host.user, &c->settings, fresh) ? 0 : -EINVAL;
}

int pmk_control_settle(
	struct pmk_control *c, const struct pmk_source_names *camera, struct pmk_pipeline_settings *wanted)
{
	struct pmk_settings *before = malloc(sizeof *before), *after = malloc(sizeof *after);
	int err = before && after ? 0 : -ENOMEM;

	assert(wanted == &c->fresh.pipeline); /* changes are this control's */
	if (!err)
		err = take_difference(c, camera, before, after);
	free(before);
	free(after);
	return err;
}

/* Until the change is made, only the cover is shown (struct pmk_pipeline_settings.by_camera). */
static int change_for(struct pmk_control *c, const struct pmk_source_names *camera)
{
	char changes[PMK_CONTROL_CHANGES], why[PMK_LOG_LINE];
	int err = pmk_control_settle(c, camera, &c->fresh.pipeline);

	if (err)
		return err;
	err = pmk_control_change(c, changes, why);
	if (!err && changes[0])
		pmk_info("changed for this camera: %s", changes);
	return err;
}

void pmk_control_follow_camera(struct pmk_control *c)
{
	struct pmk_source_names camera;
	unsigned generation = pmk_pipeline_camera(c->pipeline, &camera);

	if (!camera.spec[0])
		return;
	if (!c->settings.pipeline.by_camera) {
		c->settings.in_use = camera;
		return;
	}
	if ((generation == c->settings.pipeline.generation && pmk_source_names_equal(&camera, &c->settings.in_use)) ||
		(generation == c->refused_generation && pmk_source_names_equal(&camera, &c->refused)))
		return;
	c->fresh = c->settings;
	c->fresh.pipeline.generation = generation;
	if (!change_for(c, &camera)) {
		pmk_control_tell(c, "settings");
		return;
	}
	c->refused = camera;
	c->refused_generation = generation;
	pmk_error("the settings for the camera %s (%s) cannot be used; the backdrop is shown alone until they are "
		  "corrected and read again",
		camera.spec, camera.title[0] ? camera.title : "no title");
}

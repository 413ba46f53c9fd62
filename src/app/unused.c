/* SPDX-License-Identifier: MIT */
#include "app/unused.h"

#include "base/log.h"
#include "compose/backdrop.h"

#include <stdio.h>
#include <string.h>

static bool say(const struct pmk_options *options, enum pmk_log_level level, const char *name, const char *what,
	const char *why)
{
	if (!options->given[pmk_setting_find(name) - pmk_settings_table])
		return false;
	pmk_log(level, PMK_CURE_NONE, NULL, "--%s means nothing to %s%s%s", name, what, *why ? ": " : "", why);
	return true;
}

bool pmk_unused_refuse(const struct pmk_options *options, const char *name, const char *what, const char *why)
{
	return say(options, PMK_LOG_ERROR, name, what, why);
}

void pmk_unused_tell(const struct pmk_options *options, const char *name, const char *what, const char *why)
{
	say(options, PMK_LOG_WARN, name, what, why);
}

void pmk_unused_tell_moving(const struct pmk_options *options, const char *what, const char *why)
{
	for (int i = 0; i < pmk_settings_count; i++) {
		if (pmk_settings_table[i].flags & PMK_SETTING_MOVING)
			pmk_unused_tell(options, pmk_settings_table[i].name, what, why);
	}
}

void pmk_unused_tell_fit(const struct pmk_options *options)
{
	const struct pmk_scene_settings *scene = &options->settings.pipeline.scene;
	char what[PMK_SPEC + 20];

	snprintf(what, sizeof what, "the backdrop %s", scene->backdrop);
	if (!pmk_backdrop_fits(scene->backdrop) && scene->fit != PMK_FIT_CONTAIN)
		pmk_unused_tell(options, "fit", what, "there is nothing to fit");
}

static bool is_missing(const struct pmk_settings *settings, const char *name)
{
	const struct pmk_setting *setting = pmk_setting_find(name);
	char text[PMK_SPEC];

	return pmk_setting_print(setting, settings, 0, text) && strcmp(text, setting->none) == 0;
}

void pmk_unused_tell_parts(const struct pmk_options *options)
{
	char why[PMK_SETTING_WHY];

	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (!s->part_of || !is_missing(&options->settings, s->part_of))
			continue;
		snprintf(why, sizeof why, "it has no %s", s->part_of);
		pmk_unused_tell(options, s->name, "this call", why);
	}
}

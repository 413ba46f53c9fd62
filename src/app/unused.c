/* SPDX-License-Identifier: MIT */
#include "app/unused.h"

#include "base/log.h"

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

/* SPDX-License-Identifier: MIT */
#include "app/live/reload.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 400 };

/* List the settings that differ, either those that can change live or those that cannot, with their values in `b`:
 * "smooth 20, mirror yes". A list is shown by its first item. */
static void name_changes(const struct pmk_settings *a, const struct pmk_settings *b, bool live, char text[LINE])
{
	char value[PMK_SPEC];
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < pmk_settings_count && used < LINE; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (live != (bool)(s->flags & PMK_SETTING_LIVE) || pmk_setting_equal(s, a, b))
			continue;
		pmk_setting_print(s, b, 0, value);
		used += (size_t)snprintf(
			text + used, LINE - used, "%s%s %s", used ? ", " : "", s->name, value[0] ? value : "none");
	}
}

static void apply(struct pmk_settings *asked, const struct pmk_settings *fresh, struct pmk_pipeline *pipeline)
{
	char live[LINE], fixed[LINE];

	name_changes(asked, fresh, true, live);
	name_changes(asked, fresh, false, fixed);
	if (live[0] && pmk_pipeline_apply(pipeline, &fresh->pipeline))
		return; /* it has logged why; nothing is changed */
	pmk_settings_take_live(asked, fresh);
	pmk_info("configuration read again; %s%s", live[0] ? "changed: " : "nothing changed", live);
	if (fixed[0])
		pmk_warn("these settings take effect at the next start: %s", fixed);
}

void pmk_reload(const struct pmk_options *options, struct pmk_settings *asked, struct pmk_pipeline *pipeline)
{
	struct pmk_settings *fresh = malloc(sizeof *fresh);

	if (!fresh)
		pmk_error("not enough memory to read the configuration again");
	else if (pmk_options_reload(options, fresh) == PMK_EXIT_OK)
		apply(asked, fresh, pipeline);
	free(fresh);
}

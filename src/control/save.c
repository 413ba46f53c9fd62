/* SPDX-License-Identifier: MIT */
/* Save the changed settings to the configuration file. */
#include "control/control_parts.h"
#include "settings/settings_save.h"

static int read_again(struct pmk_control *c, const bool *saved)
{
	return c->host.reread(c->host.user, c->settings.profile, &c->settings.in_use, saved, &c->fresh);
}

/* Write what differs from control->fresh; the file overrides the command line in it from now on. */
static int write_changes(struct pmk_control *c, const char *path)
{
	int err = pmk_settings_save(path, &c->fresh, &c->settings);

	for (int i = 0; !err && i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		c->saved[i] |= s->flags & PMK_SETTING_LIVE && !pmk_setting_equal(s, &c->fresh, &c->settings);
	}
	return err;
}

int pmk_control_save(struct pmk_control *c, const char *path, bool *saved, char next[PMK_CONTROL_CHANGES])
{
	char changes[PMK_CONTROL_CHANGES];
	int err;

	*saved = false;
	if (read_again(c, c->saved))
		return PMK_EXIT_INPUT;
	pmk_control_name_changes(&c->fresh, &c->settings, true, changes);
	if (!changes[0])
		return PMK_EXIT_OK;
	err = write_changes(c, path);
	if (err)
		return (int)pmk_exit_of(PMK_PART_OUTPUT, err, "");
	*saved = true;
	if (read_again(c, NULL))
		return PMK_EXIT_INPUT;
	pmk_control_name_changes(&c->settings, &c->fresh, true, next);
	return PMK_EXIT_OK;
}

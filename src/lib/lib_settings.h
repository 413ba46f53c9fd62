/* SPDX-License-Identifier: MIT */
/* The settings of a handle by name, from the table of settings: those of the table that its level uses.
 *
 * Errors are logged. Any thread, one at a time for each struct. */
#ifndef PMK_LIB_LIB_SETTINGS_H
#define PMK_LIB_LIB_SETTINGS_H

#include "settings/settings.h"

#include <potemkin/potemkin.h>

/* The setting of that name; NULL, logged: this level has none. */
const struct pmk_setting *pmk_lib_find(enum potemkin_level level, const char *name);

/* New settings with the caller's, which free() takes. 0, -EINVAL, -ENOENT, -ENOMEM. */
int pmk_lib_settings(enum potemkin_level level, const struct potemkin_setting *given, size_t count,
	struct pmk_settings **settings) __attribute__((warn_unused_result));

/* A copy of `now` with another value of a live setting; -EPERM: it is not live. The same errors otherwise. */
int pmk_lib_changed(enum potemkin_level level, const struct pmk_settings *now, const char *name, const char *value,
	struct pmk_settings **settings) __attribute__((warn_unused_result));

int pmk_lib_print(enum potemkin_level level, const struct pmk_settings *now, const char *name, char *value, size_t size)
	__attribute__((warn_unused_result));

#endif

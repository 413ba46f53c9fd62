/* SPDX-License-Identifier: MIT */
/* All settings of the configuration file for `potemkin list settings`: name, values, default, whether it can change
 * while the program runs. */
#ifndef PMK_APP_MACHINE_LIST_SETTINGS_H
#define PMK_APP_MACHINE_LIST_SETTINGS_H

struct cJSON;
struct pmk_options;

/* An array of objects with "spec" (the name), "title", "range", "default", "live" and "list"; the caller frees it. */
struct cJSON *pmk_list_settings(const struct pmk_options *options);

#endif

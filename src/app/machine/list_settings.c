/* SPDX-License-Identifier: MIT */
#include "app/machine/list_settings.h"

#include "settings/settings.h"

#include <cjson/cJSON.h>

cJSON *pmk_list_settings(const struct pmk_options *options)
{
	cJSON *list = cJSON_CreateArray();

	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];
		const char *normal = s->normal ? s->normal : s->none;
		cJSON *one;
		char range[PMK_SETTING_WHY];

		if (!(s->flags & PMK_SETTING_FILE))
			continue;
		pmk_setting_range(s, range);
		one = cJSON_CreateObject();
		cJSON_AddStringToObject(one, "spec", s->name);
		cJSON_AddStringToObject(one, "title", s->help);
		cJSON_AddStringToObject(one, "range", range);
		if (normal)
			cJSON_AddStringToObject(one, "default", normal);
		cJSON_AddBoolToObject(one, "live", s->flags & PMK_SETTING_LIVE);
		cJSON_AddBoolToObject(one, "list", s->flags & PMK_SETTING_LIST);
		cJSON_AddItemToArray(list, one);
	}
	return list;
}

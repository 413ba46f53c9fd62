/* SPDX-License-Identifier: MIT */
#include "control/control_parts.h"
#include "draw/builtin.h"
#include "settings/settings_file.h"

static cJSON *value_of(const struct pmk_setting *s, const struct pmk_settings *settings)
{
	bool list = s->flags & PMK_SETTING_LIST;
	cJSON *items = list ? cJSON_CreateArray() : NULL;
	char text[PMK_SPEC];

	if (!list) {
		pmk_setting_print(s, settings, 0, text);
		return cJSON_CreateString(text);
	}
	for (int i = 0; pmk_setting_print(s, settings, i, text); i++)
		cJSON_AddItemToArray(items, cJSON_CreateString(text));
	return items;
}

cJSON *pmk_control_values(const struct pmk_settings *settings, const struct pmk_setting *one)
{
	cJSON *values = cJSON_CreateObject();

	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (s->flags & PMK_SETTING_FILE && (!one || s == one))
			cJSON_AddItemToObject(values, s->name, value_of(s, settings));
	}
	return values;
}

static const char *group_of(const struct pmk_setting *s)
{
	static const char *const names[PMK_GROUPS] = { "pictures", "backdrop", "overlay", "mask", "network", "program",
		"command" };

	return names[s->group];
}

/* What a form for a setting needs to know. */
static cJSON *describe(const struct pmk_setting *s, const struct pmk_settings *settings)
{
	cJSON *one = cJSON_CreateObject(), *choices;
	char range[PMK_SETTING_WHY];

	pmk_setting_range(s, range);
	cJSON_AddStringToObject(one, "name", s->name);
	cJSON_AddStringToObject(one, "group", group_of(s));
	cJSON_AddStringToObject(one, "help", s->help);
	cJSON_AddStringToObject(one, "range", range);
	cJSON_AddBoolToObject(one, "live", s->flags & PMK_SETTING_LIVE);
	cJSON_AddBoolToObject(one, "list", s->flags & PMK_SETTING_LIST);
	if (!s->value && !s->choices)
		cJSON_AddBoolToObject(one, "switch", true);
	if (s->most > s->least && !(s->flags & PMK_SETTING_LIST)) {
		cJSON_AddNumberToObject(one, "least", s->least);
		cJSON_AddNumberToObject(one, "most", s->most);
	}
	if (s->unit)
		cJSON_AddStringToObject(one, "unit", s->unit);
	if (s->none)
		cJSON_AddStringToObject(one, "none", s->none);
	if (s->normal || s->none)
		cJSON_AddStringToObject(one, "default", s->normal ? s->normal : s->none);
	choices = s->choices ? cJSON_AddArrayToObject(one, "choices") : NULL;
	for (int i = 0; choices && s->choices[i]; i++)
		cJSON_AddItemToArray(choices, cJSON_CreateString(s->choices[i]));
	cJSON_AddBoolToObject(one, "free", s->check || s->bytes >= PMK_SPEC); /* choices are only suggestions */
	cJSON_AddItemToObject(one, "value", value_of(s, settings));
	return one;
}

static void add_profile(void *user, const char *name)
{
	cJSON_AddItemToArray(user, cJSON_CreateString(name));
}

static void add_profiles(const struct pmk_settings *settings, cJSON *answer)
{
	cJSON *list = cJSON_AddArrayToObject(answer, "profiles");
	char path[PMK_SPEC];

	if (pmk_settings_file_of(settings, path))
		pmk_settings_profiles(path, add_profile, list);
}

void pmk_control_describe(const struct pmk_settings *settings, cJSON *answer)
{
	cJSON *list = cJSON_AddArrayToObject(answer, "settings"), *backdrops;
	const struct pmk_builtin *builtins;
	int count;

	for (int i = 0; i < pmk_settings_count; i++) {
		if (pmk_settings_table[i].flags & PMK_SETTING_FILE)
			cJSON_AddItemToArray(list, describe(&pmk_settings_table[i], settings));
	}
	add_profiles(settings, answer);
	backdrops = cJSON_AddArrayToObject(answer, "backdrops");
	builtins = pmk_builtin_list(&count);
	for (int i = 0; i < count; i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddStringToObject(one, "name", builtins[i].name);
		cJSON_AddStringToObject(one, "title", builtins[i].title);
		cJSON_AddItemToArray(backdrops, one);
	}
}

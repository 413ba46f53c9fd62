/* SPDX-License-Identifier: MIT */
#include "obs/form.h"

#include <obs-module.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool describe(size_t index, struct potemkin_setting_info *info)
{
	info->struct_size = sizeof *info;
	return potemkin_setting_describe(POTEMKIN_SCENE, index, info) == 0;
}

static bool is_switch(const struct potemkin_setting_info *info)
{
	return !info->choices && (!info->value || strcmp(info->value, "yes|no") == 0);
}

/* Numbers that can also be "auto" are asked for as texts. */
static bool is_number(const struct potemkin_setting_info *info)
{
	return info->most > info->least && info->normal;
}

/* Those of the first few that the group does not ask for again. */
static bool comes_first(const char *name)
{
	return strcmp(name, "backdrop") == 0 || strcmp(name, "feather") == 0 || strcmp(name, "smooth") == 0;
}

/* --- the window --- */

static bool backdrop_chosen(obs_properties_t *form, obs_property_t *property, obs_data_t *data)
{
	const char *chosen = obs_data_get_string(data, "backdrop");

	obs_property_set_visible(obs_properties_get(form, "blur"), strcmp(chosen, "blur") == 0);
	obs_property_set_visible(obs_properties_get(form, "backdrop_file"), strcmp(chosen, "file") == 0);
	obs_property_set_visible(obs_properties_get(form, "backdrop_other"), strcmp(chosen, "other") == 0);
	return true;
}

/* One that this file's translations do not know has the library's own title. */
static void add_builtins(obs_property_t *list)
{
	struct potemkin_builtin_info info = { .struct_size = sizeof info };

	for (size_t i = 0; potemkin_builtin_describe(i, &info) == 0; i++) {
		const char *title = info.title;
		char key[64], value[64];

		snprintf(key, sizeof key, "Backdrop.%s", info.name);
		snprintf(value, sizeof value, "builtin:%s", info.name);
		if (!obs_module_get_string(key, &title))
			title = info.title;
		obs_property_list_add_string(list, title, value);
	}
}

static void ask_backdrop(obs_properties_t *form)
{
	obs_property_t *list = obs_properties_add_list(
		form, "backdrop", obs_module_text("Backdrop"), OBS_COMBO_TYPE_LIST, OBS_COMBO_FORMAT_STRING);
	struct potemkin_setting_info info;
	obs_property_t *other;

	obs_property_list_add_string(list, obs_module_text("Backdrop.blur"), "blur");
	obs_property_list_add_string(list, obs_module_text("Backdrop.transparent"), "transparent");
	add_builtins(list);
	obs_property_list_add_string(list, obs_module_text("Backdrop.green"), "green");
	obs_property_list_add_string(list, obs_module_text("Backdrop.file"), "file");
	obs_property_list_add_string(list, obs_module_text("Backdrop.other"), "other");
	obs_property_set_modified_callback(list, backdrop_chosen);

	obs_properties_add_int_slider(form, "blur", obs_module_text("Blur"), 10, 100, 1);
	obs_properties_add_path(form, "backdrop_file", obs_module_text("File"), OBS_PATH_FILE, NULL, NULL);
	other = obs_properties_add_text(form, "backdrop_other", obs_module_text("Other"), OBS_TEXT_DEFAULT);
	for (size_t i = 0; describe(i, &info); i++) {
		if (strcmp(info.name, "backdrop") == 0)
			obs_property_set_long_description(other, info.help);
	}
}

static obs_property_t *ask_setting(obs_properties_t *group, const struct potemkin_setting_info *info)
{
	const char *title = obs_module_text(info->name);
	obs_property_t *list;

	if (is_switch(info))
		return obs_properties_add_bool(group, info->name, title);
	if (is_number(info))
		return obs_properties_add_int_slider(group, info->name, title, (int)info->least, (int)info->most, 1);
	if (!info->choices)
		return obs_properties_add_text(group, info->name, title, OBS_TEXT_DEFAULT);
	list = obs_properties_add_list(group, info->name, title, OBS_COMBO_TYPE_EDITABLE, OBS_COMBO_FORMAT_STRING);
	for (int i = 0; info->choices[i]; i++)
		obs_property_list_add_string(list, info->choices[i], info->choices[i]);
	return list;
}

obs_properties_t *pmk_obs_ask(void)
{
	obs_properties_t *form = obs_properties_create(), *group = obs_properties_create();
	struct potemkin_setting_info info;

	ask_backdrop(form);
	obs_property_set_long_description(
		obs_properties_add_int_slider(form, "feather", obs_module_text("Edge"), 0, 20, 1),
		obs_module_text("Edge.help"));
	obs_property_set_long_description(
		obs_properties_add_int_slider(form, "smooth", obs_module_text("Smoothing"), 0, 100, 1),
		obs_module_text("Smoothing.help"));
	for (size_t i = 0; describe(i, &info); i++) {
		if (!comes_first(info.name))
			obs_property_set_long_description(ask_setting(group, &info), info.help);
	}
	obs_properties_add_group(form, "advanced", obs_module_text("Advanced"), OBS_GROUP_CHECKABLE, group);
	return form;
}

void pmk_obs_defaults(obs_data_t *data)
{
	struct potemkin_setting_info info;

	for (size_t i = 0; describe(i, &info); i++) {
		const char *normal = info.normal ? info.normal : "";

		if (strcmp(info.name, "feather") == 0)
			continue;
		if (is_switch(&info))
			obs_data_set_default_bool(data, info.name, strcmp(normal, "yes") == 0);
		else if (is_number(&info))
			obs_data_set_default_int(data, info.name, atoi(normal));
		else
			obs_data_set_default_string(data, info.name, normal);
	}
	obs_data_set_default_int(data, "blur", 60);
}

/* --- the answers --- */

static void wish_for(struct pmk_obs_wish *wish, const char *name, const char *value)
{
	if (wish->count < PMK_OBS_SETTINGS)
		wish->settings[wish->count++] = (struct potemkin_setting){ name, bstrdup(value) };
}

static void wish_for_number(struct pmk_obs_wish *wish, const char *name, const char *before, long long number)
{
	char text[64];

	snprintf(text, sizeof text, "%s%lld", before, number);
	wish_for(wish, name, text);
}

static void read_first(obs_data_t *data, struct pmk_obs_wish *wish)
{
	const char *chosen = obs_data_get_string(data, "backdrop");
	long long feather = obs_data_get_int(data, "feather");

	if (strcmp(chosen, "blur") == 0)
		wish_for_number(wish, "backdrop", "blur:", obs_data_get_int(data, "blur"));
	else if (strcmp(chosen, "file") == 0)
		wish_for(wish, "backdrop", obs_data_get_string(data, "backdrop_file"));
	else if (strcmp(chosen, "other") == 0)
		wish_for(wish, "backdrop", obs_data_get_string(data, "backdrop_other"));
	else
		wish_for(wish, "backdrop", chosen);
	if (feather > 0)
		wish_for_number(wish, "feather", "", feather);
	wish_for_number(wish, "smooth", "", obs_data_get_int(data, "smooth"));
}

void pmk_obs_wish_read(obs_data_t *data, struct pmk_obs_wish *wish)
{
	struct potemkin_setting_info info;

	memset(wish, 0, sizeof *wish);
	read_first(data, wish);
	for (size_t i = 0; obs_data_get_bool(data, "advanced") && describe(i, &info); i++) {
		if (comes_first(info.name))
			continue;
		if (is_switch(&info))
			wish_for(wish, info.name, obs_data_get_bool(data, info.name) ? "yes" : "no");
		else if (is_number(&info))
			wish_for_number(wish, info.name, "", obs_data_get_int(data, info.name));
		else if (*obs_data_get_string(data, info.name))
			wish_for(wish, info.name, obs_data_get_string(data, info.name));
	}
}

void pmk_obs_wish_copy(const struct pmk_obs_wish *from, struct pmk_obs_wish *to)
{
	to->count = 0;
	for (size_t i = 0; i < from->count; i++)
		wish_for(to, from->settings[i].name, from->settings[i].value);
}

void pmk_obs_wish_free(struct pmk_obs_wish *wish)
{
	for (size_t i = 0; i < wish->count; i++)
		bfree((void *)wish->settings[i].value);
	wish->count = 0;
}

const char *pmk_obs_wish_value(const struct pmk_obs_wish *wish, const char *name)
{
	for (size_t i = 0; i < wish->count; i++) {
		if (strcmp(wish->settings[i].name, name) == 0)
			return wish->settings[i].value;
	}
	return NULL;
}

bool pmk_obs_wish_equal(const struct pmk_obs_wish *a, const struct pmk_obs_wish *b)
{
	bool equal = a->count == b->count;

	for (size_t i = 0; equal && i < a->count; i++) {
		equal = strcmp(a->settings[i].name, b->settings[i].name) == 0 &&
			strcmp(a->settings[i].value, b->settings[i].value) == 0;
	}
	return equal;
}

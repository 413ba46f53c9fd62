/* SPDX-License-Identifier: MIT */
#include "lib/lib_settings.h"

#include "base/log.h"
#include "draw/builtin.h"
#include "lib/lib_context.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_within(const struct pmk_setting *setting, size_t offset, size_t bytes)
{
	return setting->offset >= offset && setting->offset < offset + bytes;
}

static bool has(enum potemkin_level level, const struct pmk_setting *s)
{
	const size_t scene = offsetof(struct pmk_settings, pipeline.scene);
	bool of_scene = is_within(s, scene, sizeof(struct pmk_scene_settings));

	switch (level) {
	case POTEMKIN_SEGMENTER:
		return of_scene && (s->group == PMK_GROUP_MASK || s->group == PMK_GROUP_NETWORK);
	case POTEMKIN_SCENE:
		return (s->commands & 1u << PMK_COMMAND_CONVERT) &&
			(of_scene || s->offset == offsetof(struct pmk_settings, pipeline.mirror) ||
				s->offset == offsetof(struct pmk_settings, pipeline.flip));
	default:
		return (s->commands & 1u << PMK_COMMAND_RUN) &&
			is_within(s, offsetof(struct pmk_settings, pipeline), sizeof(struct pmk_pipeline_settings));
	}
}

int potemkin_setting_describe(enum potemkin_level level, size_t index, struct potemkin_setting_info *info)
{
	struct potemkin_setting_info told = { .struct_size = info->struct_size };

	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (!has(level, s) || index-- > 0)
			continue;
		told.name = s->name;
		told.help = s->help;
		told.normal = s->normal;
		told.live = (s->flags & PMK_SETTING_LIVE) != 0;
		told.value = s->value;
		told.choices = s->choices;
		told.none = s->none;
		if (!(s->flags & PMK_SETTING_LIST)) {
			told.least = s->least;
			told.most = s->most;
		}
		memcpy(info, &told, told.struct_size < sizeof told ? told.struct_size : sizeof told);
		return 0;
	}
	return -ENOENT;
}

int potemkin_builtin_describe(size_t index, struct potemkin_builtin_info *info)
{
	struct potemkin_builtin_info told = { .struct_size = info->struct_size };
	const struct pmk_builtin *list;
	int count;

	list = pmk_builtin_list(&count);
	if (index >= (size_t)count)
		return -ENOENT;
	told.name = list[index].name;
	told.title = list[index].title;
	memcpy(info, &told, told.struct_size < sizeof told ? told.struct_size : sizeof told);
	return 0;
}

const struct pmk_setting *pmk_lib_find(enum potemkin_level level, const char *name)
{
	const struct pmk_setting *setting = name ? pmk_setting_find(name) : NULL;
	struct pmk_near near = pmk_near_to(name ? name : "");
	char ask[PMK_NEAR_ASK];

	if (setting && has(level, setting))
		return setting;
	for (int i = 0; i < pmk_settings_count; i++) {
		if (has(level, &pmk_settings_table[i]))
			pmk_near_try(&near, "", pmk_settings_table[i].name);
	}
	pmk_near_ask(&near, ask);
	pmk_error("there is no setting \"%s\" here%s", name ? name : "", ask);
	return NULL;
}

static int set(enum potemkin_level level, const char *name, const char *value, bool only_live, struct pmk_settings *s)
{
	const struct pmk_setting *setting = pmk_lib_find(level, name);
	char why[PMK_SETTING_WHY];
	int err;

	if (!setting)
		return -EINVAL;
	if (only_live && !(setting->flags & PMK_SETTING_LIVE)) {
		pmk_error("\"%s\" cannot be changed any more", name);
		return -EPERM;
	}
	if (!value && setting->value) {
		pmk_error("\"%s\" is no switch and needs a value", name);
		return -EINVAL;
	}
	if (only_live && (setting->flags & PMK_SETTING_LIST))
		pmk_setting_clear(setting, s);
	err = pmk_setting_set(setting, value, s, why);
	if (err)
		pmk_error("%s \"%s\": %s", name, value ? value : "", why);
	return err;
}

int pmk_lib_settings(
	enum potemkin_level level, const struct potemkin_setting *given, size_t count, struct pmk_settings **settings)
{
	struct pmk_settings *made = malloc(sizeof *made);
	int err = made ? 0 : -ENOMEM;

	if (made) {
		pmk_settings_init(made);
		snprintf(made->config, sizeof made->config, "/dev/null"); /* the user's file is the program's */
	}
	for (size_t i = 0; i < count && !err; i++)
		err = set(level, given[i].name, given[i].value, false, made);
	if (err)
		free(made);
	else
		*settings = made;
	return err;
}

int pmk_lib_changed(enum potemkin_level level, const struct pmk_settings *now, const char *name, const char *value,
	struct pmk_settings **settings)
{
	struct pmk_settings *made = malloc(sizeof *made);
	int err;

	if (!made)
		return -ENOMEM;
	*made = *now;
	err = set(level, name, value, true, made);
	if (err)
		free(made);
	else
		*settings = made;
	return err;
}

int pmk_lib_print(enum potemkin_level level, const struct pmk_settings *now, const char *name, char *value, size_t size)
{
	const struct pmk_setting *setting = pmk_lib_find(level, name);
	char text[PMK_SPEC];

	if (!setting)
		return -EINVAL;
	(void)!pmk_setting_print(setting, now, 0, text); /* nothing is set: "" */
	snprintf(value, size, "%s", text);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "settings/settings.h"

#include "base/words/phrase.h"
#include "settings/setting_type.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void *at(struct pmk_settings *settings, size_t offset)
{
	return (char *)settings + offset;
}

static const void *value_of(const struct pmk_setting *s, const struct pmk_settings *settings)
{
	return (const char *)settings + s->offset;
}

static int count_of(const struct pmk_setting *s, const struct pmk_settings *settings)
{
	int count = 1;

	if (s->flags & PMK_SETTING_LIST)
		memcpy(&count, (const char *)settings + s->count_offset, sizeof count);
	return count;
}

static void set_count(const struct pmk_setting *s, struct pmk_settings *settings, int count)
{
	memcpy(at(settings, s->count_offset), &count, sizeof count);
}

static void unset(const struct pmk_setting *s, void *value)
{
	if (s->type->unset)
		memcpy(value, s->type->unset, s->type->bytes);
	else
		memset(value, 0, s->type->bytes);
}

static bool is_unset(const struct pmk_setting *s, const void *value)
{
	static const char zeros[PMK_SPEC];

	return (s->none || !s->normal) && memcmp(value, s->type->unset ? s->type->unset : zeros, s->type->bytes) == 0;
}

void pmk_setting_range(const struct pmk_setting *s, char text[PMK_SETTING_WHY])
{
	size_t used = s->none ? (size_t)snprintf(text, PMK_SETTING_WHY, "%s, or ", s->none) : 0;
	char range[PMK_SETTING_WHY];

	s->type->range(s, range);
	snprintf(text + used, PMK_SETTING_WHY - used, "%s", range);
}

/* Set one value, or one item of a list. */
static int set_one(const struct pmk_setting *s, const char *text, void *value, char why[PMK_SETTING_WHY])
{
	char range[PMK_SETTING_WHY];
	int err;

	if (text && s->none && strcmp(text, s->none) == 0) {
		unset(s, value);
		return 0;
	}
	why[0] = '\0';
	err = s->type->parse(s, text, value, why);
	if (!err || why[0])
		return err;
	pmk_setting_range(s, range);
	pmk_phrase(why, PMK_SETTING_WHY, "give %s", range);
	return -EINVAL;
}

static int add_item(const struct pmk_setting *s, const char *text, struct pmk_settings *settings, char *why)
{
	int count = count_of(s, settings), err;

	if (count >= (int)s->most) {
		snprintf(why, PMK_SETTING_WHY, "there are %g already, and no more can be given", s->most);
		return -EINVAL;
	}
	err = set_one(s, text, at(settings, s->offset + (size_t)count * s->type->bytes), why);
	if (!err)
		set_count(s, settings, count + 1);
	return err;
}

/* Add all items of the text, or none. */
static int add_items(const struct pmk_setting *s, const char *text, struct pmk_settings *settings, char *why)
{
	int before = count_of(s, settings), err;
	char copy[PMK_SPEC], *rest = copy, *item;

	if (!s->type->separator)
		return add_item(s, text, settings, why);
	if (pmk_spec_copy(copy, text)) {
		snprintf(why, PMK_SETTING_WHY, "it is longer than %d characters", PMK_SPEC - 1);
		return -EINVAL;
	}
	do {
		item = strsep(&rest, (const char[]){ s->type->separator, '\0' });
		err = add_item(s, item, settings, why);
	} while (!err && rest);
	if (!err)
		return 0;
	for (int i = before; i < count_of(s, settings); i++)
		memset(at(settings, s->offset + (size_t)i * s->type->bytes), 0, s->type->bytes);
	set_count(s, settings, before);
	return err;
}

int pmk_setting_set(
	const struct pmk_setting *s, const char *text, struct pmk_settings *settings, char why[PMK_SETTING_WHY])
{
	if (s->flags & PMK_SETTING_LIST && s->none && strcmp(text, s->none) == 0) {
		pmk_setting_clear(s, settings);
		return 0;
	}
	if (s->flags & PMK_SETTING_LIST)
		return add_items(s, text, settings, why);
	return set_one(s, text, at(settings, s->offset), why);
}

void pmk_setting_clear(const struct pmk_setting *s, struct pmk_settings *settings)
{
	memset(at(settings, s->offset), 0, s->bytes);
	set_count(s, settings, 0);
}

bool pmk_setting_print(const struct pmk_setting *s, const struct pmk_settings *settings, int index, char text[PMK_SPEC])
{
	const char *value = (const char *)value_of(s, settings) + (size_t)index * s->type->bytes;

	text[0] = '\0';
	if (index >= count_of(s, settings))
		return false;
	if (!is_unset(s, value))
		s->type->print(s, value, text);
	else if (s->none)
		strcpy(text, s->none);
	return text[0] != '\0';
}

bool pmk_setting_equal(const struct pmk_setting *s, const struct pmk_settings *a, const struct pmk_settings *b)
{
	size_t bytes = (size_t)count_of(s, a) * s->type->bytes;

	return count_of(s, a) == count_of(s, b) && memcmp(value_of(s, a), value_of(s, b), bytes) == 0;
}

void pmk_settings_init(struct pmk_settings *settings)
{
	char why[PMK_SETTING_WHY];

	memset(settings, 0, sizeof *settings);
	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (!(s->flags & PMK_SETTING_LIST))
			unset(s, at(settings, s->offset));
		if (s->normal && pmk_setting_set(s, s->normal, settings, why))
			__builtin_trap(); /* a default of the table is wrong; a test tries them all */
	}
}

const struct pmk_setting *pmk_setting_find(const char *name)
{
	for (int i = 0; i < pmk_settings_count; i++) {
		if (strcmp(pmk_settings_table[i].name, name) == 0)
			return &pmk_settings_table[i];
	}
	return NULL;
}

void pmk_setting_ask(const char *name, unsigned flags, const char *before, char ask[PMK_NEAR_ASK])
{
	struct pmk_near near = pmk_near_to(name);

	for (int i = 0; i < pmk_settings_count; i++) {
		if ((pmk_settings_table[i].flags & flags) == flags)
			pmk_near_try(&near, before, pmk_settings_table[i].name);
	}
	pmk_near_ask(&near, ask);
}

void pmk_setting_copy(const struct pmk_setting *s, struct pmk_settings *to, const struct pmk_settings *from)
{
	memcpy(at(to, s->offset), value_of(s, from), s->bytes);
	if (s->flags & PMK_SETTING_LIST)
		set_count(s, to, count_of(s, from));
}

const struct pmk_setting *pmk_settings_take_live(struct pmk_settings *to, const struct pmk_settings *from)
{
	const struct pmk_setting *kept = NULL;

	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (s->flags & PMK_SETTING_LIVE)
			pmk_setting_copy(s, to, from);
		else if (!kept && !pmk_setting_equal(s, to, from))
			kept = s;
	}
	return kept;
}

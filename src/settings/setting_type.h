/* SPDX-License-Identifier: MIT */
/* The types of settings: each converts text to a value and back. For table.c, which names them, and for settings.c. */
#ifndef PMK_SETTINGS_SETTING_TYPE_H
#define PMK_SETTINGS_SETTING_TYPE_H

#include "settings/settings.h"

struct pmk_setting_type {
	size_t bytes; /* of one value */
	char separator; /* between the items of a list in one text; 0: a text is one item */
	const void *unset; /* the value when nothing is set; NULL: all its bytes are 0 */
	/* Convert `text` to the value at `value`. 0, or an error of pmk_setting_set with the value untouched; `why` is
	 * set then, unless the text from `range` says it already. */
	int (*parse)(const struct pmk_setting *setting, const char *text, void *value, char why[PMK_SETTING_WHY]);
	void (*print)(const struct pmk_setting *setting, const void *value, char text[PMK_SPEC]);
	void (*range)(const struct pmk_setting *setting, char text[PMK_SETTING_WHY]); /* see pmk_setting_range */
};

extern const struct pmk_setting_type pmk_type_switch; /* bool */
extern const struct pmk_setting_type pmk_type_off_switch; /* bool: true is "no" */
extern const struct pmk_setting_type pmk_type_whole; /* int */
extern const struct pmk_setting_type pmk_type_own_whole; /* int; -1 when nothing is set */
extern const struct pmk_setting_type pmk_type_count; /* uint64_t */
extern const struct pmk_setting_type pmk_type_number; /* double */
extern const struct pmk_setting_type pmk_type_own_number; /* double; -1 when nothing is set */
extern const struct pmk_setting_type pmk_type_percent; /* double: a share; 1 is written as 100 */
extern const struct pmk_setting_type pmk_type_choice; /* an enum, in the order of the setting's choices */
/* the same, as a switch: it needs no value; yes means the second choice, and no the first */
extern const struct pmk_setting_type pmk_type_choice_switch;
extern const struct pmk_setting_type
	pmk_type_fourcc; /* uint32_t, one of the setting's choices, or what is read alike */
extern const struct pmk_setting_type pmk_type_size; /* two ints: width and height */
extern const struct pmk_setting_type pmk_type_sizes; /* the same, a list */
extern const struct pmk_setting_type pmk_type_zone; /* struct pmk_zone */
extern const struct pmk_setting_type pmk_type_text; /* char[PMK_SPEC]; it may not be empty */
/* char[PMK_SPEC]: UTF-8 for people, of one or two lines, without control characters; a newline is written as \n; an
 * empty one is none */
extern const struct pmk_setting_type pmk_type_caption;

#endif

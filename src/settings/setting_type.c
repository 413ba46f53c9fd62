/* SPDX-License-Identifier: MIT */
#include "settings/setting_type.h"

#include "base/parse.h"
#include "image/fourcc.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const double NO_END = 1e9; /* a `most` from here up means that there is no limit */
static const int NO_WHOLE = -1;
enum { CAPTION_BYTES = 2000 };
static const double NO_NUMBER = -1;

/* --- switches --- */

static int parse_switch(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	bool on = true;

	if (text && pmk_parse_bool(text, &on))
		return -EINVAL;
	*(bool *)value = s->type == &pmk_type_off_switch ? !on : on;
	return 0;
}

static void print_switch(const struct pmk_setting *s, const void *value, char *text)
{
	bool on = *(const bool *)value != (s->type == &pmk_type_off_switch);

	strcpy(text, on ? "yes" : "no");
}

static void range_switch(const struct pmk_setting *s, char *text)
{
	strcpy(text, "yes or no");
}

/* --- numbers --- */

static void range_number(const struct pmk_setting *s, char *text)
{
	const struct pmk_setting_type *t = s->type;
	bool whole = t == &pmk_type_whole || t == &pmk_type_own_whole || t == &pmk_type_count;
	int used = snprintf(text, PMK_SETTING_WHY, "a %snumber%s%s from %g", whole ? "whole " : "",
		s->unit ? " of " : "", s->unit ? s->unit : "", s->least);

	if (s->most < NO_END)
		snprintf(text + used, PMK_SETTING_WHY - (size_t)used, " to %g", s->most);
	else
		snprintf(text + used, PMK_SETTING_WHY - (size_t)used, " up");
}

static int parse_whole(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	return pmk_parse_int(text, (int)s->least, (int)s->most, value);
}

static void print_whole(const struct pmk_setting *s, const void *value, char *text)
{
	int number = *(const int *)value;

	snprintf(text, PMK_SPEC, "%d", number);
}

static int parse_count(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	int number, err = pmk_parse_int(text, (int)s->least, (int)s->most, &number);

	if (!err)
		*(uint64_t *)value = (uint64_t)number;
	return err;
}

static void print_count(const struct pmk_setting *s, const void *value, char *text)
{
	uint64_t number = *(const uint64_t *)value;

	snprintf(text, PMK_SPEC, "%llu", (unsigned long long)number);
}

static int parse_number(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	return pmk_parse_double(text, s->least, s->most, value);
}

static void print_number(const struct pmk_setting *s, const void *value, char *text)
{
	double number = *(const double *)value;

	snprintf(text, PMK_SPEC, "%.15g", number);
}

static int parse_percent(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	double percent;
	int err = pmk_parse_double(text, s->least, s->most, &percent);

	if (!err)
		*(double *)value = percent / 100;
	return err;
}

static void print_percent(const struct pmk_setting *s, const void *value, char *text)
{
	double percent = *(const double *)value * 100;

	snprintf(text, PMK_SPEC, "%.14g", percent);
}

/* --- words --- */

static void range_choice(const struct pmk_setting *s, char *text)
{
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; s->choices[i] && used < PMK_SETTING_WHY; i++) {
		const char *before = !i ? "" : s->choices[i + 1] ? ", " : " or ";

		used += (size_t)snprintf(text + used, PMK_SETTING_WHY - used, "%s%s", before, s->choices[i]);
	}
}

/* As people write names: in any case, and with the dot of "H.264". */
static bool is_word(const char *text, const char *word)
{
	for (; *text && *word; text++, word++) {
		if (text[0] == '.' && isdigit((unsigned char)text[1]) && isdigit((unsigned char)*word))
			text++;
		if (tolower((unsigned char)*text) != tolower((unsigned char)*word))
			return false;
	}
	return !*text && !*word;
}

static int parse_choice(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	for (int i = 0; s->choices[i]; i++) {
		if (!is_word(text, s->choices[i]))
			continue;
		memcpy(value, &i, sizeof i); /* an enum of the table; a test checks that it is as wide as int */
		return 0;
	}
	return -EINVAL;
}

static int parse_choice_switch(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	bool on = true;

	if (!text || !pmk_parse_bool(text, &on))
		text = s->choices[on];
	return parse_choice(s, text, value, why);
}

static void print_choice(const struct pmk_setting *s, const void *value, char *text)
{
	int chosen;

	memcpy(&chosen, value, sizeof chosen);
	strcpy(text, s->choices[chosen]);
}

static int parse_fourcc(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	uint32_t fourcc = pmk_fourcc_plain(pmk_fourcc_parse(text));

	for (int i = 0; fourcc && s->choices[i]; i++) {
		if (fourcc != pmk_fourcc_parse(s->choices[i]))
			continue;
		*(uint32_t *)value = fourcc;
		return 0;
	}
	return -EINVAL;
}

static void print_fourcc(const struct pmk_setting *s, const void *value, char *text)
{
	uint32_t fourcc = *(const uint32_t *)value;

	for (int i = 0; s->choices[i]; i++) {
		if (fourcc == pmk_fourcc_parse(s->choices[i]))
			strcpy(text, s->choices[i]);
	}
}

static int parse_text(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	int err = 0;

	for (const char *c = text; *c && !err; c++)
		err = (unsigned char)*c < 0x20 || *c == 0x7f ? -EINVAL : 0; /* it could not stand in a file */
	if (err) {
		snprintf(why, PMK_SETTING_WHY, "it has a control character in it, such as a line break");
		return err;
	}
	if (s->check) {
		err = s->check(text, why, PMK_SETTING_WHY);
	} else if (!*text) { /* a variable that was not set, as a rule */
		snprintf(why, PMK_SETTING_WHY, "it is empty; give %s%s%s", s->value, s->none ? " or " : "",
			s->none ? s->none : "");
		return -EINVAL;
	}
	if (!err && pmk_spec_copy(value, text)) {
		snprintf(why, PMK_SETTING_WHY, "it is longer than %d characters", PMK_SPEC - 1);
		return -EINVAL;
	}
	return err;
}

static void print_text(const struct pmk_setting *s, const void *value, char *text)
{
	memcpy(text, value, PMK_SPEC);
}

static void range_text(const struct pmk_setting *s, char *text)
{
	snprintf(text, PMK_SETTING_WHY, "a text of up to %d characters", PMK_SPEC - 1);
}

/* --- lines to be read by people --- */

/* Take one character of `text` to *to, as the caption keeps it: a control character becomes a blank; a newline, also
 * written as \\n, stays one if it is the first. Returns the bytes of `text` that are taken; 0: it is no UTF-8. */
static int take_character(const char *text, char **to, bool second)
{
	bool escaped = text[0] == '\\' && (text[1] == 'n' || text[1] == '\\');
	int bytes = escaped ? 2 : pmk_parse_utf8(text);
	unsigned char first = (unsigned char)text[0], next = (unsigned char)text[bytes > 1];

	if (first == '\r')
		return bytes;
	if (first == '\n' || (escaped && next == 'n'))
		*(*to)++ = second ? ' ' : '\n';
	else if (escaped)
		*(*to)++ = '\\';
	else if (first < 0x20 || first == 0x7f || (first == 0xc2 && next < 0xa0))
		*(*to)++ = ' ';
	else
		for (int i = 0; i < bytes; i++)
			*(*to)++ = text[i];
	return bytes;
}

/* The part of `text` without blanks at both ends, and without empty lines. */
static const char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \n");
	length = strlen(text);
	while (length && (text[length - 1] == ' ' || text[length - 1] == '\n'))
		text[--length] = '\0';
	return text;
}

static int parse_caption(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	char kept[PMK_SPEC], *to = kept;

	if (strlen(text) > CAPTION_BYTES) {
		snprintf(why, PMK_SETTING_WHY, "it is longer than %d bytes", CAPTION_BYTES);
		return -EINVAL;
	}
	while (*text) {
		int bytes = take_character(text, &to, memchr(kept, '\n', (size_t)(to - kept)));

		if (!bytes) {
			snprintf(why, PMK_SETTING_WHY, "it is not valid UTF-8");
			return -EINVAL;
		}
		text += bytes;
	}
	*to = '\0';
	return pmk_spec_copy(value, trim(kept));
}

static void print_caption(const struct pmk_setting *s, const void *value, char *text)
{
	for (const char *c = value; *c; c++) {
		if (*c == '\n' || *c == '\\')
			*text++ = '\\';
		*text++ = *c == '\n' ? 'n' : *c;
	}
	*text = '\0';
}

static void range_caption(const struct pmk_setting *s, char *text)
{
	snprintf(text, PMK_SETTING_WHY, "a text of up to %d bytes", CAPTION_BYTES);
}

/* --- sizes and zones --- */

static int parse_size(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	struct pmk_size size;
	int err = pmk_parse_size(text, &size.width, &size.height);

	if (!err)
		memcpy(value, &size, sizeof size);
	return err;
}

static void print_size(const struct pmk_setting *s, const void *value, char *text)
{
	struct pmk_size size;

	memcpy(&size, value, sizeof size);
	snprintf(text, PMK_SPEC, "%dx%d", size.width, size.height);
}

static void range_size(const struct pmk_setting *s, char *text)
{
	strcpy(text, "a size as in 1280x720, 16 to 8192 a side");
}

static void range_sizes(const struct pmk_setting *s, char *text)
{
	snprintf(text, PMK_SETTING_WHY, "up to %g sizes as in 640x480,1280x720", s->most);
}

static int parse_zone(const struct pmk_setting *s, const char *text, void *value, char *why)
{
	struct pmk_zone zone;
	int err;

	memset(&zone, 0, sizeof zone); /* so that equal zones are equal bytes */
	err = pmk_zone_parse(text, &zone);
	if (err)
		pmk_zone_explain(text, why, PMK_SETTING_WHY);
	else
		memcpy(value, &zone, sizeof zone);
	return err;
}

static void print_zone(const struct pmk_setting *s, const void *value, char *text)
{
	pmk_zone_print(value, text, PMK_SPEC);
}

static void range_zone(const struct pmk_setting *s, char *text)
{
	strcpy(text, "X,Y,WxH in pixels or percent, as 0%,0%,25%x100%");
}

const struct pmk_setting_type pmk_type_switch = { sizeof(bool), 0, NULL, parse_switch, print_switch, range_switch };
const struct pmk_setting_type pmk_type_off_switch = { sizeof(bool), 0, NULL, parse_switch, print_switch, range_switch };
const struct pmk_setting_type pmk_type_whole = { sizeof(int), 0, NULL, parse_whole, print_whole, range_number };
const struct pmk_setting_type pmk_type_own_whole = { sizeof(int), 0, &NO_WHOLE, parse_whole, print_whole,
	range_number };
const struct pmk_setting_type pmk_type_count = { sizeof(uint64_t), 0, NULL, parse_count, print_count, range_number };
const struct pmk_setting_type pmk_type_number = { sizeof(double), 0, NULL, parse_number, print_number, range_number };
const struct pmk_setting_type pmk_type_own_number = { sizeof(double), 0, &NO_NUMBER, parse_number, print_number,
	range_number };
const struct pmk_setting_type pmk_type_percent = { sizeof(double), 0, NULL, parse_percent, print_percent,
	range_number };
const struct pmk_setting_type pmk_type_choice = { sizeof(int), 0, NULL, parse_choice, print_choice, range_choice };
const struct pmk_setting_type pmk_type_choice_switch = { sizeof(int), 0, NULL, parse_choice_switch, print_choice,
	range_choice };
const struct pmk_setting_type pmk_type_fourcc = { sizeof(uint32_t), 0, NULL, parse_fourcc, print_fourcc, range_choice };
const struct pmk_setting_type pmk_type_size = { sizeof(struct pmk_size), 0, NULL, parse_size, print_size, range_size };
const struct pmk_setting_type pmk_type_sizes = { sizeof(struct pmk_size), ',', NULL, parse_size, print_size,
	range_sizes };
const struct pmk_setting_type pmk_type_zone = { sizeof(struct pmk_zone), 0, NULL, parse_zone, print_zone, range_zone };
const struct pmk_setting_type pmk_type_text = { PMK_SPEC, 0, NULL, parse_text, print_text, range_text };
const struct pmk_setting_type pmk_type_caption = { PMK_SPEC, 0, NULL, parse_caption, print_caption, range_caption };

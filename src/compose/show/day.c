/* SPDX-License-Identifier: MIT */
#include "compose/show/day.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
	return isdigit((unsigned char)c);
}

/* HHMM or HH-MM, and no digit behind it. */
static int time_of(const char *name)
{
	const char *m;
	int hour, minute;

	if (!is_digit(name[0]) || !is_digit(name[1]))
		return -1;
	m = name + (name[2] == '-' ? 3 : 2);
	if (!is_digit(m[0]) || !is_digit(m[1]) || is_digit(m[2]))
		return -1;
	hour = (name[0] - '0') * 10 + name[1] - '0';
	minute = (m[0] - '0') * 10 + m[1] - '0';
	return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

int pmk_day_start(const char *name)
{
	static const struct {
		const char *word;
		int hour;
	} parts[] = { { "morning", 6 }, { "day", 10 }, { "evening", 17 }, { "night", 21 } };

	for (int i = 0; i < 4; i++) {
		size_t length = strlen(parts[i].word);

		if (strncasecmp(name, parts[i].word, length) == 0 && !isalpha((unsigned char)name[length]))
			return parts[i].hour * 60;
	}
	return time_of(name);
}

void pmk_day_plan(const char *const *names, int count, int *starts)
{
	bool any = false;

	for (int i = 0; i < count; i++) {
		starts[i] = pmk_day_start(names[i]);
		any |= starts[i] >= 0;
	}
	for (int i = 0; i < count && !any; i++)
		starts[i] = (int)((long)i * PMK_DAY_MINUTES / count);
}

int pmk_day_choose(const int *starts, int count, const bool *without, int minute)
{
	int best = -1, best_age = PMK_DAY_MINUTES;

	for (int i = 0; i < count; i++) {
		int age = (minute - starts[i] + PMK_DAY_MINUTES) % PMK_DAY_MINUTES;

		if (starts[i] < 0 || without[i] || age >= best_age)
			continue;
		best = i;
		best_age = age;
	}
	return best;
}

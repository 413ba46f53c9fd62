/* SPDX-License-Identifier: MIT */
#include "io/spec.h"

#include "base/parse.h"
#include "base/words/near.h"
#include "base/words/phrase.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool pmk_spec_stands_in(const char *spec)
{
	return pmk_parse_kind(spec, "presenter") || pmk_parse_after(spec, "file:");
}

/* Whether it may be the name of a kind, alone or with a ":" behind it, rather than a path. */
static bool is_word(const char *spec)
{
	size_t letters = strspn(spec, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return letters && (!spec[letters] || spec[letters] == ':');
}

/* The number of "0", "video0" or "dev/video0"; NULL: it is none of these. */
static const char *device_number(const char *spec)
{
	static const char *const heads[] = { "dev/video", "video", "" };

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		const char *number = pmk_parse_after(spec, heads[i]);

		if (number && *number && !number[strspn(number, "0123456789")])
			return number;
	}
	return NULL;
}

static void list(const char *const *forms, char *why, size_t size)
{
	size_t used = (size_t)snprintf(why, size, "not known; use ");

	for (int i = 0; forms[i] && used < size; i++)
		used += (size_t)snprintf(why + used, size - used, "%s%s",
			!i                   ? "" :
				forms[i + 1] ? ", " :
					       " or ",
			forms[i]);
}

int pmk_spec_refuse(const char *spec, const char *const *forms, char *why, size_t size)
{
	struct pmk_near near = pmk_near_to(is_word(spec) ? spec : "");
	const char *number = device_number(spec);
	char ask[PMK_NEAR_ASK];

	for (int i = 0; forms[i]; i++)
		pmk_near_try(&near, "", forms[i]);
	pmk_near_ask(&near, ask);
	if (*ask)
		pmk_phrase(why, size, "not known%s", ask);
	else if (number)
		pmk_phrase(why, size, "not known; did you mean /dev/video%s?", number);
	else if (strchr(spec, '/') || strchr(spec, '.'))
		pmk_phrase(why, size, "not known; did you mean file:%s?", pmk_short(spec, 100).text);
	else
		list(forms, why, size);
	return -EINVAL;
}

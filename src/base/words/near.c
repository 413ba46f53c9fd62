/* SPDX-License-Identifier: MIT */
#include "base/words/near.h"

#include "base/num.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LEAST = 3, WORD = 32, NEAR = 2, SYLLABLE = 4 };

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Levenshtein's distance of a word to a name: letters that are added, left out or changed. Two swapped
 * letters count as two. */
static size_t distance(const char *word, size_t length, const char *name, size_t name_length)
{
	size_t row[WORD];

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; i < name_length; i++) {
		size_t corner = row[0]++;

		for (size_t j = 0; j < length; j++) {
			size_t change = corner + !same(word[j], name[i]), add = row[j] + 1, leave = row[j + 1] + 1;

			corner = row[j + 1];
			row[j + 1] = pmk_min_size(change, add);
			row[j + 1] = pmk_min_size(leave, row[j + 1]);
		}
	}
	return row[length];
}

/* How far `name` is from what was typed: 0 if it begins with that, up to NEAR letters, or NEAR + 1 if both begin with
 * the same SYLLABLE letters; more: it was not meant. */
static size_t away(const struct pmk_near *near, const char *name)
{
	size_t length = strcspn(name, ":=[");
	size_t far = strncasecmp(name, near->word, near->length) == 0 ?
		0 :
		distance(near->word, near->length, name, length);

	if (far > NEAR || far * 2 > near->length)
		far = strncasecmp(name, near->word, SYLLABLE) == 0 ? NEAR + 1 : NEAR + 2;
	return far;
}

struct pmk_near pmk_near_to(const char *word)
{
	return (struct pmk_near){ .word = word, .length = strcspn(word, ":=["), .far = NEAR + 2 };
}

void pmk_near_try(struct pmk_near *near, const char *before, const char *name)
{
	size_t far = near->length < LEAST || near->length >= WORD ? NEAR + 2 : away(near, name);

	if (far >= near->far)
		return;
	near->far = far;
	near->before = before;
	near->name = name;
}

void pmk_near_ask(const struct pmk_near *near, char ask[PMK_NEAR_ASK])
{
	const char *rest = near->word + near->length, *form = near->name ? strpbrk(near->name, ":[") : NULL;
	bool both = form && rest[0] == ':' && rest[1];
	size_t length;

	ask[0] = '\0';
	if (!near->name)
		return;
	length = both ? (size_t)(form - near->name) : strcspn(near->name, "[");
	if (snprintf(ask, PMK_NEAR_ASK, "; did you mean %s%.*s%s?", near->before, (int)length, near->name,
		    both ? rest : "") >= PMK_NEAR_ASK)
		strcpy(ask + PMK_NEAR_ASK - 5, "...?");
}

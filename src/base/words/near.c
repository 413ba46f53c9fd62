/* SPDX-License-Identifier: MIT */
#include "base/words/near.h"

#include "base/num.h"
#include "base/words/phrase.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { LEAST = 3, WORD = 32, NEAR = 2, SYLLABLE = 4 };

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* How many letters are added, left out, changed or swapped with their neighbour: the distance of Damerau and
 * Levenshtein, where no letter is touched twice. Both texts are shorter than WORD. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t d[WORD][WORD];

	for (size_t i = 0; i <= a_length; i++) {
		for (size_t j = 0; j <= b_length; j++) {
			if (!i || !j) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = pmk_min_size(d[i - 1][j], d[i][j - 1]) + 1;
			d[i][j] = pmk_min_size(d[i][j], d[i - 1][j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				d[i][j] = pmk_min_size(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[a_length][b_length];
}

/* How far `name` is from what was typed: 0 if it begins with that, up to NEAR letters, or NEAR + 1 if both begin with
 * the same SYLLABLE letters; more: it was not meant. */
static size_t away(const struct pmk_near *near, const char *name)
{
	size_t length = strcspn(name, ":=["), far = NEAR + 1;

	if (strncasecmp(name, near->word, near->length) == 0)
		return 0;
	if (length < WORD)
		far = distance(near->word, near->length, name, length);
	if (far > NEAR || far * 2 >= near->length)
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
	pmk_phrase(ask, PMK_NEAR_ASK - 1, "; did you mean %s%.*s%s", near->before, (int)length, near->name,
		both ? rest : "");
	strcat(ask, "?");
}

/* SPDX-License-Identifier: MIT */
#include "settings/settings_line.h"

#include "base/words/near.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char *skip_blanks(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static void drop_blanks_at_end(char *text)
{
	size_t length = strlen(text);

	while (length && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
}

/* Cut at a comment: a ";" behind a blank, or at the beginning. */
static void drop_comment(char *text)
{
	char *c = text;

	while (*c && !(*c == ';' && (c == text || isspace((unsigned char)c[-1]))))
		c++;
	*c = '\0';
}

static int unquote(char *value, const char **why)
{
	char *from = value + 1, *to = value;

	for (; *from && *from != '"'; from++) {
		if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	*why = "has a quote that does not end";
	if (!*from)
		return -EINVAL;
	from = skip_blanks(from + 1);
	*why = "has something behind the closing quote";
	if (*from && *from != ';' && *from != '#')
		return -EINVAL;
	*to = '\0';
	return 0;
}

/* A heading has its line for itself: what stood behind it would be lost. */
static int check_heading(const char *begin, const char **why)
{
	const char *end = strchr(begin, ']');

	*why = "has a heading without its \"]\"";
	if (!end)
		return -EINVAL;
	*why = "has something behind its heading, which must stand on a line of its own";
	end += 1 + strspn(end + 1, " \t\r\n\v\f");
	return *end && *end != ';' && *end != '#' ? -EINVAL : 0;
}

int pmk_settings_line(char *line, char **name, char **value, const char **why)
{
	char *begin = skip_blanks(line), *separator, name_end;

	*why = "is not of the form \"name = value\"";
	if (!*begin || *begin == ';' || *begin == '#')
		return 0;
	if (*begin == '[')
		return check_heading(begin, why);
	separator = strpbrk(begin, "=:");
	if (!separator || separator == begin)
		return -EINVAL;
	name_end = *separator;
	*separator = '\0';
	drop_blanks_at_end(begin);
	if (name_end == ':' && strpbrk(begin, " \t")) /* "backdrop blur:40": the colon is the value's */
		return -EINVAL;
	*name = begin;
	*value = skip_blanks(separator + 1);
	if (**value == '"')
		return unquote(*value, why) ? -EINVAL : 1;
	drop_comment(*value);
	drop_blanks_at_end(*value);
	return 1;
}

/* The name behind the word of a heading's `length` bytes; 0: there is none. */
static size_t name_behind(const char *text, size_t length, const char *word, const char **name)
{
	size_t known = strlen(word), blanks;

	if (length <= known || strncasecmp(text, word, known) != 0)
		return 0;
	blanks = strspn(text + known, " \t");
	*name = text + known + blanks;
	return blanks && known + blanks < length ? length - known - blanks : 0;
}

static bool has(const char *text, size_t length, const char *word)
{
	size_t known = strlen(word), at = 0;

	while (at + known <= length && strncasecmp(text + at, word, known) != 0)
		at++;
	return at + known <= length;
}

/* "cameras NAME", "my camera", "profle: NAME", "camera" or "camra" alone: its settings would be for all cameras, and
 * for each run. Only one letter may be wrong: "cameo" and "profit" are words for people, and so is "cameras" alone. */
static bool is_misspelt(const char *begin, size_t length)
{
	size_t letters = strcspn(begin, " \t:]");
	char word[12] = "";
	struct pmk_near near = pmk_near_to(word);

	if (length == 7 && strncasecmp(begin, "cameras", 7) == 0)
		return false;
	if (has(begin, length, "camera") || has(begin, length, "profile"))
		return true;
	if (letters < sizeof word)
		near = pmk_near_to(memcpy(word, begin, letters));
	pmk_near_try(&near, "", "camera");
	pmk_near_try(&near, "", "profile");
	/* a beginning is not far, however short */
	return near.name && near.far <= 1 && letters + 1 >= strlen(near.name);
}

int pmk_settings_heading(const char *line, struct pmk_heading *heading)
{
	const char *begin = line + strspn(line, " \t"), *name = NULL;
	enum pmk_section section = PMK_SECTION_TOP;
	size_t length, bytes;

	if (*begin != '[')
		return 0;
	begin = begin + 1 + strspn(begin + 1, " \t");
	length = strcspn(begin, "]");
	while (length && isspace((unsigned char)begin[length - 1]))
		length--;
	bytes = name_behind(begin, length, "camera", &name);
	if (bytes)
		section = PMK_SECTION_CAMERA;
	else if (strncasecmp(begin, "profile", 7) == 0)
		section = PMK_SECTION_PROFILE;
	if (section == PMK_SECTION_PROFILE)
		bytes = name_behind(begin, length, "profile", &name);
	if (bytes >= PMK_SPEC || (section == PMK_SECTION_PROFILE && !bytes) ||
		(section == PMK_SECTION_TOP && is_misspelt(begin, length)))
		return -EINVAL;
	heading->section = section;
	snprintf(heading->name, PMK_SPEC, "%.*s", (int)bytes, bytes ? name : "");
	return 1;
}

int pmk_settings_expand_home(const char *value, char expanded[PMK_SPEC])
{
	size_t word = strspn(value, "abcdefghijklmnopqrstuvwxyz");
	size_t before = word && value[word] == ':' ? word + 1 : 0;
	const char *home = getenv("HOME");
	int length;

	if (!home || home[0] != '/' || strncmp(value + before, "~/", 2) != 0)
		length = snprintf(expanded, PMK_SPEC, "%s", value);
	else
		length = snprintf(expanded, PMK_SPEC, "%.*s%s%s", (int)before, value, home, value + before + 1);
	return length < PMK_SPEC ? 0 : -ENAMETOOLONG;
}

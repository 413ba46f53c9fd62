/* SPDX-License-Identifier: MIT */
#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int pmk_parse_int(const char *text, int least, int most, int *value)
{
	char *end;
	long n;

	if (!isdigit((unsigned char)text[0]) && text[0] != '-')
		return -EINVAL;
	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < least || n > most)
		return -EINVAL;
	*value = (int)n;
	return 0;
}

int pmk_parse_double(const char *text, double least, double most, double *value)
{
	char *end;
	double n;

	/* strtod also accepts "inf", "nan" and hexadecimal numbers, which nobody writes here on purpose */
	if (text[0] == '\0' || text[strspn(text, "0123456789.-")])
		return -EINVAL;
	n = strtod(text, &end);
	if (end == text || *end || !(n >= least && n <= most))
		return -EINVAL;
	*value = n;
	return 0;
}

int pmk_parse_size(const char *text, int *width, int *height)
{
	const char *x = strchr(text, 'x');
	char first[8];
	int w, h;

	if (!x || x == text || (size_t)(x - text) >= sizeof first)
		return -EINVAL;
	memcpy(first, text, (size_t)(x - text));
	first[x - text] = '\0';
	if (pmk_parse_int(first, 16, 8192, &w) || pmk_parse_int(x + 1, 16, 8192, &h))
		return -EINVAL;
	*width = w;
	*height = h;
	return 0;
}

int pmk_parse_colour(const char *text, uint8_t rgb[3])
{
	unsigned long value;

	if (text[0] == '#')
		text++;
	if (strlen(text) != 6 || strspn(text, "0123456789abcdefABCDEF") != 6)
		return -EINVAL;
	value = strtoul(text, NULL, 16);
	rgb[0] = (uint8_t)(value >> 16);
	rgb[1] = (uint8_t)(value >> 8);
	rgb[2] = (uint8_t)value;
	return 0;
}

int pmk_parse_bool(const char *text, bool *value)
{
	static const char *const yes[] = { "yes", "true", "on", "1" }, *const no[] = { "no", "false", "off", "0" };

	for (int i = 0; i < 4; i++) {
		if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
			*value = strcasecmp(text, yes[i]) == 0;
			return 0;
		}
	}
	return -EINVAL;
}

int pmk_parse_long_line(const char *text)
{
	for (int line = 1; *text; line++) {
		size_t length = strcspn(text, "\n");

		if (length > PMK_PARSE_LINE)
			return line;
		text += length + (text[length] == '\n');
	}
	return 0;
}

const char *pmk_parse_after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

int pmk_spec_copy(char spec[PMK_SPEC], const char *text)
{
	size_t length = strlen(text);

	if (length >= PMK_SPEC)
		return -ENAMETOOLONG;
	memset(spec, 0, PMK_SPEC);
	memcpy(spec, text, length);
	return 0;
}

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

/* Values of CSS Color Module Level 3, section 4.3. */
static const struct {
	const char *name;
	uint32_t rgb;
} colours[] = {
	{ "aqua", 0x00ffff },
	{ "beige", 0xf5f5dc },
	{ "black", 0x000000 },
	{ "blue", 0x0000ff },
	{ "brown", 0xa52a2a },
	{ "cyan", 0x00ffff },
	{ "fuchsia", 0xff00ff },
	{ "gold", 0xffd700 },
	{ "gray", 0x808080 },
	{ "green", 0x008000 },
	{ "grey", 0x808080 },
	{ "lime", 0x00ff00 },
	{ "magenta", 0xff00ff },
	{ "maroon", 0x800000 },
	{ "navy", 0x000080 },
	{ "olive", 0x808000 },
	{ "orange", 0xffa500 },
	{ "pink", 0xffc0cb },
	{ "purple", 0x800080 },
	{ "red", 0xff0000 },
	{ "silver", 0xc0c0c0 },
	{ "teal", 0x008080 },
	{ "violet", 0xee82ee },
	{ "white", 0xffffff },
	{ "yellow", 0xffff00 },
};

const char *pmk_parse_colour_name(int index)
{
	return (size_t)index < sizeof colours / sizeof colours[0] ? colours[index].name : NULL;
}

static int parse_hex(const char *text, uint32_t *rgb)
{
	size_t digits = strspn(text, "0123456789abcdefABCDEF");
	uint32_t value;

	if (text[digits] || (digits != 3 && digits != 6))
		return -EINVAL;
	value = (uint32_t)strtoul(text, NULL, 16);
	if (digits == 3)
		value = ((value >> 8 & 15) << 16 | (value >> 4 & 15) << 8 | (value & 15)) * 17;
	*rgb = value;
	return 0;
}

int pmk_parse_colour(const char *text, uint8_t rgb[3])
{
	uint32_t value = 0;
	int err = parse_hex(text + (text[0] == '#'), &value);

	for (size_t i = 0; err && i < sizeof colours / sizeof colours[0]; i++) {
		if (strcasecmp(text, colours[i].name) != 0)
			continue;
		value = colours[i].rgb;
		err = 0;
	}
	if (err)
		return err;
	rgb[0] = (uint8_t)(value >> 16);
	rgb[1] = (uint8_t)(value >> 8);
	rgb[2] = (uint8_t)value;
	return 0;
}

/* Behind a colon, two digits count up to 59. */
int pmk_parse_time(const char *text, int64_t *ns)
{
	int64_t whole = 0, fraction = 0, unit = 1000000000;
	int colons = 0;

	for (;; text++) {
		size_t digits = strspn(text, "0123456789");
		long number = strtol(text, NULL, 10);

		if (!digits || digits > 7 || (colons && (digits != 2 || number > 59)))
			return -EINVAL;
		whole = whole * 60 + number;
		text += digits;
		if (*text != ':' || colons == 2)
			break;
		colons++;
	}
	if (*text == '.' && text[1]) {
		for (text++; isdigit((unsigned char)*text) && unit > 1; text++)
			fraction += (*text - '0') * (unit /= 10);
	}
	if (*text || whole > 3600000)
		return -EINVAL;
	*ns = whole * 1000000000 + fraction;
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

int pmk_parse_utf8(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	int n = c[0] < 0x80                 ? 1 :
		c[0] >= 0xc2 && c[0] < 0xe0 ? 2 :
		c[0] >= 0xe0 && c[0] < 0xf0 ? 3 :
		c[0] >= 0xf0 && c[0] < 0xf5 ? 4 :
					      0;

	for (int i = 1; i < n; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	}
	if (n > 2 &&
		((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] >= 0xa0) || /* overlong; surrogates */
			(c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] >= 0x90)))
		return 0;
	return n;
}

const char *pmk_parse_after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

const char *pmk_parse_kind(const char *text, const char *kind)
{
	const char *rest = pmk_parse_after(text, kind);

	return rest && (*rest == ':' || !*rest) ? rest + (*rest == ':') : NULL;
}

int pmk_spec_copy(char spec[PMK_SPEC], const char *text)
{
	size_t length = strlen(text);

	if (length >= PMK_SPEC)
		return -ENAMETOOLONG;
	memset(spec, 0, PMK_SPEC);
	memcpy(spec, text, length + 1);
	return 0;
}

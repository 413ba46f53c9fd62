/* SPDX-License-Identifier: MIT */
#include "base/parse.h"
#include "control/tray/tray_parts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the character at `text` that the bus takes; 0: it would refuse the whole message. sd-bus refuses those that
 * Unicode keeps free for ever: U+FDD0 to U+FDEF, and the last two of each plane. */
static int accepted(const char *text)
{
	const unsigned char *t = (const unsigned char *)text;
	int bytes = pmk_parse_utf8(text);
	unsigned code = bytes == 3 ? (t[0] & 0x0fu) << 12 | (t[1] & 0x3fu) << 6 | (t[2] & 0x3fu) :
		bytes == 4         ? (t[1] & 0x0fu) << 12 | (t[2] & 0x3fu) << 6 | (t[3] & 0x3fu) :
				     0;

	if ((bytes == 3 && code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe)
		return 0;
	return bytes;
}

static const char *escaped(char c, enum pmk_tray_escape escape)
{
	if (escape == PMK_TRAY_LABEL)
		return c == '_' ? "__" : NULL;
	if (escape == PMK_TRAY_MARKUP)
		return c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : NULL;
	return NULL;
}

void pmk_tray_text(const char *from, enum pmk_tray_escape escape, char *to, size_t size)
{
	size_t used = 0;

	while (*from) {
		int bytes = accepted(from);
		const char *as = escaped(*from, escape);

		if (!as && bytes <= 1)
			as = !bytes ? "?" : iscntrl((unsigned char)*from) ? " " : NULL;
		if (used + (as ? strlen(as) : (size_t)bytes) >= size)
			break;
		memcpy(to + used, as ? as : from, as ? strlen(as) : (size_t)bytes);
		used += as ? strlen(as) : (size_t)bytes;
		from += bytes ? bytes : 1;
	}
	to[used] = '\0';
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* The byte at `*at`, and step over it; 0 for one that no path can have. */
static char take_byte(const char **at)
{
	const char *text = *at;
	int high, low;

	*at += *text == '%' ? 3 : 1;
	if (*text != '%')
		return *text == '?' || *text == '#' ? '\0' : *text;
	high = digit(text[1]);
	low = high < 0 ? -1 : digit(text[2]);
	return low < 0 ? '\0' : (char)(high << 4 | low);
}

int pmk_tray_path(const char *uri, char path[PMK_SPEC])
{
	const char *rest = pmk_parse_after(uri, "file:"), *local = rest ? pmk_parse_after(rest, "//localhost/") : NULL;
	char made[PMK_SPEC];
	size_t used = 0;

	if (!rest)
		return -EINVAL;
	rest = local ? local - 1 : pmk_parse_after(rest, "///") ? rest + 2 : rest;
	if (rest[0] != '/' || rest[1] == '/')
		return -EINVAL;
	while (*rest) {
		made[used] = take_byte(&rest);
		if (!made[used] || ++used == sizeof made)
			return -EINVAL;
	}
	made[used] = '\0';
	return pmk_spec_copy(path, made);
}

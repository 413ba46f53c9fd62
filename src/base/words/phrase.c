/* SPDX-License-Identifier: MIT */
#include "base/words/phrase.h"

#include "base/num.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char dots[] = "...";

/* Where a text can be cut that keeps `most` bytes: before a whole character. */
static size_t place_before(const char *text, size_t most)
{
	while (most && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	return most;
}

void pmk_phrase_end(char *text, size_t size)
{
	if (size > sizeof dots)
		memcpy(text + place_before(text, size - sizeof dots), dots, sizeof dots);
}

void pmk_phrase(char *text, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, size, format, args);
	va_end(args);
	if (length >= 0 && (size_t)length >= size)
		pmk_phrase_end(text, size);
}

struct pmk_short pmk_short(const char *name, size_t most)
{
	struct pmk_short cut;

	pmk_phrase(cut.text, pmk_min_size(most, PMK_SHORT) + sizeof dots, "%s", name);
	return cut;
}

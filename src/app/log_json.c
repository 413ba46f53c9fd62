/* SPDX-License-Identifier: MIT */
#include "app/log_json.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Bytes of a whole UTF-8 character at `text`; 0 when it is none. */
static int utf8_bytes(const unsigned char *text)
{
	int n = text[0] < 0x80                    ? 1 :
		text[0] >= 0xc2 && text[0] < 0xe0 ? 2 :
		text[0] >= 0xe0 && text[0] < 0xf0 ? 3 :
		text[0] >= 0xf0 && text[0] < 0xf5 ? 4 :
						    0;

	for (int i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

/* cJSON passes other bytes on as they are, and its reader would refuse the line. */
static void make_utf8(char *text)
{
	for (int n; *text; text += n ? n : 1) {
		n = utf8_bytes((const unsigned char *)text);
		if (!n)
			*text = '?';
	}
}

void pmk_log_json(enum pmk_log_level level, const char *line)
{
	char name[] = "level", message[] = "message", level_text[16], text[PMK_LOG_LINE], json[2 * PMK_LOG_LINE + 64];
	cJSON second = { .type = cJSON_String, .string = message, .valuestring = text };
	cJSON first = { .next = &second, .type = cJSON_String, .string = name, .valuestring = level_text };
	cJSON object = { .type = cJSON_Object, .child = &first };

	snprintf(level_text, sizeof level_text, "%s", pmk_log_level_name(level));
	snprintf(text, sizeof text, "%s", line);
	make_utf8(text);
	if (cJSON_PrintPreallocated(&object, json, sizeof json, false))
		fprintf(stderr, "%s\n", json);
	else
		fprintf(stderr, "%s\n", line); /* which a line of control characters alone would need */
}

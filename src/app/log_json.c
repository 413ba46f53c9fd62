/* SPDX-License-Identifier: MIT */
#include "app/log_json.h"

#include "base/parse.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* cJSON passes other bytes on as they are, and its reader would refuse the line. */
static void make_utf8(char *text)
{
	for (int n; *text; text += n ? n : 1) {
		n = pmk_parse_utf8(text);
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

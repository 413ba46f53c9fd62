/* SPDX-License-Identifier: MIT */
#include "media/carry/telltale.h"

#include <regex.h>
#include <stdlib.h>

static bool has(const char *text, const char *pattern, int flags)
{
	regex_t compiled;
	bool found;

	if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB | flags))
		return true;
	found = regexec(&compiled, text, 0, NULL, 0) != REG_NOMATCH;
	regfree(&compiled);
	return found;
}

bool pmk_telltale_name(const char *name)
{
	static const char pattern[] = "(^|[^a-z])(dji|gps|gopro[a-z]*|insta360|autel|skydio|[a-z]*metadata|telemetry|"
				      "sensors?)([^a-z]|$)";

	return name && has(name, pattern, REG_ICASE);
}

bool pmk_telltale_text(const uint8_t *data, size_t bytes)
{
	static const char *const labels[] = { "(^|[^a-z])(gps|home) *[(:=[] *[-+]?[0-9]",
		"(^|[^a-z])(latitude|longt?itude|lat|lon|lng)[\"']? *[:=(] *[\"']?[-+]?[0-9]" };
	static const char *const numbers[] = {
		"[0-9][.][0-9]+[^A-Za-z0-9]{0,4}[NS][^A-Za-z]{1,24}[.][0-9]+[^A-Za-z0-9]{0,4}[EW]",
		"[NS][^A-Za-z]{0,16}[0-9][.][0-9]+[^A-Za-z]{1,8}[EW][^A-Za-z]{0,16}[0-9][.][0-9]",
		"[-+][0-9]{2}[.][0-9]{2,}[-+][0-9]{3}[.][0-9]{2,}", "[$]G[A-Z]{4},"
	};
	char *text = malloc(bytes + 1);
	bool found = !text;

	for (size_t i = 0; text && i < bytes; i++)
		text[i] = (char)(data[i] ? data[i] : ' ');
	if (text)
		text[bytes] = '\0';
	for (size_t i = 0; !found && i < sizeof labels / sizeof labels[0]; i++)
		found = has(text, labels[i], REG_ICASE);
	for (size_t i = 0; !found && i < sizeof numbers / sizeof numbers[0]; i++)
		found = has(text, numbers[i], 0);
	free(text);
	return found;
}

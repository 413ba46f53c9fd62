/* SPDX-License-Identifier: MIT */
/* The configuration file. Each setting that it has made prints as text that sets it to the same value again. */
#include "fuzz.h"
#include "settings/settings_file.h"

#include <stdlib.h>
#include <string.h>

static void check(const struct pmk_setting *setting, const struct pmk_settings *settings)
{
	struct pmk_settings *again = malloc(sizeof *again);
	char text[PMK_SPEC], why[PMK_SETTING_WHY];
	bool list = setting->flags & PMK_SETTING_LIST;

	if (!again)
		return;
	*again = *settings;
	if (list)
		pmk_setting_clear(setting, again);
	for (int i = 0; pmk_setting_print(setting, settings, i, text); i++) {
		if (pmk_setting_set(setting, text, again, why))
			abort();
		if (!list)
			break;
	}
	if (!pmk_setting_equal(setting, settings, again))
		abort();
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct pmk_settings settings;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, bytes, size);
	text[size] = '\0';
	pmk_settings_init(&settings);
	if (pmk_settings_read_text(text, "potemkin.conf", &settings) == 0) {
		for (int i = 0; i < pmk_settings_count; i++)
			check(&pmk_settings_table[i], &settings);
	}
	free(text);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "app/files/batch_names.h"

#include "settings/inputs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_SAME = 100000 };

struct naming {
	struct pmk_inputs inputs;
	char **names;
	int name_count;
};

static bool is_taken(const struct naming *naming, const char *name)
{
	static const char *const ends[] = { ".png", ".webp", ".mp4", ".mkv", ".webm", ".mov", ".y4m" };
	bool taken = false;

	for (int i = 0; i < naming->name_count && !taken; i++)
		taken = strcasecmp(naming->names[i], name) == 0;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0] && !taken; i++) {
		char *path;

		if (asprintf(&path, "%s%s", name, ends[i]) < 0)
			return true;
		taken = pmk_inputs_have(&naming->inputs, path);
		free(path);
	}
	return taken;
}

static bool add_name(struct naming *naming, const char *input, const char *folder)
{
	const char *slash = strrchr(input, '/'), *base = slash ? slash + 1 : input, *dot = strrchr(base, '.');
	int length = dot && dot != base ? (int)(dot - base) : (int)strlen(base);

	for (int number = 1; number < MOST_SAME; number++) {
		char *name, suffix[16] = "";

		if (number > 1)
			snprintf(suffix, sizeof suffix, "-%d", number);
		if (asprintf(&name, "%s/%.*s%s", folder, length, base, suffix) < 0)
			return false;
		if (!is_taken(naming, name)) {
			naming->names[naming->name_count++] = name;
			return true;
		}
		free(name);
	}
	return false;
}

int pmk_batch_names(
	const char *const *inputs, int count, const char *folder, const struct pmk_settings *settings, char ***names)
{
	struct naming naming = { .names = calloc((size_t)count + 1, sizeof *naming.names) };
	int err = pmk_inputs_find(&naming.inputs, settings, "");
	bool done = !err && naming.names;

	for (int i = 0; done && i < count; i++)
		pmk_inputs_add(&naming.inputs, inputs[i]);
	done &= !naming.inputs.full;
	for (int i = 0; done && i < count; i++)
		done = add_name(&naming, inputs[i], folder);
	pmk_inputs_free(&naming.inputs);
	if (done) {
		*names = naming.names;
		return 0;
	}
	pmk_batch_names_free(naming.names, naming.name_count);
	return err ? err : -ENOMEM;
}

void pmk_batch_names_free(char **names, int count)
{
	for (int i = 0; names && i < count; i++)
		free(names[i]);
	free(names);
}

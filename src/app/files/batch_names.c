/* SPDX-License-Identifier: MIT */
#include "app/files/batch_names.h"

#include "settings/inputs.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MOST_SAME = 100000 };

struct identity {
	dev_t device;
	ino_t number;
};

struct naming {
	const struct pmk_settings *settings;
	struct identity *inputs; /* those that exist */
	int input_count;
	char **names;
	int name_count;
};

static void add_identity(struct naming *naming, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0)
		naming->inputs[naming->input_count++] = (struct identity){ st.st_dev, st.st_ino };
}

static bool is_input(const struct naming *naming, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	for (int i = 0; i < naming->input_count; i++) {
		if (naming->inputs[i].device == st.st_dev && naming->inputs[i].number == st.st_ino)
			return true;
	}
	return pmk_inputs_have(naming->settings, "", path);
}

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
		taken = is_input(naming, path);
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

char **pmk_batch_names(const char *const *inputs, int count, const char *folder, const struct pmk_settings *settings)
{
	struct naming naming = {
		.settings = settings,
		.inputs = calloc((size_t)count, sizeof *naming.inputs),
		.names = calloc((size_t)count + 1, sizeof *naming.names),
	};
	bool done = naming.inputs && naming.names;

	for (int i = 0; done && i < count; i++)
		add_identity(&naming, inputs[i]);
	for (int i = 0; done && i < count; i++)
		done = add_name(&naming, inputs[i], folder);
	free(naming.inputs);
	if (done)
		return naming.names;
	pmk_batch_names_free(naming.names, naming.name_count);
	return NULL;
}

void pmk_batch_names_free(char **names, int count)
{
	for (int i = 0; names && i < count; i++)
		free(names[i]);
	free(names);
}

/* SPDX-License-Identifier: MIT */
#include "settings/inputs.h"

#include "base/log.h"
#include "base/new_file.h"
#include "base/parse.h"
#include "compose/backdrop.h"
#include "model/manifest.h"
#include "settings/settings_file.h"
#include "settings/settings_line.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- what is read --- */

void pmk_inputs_add(struct pmk_inputs *inputs, const char *path)
{
	int room = inputs->count < inputs->room ? inputs->room : inputs->room ? 2 * inputs->room : 16;
	struct pmk_file_place *more = inputs->files;

	if (room != inputs->room)
		more = realloc(inputs->files, (size_t)room * sizeof *more);
	inputs->full |= !more;
	if (!more)
		return;
	inputs->files = more;
	inputs->room = room;
	pmk_file_place_find(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &inputs->files[inputs->count]);
	inputs->count += inputs->files[inputs->count].known;
}

static void add(void *user, const char *path)
{
	pmk_inputs_add(user, path);
}

static bool find_folder(const char *backdrop, char path[PMK_SPEC], struct pmk_file_place *folder)
{
	struct stat st;

	if (!pmk_backdrop_folder(backdrop, path) || stat(path, &st) < 0)
		return false;
	*folder = (struct pmk_file_place){ .known = true, .device = st.st_dev, .number = st.st_ino };
	return true;
}

/* What is in the folder may be a link to a file elsewhere, or another name of one. */
static void add_files_of(struct pmk_inputs *inputs, const char *backdrop, struct pmk_file_place *place)
{
	char folder[PMK_SPEC], path[PMK_SPEC + NAME_MAX + 2];
	const struct dirent *entry;
	DIR *directory;

	if (!find_folder(backdrop, folder, place))
		return;
	directory = opendir(folder);
	while (directory && (entry = readdir(directory))) {
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			pmk_inputs_add(inputs, path);
	}
	if (directory)
		closedir(directory);
}

static int add_models(struct pmk_inputs *inputs, const char *model)
{
	bool both = strcmp(model, "auto") == 0;
	int err = 0;

	for (int i = 0; i < (both ? PMK_MODELS_OF_AUTO : 1) && !err; i++)
		err = pmk_model_each_file(both ? pmk_models_of_auto[i] : model, add, inputs);
	return err == -EINVAL ? -EBADMSG : err; /* it is no mistake on the command line */
}

static void add_film(struct pmk_inputs *inputs, const char *film)
{
	const char *path = pmk_parse_after(film, "file:");

	pmk_inputs_add(inputs, path ? path : film);
}

/* A line of the configuration file may count later, or for another camera. Its pictures must last, so much the more
 * may be added to their folder until then. A model that cannot be found is told once it is asked for. */
static void add_line(void *user, int number, const char *name, const char *value)
{
	const struct pmk_setting *setting = pmk_setting_find(name);
	struct pmk_file_place folder;
	char path[PMK_SPEC];

	if (!setting || pmk_settings_expand_home(value, path))
		return;
	if (setting->flags & PMK_SETTING_READ || strcmp(name, "camera") == 0)
		add_film(user, path);
	if (strcmp(name, "backdrop") == 0)
		add_files_of(user, path, &folder);
	if (strcmp(name, "model") == 0)
		(void)add_models(user, path);
}

/* What a run reads all the time. */
static void add_pictures(struct pmk_inputs *inputs, const struct pmk_settings *settings)
{
	const struct pmk_scene_settings *scene = &settings->pipeline.scene;

	pmk_inputs_add(inputs, scene->backdrop);
	pmk_inputs_add(inputs, scene->overlay.picture);
	add_files_of(inputs, scene->backdrop, &inputs->folder);
}

static int tell_if_full(const struct pmk_inputs *inputs)
{
	if (!inputs->full)
		return 0;
	pmk_error("not enough memory for the names of all inputs");
	return -ENOMEM;
}

int pmk_inputs_find(struct pmk_inputs *inputs, const struct pmk_settings *settings, const char *in)
{
	char config[PMK_SPEC];
	int err;

	*inputs = (struct pmk_inputs){ 0 };
	add_film(inputs, in ? in : settings->pipeline.camera);
	add_pictures(inputs, settings);
	if (pmk_settings_file_of(settings, config)) {
		pmk_inputs_add(inputs, config);
		pmk_settings_lines(config, add_line, inputs);
	}
	err = add_models(inputs, settings->pipeline.scene.model);
	return err ? err : tell_if_full(inputs);
}

void pmk_inputs_free(struct pmk_inputs *inputs)
{
	free(inputs->files);
	*inputs = (struct pmk_inputs){ 0 };
}

/* --- what must not be written --- */

static bool is_shown(const struct pmk_inputs *inputs, const struct pmk_file_place *place)
{
	const struct pmk_file_place *folder = &inputs->folder;

	return place->known && folder->known && place->device == folder->device && place->number == folder->number &&
		place->name[0] && place->name[0] != '.';
}

/* Whether one of them is an unfinished file that this one would remove. */
static bool has_left(const struct pmk_inputs *inputs, const char *path)
{
	struct pmk_file_place place = { 0 };
	char *left = pmk_new_file_left(path);
	bool found = false;

	if (left)
		pmk_file_place_find(left, &place);
	for (int i = 0; i < inputs->count && !found; i++)
		found = !place.name[0] && pmk_file_place_equal(&inputs->files[i], &place);
	free(left);
	return found;
}

/* Why the file must not be written; NULL: it may be. */
static const char *find_reason(const struct pmk_inputs *inputs, const char *path)
{
	struct pmk_file_place place;

	pmk_file_place_find(strcmp(path, "-") == 0 ? "/dev/stdout" : path, &place);
	for (int i = 0; i < inputs->count; i++) {
		if (pmk_file_place_equal(&inputs->files[i], &place))
			return place.name[0] ? "would become an input; name another output file" :
					       "is an input and would be overwritten; name another output file";
	}
	if (has_left(inputs, path))
		return "would take the place of its unfinished file, which is an input; name another output file";
	return is_shown(inputs, &place) ? "would become a picture of the backdrop; name a file in another folder" :
					  NULL;
}

bool pmk_inputs_have(const struct pmk_inputs *inputs, const char *path)
{
	return find_reason(inputs, path) != NULL;
}

static int spare(const struct pmk_inputs *inputs, const char *path)
{
	const char *reason = find_reason(inputs, path);

	if (reason)
		pmk_error("\"%s\" %s", path, reason);
	return reason ? -EINVAL : 0;
}

int pmk_inputs_spare(const struct pmk_settings *settings, const char *in, const char *path)
{
	struct pmk_inputs inputs;
	int err = pmk_inputs_find(&inputs, settings, in);

	if (!err)
		err = spare(&inputs, path);
	pmk_inputs_free(&inputs);
	return err;
}

static bool writes_files(const struct pmk_pipeline_settings *outputs)
{
	bool any = false;

	for (int i = 0; i < outputs->output_count; i++)
		any |= pmk_parse_after(outputs->outputs[i], "file:") != NULL;
	return any;
}

static int spare_files(const struct pmk_inputs *inputs, const struct pmk_pipeline_settings *outputs)
{
	int err = 0;

	for (int i = 0; i < outputs->output_count && !err; i++) {
		const char *path = pmk_parse_after(outputs->outputs[i], "file:");

		err = path ? spare(inputs, path) : 0;
	}
	return err;
}

int pmk_inputs_spare_outputs(const struct pmk_settings *settings, const struct pmk_pipeline_settings *outputs)
{
	struct pmk_inputs inputs;
	int err;

	if (!writes_files(outputs))
		return 0;
	err = pmk_inputs_find(&inputs, settings, NULL);
	if (!err)
		err = spare_files(&inputs, outputs);
	pmk_inputs_free(&inputs);
	return err;
}

int pmk_inputs_spare_change(const struct pmk_settings *now, const struct pmk_settings *wanted)
{
	const struct pmk_pipeline_settings *p = &wanted->pipeline;
	struct pmk_inputs inputs = { 0 };
	int err = 0;

	if (!writes_files(&now->pipeline))
		return 0;
	add_film(&inputs, p->camera);
	add_pictures(&inputs, wanted);
	if (strcmp(p->scene.model, now->pipeline.scene.model) != 0)
		err = add_models(&inputs, p->scene.model);
	if (!err)
		err = tell_if_full(&inputs);
	if (!err)
		err = spare_files(&inputs, &now->pipeline);
	pmk_inputs_free(&inputs);
	return err;
}

int pmk_inputs_spare_folder(const struct pmk_settings *settings, const char *folder)
{
	struct pmk_file_place shown;
	char path[PMK_SPEC];
	struct stat st;

	if (!find_folder(settings->pipeline.scene.backdrop, path, &shown) || stat(folder, &st) < 0 ||
		st.st_dev != shown.device || st.st_ino != shown.number)
		return 0;
	pmk_error("what is written into \"%s\" would become a picture of the backdrop; name another folder", folder);
	return -EINVAL;
}

enum pmk_exit pmk_inputs_exit(int err)
{
	return pmk_exit_of(err == -EINVAL ? PMK_PART_OUTPUT : PMK_PART_SCENE, err, "");
}

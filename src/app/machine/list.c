/* SPDX-License-Identifier: MIT */
#include "app/commands.h"
#include "app/machine/list_settings.h"
#include "app/unused.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/words/phrase.h"
#include "control/gallery.h"
#include "image/fourcc.h"
#include "io/pipewire/pipewire_cameras.h"
#include "io/pipewire/portal.h"
#include "io/v4l2/devices.h"
#include "model/manifest.h"
#include "settings/settings_file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cJSON *modes_of(const struct pmk_device_mode *list, int count)
{
	cJSON *modes = cJSON_CreateArray();
	char name[5];

	for (int i = 0; i < count; i++) {
		cJSON *mode = cJSON_CreateObject();
		cJSON_AddStringToObject(mode, "format", pmk_fourcc_name(list[i].fourcc, name));
		cJSON_AddNumberToObject(mode, "width", list[i].width);
		cJSON_AddNumberToObject(mode, "height", list[i].height);
		cJSON_AddNumberToObject(mode, "fps", list[i].fps);
		cJSON_AddItemToArray(modes, mode);
	}
	return modes;
}

static cJSON *list_devices(enum pmk_device_kind kind)
{
	cJSON *list = cJSON_CreateArray();
	struct pmk_device *devices = NULL;
	int count = pmk_devices_scan(&devices);

	for (int i = 0; i < count; i++) {
		cJSON *one;

		if (devices[i].kind != kind)
			continue;
		one = cJSON_CreateObject();
		cJSON_AddStringToObject(one, "spec", devices[i].path);
		cJSON_AddStringToObject(one, "title", devices[i].card);
		cJSON_AddStringToObject(one, "id", devices[i].bus);
		cJSON_AddBoolToObject(one, "busy", devices[i].busy);
		if (devices[i].error)
			cJSON_AddStringToObject(one, "error", strerror(-devices[i].error));
		else if (devices[i].fault[0])
			cJSON_AddStringToObject(one, "error", devices[i].fault);
		if (kind == PMK_DEVICE_CAMERA)
			cJSON_AddItemToObject(one, "modes", modes_of(devices[i].modes, devices[i].mode_count));
		cJSON_AddItemToArray(list, one);
	}
	free(devices);
	return list;
}

static void add_simple(cJSON *list, const char *spec, const char *title)
{
	cJSON *one = cJSON_CreateObject();

	cJSON_AddStringToObject(one, "spec", spec);
	cJSON_AddStringToObject(one, "title", title);
	cJSON_AddItemToArray(list, one);
}

static void add_pipewire_cameras(cJSON *list)
{
	struct pmk_pipewire_camera *cameras;
	int count = pmk_pipewire_list(&cameras);
	char spec[160];

	for (int i = 0; i < count; i++) {
		snprintf(spec, sizeof spec, "pipewire:%s", cameras[i].name);
		add_simple(list, spec, cameras[i].title);
		cJSON_AddItemToObject(cJSON_GetArrayItem(list, cJSON_GetArraySize(list) - 1), "modes",
			modes_of(cameras[i].modes, cameras[i].mode_count));
	}
	if (!count && !pmk_pipewire_lists_ours() && pmk_portal_has_camera())
		add_simple(list, "pipewire", "a camera from the desktop portal, which may ask you");
	free(cameras);
}

static cJSON *list_cameras(const struct pmk_options *options)
{
	cJSON *list = list_devices(PMK_DEVICE_CAMERA);

	add_pipewire_cameras(list);
	add_simple(list, "presenter", "a drawn person in a messy office");
	add_simple(list, "file:PATH", "a video or picture, looped");
	return list;
}

static cJSON *list_outputs(const struct pmk_options *options)
{
	cJSON *list = list_devices(PMK_DEVICE_LOOPBACK);

	add_simple(list, "pipewire[:NAME]",
		pmk_pipewire_runs() ? "a camera for programs that use PipeWire" :
				      "a camera for programs that use PipeWire, which is not running");
	add_simple(list, "file:PATH", "a video file: .mp4, .mkv, .webm, .mov or .y4m");
	add_simple(list, "null", "nowhere");
	add_simple(list, "hash", "SHA-256 of each picture on standard output");
	return list;
}

/* NULL, logged: the descriptions cannot be read. */
static cJSON *list_models(const struct pmk_options *options)
{
	struct pmk_model_card *cards;
	cJSON *list;
	int count;

	if (pmk_manifest_cards(&cards, &count))
		return NULL;
	list = cJSON_CreateArray();
	for (int i = 0; i < count; i++) {
		char path[4096] = "";
		bool here = pmk_manifest_find(&cards[i], path, sizeof path) == 0;

		add_simple(list, cards[i].name, cards[i].title);
		cJSON_AddBoolToObject(cJSON_GetArrayItem(list, i), "here", here);
		cJSON_AddStringToObject(cJSON_GetArrayItem(list, i), "path", path);
		cJSON_AddStringToObject(cJSON_GetArrayItem(list, i), "licence", cards[i].licence);
		cJSON_AddStringToObject(cJSON_GetArrayItem(list, i), "source", cards[i].source);
	}
	free(cards);
	return list;
}

/* The folder of the user's own backdrops, by the command line or else the configuration file. A mistake in that is no
 * reason to list nothing. */
static void find_own_folder(const struct pmk_options *options, char folder[PMK_SPEC])
{
	struct pmk_settings *settings = malloc(sizeof *settings);
	char path[PMK_SPEC];

	memcpy(folder, options->settings.backdrop_folder, PMK_SPEC);
	if (settings && !*folder && !options->configured && pmk_settings_default_file(path)) {
		pmk_settings_init(settings);
		pmk_log_lower(true);
		if (pmk_settings_read_file(path, settings) == 0)
			memcpy(folder, settings->backdrop_folder, PMK_SPEC);
		pmk_log_lower(false);
	}
	free(settings);
}

static cJSON *list_backdrops(const struct pmk_options *options)
{
	char folder[PMK_SPEC];
	cJSON *list = cJSON_CreateArray();
	struct pmk_gallery gallery = { 0 };

	find_own_folder(options, folder);
	if (pmk_gallery_read(folder, &gallery))
		pmk_error("not enough memory for the gallery");
	for (int i = 0; i < gallery.count; i++)
		add_simple(list, gallery.cards[i].spec, gallery.cards[i].title);
	pmk_gallery_free(&gallery);
	add_simple(list, "PATH", "a picture of any size, or a film, see --fit");
	add_simple(list, "slideshow:FOLDER[:SECONDS]", "the pictures of a folder, one after another");
	add_simple(list, "daylight:[FOLDER]", "a picture for each part of the day, built-in ones or a folder's");
	add_simple(
		list, "blur:1..20", "a portrait's soft background: the room is recognised; below 10 with --show-room");
	add_simple(list, "blur[:21..100]",
		"the room, blurred: no letters up to 8 % of the height (21: 5 %, 100: 12 %); large shapes remain");
	add_simple(list, "color:#rrggbb", "one colour");
	add_simple(list, "green", "chroma-key green");
	add_simple(list, "transparent", "nothing: files with alpha (.png .webp .webm .mkv .mov)");
	return list;
}

/* How to get a model that is not here. */
static void print_way(const char *name, const char *source)
{
	if (pmk_parse_after(source, "https://") || pmk_parse_after(source, "npm package "))
		printf(" (not here: potemkin model fetch %s)", name);
	else
		printf(" (not here; by hand from %s)", source[0] ? source : "its publisher");
}

static void print_text(const char *kind, const cJSON *list)
{
	const cJSON *one, *mode;

	printf("%s:\n", kind);
	cJSON_ArrayForEach(one, list)
	{
		const cJSON *here = cJSON_GetObjectItem(one, "here"), *error = cJSON_GetObjectItem(one, "error"),
			    *id = cJSON_GetObjectItem(one, "id");

		printf("  %-18s %s", cJSON_GetObjectItem(one, "spec")->valuestring,
			cJSON_GetObjectItem(one, "title")->valuestring);
		if (id && *id->valuestring)
			printf(", %s", id->valuestring);
		if (here && !cJSON_IsTrue(here))
			print_way(cJSON_GetObjectItem(one, "spec")->valuestring,
				cJSON_GetObjectItem(one, "source")->valuestring);
		if (cJSON_GetObjectItem(one, "default"))
			printf(" [%s]", cJSON_GetObjectItem(one, "default")->valuestring);
		if (cJSON_IsTrue(cJSON_GetObjectItem(one, "live")))
			printf(" (live)");
		if (error)
			printf(" (%s)", error->valuestring);
		else if (cJSON_IsTrue(cJSON_GetObjectItem(one, "busy")))
			printf(" (in use)");
		putchar('\n');
		cJSON_ArrayForEach(mode, cJSON_GetObjectItem(one, "modes"))
			printf("      %s %gx%g at %g/s\n", cJSON_GetObjectItem(mode, "format")->valuestring,
				cJSON_GetObjectItem(mode, "width")->valuedouble,
				cJSON_GetObjectItem(mode, "height")->valuedouble,
				cJSON_GetObjectItem(mode, "fps")->valuedouble);
	}
}

static enum pmk_exit print_lists(const struct pmk_options *options, const char *asked)
{
	static const struct {
		const char *name;
		cJSON *(*list)(const struct pmk_options *options);
		bool alone; /* listed only when asked for by name */
	} kinds[] = {
		{ "cameras", list_cameras, false },
		{ "outputs", list_outputs, false },
		{ "models", list_models, false },
		{ "backdrops", list_backdrops, false },
		{ "settings", pmk_list_settings, true },
	};
	cJSON *all = cJSON_CreateObject();
	enum pmk_exit code = PMK_EXIT_OK;
	bool any = false;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		cJSON *list;

		if (asked ? strcmp(asked, kinds[i].name) != 0 : kinds[i].alone)
			continue;
		any = true;
		list = kinds[i].list(options);
		if (list && !options->settings.json)
			print_text(kinds[i].name, list);
		if (list)
			cJSON_AddItemToObject(all, kinds[i].name, list);
		else
			code = PMK_EXIT_INPUT; /* already logged; the other lists follow */
	}
	if (all->child && options->settings.json) {
		char *text = cJSON_Print(all);
		puts(text);
		free(text);
	}
	cJSON_Delete(all);
	if (!any)
		pmk_error("list \"%s\": there are cameras, outputs, models, backdrops and settings",
			pmk_short(asked, 100).text);
	return any ? code : PMK_EXIT_USAGE;
}

enum pmk_exit pmk_command_list(struct pmk_options *options)
{
	const char *asked = options->arg_count > 1 ? options->args[1] : NULL;

	if (asked && strcmp(asked, "backdrops") != 0 &&
		pmk_unused_refuse(options, "backdrop-folder", "this list", "it is for backdrops"))
		return PMK_EXIT_USAGE;
	return print_lists(options, asked);
}

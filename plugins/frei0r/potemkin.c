/* SPDX-License-Identifier: MIT */
/* A frei0r filter over libpotemkin, for ffmpeg, mpv, Kdenlive and others. Its parameters are texts: backdrop,
 * light, smooth, and "more", which is NAME=VALUE&NAME=VALUE of any settings of a scene. The scene is made for the first
 * picture, when the program has set the parameters; later they change it, and "more" has it made anew. A value that
 * the scene refuses, or with which none can be made, is not kept: what is shown stays. Where there is no scene,
 * pictures are black.
 *
 * The one rule: nothing but potemkin_scene_run writes to what the program shows. */
#include <frei0r.h>
#include <potemkin/potemkin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BACKDROP, LIGHT, SMOOTH, MORE, PARAMETERS, MOST = 64 };

static const struct {
	const char *name, *normal, *help;
} parameters[PARAMETERS] = {
	[BACKDROP] = { "backdrop", "builtin:office", "a picture, a film, builtin:NAME, blur:0..100, color:#rrggbb" },
	[LIGHT] = { "light", "0", "0 to 100: how far to brighten the person" },
	[SMOOTH] = { "smooth", "50", "0 to 100: smoothing of the mask over time" },
	[MORE] = { "more", "", "other settings of potemkin, as in feather=2&mirror=yes" },
};

struct filter {
	unsigned width, height;
	char *values[PARAMETERS]; /* NULL: never set */
	potemkin_context *context;
	potemkin_scene *scene;
	int failed; /* the scene cannot be made; until a parameter changes */
};

static void print(void *user, enum potemkin_log_level level, const char *line)
{
	(void)user;
	fprintf(stderr, "potemkin: %s%s\n", level == POTEMKIN_ERROR ? "error: " : "", line);
}

int f0r_init(void)
{
	return 1;
}

void f0r_deinit(void)
{
}

void f0r_get_plugin_info(f0r_plugin_info_t *info)
{
	*info = (f0r_plugin_info_t){ .name = "potemkin",
		.author = "the potemkin developers",
		.plugin_type = F0R_PLUGIN_TYPE_FILTER,
		.color_model = F0R_COLOR_MODEL_RGBA8888,
		.frei0r_version = FREI0R_MAJOR_VERSION,
		.major_version = 0,
		.minor_version = 1,
		.num_params = PARAMETERS,
		.explanation = "Keeps the person and replaces the room" };
}

void f0r_get_param_info(f0r_param_info_t *info, int index)
{
	info->name = parameters[index].name;
	info->type = F0R_PARAM_STRING;
	info->explanation = parameters[index].help;
}

f0r_instance_t f0r_construct(unsigned width, unsigned height)
{
	struct potemkin_context_settings log = { .struct_size = sizeof log, .log = print, .log_most = POTEMKIN_WARN };
	struct filter *f = calloc(1, sizeof *f);

	if (!f || potemkin_context_create(&log, &f->context)) {
		free(f);
		return NULL;
	}
	f->width = width;
	f->height = height;
	return f;
}

void f0r_destruct(f0r_instance_t instance)
{
	struct filter *f = instance;

	potemkin_scene_destroy(f->scene);
	potemkin_context_destroy(f->context);
	for (int i = 0; i < PARAMETERS; i++)
		free(f->values[i]);
	free(f);
}

/* Take "NAME=VALUE&NAME=VALUE" apart in place. Returns how many there are. */
static size_t split(char *text, struct potemkin_setting *settings, size_t most)
{
	size_t count = 0;

	for (char *rest = text, *item; count < most && (item = strsep(&rest, "&"));) {
		char *value = strchr(item, '=');

		if (value)
			*value++ = '\0';
		if (*item)
			settings[count++] = (struct potemkin_setting){ item, value };
	}
	return count;
}

static void open_scene(struct filter *f)
{
	struct potemkin_setting settings[PARAMETERS + MOST];
	struct potemkin_scene_settings wanted = { .struct_size = sizeof wanted,
		.geometry = { .width = (int)f->width, .height = (int)f->height },
		.settings = settings };
	char *more = f->values[MORE] ? strdup(f->values[MORE]) : NULL;

	wanted.geometry.matrix = f->height >= 720 ? POTEMKIN_BT709 : POTEMKIN_BT601;
	for (int i = 0; i < MORE; i++) {
		if (f->values[i])
			settings[wanted.setting_count++] = (struct potemkin_setting){ parameters[i].name,
				f->values[i] };
	}
	if (more)
		wanted.setting_count += split(more, settings + wanted.setting_count, MOST);
	f->failed = potemkin_scene_create(f->context, &wanted, &f->scene);
	free(more);
}

/* Take `more`, which the caller has allocated: what it named before goes back to its default. Frees what is not kept.
 */
static void renew(struct filter *f, char *more)
{
	potemkin_scene *before = f->scene;
	char *was = f->values[MORE];

	f->values[MORE] = more;
	f->scene = NULL;
	open_scene(f);
	if (f->failed) {
		f->values[MORE] = was;
		f->scene = before;
		f->failed = 0;
		free(more);
		return;
	}
	potemkin_scene_destroy(before);
	free(was);
}

void f0r_set_param_value(f0r_instance_t instance, f0r_param_t value, int index)
{
	const char *text = *(f0r_param_string *)value;
	struct filter *f = instance;
	char *kept = strdup(text);

	if (!kept || (f->values[index] && strcmp(f->values[index], text) == 0) ||
		(f->scene && index != MORE && potemkin_scene_set(f->scene, parameters[index].name, text))) {
		free(kept);
		return;
	}
	if (f->scene && index == MORE) {
		renew(f, kept);
		return;
	}
	free(f->values[index]);
	f->values[index] = kept;
	f->failed = 0;
}

void f0r_get_param_value(f0r_instance_t instance, f0r_param_t value, int index)
{
	struct filter *f = instance;

	*(const char **)value = f->values[index] ? f->values[index] : parameters[index].normal;
}

void f0r_update(f0r_instance_t instance, double time, const uint32_t *in, uint32_t *out)
{
	struct filter *f = instance;
	ptrdiff_t stride = 4 * (ptrdiff_t)f->width;
	struct potemkin_picture from = { .format = POTEMKIN_RGBA, .plane = { (uint8_t *)in }, .stride = { stride } };
	struct potemkin_picture to = { .format = POTEMKIN_RGBA, .plane = { (uint8_t *)out }, .stride = { stride } };

	if (!f->scene && !f->failed)
		open_scene(f);
	if (!f->scene)
		memset(out, 0, (size_t)stride * f->height);
	else
		(void)!potemkin_scene_run(f->scene, &from, (int64_t)(time * 1e9), &to); /* covered on an error */
}

/* SPDX-License-Identifier: MIT */
/* libpotemkin as its users see it: through the header and the shared library alone, but for material and truth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <potemkin/potemkin.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

enum { W = 322, H = 182, HALF = (W + 1) / 2, HALF_H = (H + 1) / 2, BYTES = 4 * W * H, FRAMES = 4 };

static char logged[300];

static void keep(void *user, enum potemkin_log_level level, const char *line)
{
	snprintf(user, sizeof logged, "%s", line);
}

static potemkin_context *new_context(char *user)
{
	struct potemkin_context_settings settings = {
		.struct_size = sizeof settings, .log = keep, .log_user = user, .log_most = POTEMKIN_WARN
	};
	potemkin_context *context;

	assert_int_equal(potemkin_context_create(&settings, &context), 0);
	return context;
}

/* A picture with tight strides at `memory`. */
static struct potemkin_picture at(uint8_t *memory, enum potemkin_format format)
{
	uint8_t *chroma = memory + W * H;
	struct potemkin_picture p = { .format = format, .plane = { memory } };

	p.stride[0] = format == POTEMKIN_RGBA || format == POTEMKIN_BGRA ? 4 * W :
		format == POTEMKIN_YUY2 || format == POTEMKIN_UYVY       ? 4 * HALF :
									   W;
	if (format == POTEMKIN_NV12) {
		p.plane[1] = chroma;
		p.stride[1] = 2 * HALF;
	} else if (format == POTEMKIN_I420 || format == POTEMKIN_A420) {
		p.plane[1] = chroma;
		p.plane[2] = chroma + HALF * HALF_H;
		p.plane[3] = chroma + 2 * HALF * HALF_H;
		p.stride[1] = p.stride[2] = HALF;
		p.stride[3] = W;
	}
	return p;
}

/* I420 of a grey figure with a head before stripes, a little to the right from frame to frame. */
static void draw(uint8_t *m, int number)
{
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			int dx = x - W / 2 - number, dy = y - H / 3;
			int head = 100 * dx * dx / 900 + 100 * dy * dy / 1600 < 100;
			int body = y > H / 2 && abs(dx) < 60;

			m[y * W + x] = (uint8_t)(head ? 170 : body ? 60 : 90 + 60 * (x / 8 % 2));
		}
	}
	memset(m + W * H, 118, HALF * HALF_H);
	memset(m + W * H + HALF * HALF_H, 140, HALF * HALF_H);
}

static struct potemkin_scene_settings settings_of(const struct potemkin_setting *given, size_t count)
{
	return (struct potemkin_scene_settings){ .struct_size = sizeof(struct potemkin_scene_settings),
		.geometry = { .width = W, .height = H },
		.settings = given,
		.setting_count = count };
}

static potemkin_scene *new_scene(potemkin_context *context, const char *backdrop)
{
	const struct potemkin_setting given[] = { { "backdrop", backdrop }, { "model", "selfie" } };
	struct potemkin_scene_settings settings = settings_of(given, 2);
	potemkin_scene *scene;

	assert_int_equal(potemkin_scene_create(context, &settings, &scene), 0);
	return scene;
}

static void versions_and_names(void **state)
{
	struct potemkin_setting_info info = { .struct_size = sizeof info };
	int seen[3] = { 0 };

	assert_non_null(strchr(potemkin_version(), '.'));
	for (int level = 0; level < 3; level++) {
		for (size_t i = 0; potemkin_setting_describe((enum potemkin_level)level, i, &info) == 0; i++) {
			assert_non_null(info.name);
			assert_non_null(info.help);
			seen[level] += strcmp(info.name,
					       level == 0         ? "smooth" :
						       level == 1 ? "backdrop" :
								    "camera") == 0;
			assert_true(strcmp(info.name, "cpu") != 0); /* it is the process's */
		}
		assert_int_equal(seen[level], 1);
	}
}

/* Forms get words to choose from and limits; an older caller gets nothing more. */
static void says_how_settings_are_written(void **state)
{
	struct potemkin_setting_info info = { .struct_size = sizeof info }, older;
	int seen = 0;

	for (size_t i = 0; potemkin_setting_describe(POTEMKIN_SCENE, i, &info) == 0; i++) {
		assert_true(info.normal || info.none); /* so that each can be set back */
		if (strcmp(info.name, "people") == 0) {
			assert_string_equal(info.choices[0], "all");
			assert_string_equal(info.choices[1], "nearest");
			assert_null(info.choices[2]);
			assert_true(info.least >= info.most);
			seen++;
		} else if (strcmp(info.name, "smooth") == 0) {
			assert_null(info.choices);
			assert_string_equal(info.value, "0..100");
			assert_true(info.least == 0 && info.most == 100);
			seen++;
		} else if (strcmp(info.name, "mirror") == 0) {
			assert_null(info.value);
			seen++;
		}
	}
	assert_int_equal(seen, 3);
	memset(&older, 0x55, sizeof older);
	older.struct_size = offsetof(struct potemkin_setting_info, value);
	assert_int_equal(potemkin_setting_describe(POTEMKIN_SCENE, 0, &older), 0);
	for (size_t i = older.struct_size; i < sizeof older; i++)
		assert_int_equal(((uint8_t *)&older)[i], 0x55);
}

/* Each built-in backdrop that is told of can be had. */
static void names_the_built_in_backdrops(void **state)
{
	struct potemkin_builtin_info info = { .struct_size = sizeof info }, older;
	potemkin_context *context = new_context(logged);
	struct potemkin_setting given = { "backdrop", "color:navy" };
	struct potemkin_scene_settings settings = settings_of(&given, 1);
	potemkin_scene *scene;
	char value[64];
	size_t count = 0;

	assert_int_equal(potemkin_scene_create(context, &settings, &scene), 0);
	for (; potemkin_builtin_describe(count, &info) == 0; count++) {
		snprintf(value, sizeof value, "builtin:%s", info.name);
		assert_int_equal(potemkin_scene_set(scene, "backdrop", value), 0);
		assert_true(*info.title);
	}
	assert_in_range(count, 3, 100);
	assert_int_equal(potemkin_builtin_describe(count, &info), -ENOENT);
	memset(&older, 0x55, sizeof older);
	older.struct_size = offsetof(struct potemkin_builtin_info, title);
	assert_int_equal(potemkin_builtin_describe(0, &older), 0);
	assert_int_equal(*(uint8_t *)&older.title, 0x55);
	potemkin_scene_destroy(scene);
	potemkin_context_destroy(context);
}

static void refuses_what_is_wrong(void **state)
{
	potemkin_context *context = new_context(logged);
	struct potemkin_setting given = { "backdrop", "builtin:nowhere" };
	struct potemkin_scene_settings settings = settings_of(&given, 1);
	potemkin_scene *scene;
	char value[64];

	assert_int_equal(potemkin_scene_create(context, &settings, &scene), -EINVAL);
	assert_non_null(strstr(logged, "nowhere"));
	for (const char *const *name = (const char *[]){ "backdrop", "overlay", "feather", "model", NULL }; *name;
		name++) {
		given = (struct potemkin_setting){ *name, NULL };
		assert_int_equal(potemkin_scene_create(context, &settings, &scene), -EINVAL);
		assert_non_null(strstr(logged, "needs a value"));
	}
	given = (struct potemkin_setting){ "camera", "auto" };
	assert_int_equal(potemkin_scene_create(context, &settings, &scene), -EINVAL);
	assert_non_null(strstr(logged, "no setting \"camera\""));
	settings.setting_count = 0;
	settings.geometry.width = 8;
	assert_int_equal(potemkin_scene_create(context, &settings, &scene), -EINVAL);
	settings.struct_size = 8;
	assert_int_equal(potemkin_scene_create(context, &settings, &scene), -EINVAL);
	assert_non_null(strstr(logged, "struct_size"));
	scene = new_scene(context, "green");
	assert_int_equal(potemkin_scene_set(scene, "show-room", "yes"), -EPERM);
	assert_int_equal(potemkin_scene_set(scene, "backdrop", "none"), -EPERM);
	assert_int_equal(potemkin_scene_set(scene, "backdrop", NULL), -EINVAL);
	assert_non_null(strstr(logged, "\"backdrop\" is no switch"));
	assert_int_equal(potemkin_scene_get(scene, "backdrop", value, sizeof value), 0);
	assert_string_equal(value, "green");
	potemkin_scene_destroy(scene);
	potemkin_context_destroy(context);
}

/* A file that the user's configuration names may be written here: the configuration is for the program potemkin. */
static void the_user_s_file_is_not_read(void **state)
{
	potemkin_context *context = new_context(logged);
	char folder[] = "/tmp/potemkin-lib-XXXXXX", below[64], config[64], spec[64];
	const struct potemkin_setting given[] = { { "camera", "presenter" }, { "size", "64x48" }, { "output", spec } };
	const struct potemkin_webcam_settings settings = { sizeof settings, given, 3 };
	potemkin_webcam *webcam;
	FILE *file;

	assert_non_null(mkdtemp(folder));
	snprintf(below, sizeof below, "%s/potemkin", folder);
	snprintf(config, sizeof config, "%s/potemkin.conf", below);
	snprintf(spec, sizeof spec, "file:%s/film.mkv", folder);
	assert_int_equal(mkdir(below, 0700), 0);
	file = fopen(config, "w");
	assert_non_null(file);
	fprintf(file, "backdrop = %s/film.mkv\n", folder);
	fclose(file);
	setenv("XDG_CONFIG_HOME", folder, 1);
	assert_int_equal(potemkin_webcam_create(context, &settings, &webcam), 0);
	potemkin_webcam_destroy(webcam);
	potemkin_context_destroy(context);
	unsetenv("XDG_CONFIG_HOME");
	unlink(config);
	rmdir(below);
	assert_int_equal(rmdir(folder), 0);
}

/* The same picture in each format gives the same picture in each format, within the rounding of RGB. */
static void formats_agree(void **state)
{
	static const enum potemkin_format formats[] = { POTEMKIN_NV12, POTEMKIN_YUY2, POTEMKIN_UYVY, POTEMKIN_RGBA,
		POTEMKIN_BGRA };
	uint8_t *in = malloc(BYTES), *plain = malloc(BYTES), *out = malloc(BYTES), *back = malloc(BYTES);
	struct potemkin_picture source = at(in, POTEMKIN_I420), truth = at(plain, POTEMKIN_I420);
	potemkin_context *context = new_context(logged);
	potemkin_scene *none = new_scene(context, "green");

	draw(in, 0);
	assert_int_equal(potemkin_scene_run(none, &source, 0, &truth), 0);
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		struct potemkin_picture as = at(out, formats[i]), again = at(back, POTEMKIN_I420);
		const struct potemkin_setting show[] = { { "backdrop", "none" }, { "show-room", "yes" } };
		struct potemkin_scene_settings settings = settings_of(show, 2);
		potemkin_scene *shown, *other = new_scene(context, "green");
		long sum = 0;

		/* a scene that shows the room turns a picture into the other format, but for its border */
		assert_int_equal(potemkin_scene_create(context, &settings, &shown), 0);
		assert_int_equal(potemkin_scene_run(other, &source, 0, &as), 0);
		assert_int_equal(potemkin_scene_run(shown, &as, 0, &again), 0);
		for (int y = 30; y < H - 30; y++) {
			for (int x = 30; x < W - 30; x++)
				sum += abs(back[y * W + x] - plain[y * W + x]);
		}
		assert_true(sum < (W - 60) * (H - 60) * (formats[i] < POTEMKIN_RGBA ? 1 : 2) / 8);
		potemkin_scene_destroy(shown);
		potemkin_scene_destroy(other);
	}
	potemkin_scene_destroy(none);
	potemkin_context_destroy(context);
	free(in);
	free(plain);
	free(out);
	free(back);
}

static long count_equal(const uint8_t *a, const uint8_t *b, long bytes)
{
	long equal = 0;

	for (long i = 0; i < bytes; i++)
		equal += a[i] == b[i];
	return equal;
}

/* A picture that cannot be read, whatever is wrong with it, gives the backdrop alone. */
static void an_error_is_covered(void **state)
{
	uint8_t *in = malloc(BYTES), *out = malloc(BYTES), *cover = malloc(BYTES);
	struct potemkin_picture source = at(in, POTEMKIN_I420), to = at(out, POTEMKIN_I420);
	struct potemkin_picture only = at(cover, POTEMKIN_I420);
	potemkin_context *context = new_context(logged);
	potemkin_scene *scene = new_scene(context, "builtin:office");

	draw(in, 0);
	assert_int_equal(potemkin_scene_run(scene, NULL, 0, &only), 0);
	source.stride[1] = 3;
	memcpy(out, in, BYTES);
	assert_int_equal(potemkin_scene_run(scene, &source, 0, &to), -EINVAL);
	assert_memory_equal(out, cover, W * H * 3 / 2);
	source = at(in, POTEMKIN_A420);
	memcpy(out, in, BYTES);
	assert_int_equal(potemkin_scene_run(scene, &source, 0, &to), -EINVAL);
	assert_memory_equal(out, cover, W * H * 3 / 2);
	to.plane[2] = NULL;
	assert_int_equal(potemkin_scene_run(scene, &source, 0, &to), -EINVAL);
	potemkin_scene_destroy(scene);
	potemkin_context_destroy(context);
	free(in);
	free(out);
	free(cover);
}

static void transparent_has_alpha(void **state)
{
	uint8_t *in = malloc(BYTES), *out = malloc(BYTES), *alpha = malloc(W * H);
	struct potemkin_picture source = at(in, POTEMKIN_I420), to = at(out, POTEMKIN_A420);
	potemkin_context *context = new_context(logged);
	potemkin_scene *scene = new_scene(context, "transparent");
	const struct potemkin_setting given = { "model", "selfie" };
	struct potemkin_segmenter_settings settings = { .struct_size = sizeof settings,
		.geometry = { .width = W, .height = H },
		.settings = &given,
		.setting_count = 1 };
	potemkin_segmenter *segmenter;

	draw(in, 0);
	assert_int_equal(potemkin_segmenter_create(context, &settings, &segmenter), 0);
	assert_int_equal(potemkin_segmenter_run(segmenter, &source, 0, alpha, W), 0);
	assert_int_equal(potemkin_scene_run(scene, &source, 0, &to), 0);
	assert_memory_equal(to.plane[3], alpha, W * H);
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) /* where nobody is, no luma of the room */
			assert_true(alpha[y * W + x] || out[y * W + x] != in[y * W + x]);
	}
	source.plane[0] = NULL;
	assert_int_equal(potemkin_segmenter_run(segmenter, &source, 0, alpha, W), -EINVAL);
	for (int i = 0; i < W * H; i++)
		assert_int_equal(alpha[i], 0);
	alpha[0] = 7;
	logged[0] = '\0';
	assert_int_equal(potemkin_segmenter_run(segmenter, &source, 0, alpha, W - 1), -EINVAL);
	assert_non_null(strstr(logged, "stride is less than"));
	assert_int_equal(alpha[0], 7);
	potemkin_segmenter_destroy(segmenter);
	potemkin_scene_destroy(scene);
	potemkin_context_destroy(context);
	free(in);
	free(out);
	free(alpha);
}

static void settings_change_live(void **state)
{
	uint8_t *in = malloc(BYTES), *out = malloc(BYTES), *cover = malloc(BYTES);
	struct potemkin_picture source = at(in, POTEMKIN_I420), to = at(out, POTEMKIN_I420);
	struct potemkin_picture only = at(cover, POTEMKIN_I420);
	potemkin_context *context = new_context(logged);
	potemkin_scene *scene = new_scene(context, "green");
	char value[64];

	potemkin_context_destroy(context); /* the scene keeps what it needs */
	draw(in, 0);
	assert_int_equal(potemkin_scene_set(scene, "fade", "0"), 0);
	assert_int_equal(potemkin_scene_run(scene, &source, 0, &to), 0);
	assert_int_equal(potemkin_scene_set(scene, "backdrop", "color:navy"), 0);
	assert_int_equal(potemkin_scene_set(scene, "backdrop", "color:red"), 0);
	assert_int_equal(potemkin_scene_set(scene, "backdrop", "builtin:nowhere"), -EINVAL);
	assert_non_null(strstr(logged, "nowhere"));
	assert_int_equal(potemkin_scene_get(scene, "backdrop", value, sizeof value), 0);
	assert_string_equal(value, "color:red");
	assert_int_equal(potemkin_scene_run(scene, &source, 33333333, &to), 0);
	assert_int_equal(potemkin_scene_run(scene, NULL, 0, &only), 0);
	assert_true(count_equal(out, cover, W * H) > W * H / 4);
	assert_true(cover[W * H + HALF * HALF_H] > 200); /* V of red */
	assert_int_equal(potemkin_scene_set(scene, "mirror", NULL), 0);
	assert_int_equal(potemkin_scene_run(scene, &source, 66666666, &to), 0);
	potemkin_scene_destroy(scene);
	free(in);
	free(out);
	free(cover);
}

struct stream {
	pthread_t thread;
	int number;
	uint8_t *out; /* FRAMES pictures */
	char logged[300];
};

static void *run_stream(void *user)
{
	struct stream *s = user;
	potemkin_context *context = new_context(s->logged);
	potemkin_scene *scene = new_scene(context, s->number % 2 ? "blur" : "builtin:office");
	uint8_t *in = malloc(BYTES);

	for (int i = 0; i < FRAMES; i++) {
		struct potemkin_picture source = at(in, POTEMKIN_I420), to = at(s->out + i * BYTES, POTEMKIN_I420);

		draw(in, i);
		assert_int_equal(potemkin_scene_run(scene, &source, i * 33333333LL, &to), 0);
	}
	/* each hears its own errors */
	snprintf(s->logged, sizeof s->logged, "none");
	assert_int_equal(potemkin_scene_set(scene, "fit", s->number % 2 ? "odd" : "even"), -EINVAL);
	assert_non_null(strstr(s->logged, s->number % 2 ? "odd" : "even"));
	potemkin_scene_destroy(scene);
	potemkin_context_destroy(context);
	free(in);
	return NULL;
}

static void four_handles_in_four_threads(void **state)
{
	struct stream streams[4] = { 0 };

	for (int i = 0; i < 4; i++) {
		streams[i].number = i;
		streams[i].out = calloc(FRAMES, BYTES);
		assert_int_equal(pthread_create(&streams[i].thread, NULL, run_stream, &streams[i]), 0);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(streams[i].thread, NULL), 0);
	assert_memory_equal(streams[0].out, streams[2].out, FRAMES * BYTES);
	assert_memory_equal(streams[1].out, streams[3].out, FRAMES * BYTES);
	assert_true(memcmp(streams[0].out, streams[1].out, FRAMES * BYTES) != 0);
	for (int i = 0; i < 4; i++)
		free(streams[i].out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_and_names),
		cmocka_unit_test(says_how_settings_are_written),
		cmocka_unit_test(names_the_built_in_backdrops),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(the_user_s_file_is_not_read),
		cmocka_unit_test(formats_agree),
		cmocka_unit_test(an_error_is_covered),
		cmocka_unit_test(transparent_has_alpha),
		cmocka_unit_test(settings_change_live),
		cmocka_unit_test(four_handles_in_four_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

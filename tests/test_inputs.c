/* SPDX-License-Identifier: MIT */
/* What is read and what is written, by whatever name: settings/inputs.h and base/place/file_place.h. */
#include "settings/inputs.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static char folder[] = "/tmp/test_inputs_XXXXXX";
static struct pmk_settings settings;

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_true(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* A user with a configuration file, models and pictures; what begins with "new" is not there. */
static int make_folder(void **state)
{
	static const char *const folders[] = { "config", "config/potemkin", "data", "data/potemkin",
		"data/potemkin/models", "slides", "times", "else" };
	static const char *const files[] = { "film.mkv", "back.png", "over.png", "net.tflite", "net.tflite.ini",
		"elsewhere.png", "slides/one.png", "slides/.hidden.mkv", "times/0730.png", "times/notes.txt",
		"config/potemkin/potemkin.conf", "data/potemkin/models/selfie_segmentation.tflite",
		"data/potemkin/models/selfie_segmentation_landscape.tflite" };
	char path[sizeof folder + 10];

	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		assert_int_equal(mkdir(folders[i], 0700), 0);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		put(files[i], "; text\n");
	assert_int_equal(symlink("../elsewhere.png", "slides/two.png") || symlink("../new_three.mkv", "slides/three") ||
			link("back.png", "slides/four.png") || symlink(".", "here"),
		0);
	snprintf(path, sizeof path, "%s/config", folder);
	setenv("XDG_CONFIG_HOME", path, 1);
	snprintf(path, sizeof path, "%s/data", folder);
	setenv("XDG_DATA_HOME", path, 1);
	return unsetenv("POTEMKIN_MODELS");
}

static int remove_folder(void **state)
{
	char command[100];

	snprintf(command, sizeof command, "rm -r %s", folder);
	return chdir("/") || system(command) ? -1 : 0;
}

static void set(const char *name, const char *value)
{
	char why[PMK_SETTING_WHY];

	if (pmk_setting_set(pmk_setting_find(name), value, &settings, why))
		fail_msg("%s %s: %s", name, value, why);
}

static int have(const char *path)
{
	struct pmk_inputs inputs;
	bool found;

	assert_int_equal(pmk_inputs_find(&inputs, &settings, NULL), 0);
	found = pmk_inputs_have(&inputs, path);
	pmk_inputs_free(&inputs);
	return found;
}

static void expect(const char *path, bool input)
{
	if (have(path) != input)
		fail_msg("%s: expected %d", path, input);
}

static void set_usual(void)
{
	pmk_settings_init(&settings);
	set("camera", "file:film.mkv");
	set("backdrop", "back.png");
	set("overlay", "over.png");
}

/* Each file is an input by its name, by the path with a detour, by a link, by another name and by an open descriptor.
 */
static void test_every_input_by_every_name(void **state)
{
	static const char *const inputs[] = { "film.mkv", "back.png", "over.png", "config/potemkin/potemkin.conf",
		"data/potemkin/models/selfie_segmentation.tflite",
		"data/potemkin/models/selfie_segmentation_landscape.tflite" };
	char path[400];
	int fd;

	set_usual();
	for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
		expect(inputs[i], true);
		snprintf(path, sizeof path, "%s/slides/../here/%s", folder, inputs[i]);
		expect(path, true);
		assert_int_equal(symlink(inputs[i], "new_link.mkv"), 0);
		expect("new_link.mkv", true);
		assert_int_equal(unlink("new_link.mkv") || link(inputs[i], "else/hard.mkv"), 0);
		expect("else/hard.mkv", true);
		assert_int_equal(unlink("else/hard.mkv"), 0);
		fd = open(inputs[i], O_RDONLY | O_CLOEXEC);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		expect(path, true);
		close(fd);
	}
	expect("net.tflite", false);
	expect("elsewhere.png", false);
	expect("slides/one.png", false);
	expect("new.mkv", false);
	expect("absent/new.mkv", false);
	expect("", false);
	expect("/dev/null", false);
}

static void test_models(void **state)
{
	pmk_settings_init(&settings);
	expect("data/potemkin/models/manifest.ini", true); /* not there, but it would be read */
	expect("data/potemkin/models/deeplabv3_257_mv_gpu.tflite", false);
	set("model", "selfie");
	expect("data/potemkin/models/selfie_segmentation.tflite", true);
	expect("data/potemkin/models/selfie_segmentation_landscape.tflite", false);
	set("model", "./net.tflite");
	expect("net.tflite", true);
	expect("here/net.tflite.ini", true);
	expect("data/potemkin/models/selfie_segmentation.tflite", false);
	/* that of the first folder counts once it is there */
	set("model", "selfie");
	setenv("POTEMKIN_MODELS", "else", 1);
	expect("else/selfie_segmentation.tflite", true);
	expect("else/SELFIE_segmentation.tflite", true); /* on a disk that does not tell it apart */
	assert_int_equal(symlink("else/selfie_segmentation.tflite", "new_link.mkv"), 0);
	expect("new_link.mkv", true);
	assert_int_equal(unlink("new_link.mkv") || mkdir("else/manifest.ini", 0700), 0);
	unit_catch_log();
	assert_int_equal(pmk_inputs_exit(pmk_inputs_spare(&settings, NULL, "new.mkv")), PMK_EXIT_INPUT);
	assert_int_equal(unit_log_count, 1);
	assert_int_equal(rmdir("else/manifest.ini"), 0);
	unsetenv("POTEMKIN_MODELS");
}

/* What counts for another camera, or for a profile, is no less an input. */
static void test_what_the_configuration_names(void **state)
{
	put("else/named.conf",
		"backdrop = builtin:dusk\noutput = file:elsewhere.png\n[camera x]\nbackdrop = back.png ; mine\n"
		"[profile y]\ncamera = file:~/film.mkv\noverlay = over.png\nmodel = ./net.tflite\nno line\n"
		"[profile z]\nbackdrop = slideshow:slides:5\nmodel = selfie\n");
	setenv("HOME", folder, 1);
	pmk_settings_init(&settings);
	set("config", "else/named.conf");
	expect("back.png", true);
	expect("film.mkv", true);
	expect("here/over.png", true);
	expect("net.tflite", true);
	expect("slides/one.png", true);
	expect("slides/new.png", false); /* it may be shown one day, but is no picture now */
	expect("data/potemkin/models/selfie_segmentation.tflite", true);
	expect("times/0730.png", false);
	set("config", "/dev/null");
	expect("back.png", false);
}

static void test_configuration_that_is_not_there_yet(void **state)
{
	pmk_settings_init(&settings);
	set("config", "else/new.conf");
	assert_int_equal(symlink("else/new.conf", "new_link.mkv"), 0);
	expect("new_link.mkv", true);
	expect("slides/../else/new.conf", true);
	expect("slides/new.conf", false);
	expect("config/potemkin/potemkin.conf", false);
	assert_int_equal(unlink("new_link.mkv"), 0);
}

/* All that is in the folder, is linked from there, or would be seen there. */
static void test_pictures_of_a_folder(void **state)
{
	static const struct {
		const char *backdrop, *path;
		bool input;
	} cases[] = {
		{ "slideshow:slides:5", "slides/one.png", true },
		{ "slideshow:here/slides/", "slides/one.png", true },
		{ "slideshow:slides", "elsewhere.png", true },
		{ "slideshow:slides", "back.png", true },
		{ "slideshow:slides", "slides/new.mkv", true },
		{ "slideshow:slides", "new_three.mkv", true },
		{ "slideshow:slides", "slides/.new.mkv", false },
		{ "slideshow:slides", "slides/.hidden.mkv", false },
		{ "slideshow:slides", "film.mkv", false },
		{ "slideshow:slides", "new.mkv", false },
		{ "daylight:times", "times/0730.png", true },
		{ "daylight:times", "times/new.mkv", true },
		{ "daylight:", "times/new.mkv", false },
		{ "builtin:office", "slides/one.png", false },
	};

	pmk_settings_init(&settings);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		set("backdrop", cases[i].backdrop);
		if (have(cases[i].path) != cases[i].input)
			fail_msg("%s, %s: expected %d", cases[i].backdrop, cases[i].path, cases[i].input);
	}
	unit_catch_log();
	set("backdrop", "slideshow:slides");
	assert_int_equal(pmk_inputs_spare_folder(&settings, "here/slides"), -EINVAL);
	assert_int_equal(pmk_inputs_spare_folder(&settings, "else"), 0);
	assert_int_equal(pmk_inputs_spare_folder(&settings, "absent"), 0);
	assert_int_equal(pmk_inputs_spare(&settings, NULL, "slides/new.mkv"), -EINVAL);
	assert_non_null(strstr(unit_logged, "would become a picture of the backdrop"));
	assert_int_equal(pmk_inputs_spare(&settings, NULL, "slides/one.png"), -EINVAL);
	assert_non_null(strstr(unit_logged, "is an input and would be overwritten"));
}

/* What an earlier conversion left unfinished is not removed while it is read. */
static void test_unfinished_file(void **state)
{
	set_usual();
	put("else/.new.mkv.potemkin", "unfinished");
	expect("else/new.mkv", false);
	set("camera", "file:else/.new.mkv.potemkin");
	expect("else/new.mkv", true);
	expect("else/../here/else/new.mkv", true);
	expect("else/new.mp4", false);
	assert_int_equal(unlink("else/.new.mkv.potemkin"), 0);
}

/* What is asked of one set of settings is not asked of the outputs in it. */
static void test_outputs(void **state)
{
	struct pmk_pipeline_settings *outputs = &settings.pipeline;

	unit_catch_log();
	set_usual();
	set("backdrop", "slideshow:."); /* words are no files */
	set("output", "null");
	set("output", "hash");
	set("output", "/dev/video99");
	set("output", "file:else/new.mkv");
	assert_int_equal(pmk_inputs_spare_outputs(&settings, outputs), 0);
	set("output", "file:new.mkv");
	assert_int_equal(pmk_inputs_spare_outputs(&settings, outputs), -EINVAL);
	assert_int_equal(pmk_inputs_exit(-EINVAL), PMK_EXIT_USAGE);
}

/* What a change does not touch refuses nothing; what the file that is written would become, does. */
static void test_changes(void **state)
{
	static struct pmk_settings now;
	static const struct {
		const char *name, *value;
		bool allowed;
	} cases[] = {
		{ "mirror", "yes", true },
		{ "backdrop", "builtin:office", true },
		{ "backdrop", "elsewhere.png", false },
		{ "backdrop", "slideshow:slides", false },
		{ "overlay", "here/elsewhere.png", false },
		{ "camera", "file:elsewhere.png", false },
		{ "model", "./elsewhere.png", false },
		{ "model", "nobody", false },
	};

	put("else/named.conf", "[profile x]\nbackdrop = elsewhere.png\n");
	assert_int_equal(mkdir("else/manifest.ini", 0700), 0); /* a fault in a manifest of models */
	setenv("POTEMKIN_MODELS", "else", 1);
	set_usual();
	set("config", "else/named.conf");
	set("output", "file:elsewhere.png");
	now = settings;
	unit_catch_log();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		settings = now;
		set(cases[i].name, cases[i].value);
		if ((pmk_inputs_spare_change(&now, &settings) == 0) != cases[i].allowed)
			fail_msg("%s %s: expected %d", cases[i].name, cases[i].value, cases[i].allowed);
	}
	assert_int_equal(rmdir("else/manifest.ini") || unlink("else/named.conf"), 0);
	unsetenv("POTEMKIN_MODELS");
}

/* Standard input and output may be files, too. */
static void test_standard_streams(void **state)
{
	int in = dup(STDIN_FILENO), out = dup(STDOUT_FILENO), file = open("elsewhere.png", O_RDWR | O_CLOEXEC);
	struct pmk_inputs inputs;
	bool read, written;

	set_usual();
	assert_int_equal(pmk_inputs_find(&inputs, &settings, "-"), 0);
	fflush(stdout);
	assert_true(in >= 0 && out >= 0 && dup2(file, STDIN_FILENO) == STDIN_FILENO);
	pmk_inputs_free(&inputs);
	read = pmk_inputs_find(&inputs, &settings, "-") == 0 && pmk_inputs_have(&inputs, "elsewhere.png");
	assert_int_equal(dup2(file, STDOUT_FILENO), STDOUT_FILENO);
	written = pmk_inputs_have(&inputs, "-");
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	assert_true(read && written);
	pmk_inputs_free(&inputs);
	close(in);
	close(out);
	close(file);
}

static void test_places(void **state)
{
	assert_int_equal(symlink("new_target.mkv", "new_link.mkv") || symlink("new_loop", "new_loop"), 0);
	assert_true(pmk_file_place_same("new_link.mkv", "here/new_target.mkv"));
	assert_true(pmk_file_place_same("new.mkv", "else/../NEW.mkv"));
	assert_true(pmk_file_place_same("film.mkv", "here/film.mkv"));
	assert_false(pmk_file_place_same("new.mkv", "else/new.mkv"));
	assert_false(pmk_file_place_same("film.mkv", "new.mkv"));
	assert_false(pmk_file_place_same("absent/new.mkv", "absent/new.mkv"));
	assert_false(pmk_file_place_same("/dev/null", "/dev/null"));
	assert_false(pmk_file_place_same("new_loop", "new.mkv"));
	assert_int_equal(unlink("new_link.mkv") || unlink("new_loop"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_input_by_every_name),
		cmocka_unit_test(test_models),
		cmocka_unit_test(test_what_the_configuration_names),
		cmocka_unit_test(test_configuration_that_is_not_there_yet),
		cmocka_unit_test(test_pictures_of_a_folder),
		cmocka_unit_test(test_unfinished_file),
		cmocka_unit_test(test_outputs),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_standard_streams),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

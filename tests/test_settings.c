/* SPDX-License-Identifier: MIT */
/* The table of settings: each line of it, and the configuration file. */
#include "base/parse.h"
#include "image/fourcc.h"
#include "settings/setting_type.h"
#include "settings/settings_file.h"
#include "settings/settings_save.h"
#include "unit.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static struct pmk_settings settings, other;
static char why[PMK_SETTING_WHY], text[PMK_SPEC];

static void set(const char *name, const char *value)
{
	const struct pmk_setting *s = pmk_setting_find(name);

	assert_non_null(s);
	if (pmk_setting_set(s, value, &settings, why))
		fail_msg("%s \"%s\": %s", name, value ? value : "", why);
}

static void refuses(const char *name, const char *value, const char *expected)
{
	other = settings;
	assert_int_equal(pmk_setting_set(pmk_setting_find(name), value, &settings, why), -EINVAL);
	if (!strstr(why, expected))
		fail_msg("%s \"%s\": \"%s\" does not say \"%s\"", name, value, why, expected);
	assert_memory_equal(&settings, &other, sizeof settings);
}

static void prints(const char *name, int index, const char *expected)
{
	assert_true(pmk_setting_print(pmk_setting_find(name), &settings, index, text));
	assert_string_equal(text, expected);
}

/* Each line is complete: the value fits its type, and the default is accepted by its own parser and printed back the
 * same. */
static void test_each_line(void **state)
{
	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];
		bool list = s->flags & PMK_SETTING_LIST;

		assert_ptr_equal(pmk_setting_find(s->name), s); /* names differ */
		for (int j = 0; j < i; j++)
			assert_true(!s->letter || s->letter != pmk_settings_table[j].letter);
		assert_non_null(s->help);
		assert_true(s->commands != 0);
		if (s->bytes != s->type->bytes * (list ? (size_t)s->most : 1))
			fail_msg("%s: %zu bytes for a type of %zu", s->name, s->bytes, s->type->bytes);
		assert_true(s->offset + s->bytes <= sizeof settings);
		assert_true(s->least <= s->most);
		assert_true(s->value || s->type == &pmk_type_switch ||
			s->type == &pmk_type_choice_switch); /* only a switch has no value */
		assert_true(s->group < PMK_GROUPS);
		/* a setting that can change live may be in the file, which can be read again */
		assert_true(!(s->flags & PMK_SETTING_LIVE) || s->flags & PMK_SETTING_FILE);
		pmk_setting_range(s, why);
		assert_true(why[0] && strlen(why) < 180);
		if (!s->normal)
			continue;
		if (pmk_setting_set(s, s->normal, &settings, why))
			fail_msg("%s: its default \"%s\": %s", s->name, s->normal, why);
		assert_true(pmk_setting_print(s, &settings, 0, text));
		assert_string_equal(text, s->normal);
	}
}

static void test_defaults(void **state)
{
	const struct pmk_pipeline_settings *p = &settings.pipeline;

	pmk_settings_init(&settings);
	assert_string_equal(p->camera, "auto");
	assert_int_equal(p->output_count, 0);
	assert_true(p->on_demand);
	assert_false(p->mirror);
	assert_string_equal(p->scene.model, "auto");
	assert_string_equal(p->scene.backdrop, "builtin:office");
	assert_int_equal(p->scene.threads, 1);
	assert_true(p->scene.refine.smooth == 0.85);
	assert_true(p->scene.refine.threshold == -1);
	assert_int_equal(p->scene.refine.feather, -1);
	assert_false(p->scene.no_motion_gate);
	assert_true(p->cpu_limit == 0);
	assert_int_equal((int)settings.input_format, (int)PMK_FOURCC_MJPG);
}

static void test_values(void **state)
{
	pmk_settings_init(&settings);
	set("smooth", "40");
	assert_true(settings.pipeline.scene.refine.smooth == 0.4);
	prints("smooth", 0, "40");
	set("cpu-limit", "12.5");
	prints("cpu-limit", 0, "12.5");
	set("size", "640x480");
	assert_int_equal(settings.pipeline.wish.height, 480);
	prints("size", 0, "640x480");
	set("format", "mjpeg");
	prints("format", 0, "MJPG");
	set("format", "jpeg");
	prints("format", 0, "MJPG");
	set("format", "y16 ");
	prints("format", 0, "Y16");
	set("format", "xr24");
	prints("format", 0, "AR24");
	set("auto-frame", NULL);
	prints("auto-frame", 0, "auto");
	set("auto-frame", "left");
	prints("auto-frame", 0, "left");
	set("auto-frame", "no");
	prints("auto-frame", 0, "off");
	set("auto-frame", "yes");
	assert_int_equal(settings.pipeline.scene.framing, PMK_FRAMING_AUTO);
	set("mirror", NULL);
	prints("mirror", 0, "yes");
	set("motion-gate", "off");
	assert_true(settings.pipeline.scene.no_motion_gate);
	prints("motion-gate", 0, "no");
	set("plate", "off");
	assert_true(settings.pipeline.scene.no_plate);
	set("people", "nearest");
	assert_int_equal(settings.pipeline.scene.people, PMK_PEOPLE_NEAREST);
	set("threshold", "0.25");
	prints("threshold", 0, "0.25");
	set("frames", "3");
	assert_int_equal(settings.pipeline.frames, 3);
}

/* If one can go back to "nothing is set", there is a word for it. */
static void test_nothing_is_set(void **state)
{
	static const char *const names[] = { "size", "fps", "format", "feather", "threshold", "cpu-limit", "duration",
		"frames" };

	pmk_settings_init(&other);
	pmk_settings_init(&settings);
	set("size", "640x480");
	set("fps", "15");
	set("format", "YUYV");
	set("feather", "0");
	prints("feather", 0, "0");
	set("threshold", "0");
	set("cpu-limit", "5");
	set("duration", "1");
	set("frames", "1");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct pmk_setting *s = pmk_setting_find(names[i]);

		assert_false(pmk_setting_equal(s, &settings, &other));
		set(names[i], s->none);
		prints(names[i], 0, s->none);
		assert_true(pmk_setting_equal(s, &settings, &other));
	}
	assert_false(pmk_setting_print(pmk_setting_find("to"), &settings, 0, text));
}

/* A name tag is text for people: valid UTF-8 of up to two lines, in which nothing controls a terminal or a file. */
static void test_captions(void **state)
{
	static const struct {
		const char *given, *kept, *printed;
	} cases[] = {
		{ "Jane Doe", "Jane Doe", "Jane Doe" },
		{ "Jane\\nEngineer", "Jane\nEngineer", "Jane\\nEngineer" },
		{ "Jane\r\nEngineer\nand\\nmore\n", "Jane\nEngineer and more", "Jane\\nEngineer and more" },
		{ "C:\\\\new \\path", "C:\\new \\path", "C:\\\\new \\\\path" },
		{ " \t Jane\x1b[31m\x7f\xc2\x9b ", "Jane [31m", "Jane [31m" },
		{ "Zoë 王小明 🎉 <b>", "Zoë 王小明 🎉 <b>", "Zoë 王小明 🎉 <b>" },
		{ "", "", "none" },
		{ " \n ", "", "none" },
		{ "none", "", "none" },
	};
	static const char *const wrong[] = { "J\xfcrgen", "\xff", "\xc3", "a\xe2\x82", "\xc0\xaf", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xe0\x80\xaf", "\x80" };
	char longer[2100];

	pmk_settings_init(&settings);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		set("caption", cases[i].given);
		assert_string_equal(settings.pipeline.scene.overlay.caption, cases[i].kept);
		prints("caption", 0, cases[i].printed);
		set("caption", text); /* what is printed is read back */
		assert_string_equal(settings.pipeline.scene.overlay.caption, cases[i].kept);
	}
	set("caption", "Jane");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		refuses("caption", wrong[i], "it is not valid UTF-8");
	memset(longer, 'x', sizeof longer);
	longer[2001] = '\0';
	refuses("caption", longer, "longer than 2000 bytes");
	longer[2000] = '\0';
	set("caption", longer);
}

static void test_refusals(void **state)
{
	char long_text[PMK_SPEC + 1];

	pmk_settings_init(&settings);
	refuses("smooth", "101", "give a number from 0 to 100");
	refuses("smooth", "", "give a number");
	refuses("erode", "65", "auto, or a whole number of pixels from 0 to 64");
	refuses("erode", "1.5", "whole number");
	refuses("duration", "0", "a number of seconds from 0.001 up");
	refuses("fit", "crop", "give cover, contain, stretch or tile");
	refuses("output-format", "MJPG", "give YUYV, NV12 or YU12");
	refuses("size", "1280", "1280x720");
	refuses("mirror", "perhaps", "give yes or no");
	refuses("keep-out", "1,2", "X,Y,WxH");
	refuses("keep-out", "1,2,0x4", "its width is 0");
	refuses("sizes", "640x480,,1x1", "sizes as in");
	refuses("camera", "file:", "which file or camera?");
	refuses("output", "", "which file or virtual camera?");
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[PMK_SPEC] = '\0';
	refuses("model", long_text, "longer than 4159 characters");
}

static void test_lists(void **state)
{
	pmk_settings_init(&settings);
	for (int i = 0; i < PMK_PIPELINE_MAX_OUTPUTS; i++)
		set("output", i ? "null" : "hash");
	refuses("output", "null", "there are 16 already");
	prints("output", 0, "hash");
	prints("output", 15, "null");
	assert_false(pmk_setting_print(pmk_setting_find("output"), &settings, 16, text));
	pmk_setting_clear(pmk_setting_find("output"), &settings);
	assert_int_equal(settings.pipeline.output_count, 0);
	assert_false(pmk_setting_print(pmk_setting_find("output"), &settings, 0, text));

	set("keep-out", "0%,12.5%,25%x100%");
	set("keep-out", "1,2,30x40");
	prints("keep-out", 0, "0%,12.5%,25%x100%");
	prints("keep-out", 1, "1,2,30x40");
	set("sizes", "640x480,1280x720");
	assert_int_equal(settings.size_count, 2);
	prints("sizes", 1, "1280x720");
}

/* Nothing points to the text that a setting was made of. */
static void test_owns_its_strings(void **state)
{
	char path[32] = "shared/room.jpg";

	pmk_settings_init(&settings);
	set("model", path);
	memset(path, 'x', sizeof path - 1);
	other = settings;
	set("model", "selfie");
	assert_string_equal(other.pipeline.scene.model, "shared/room.jpg");
}

static void test_takes_what_is_live(void **state)
{
	pmk_settings_init(&settings);
	other = settings;
	set("smooth", "10");
	set("keep-out", "0,0,9x9");
	set("camera", "presenter:7");
	assert_null(pmk_settings_take_live(&other, &settings));
	assert_true(pmk_setting_equal(pmk_setting_find("smooth"), &settings, &other));
	assert_true(pmk_setting_equal(pmk_setting_find("keep-out"), &settings, &other));
	assert_string_equal(other.pipeline.camera, "presenter:7");
	set("output", "null");
	set("size", "640x480");
	assert_string_equal(pmk_settings_take_live(&other, &settings)->name, "output");
	assert_int_equal(other.pipeline.output_count, 0);
	assert_int_equal(other.pipeline.wish.width, 0);
}

static int read_text(const char *lines)
{
	char copy[1000];

	snprintf(copy, sizeof copy, "%s", lines);
	unit_catch_log();
	pmk_settings_init(&settings);
	return pmk_settings_read_text(copy, "a.conf", &settings);
}

static void test_file(void **state)
{
	assert_int_equal(
		read_text("# me\n[my desk]\n  camera = presenter\noutput = null\noutput = hash\n\tmirror=yes\n"), 0);
	assert_string_equal(settings.pipeline.camera, "presenter");
	assert_int_equal(settings.pipeline.output_count, 2);
	assert_true(settings.pipeline.mirror);
	assert_int_equal(unit_log_count, 0);
	assert_int_equal(read_text("mirror = yes\nsmooth = 1000\ncolour = red\n"), -EINVAL);
	assert_int_equal(unit_log_count, 1); /* for its first mistake */
	assert_string_equal(
		unit_logged, "configuration file a.conf: line 2: smooth \"1000\": give a number from 0 to 100");
	assert_int_equal(read_text("json = yes\n"), -EINVAL); /* an option of a single command */
	assert_non_null(strstr(unit_logged, "a.conf: line 1: \"json\" is not a setting"));
	assert_int_equal(read_text("\nsmooth\n"), -EINVAL);
	assert_non_null(strstr(unit_logged, "a.conf: line 2 is not of the form"));
}

static int read_for(const char *title, const char *profile, const char *lines)
{
	unit_catch_log();
	pmk_settings_init(&settings);
	if (title)
		snprintf(settings.in_use.spec, PMK_SPEC, "/dev/video3");
	snprintf(settings.in_use.title, sizeof settings.in_use.title, "%s", title ? title : "");
	snprintf(settings.in_use.id, sizeof settings.in_use.id, "%s", title ? "usb-0000:00:14.0-6" : "");
	snprintf(settings.profile, PMK_SPEC, "%s", profile);
	return pmk_settings_read_text(lines, "a.conf", &settings);
}

/* A profile overrides a camera's section, and that the top, wherever they stand. */
static void test_sections_of_cameras(void **state)
{
	static const char lines[] =
		"[profile late]\nsmooth = 3\n"
		"[camera HD Webcam*]\nsmooth = 2\nlight = 20\nkeep-out = 0,0,9x9\n"
		"[other]\nsmooth = 1\nlight = 10\nmatch = 5\nkeep-out = 1,1,9x9\nkeep-out = 2,2,9x9\n"
		"[Camera *c525 ]\nlight = 21\n";

	assert_int_equal(read_for(NULL, "", lines), 0);
	assert_true(settings.pipeline.by_camera);
	prints("smooth", 0, "1");
	prints("light", 0, "10");
	assert_int_equal(settings.pipeline.scene.keep_out_count, 2);
	assert_int_equal(read_for("HD Webcam C525", "", lines), 0);
	prints("smooth", 0, "2");
	prints("light", 0, "21"); /* the last one of those that fit */
	prints("match", 0, "5");
	assert_int_equal(settings.pipeline.scene.keep_out_count, 1);
	assert_int_equal(read_for("HD Webcam C525", "late", lines), 0);
	prints("smooth", 0, "3");
	prints("light", 0, "21");
}

static void test_names_of_cameras(void **state)
{
	static const char *const fit[] = { "Camera [2]", "camera [2]", "* [2]", "/dev/video3", "/dev/video?", "usb-*-6",
		"usb-0000:00:14.0-6", "*" };
	static const char *const others[] = { "Camera", "/dev/video", "usb-*-7", "?" };
	struct pmk_source_names names = { "/dev/video3", "Camera [2]", "usb-0000:00:14.0-6" }, none = { 0 };

	for (size_t i = 0; i < sizeof fit / sizeof fit[0]; i++)
		assert_true(pmk_source_names_fit(&names, fit[i]) ==
			(i != 2)); /* brackets enclose characters, if not all is the name */
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_false(pmk_source_names_fit(&names, others[i]));
	assert_false(pmk_source_names_fit(&none, "*"));
}

/* All must be right, whichever camera is in use. */
static void test_sections_that_are_refused(void **state)
{
	assert_int_equal(read_for(NULL, "", "[camera x]\nsmooth = 400\n"), -EINVAL);
	assert_non_null(strstr(unit_logged, "a.conf: line 2, in [camera x]: smooth \"400\""));
	assert_int_equal(read_for(NULL, "", "[camera x]\n\noutput = null\n"), -EINVAL);
	assert_non_null(strstr(unit_logged, "line 3, in [camera x]: \"output\" cannot be set for one camera"));
	assert_int_equal(read_for(NULL, "", "[camera x]\ncamera = auto\n"), -EINVAL);
	assert_non_null(strstr(unit_logged, "line 2, in [camera x]: \"camera\" cannot be set for one camera"));
	assert_int_equal(read_for(NULL, "", "[camera x]\nbackdrop = absent.png\n"), 0); /* it may be there later */
	assert_int_equal(read_for("x", "", "[camera x]\nbackdrop = absent.png\n"), -EBADMSG);
	assert_non_null(strstr(unit_logged, "line 2, in [camera x]: backdrop \"absent.png\""));
	assert_int_equal(read_for(NULL, "", "[profile late]\nsmooth\n"), -EINVAL);
	assert_non_null(strstr(unit_logged, "line 2, in [profile late], is not of the form"));
	assert_int_equal(read_for(NULL, "", "[profile late]\n[for people]\ncolour = red\n"), -EINVAL);
	assert_non_null(strstr(unit_logged, "a.conf: line 3: \"colour\" is not a setting"));
	assert_int_equal(read_for("x", "",
				 "[cameras]\noutput = null\ncamera = auto\n[mirror and flip]\n[program]\n"
				 "[cameo shots]\n[profit and loss]\n[cam office]\n[came]\n"),
		0); /* for people */
	assert_false(settings.pipeline.by_camera);
}

static void takes(const char *line, const char *name, const char *expected)
{
	if (read_text(line))
		fail_msg("%s: %s", line, unit_logged);
	prints(name, 0, expected);
}

static void test_values_in_a_file(void **state)
{
	setenv("HOME", "/home/ann", 1);
	takes("backdrop=color:#3080c0", "backdrop", "color:#3080c0");
	takes("model = a #1.jpg ; my wall\r\n", "model", "a #1.jpg");
	takes("model: a;b.jpg;", "model", "a;b.jpg;");
	takes("model = \"  my wall; blue.jpg \"  ; bright", "model", "  my wall; blue.jpg ");
	takes("model = \"the \\\"old\\\" wall \\\\ C:\\new\"# x", "model", "the \"old\" wall \\ C:\\new");
	takes("model = it's \"old\".jpg", "model", "it's \"old\".jpg");
	takes("mirror = \"yes\"", "mirror", "yes");
	takes("\xef\xbb\xbfsmooth\t=\t3", "smooth", "3");
	takes("model = ~/my wall.jpg", "model", "/home/ann/my wall.jpg");
	takes("model = \"~/my wall.jpg\"", "model", "/home/ann/my wall.jpg");
	takes("output = file:~/meeting.mkv", "output", "file:/home/ann/meeting.mkv");
	takes("model = a/~/b~", "model", "a/~/b~");
	takes("model = ./~/b", "model", "./~/b");
	takes("model = ~bob/b", "model", "~bob/b");
	setenv("HOME", "ann", 1); /* which would be another folder in each place */
	takes("model = ~/b", "model", "~/b");
	unsetenv("HOME");
	takes("model = ~/b", "model", "~/b");
}

static void test_lines_that_are_refused(void **state)
{
	static const char *const lines[][2] = {
		{ "\nmodel = \"a.jpg", "line 2 has a quote that does not end" },
		{ "model = \"a.jpg\\\"", "line 1 has a quote that does not end" },
		{ "model = \"a\" b.jpg", "line 1 has something behind the closing quote" },
		{ "= 3", "line 1 is not of the form \"name = value\"" },
		{ "backdrop builtin:office", "line 1 is not of the form" },
		{ "frame rate = 30", "line 1: \"frame rate\" is not a setting" },
		{ "smoth = 30", "line 1: \"smoth\" is not a setting; did you mean smooth?" },
		{ "jsn = yes", "line 1: \"jsn\" is not a setting" }, /* that one is none of the file's */
		{ "\n[profile call]\nbackdrp = a.png",
			"line 3, in [profile call]: \"backdrp\" is not a setting; did you mean backdrop?" },
		{ "camera = presentr", "line 1: camera \"presentr\": not known; did you mean presenter?" },
		{ "[mask", "a.conf: line 1 has a heading without its \"]\"" },
		{ "\n[camera x", "a.conf: line 2 has a heading without its \"]\"" },
		{ "[profile a] light=20", "line 1 has something behind its heading" },
		{ "[for people] light=20", "line 1 has something behind its heading" },
		{ "[camera]", "line 1: a profile begins with [profile NAME], and a section for one camera with" },
		{ "[profile]", "line 1: a profile begins with [profile NAME]" },
		{ "\n[ profile ] ; x", "line 2: a profile begins with" },
		{ "[Profileevening]", "line 1: a profile begins with" },
		{ "\n[ Cameras front ]",
			"line 2: a profile begins with [profile NAME], and a section for one camera with" },
		{ "[camera: front]", "line 1: a profile" },
		{ "\n[camra front]", "line 2: a profile begins with" },
		{ "[Profle call]", "line 1: a profile begins with" },
		{ "[porfile: call]", "line 1: a profile begins with" },
		{ "[camra]", "line 1: a profile begins with" },
		{ "[Profil]", "line 1: a profile begins with" },
		{ "[my camera]", "line 1: a profile begins with" },
		{ "\n[x Camera y]", "line 2: a profile begins with" },
		{ "[home-profile: late]", "line 1: a profile begins with" },
		{ "control-group = a\tb", "line 1: control-group \"a?b\": it has a control character" },
	};

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		assert_int_equal(read_text(lines[i][0]), -EINVAL);
		if (!strstr(unit_logged, lines[i][1]) || unit_log_count != 1)
			fail_msg("%s: %s", lines[i][0], unit_logged);
	}
	/* as on the command line, what is to be read is bad input */
	assert_int_equal(read_text("model = a\tb"), -EBADMSG);
	assert_non_null(strstr(unit_logged, "line 1: model \"a?b\": it has a control character"));
	assert_int_equal(read_text("smooth = 3\nbackdrop = absent.png"), -EBADMSG);
	assert_int_equal(read_text("overlay = absent.png"), -EBADMSG);
}

/* Nothing may be empty but the caption, which is none then: an empty word is a variable that was not set. */
static void test_empty_values(void **state)
{
	char reason[PMK_SETTING_WHY];

	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		pmk_settings_init(&settings);
		reason[0] = '\0';
		if (strcmp(s->name, "caption") == 0)
			assert_int_equal(pmk_setting_set(s, "", &settings, reason), 0);
		else if (pmk_setting_set(s, "", &settings, reason) != -EINVAL || !reason[0])
			fail_msg("%s may be empty", s->name);
	}
	refuses("control-group", "", "it is empty; give GROUP or none");
	refuses("from", "", "it is empty; give TIME");
	assert_int_equal(read_text("backdrop-folder ="), -EINVAL);
	assert_non_null(strstr(unit_logged, "line 1: backdrop-folder \"\": it is empty; give FOLDER or auto"));
}

/* Under sudo, the home may be that of the user who called it, who could not use a folder of root's. */
static void test_folders_of_another_user(void **state)
{
	char home[] = "/tmp/potemkin-test-XXXXXX", path[100];

	assert_non_null(mkdtemp(home));
	snprintf(path, sizeof path, "%s/.config/potemkin/potemkin.conf", home);
	if (geteuid() == 0 && chown(home, 65534, 65534) == 0) {
		pmk_settings_make_folders(path);
		assert_int_equal(rmdir(home), 0); /* nothing is in it */
		assert_int_equal(mkdir(home, 0700), 0);
	}
	pmk_settings_make_folders(path);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(home), 0);
}

/* A line may be as long as the longest path, in the home directory, too. */
static void test_long_lines(void **state)
{
	static char line[2 * PMK_SPEC];
	int used = snprintf(line, sizeof line, "model = \"~/");

	setenv("HOME", "/h", 1);
	memset(line + used, 'x', PMK_SPEC - 4);
	strcpy(line + used + PMK_SPEC - 4, "\"");
	pmk_settings_init(&settings);
	assert_int_equal(pmk_settings_read_text(line, "a.conf", &settings), 0);
	assert_int_equal(strlen(settings.pipeline.scene.model), PMK_SPEC - 1);
	strcpy(line, "model = ~/");
	memset(line + strlen(line), 'x', PMK_SPEC - 2);
	assert_int_equal(pmk_settings_read_text(line, "a.conf", &settings), -EBADMSG);
}

static void test_file_on_disk(void **state)
{
	char path[] = "/tmp/test_settings_XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	pmk_settings_init(&settings);
	assert_int_equal(pmk_settings_read_file(path, &settings), 0); /* an empty file sets nothing */
	assert_int_equal(write(fd, "smooth = 3\n", 11), 11);
	close(fd);
	assert_int_equal(pmk_settings_read_file(path, &settings), 0);
	prints("smooth", 0, "3");
	unlink(path);
	unit_catch_log();
	assert_int_equal(pmk_settings_read_file(path, &settings), -ENOENT);
	assert_int_equal(unit_log_count, 1);
	assert_int_equal(pmk_settings_read_file("/dev/null", &settings), 0);
}

/* What keeps us from seeing the user's file: none of it means that there is no file. */
enum obstacle {
	NOTHING, /* and no file either */
	A_FOLDER,
	A_LOOP,
	LINK_TO_NOWHERE,
	FILE_AS_FOLDER,
	FOLDER_IN_A_LOOP,
	FOLDER_LINKS_TO_NOWHERE,
	FOLDER_IS_CLOSED,
	OBSTACLES
};

static void put_obstacle(enum obstacle what)
{
	bool made = what >= FILE_AS_FOLDER || mkdir("potemkin", 0755) == 0;

	if (what == A_FOLDER)
		made = mkdir("potemkin/potemkin.conf", 0755) == 0;
	else if (what == A_LOOP || what == LINK_TO_NOWHERE)
		made = symlink(what == A_LOOP ? "potemkin.conf" : "away/it", "potemkin/potemkin.conf") == 0;
	else if (what == FILE_AS_FOLDER)
		made = mknod("potemkin", S_IFREG | 0644, 0) == 0;
	else if (what == FOLDER_IN_A_LOOP || what == FOLDER_LINKS_TO_NOWHERE)
		made = symlink(what == FOLDER_IN_A_LOOP ? "potemkin" : "away", "potemkin") == 0;
	else if (what == FOLDER_IS_CLOSED)
		made = mkdir("potemkin", 0) == 0;
	assert_true(made);
}

static void test_own_file_that_cannot_be_seen(void **state)
{
	static const struct {
		const char *why;
		int err;
	} expected[OBSTACLES] = {
		[A_FOLDER] = { "not a file", -EISDIR },
		[A_LOOP] = { "a link that leads back to itself", -ELOOP },
		[LINK_TO_NOWHERE] = { "a link to a file that is not there", -ENOENT },
		[FILE_AS_FOLDER] = { "its path leads through what is no folder", -ENOTDIR },
		[FOLDER_IN_A_LOOP] = { "a link that leads back to itself", -ELOOP },
		[FOLDER_LINKS_TO_NOWHERE] = { "there is no such file", -ENOENT },
		[FOLDER_IS_CLOSED] = { "this user may not look into its folder", -EACCES },
	};
	char folder[] = "/tmp/test_settings_XXXXXX", path[PMK_SPEC];
	bool root = geteuid() == 0, other_user = unit_can_be_others();

	assert_true(mkdtemp(folder) && chmod(folder, 0755) == 0 && chdir(folder) == 0);
	setenv("XDG_CONFIG_HOME", folder, 1);
	unit_catch_log();
	for (enum obstacle what = NOTHING; what < OBSTACLES; what++) {
		if (what == FOLDER_IS_CLOSED && root && !other_user) {
			print_message("skipped a part: needs root that can be another user, or no root\n");
			continue;
		}
		put_obstacle(what);
		assert_int_equal(other_user && seteuid(65534), 0);
		unit_log_count = 0;
		assert_int_equal(pmk_settings_default_file(path), what != NOTHING);
		pmk_settings_init(&settings);
		if (what != NOTHING &&
			(pmk_settings_read_file(path, &settings) != expected[what].err || unit_log_count != 1 ||
				!strstr(unit_logged, expected[what].why)))
			fail_msg("obstacle %d: %s", (int)what, unit_logged);
		assert_int_equal(other_user && seteuid(0), 0);
		assert_true(remove("potemkin/potemkin.conf") == 0 || errno != ENOTEMPTY);
		assert_int_equal(remove("potemkin"), 0);
	}
	setenv("XDG_CONFIG_HOME", "/nowhere/at/all", 1);
	assert_false(pmk_settings_default_file(path));
	assert_int_equal(chdir("/") || rmdir(folder), 0);
	unsetenv("XDG_CONFIG_HOME");
}

/* Not even an obstacle can be in what is no folder. */
static void test_no_home(void **state)
{
	static const char *const homes[] = { "/dev/null", "/dev/null/below", ".", "/nowhere/at/all" };
	const char *had = getenv("HOME");
	char before[PMK_SPEC], path[PMK_SPEC];

	snprintf(before, sizeof before, "%s", had ? had : "");
	for (int i = 0; i < 4; i++) {
		setenv("HOME", homes[i], 1);
		unsetenv("XDG_CONFIG_HOME");
		assert_false(pmk_settings_default_file(path));
		assert_int_equal(path[0] == '\0', i < 3);
		setenv("XDG_CONFIG_HOME", homes[i], 1);
		assert_false(pmk_settings_default_file(path));
	}
	setenv("XDG_CONFIG_HOME", "/dev/null", 1);
	pmk_settings_init(&settings);
	assert_false(pmk_settings_file_of(&settings, path));
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", before, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_line),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_nothing_is_set),
		cmocka_unit_test(test_captions),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_owns_its_strings),
		cmocka_unit_test(test_takes_what_is_live),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_sections_of_cameras),
		cmocka_unit_test(test_names_of_cameras),
		cmocka_unit_test(test_sections_that_are_refused),
		cmocka_unit_test(test_values_in_a_file),
		cmocka_unit_test(test_lines_that_are_refused),
		cmocka_unit_test(test_empty_values),
		cmocka_unit_test(test_folders_of_another_user),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_file_on_disk),
		cmocka_unit_test(test_own_file_that_cannot_be_seen),
		cmocka_unit_test(test_no_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

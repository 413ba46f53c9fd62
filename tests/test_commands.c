/* SPDX-License-Identifier: MIT */
/* The commands of the program, called as main() calls them: exit code, what is printed, what is logged. */
#include "app/commands.h"
#include "app/cures.h"
#include "app/options_help.h"
#include "base/clock.h"
#include "media/still.h"
#include "tiny_network.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_WORDS = 32, MOST_PRINTED = 1 << 20 };

static char folder[] = "/tmp/test_commands_XXXXXX";
static char network[sizeof folder + 20]; /* of live runs, whose end does not wait for a slow one, and the benchmark */
static pid_t tester;
static char printed[MOST_PRINTED]; /* on standard output, by the last call */

void __real__exit(int code) __attribute__((noreturn));
void __wrap__exit(int code) __attribute__((noreturn));

/* A run that leaves this process takes the tests that are to come along. */
void __wrap__exit(int code)
{
	if (getpid() != tester)
		__real__exit(code);
	fprintf(stderr, "a command ended the process: %s\n", unit_logged);
	abort();
}

static void keep_printed(int saved)
{
	ssize_t count;

	fflush(stdout);
	lseek(STDOUT_FILENO, 0, SEEK_SET);
	count = read(STDOUT_FILENO, printed, sizeof printed - 1);
	printed[count > 0 ? count : 0] = '\0';
	dup2(saved, STDOUT_FILENO);
	close(saved);
}

static int call(struct pmk_options *options, int argc, char **argv)
{
	enum pmk_exit code = pmk_options_parse(argc, argv, options);

	if (code != PMK_EXIT_OK)
		return (int)code;
	options->settings.sandbox = PMK_SANDBOX_OFF; /* for this process, which goes on; locked.py tries the lock */
	if ((options->command == PMK_COMMAND_RUN || options->command == PMK_COMMAND_BENCH) &&
		!strcmp(options->settings.pipeline.scene.model, "auto"))
		strcpy(options->settings.pipeline.scene.model, network);
	if (!options->settings.help)
		return (int)pmk_command(options);
	return pmk_options_print_help(options->topic) ? PMK_EXIT_USAGE : PMK_EXIT_OK;
}

/* `line`: words separated by blanks. What it logs is in unit_logged. */
static int run(const char *line)
{
	struct pmk_options *options = calloc(1, sizeof *options);
	char copy[1000], *rest = copy, name[] = "potemkin", *argv[MOST_WORDS + 1] = { name }, *word;
	int argc = 1, code, saved, output;

	assert_non_null(options);
	snprintf(copy, sizeof copy, "%s", line);
	while ((word = strsep(&rest, " ")) && argc < MOST_WORDS)
		argv[argc++] = word;
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	output = open("printed", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(saved >= 0 && output >= 0);
	dup2(output, STDOUT_FILENO);
	close(output);
	unit_catch_log();
	code = call(options, argc, argv);
	keep_printed(saved);
	free(options);
	return code;
}

static void expect(int code, const char *line, const char *said)
{
	int got = run(line);

	if (got != code)
		fail_msg("%s: exit %d, expected %d: %s", line, got, code, unit_logged);
	if (said && !strstr(printed, said) && !strstr(unit_logged, said))
		fail_msg("%s: neither \"%.200s\" nor \"%s\" says \"%s\"", line, printed, unit_logged, said);
}

/* What was printed is one JSON object with this member. */
static void expect_json(const char *line, const char *member)
{
	cJSON *json;

	run(line);
	json = cJSON_Parse(printed);
	if (!json || !cJSON_GetObjectItem(json, member))
		fail_msg("%s: no JSON with \"%s\": %.200s", line, member, printed);
	cJSON_Delete(json);
}

static int make_folder(void **state)
{
	pmk_log_set_cures(pmk_cures);
	if (setenv("XDG_CONFIG_HOME", "/nonexistent", 1) || !mkdtemp(folder) || chdir(folder))
		return -1;
	snprintf(network, sizeof network, "%s/network.tflite", folder);
	if (!tiny_network_write(network, 32, 18))
		return -1;
	return setenv("XDG_RUNTIME_DIR", folder, 1);
}

static int remove_folder(void **state)
{
	char command[100];

	snprintf(command, sizeof command, "rm -r %s", folder);
	return chdir("/") || system(command) ? -1 : 0;
}

static void test_help(void **state)
{
	char option[64];

	expect(PMK_EXIT_OK, "--help", "options that most people need");
	expect(PMK_EXIT_OK, "help all", "--threshold");
	expect(PMK_EXIT_OK, "mask --help", "--threshold");
	expect(PMK_EXIT_OK, "help convert", "recorded video");
	expect(PMK_EXIT_USAGE, "help converted", "did you mean convert?");
	expect(PMK_EXIT_USAGE, "statuses", "did you mean status?");
	expect(PMK_EXIT_OK, "--help all", "exit: 0 ok");
	for (int i = 0; i < pmk_settings_count; i++) {
		snprintf(option, sizeof option, "--%s", pmk_settings_table[i].name);
		assert_non_null(strstr(printed, option));
	}
	expect(PMK_EXIT_OK, "help", "usage:");
}

static void test_usage(void **state)
{
	expect(PMK_EXIT_USAGE, "dance", "there is no command \"dance\"");
	expect(PMK_EXIT_USAGE, "--smoth 3", "did you mean --smooth?");
	expect(PMK_EXIT_USAGE, "--smooth", "--smooth needs a value");
	expect(PMK_EXIT_USAGE, "--smooth 101", "--smooth \"101\": give a number from 0 to 100");
	expect(PMK_EXIT_USAGE, "-x", "-x");
	expect(PMK_EXIT_USAGE, "convert a.mkv", "usage: potemkin convert");
	expect(PMK_EXIT_USAGE, "list cameras outputs", "usage: potemkin list");
	expect(PMK_EXIT_USAGE, "list fishes", "fishes");
	expect(PMK_EXIT_USAGE, "convert --wait a.mkv b.mkv", "--wait");
	expect(PMK_EXIT_USAGE, "-b none", "--show-room");
	expect(PMK_EXIT_USAGE, "-b blur:9", "--show-room");
	expect(PMK_EXIT_INPUT, "-b office", "builtin:office");
	expect(PMK_EXIT_USAGE, "--cpu mmx", "mmx");
	expect(PMK_EXIT_INPUT, "--config absent.conf", "absent.conf");
}

static void test_file_under_command_line(void **state)
{
	FILE *file = fopen("a.conf", "w");

	assert_non_null(file);
	fputs("camera = presenter\noutput = null\noutput = hash\nsize = 160x90\nmirror = yes\nframes = 2\n", file);
	fclose(file);
	expect(PMK_EXIT_OK, "--config a.conf -o hash --mirror=no", "\n"); /* lists replace, they do not add */
	expect(PMK_EXIT_OK, "--config a.conf convert presenter hash --frames 1", "\n");
}

static void test_lists(void **state)
{
	expect(PMK_EXIT_OK, "list", "builtin:office");
	expect(PMK_EXIT_OK, "list settings", "[85] (live)");
	expect_json("list --json", "models");
	expect_json("list settings --json", "settings");
	expect(PMK_EXIT_OK, "model list", "selfie");
	expect(PMK_EXIT_INPUT, "model info absent.tflite", "absent.tflite");
	expect(PMK_EXIT_OK, "model info selfie-landscape", "Apache-2.0");
	expect(PMK_EXIT_OK, "model check selfie-landscape", "");
	expect(PMK_EXIT_USAGE, "model", "usage: potemkin model");
	expect(PMK_EXIT_USAGE, "model dance", "usage: potemkin model");
}

static void test_completion(void **state)
{
	expect(PMK_EXIT_OK, "completion bash", "complete -o filenames");
	expect(PMK_EXIT_OK, "completion zsh", "#compdef potemkin");
	expect(PMK_EXIT_OK, "completion fish", "complete -c potemkin");
	expect(PMK_EXIT_USAGE, "completion cmd", "bash, zsh and fish");
}

static void test_doctor(void **state)
{
	run("doctor");
	assert_non_null(strstr(printed, "PipeWire"));
	assert_non_null(strstr(printed, "(--caption)"));
	expect_json("doctor --json", "findings");
}

static void test_setup(void **state)
{
	struct stat st;

	assert_int_equal(mkdir("machine", 0700), 0);
	expect(PMK_EXIT_OK, "setup-loopback --dry-run --root machine", "v4l2loopback");
	assert_int_equal(stat("machine/etc/modprobe.d/potemkin.conf", &st), -1);
	expect(PMK_EXIT_OK, "setup-loopback --root machine", "v4l2loopback");
	assert_int_equal(stat("machine/etc/modprobe.d/potemkin.conf", &st), 0);
	expect(PMK_EXIT_OK, "setup-loopback --root machine", "video_nr=60"); /* again: the same number */
	expect(PMK_EXIT_OK, "setup-loopback --remove --root machine", NULL);
	assert_int_equal(stat("machine/etc/modprobe.d/potemkin.conf", &st), -1);
	expect(PMK_EXIT_OK, "setup-loopback --remove --root machine", "nothing");
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static bool is_at(const char *path)
{
	return access(path, F_OK) == 0;
}

/* The rule, the user and the service come and go together, with the virtual camera or alone. */
static void test_hiding_cameras(void **state)
{
	static const char *const files[] = { "hidden/etc/udev/rules.d/72-potemkin.rules",
		"hidden/etc/sysusers.d/potemkin.conf", "hidden/etc/systemd/system/potemkin.service" };
	static const char options[] = "hidden/etc/modprobe.d/potemkin.conf";

	assert_int_equal(mkdir("hidden", 0700), 0);
	expect(PMK_EXIT_OK, "setup-loopback --hide-camera --remove --root hidden", "not hidden");
	expect(PMK_EXIT_OK, "setup-loopback --hide-camera --dry-run --root hidden", "TAG-=\"uaccess\"");
	assert_non_null(strstr(printed, "udevadm trigger --action=add"));
	expect(PMK_EXIT_OK, "setup-loopback --hide-camera --root hidden", "SUBSYSTEMS==\"usb\"");
	expect(PMK_EXIT_OK, "setup-loopback --hide-camera --root hidden", "--control-group potemkin");
	for (int i = 0; i < 3; i++)
		assert_true(is_at(files[i]));
	expect(PMK_EXIT_OK, "setup-loopback --hide-camera --remove --root hidden", "remove");
	for (int i = 0; i < 3; i++)
		assert_false(is_at(files[i]));
	assert_true(is_at(options));
	expect(PMK_EXIT_OK, "setup-loopback --hide-camera --root hidden", NULL);
	expect(PMK_EXIT_OK, "setup-loopback --remove --root hidden", "remove");
	assert_null(strstr(printed, "nothing"));
	for (int i = 0; i < 3; i++)
		assert_false(is_at(files[i]));
	assert_false(is_at(options));
	put("hidden/etc/modprobe.d/other.conf", "options v4l2loopback devices=2\n");
	put(files[0], "# by hand\n");
	expect(PMK_EXIT_OK, "setup-loopback --hide-camera --remove --root hidden", "not made by potemkin");
	assert_int_equal(unlink(files[0]), 0);
	expect(PMK_EXIT_OK, "setup-loopback --hide-camera --root hidden", "is used as it is");
	assert_true(is_at(files[0]) && !is_at(options));
	expect(PMK_EXIT_OK, "setup-loopback --remove --root hidden", "remove");
	expect(PMK_EXIT_OK, "setup-loopback --remove --root hidden", "nothing");
}

static void test_setup_refused(void **state)
{
	char path[64];

	assert_int_equal(mkdir("taken", 0700), 0);
	put("taken/etc", ""); /* a file in the folder's place */
	expect(PMK_EXIT_NO_OUTPUT, "setup-loopback --root taken", "cannot be written");
	assert_int_equal(unlink("taken/etc"), 0);
	assert_int_equal(mkdir("taken/etc", 0700) || mkdir("taken/etc/modprobe.d", 0700), 0);
	put("taken/etc/modprobe.d/other.conf", "# a rival\noptions v4l2loopback devices=2\n");
	expect(PMK_EXIT_BUSY, "setup-loopback --root taken", "other.conf");
	assert_int_equal(unlink("taken/etc/modprobe.d/other.conf"), 0);
	put("taken/etc/modprobe.d/potemkin.conf", "# by hand\n");
	expect(PMK_EXIT_OK, "setup-loopback --remove --root taken", "not made by potemkin");
	assert_int_equal(mkdir("taken/dev", 0700), 0);
	for (int i = 60; i < 64; i++) {
		snprintf(path, sizeof path, "taken/dev/video%d", i);
		put(path, "");
	}
	expect(PMK_EXIT_BUSY, "setup-loopback --root taken", "/dev/video60 to /dev/video63");
}

static void test_files(void **state)
{
	struct stat st;

	expect(PMK_EXIT_OK, "convert presenter film.mkv --frames 4 -s 160x90 -q", NULL);
	assert_int_equal(stat("film.mkv", &st), 0);
	expect(PMK_EXIT_OK, "convert film.mkv again.y4m --frames 2 --flip -q", NULL);
	expect(PMK_EXIT_OK, "mask film.mkv alpha.mkv --frames 2 -q", NULL);
	expect(PMK_EXIT_OK, "convert film.mkv hash --frames 2 -q", "\n");
	expect(PMK_EXIT_INPUT, "convert absent.mkv null", "absent.mkv");
	expect(PMK_EXIT_USAGE, "convert film.mkv film.mkv", "film.mkv");
	expect(PMK_EXIT_INPUT, "convert -b absent.jpg presenter null --frames 1", "absent.jpg");
	expect(PMK_EXIT_USAGE, "mask film.mkv alpha.txt", "alpha.txt");
}

static void test_pictures(void **state)
{
	struct pmk_rgb rgb;
	struct stat st;

	assert_int_equal(pmk_rgb_alloc(&rgb, 160, 90), 0);
	memset(rgb.data, 99, rgb.stride * 90);
	assert_int_equal(pmk_still_write_rgb("room.png", &rgb), 0);
	pmk_rgb_free(&rgb);
	expect(PMK_EXIT_OK, "convert -b green room.png out.png -q", NULL);
	assert_int_equal(stat("out.png", &st), 0);
	expect(PMK_EXIT_OK, "mask room.png alpha.png -q", NULL);
	assert_int_equal(stat("alpha.png", &st), 0);
	expect(PMK_EXIT_USAGE, "convert room.png out.mkv", "must end in .png");
	expect(PMK_EXIT_NO_OUTPUT, "convert room.png absent/out.png", "absent/out.png");
	expect(PMK_EXIT_USAGE, "convert -b room.png presenter room.png", "room.png");
}

static void test_run(void **state)
{
	expect(PMK_EXIT_OK, "-c presenter -o null -s 160x90 --frames 3", NULL);
	expect(PMK_EXIT_OK, "run -c presenter -o file:live.mkv -s 160x90 --frames 3", NULL);
	expect(PMK_EXIT_OK, "run -c file:live.mkv -o null --frames 2", NULL);
	expect(PMK_EXIT_USAGE, "-c webcam -o null --frames 1", "webcam");
	expect(PMK_EXIT_NO_CAMERA, "-c /dev/absent -o null --frames 1", "/dev/absent");
	expect(PMK_EXIT_INPUT, "-c file:absent.mkv -o null --frames 1", "absent.mkv");
	expect(PMK_EXIT_USAGE, "-c presenter -o file:a.mkv -o file:./a.mkv --frames 1", "a.mkv");
	expect(PMK_EXIT_INPUT, "-m absent.tflite -c presenter -o null --frames 1", "absent.tflite");
}

/* A part of a film, turned, transparent, in each kind of file; and what is refused. */
static void test_films(void **state)
{
	expect(PMK_EXIT_OK, "convert -s 160x90 --frames 6 presenter talk.mkv", NULL);
	expect(PMK_EXIT_OK, "convert --from 0.05 --to 0.15 talk.mkv part.mkv", NULL);
	expect(PMK_EXIT_OK, "convert --mirror --flip talk.mkv part.mkv", NULL);
	expect(PMK_EXIT_OK, "convert -b transparent talk.mkv clear.mov", NULL);
	expect(PMK_EXIT_OK, "convert talk.mkv film.webm", NULL);
	expect(PMK_EXIT_OK, "mask talk.mkv mask.mkv", NULL);
	expect(PMK_EXIT_USAGE, "convert --from soon talk.mkv a.mkv", "give a time");
	expect(PMK_EXIT_USAGE, "convert --from 3 --to 2 talk.mkv a.mkv", "is not after");
	expect(PMK_EXIT_USAGE, "convert -b transparent talk.mkv a.mp4", "cannot hold transparency");
	expect(PMK_EXIT_USAGE, "convert talk.mkv ./talk.mkv", "talk.mkv");
	expect(PMK_EXIT_USAGE, "convert talk.mkv film.png", "is a video");
}

static void test_batch(void **state)
{
	struct stat st;

	expect(PMK_EXIT_OK, "convert -q -b green room.png alpha.png many/", NULL);
	assert_int_equal(stat("many/room.png", &st) || stat("many/alpha.png", &st), 0);
	expect(PMK_EXIT_INPUT, "convert -b green room.png printed absent.png many/ --jobs 2", "absent.png");
	expect(PMK_EXIT_USAGE, "convert room.png alpha.png printed", "not a folder");
}

/* Nothing that is read is written, whatever reads it and whatever it is called. */
static void test_inputs_are_never_written(void **state)
{
	static const struct {
		const char *line, *input;
	} cases[] = {
		{ "convert talk.mkv ./talk.mkv", "talk.mkv" },
		{ "convert -b slideshow:slides:5 alpha.png slides/one.png", "slides/one.png" },
		{ "convert -b daylight:slides alpha.png slides/linked.png", "room.png" },
		{ "mask -b slideshow:slides/ alpha.png room.png", "room.png" },
		{ "run -b slideshow:slides -c presenter -o file:slides/film.mkv --frames 1", "slides/film.mkv" },
		{ "convert --overlay room.png alpha.png room.png", "room.png" },
		{ "convert -m ./slides/film.mkv talk.mkv slides/film.mkv", "slides/film.mkv" },
		{ "convert --config own.mkv talk.mkv own.mkv", "own.mkv" },
		{ "convert talk.mkv usual.mkv", "read/potemkin/potemkin.conf" },
		{ "run -c presenter -o file:usual.mkv --frames 1", "read/potemkin/potemkin.conf" },
		{ "mask talk.mkv selfie.mkv", "read/potemkin/models/selfie_segmentation.tflite" },
		{ "convert -m selfie talk.mkv selfie.mkv", "read/potemkin/models/selfie_segmentation.tflite" },
		{ "convert talk.mkv wide.mkv", "read/potemkin/models/selfie_segmentation_landscape.tflite" },
	};
	char read[sizeof folder + 10];
	struct stat before, after;

	snprintf(read, sizeof read, "%s/read", folder);
	assert_int_equal(mkdir("read", 0700) || mkdir("read/potemkin", 0700) || mkdir("read/potemkin/models", 0700), 0);
	put("read/potemkin/potemkin.conf", "smooth = 40\n");
	put("read/potemkin/models/selfie_segmentation.tflite", "a network");
	put("read/potemkin/models/selfie_segmentation_landscape.tflite", "another");
	assert_int_equal(symlink("read/potemkin/potemkin.conf", "usual.mkv") ||
			symlink("read/potemkin/models/selfie_segmentation.tflite", "selfie.mkv") ||
			symlink("read/potemkin/models/selfie_segmentation_landscape.tflite", "wide.mkv"),
		0);
	put("own.mkv", "smooth = 40\n");
	assert_int_equal(mkdir("slides", 0700) || symlink("../room.png", "slides/linked.png"), 0);
	expect(PMK_EXIT_OK, "convert -q -b green room.png slides/one.png", NULL);
	expect(PMK_EXIT_OK, "convert -q talk.mkv slides/film.mkv", NULL);
	setenv("XDG_CONFIG_HOME", read, 1);
	setenv("XDG_DATA_HOME", read, 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(stat(cases[i].input, &before), 0);
		expect(PMK_EXIT_USAGE, cases[i].line, "is an input and would be overwritten");
		assert_int_equal(stat(cases[i].input, &after), 0);
		assert_true(before.st_ino == after.st_ino && before.st_size == after.st_size);
	}
	unsetenv("XDG_DATA_HOME");
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	/* many files get other names */
	expect(PMK_EXIT_OK, "convert -q -b slides/one.png talk.mkv slides/one.png slides/", NULL);
	assert_int_equal(stat("slides/one-2.png", &after) || stat("slides/talk.mkv", &after), 0);
	/* and what is none of the slideshow's may be replaced */
	expect(PMK_EXIT_OK, "convert -q -b slideshow:slides alpha.png out.png", NULL);
}

/* Neither does what is written become a picture of the backdrop, nor what is read the result of another file. */
static void test_outputs_are_never_read(void **state)
{
	struct stat st;

	expect(PMK_EXIT_USAGE, "convert -b slideshow:slides talk.mkv slides/new.mkv", "would become a picture of the");
	expect(PMK_EXIT_USAGE, "convert -b slideshow:slides talk.mkv alpha.png slides/", "name another folder");
	expect(PMK_EXIT_USAGE, "mask -b daylight:slides alpha.png slides/new.png", "would become a picture of the");
	expect(PMK_EXIT_USAGE, "run -b slideshow:slides -c presenter -o file:slides/new.mkv --frames 1",
		"would become a picture of the backdrop");
	assert_true(stat("slides/new.mkv", &st) && stat("slides/new.png", &st));
	assert_int_equal(symlink("twice.mkv", "again.mkv"), 0);
	expect(PMK_EXIT_USAGE, "run -c presenter -o file:twice.mkv -o file:again.mkv --frames 1",
		"are the same file, or may be");
	expect(PMK_EXIT_USAGE, "run -c presenter -o file:twice.mkv -o file:Twice.mkv --frames 1",
		"are the same file, or may be");
	expect(PMK_EXIT_OK, "convert -q -b slideshow:slides --frames 1 talk.mkv null", NULL);
	/* the second one is not there yet, and stays absent */
	expect(PMK_EXIT_INPUT, "convert -q -b green alpha.png more/alpha.png more/", "more/alpha.png");
	assert_int_equal(stat("more/alpha-2.png", &st), 0);
}

static bool answers(void)
{
	return run("status") == PMK_EXIT_OK;
}

/* Wait until the run that is steered answers, and the path is there. */
static void await_run(const char *path)
{
	uint64_t end = pmk_clock_now_ns() + 60 * PMK_S_NS;

	while (access(path, F_OK) || !answers()) {
		assert_true(pmk_clock_now_ns() < end);
		usleep(20000);
	}
}

/* The run that is steered records; its files are no inputs, by whatever name. */
static void refuse_recordings(void)
{
	static const char *const lines[] = { "ctl backdrop films/rec.mkv", "ctl backdrop linked.mkv",
		"ctl backdrop slideshow:films:5", "ctl backdrop daylight:films", "ctl backdrop slideshow:slides",
		"ctl set overlay films/rec.mkv", "ctl camera file:slides/linked.mkv", "ctl set model ./linked.tflite" };

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		expect(PMK_EXIT_USAGE, lines[i], "is an input and would be overwritten");
	expect(PMK_EXIT_USAGE, "ctl snapshot linked.png", "the recording that goes on");
	expect(PMK_EXIT_OK, "ctl backdrop color:#336699", NULL); /* the run goes on */
	/* the recording is all that the gallery has besides the built-in ones */
	expect(PMK_EXIT_OK, "ctl next", "builtin:office");
	for (int i = 0; i < 100; i++) {
		expect(PMK_EXIT_OK, "ctl next", "builtin:");
		if (strstr(printed, "builtin:office"))
			return;
	}
	fail();
}

static void test_recordings_are_never_read(void **state)
{
	pid_t child;
	int status;

	assert_int_equal(mkdir("films", 0700) || symlink("films/rec.mkv", "linked.mkv") ||
			symlink("films/rec.mkv", "linked.tflite") || symlink("films/rec.mkv", "linked.png") ||
			symlink("../films/rec.mkv", "slides/linked.mkv"),
		0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		char line[300];

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		snprintf(line, sizeof line,
			"-c presenter -o null -o file:films/rec.mkv -b green -s 160x90 --backdrop-folder films -m %s",
			network);
		exit(run(line));
	}
	await_run("films/rec.mkv");
	refuse_recordings();
	expect(PMK_EXIT_OK, "ctl quit", NULL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void make_own_folder(void)
{
	char here[PATH_MAX], path[PATH_MAX + 8];

	assert_non_null(getcwd(here, sizeof here));
	snprintf(path, sizeof path, "%s/own", here);
	setenv("XDG_DATA_HOME", path, 1);
	assert_int_equal(mkdir("own", 0700) || mkdir("own/potemkin", 0700) || mkdir("own/potemkin/backdrops", 0700), 0);
}

/* Own backdrops come behind the built-in ones, in natural order; what is no picture is passed over. */
static void steer_through_own_backdrops(void)
{
	assert_int_equal(run("convert -q -b green room.png own/potemkin/backdrops/my_10.png"), PMK_EXIT_OK);
	assert_int_equal(run("convert -q -b green room.png own/potemkin/backdrops/my_2.png"), PMK_EXIT_OK);
	put("own/potemkin/backdrops/my_5.png", "no picture");
	put("own/potemkin/backdrops/notes.txt", "no backdrop");
	expect(PMK_EXIT_OK, "ctl backdrop own/potemkin/backdrops/my_2.png", NULL);
	expect(PMK_EXIT_OK, "ctl next", "backdrops/my_10.png");
	expect(PMK_EXIT_OK, "ctl next", "builtin:office");
	expect(PMK_EXIT_OK, "ctl backdrop slideshow:own/potemkin/backdrops:5", NULL); /* found from here, too */
	expect(PMK_EXIT_OK, "ctl next", "builtin:office");
	expect(PMK_EXIT_OK, "list backdrops", "backdrops/my_2.png");
	expect(PMK_EXIT_OK, "list backdrops --backdrop-folder steered", "builtin:office");
	assert_null(strstr(printed, "my_2.png"));
	expect(PMK_EXIT_OK, "list backdrops --backdrop-folder own/potemkin/backdrops", "backdrops/my_2.png");
}

/* A change while the program runs is answered with the code that a run with it would have ended with. */
static void steer_with_the_codes_of_the_command_line(void)
{
	static const struct {
		const char *change, *start;
		enum pmk_exit code;
	} cases[] = {
		{ "camera file:absent.mp4", "-c file:absent.mp4", PMK_EXIT_INPUT },
		{ "camera file:steered/steered.conf", "-c file:steered/steered.conf", PMK_EXIT_INPUT },
		{ "camera /dev/video987", "-c /dev/video987", PMK_EXIT_NO_CAMERA },
		{ "camera unheard-of", "-c unheard-of", PMK_EXIT_USAGE },
		{ "set camera file:", "-c file:", PMK_EXIT_USAGE },
		{ "set model absent.tflite", "-m absent.tflite", PMK_EXIT_INPUT },
		{ "backdrop absent.png", "-b absent.png", PMK_EXIT_INPUT },
		{ "backdrop none", "-b none", PMK_EXIT_USAGE },
		{ "set smooth 400", "--smooth 400", PMK_EXIT_USAGE },
	};
	char line[200];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(line, sizeof line, "ctl %s", cases[i].change);
		expect(cases[i].code, line, NULL);
		snprintf(line, sizeof line, "run -c presenter -o null -s 160x90 --config /dev/null %s", cases[i].start);
		expect(cases[i].code, line, NULL);
	}
}

/* status, ctl and ui against a run in a process of its own. */
static void test_steering(void **state)
{
	pid_t child;
	int status;
	struct stat st;

	expect(PMK_EXIT_NO_OUTPUT, "status", "no potemkin is running");
	assert_int_equal(mkdir("steered", 0700), 0);
	put("steered/steered.conf",
		"backdrop-folder = ../own/potemkin/backdrops\n"
		"[camera presenter]\nmirror = yes\nlight = 7\n");
	make_own_folder();
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		char line[200];

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (chdir("steered") || unsetenv("XDG_DATA_HOME"))
			exit(1);
		snprintf(line, sizeof line, "-c presenter -o null -s 160x90 --config steered.conf -m %s", network);
		exit(run(line));
	}
	await_run("steered");
	expect(PMK_EXIT_OK, "status", "camera    presenter");
	expect_json("status --json", "latency_ms");
	expect_json("status --json", "findings"); /* of doctor, in a process of its own */
	expect_json("ctl examine", "cameras");
	expect(PMK_EXIT_OK, "ctl get smooth", "smooth = 85");
	expect(PMK_EXIT_OK, "ctl get light", "light = 7");
	expect(PMK_EXIT_OK, "ctl get mirror", "mirror = yes");
	expect(PMK_EXIT_OK, "ctl set smooth 40", NULL);
	expect(PMK_EXIT_OK, "ctl get", "smooth = 40");
	expect(PMK_EXIT_USAGE, "ctl set smooth 400", "from 0 to 100");
	expect(PMK_EXIT_INPUT, "ctl backdrop absent.png", "there is no such file");
	expect(PMK_EXIT_OK, "ctl backdrop room.png", NULL); /* from this folder, not the run's */
	expect(PMK_EXIT_OK, "ctl next", "builtin:office");
	steer_through_own_backdrops();
	steer_with_the_codes_of_the_command_line();
	expect(PMK_EXIT_OK, "ctl snapshot seen.png", NULL); /* into this folder */
	assert_int_equal(stat("seen.png", &st), 0);
	expect(PMK_EXIT_OK, "ctl backdrop room.png", NULL);
	expect(PMK_EXIT_USAGE, "ctl snapshot ./room.png", "is an input and would be overwritten");
	expect(PMK_EXIT_USAGE, "ctl snapshot seen.jpg", "/seen.jpg: a snapshot is a PNG, so its name must end in .png");
	expect(PMK_EXIT_NO_OUTPUT, "ctl snapshot absent/seen.png", "make its directory first");
	expect(PMK_EXIT_USAGE, "ctl backdrop none", "start potemkin with --show-room");
	expect(PMK_EXIT_OK, "ctl save", "steered.conf");
	expect(PMK_EXIT_OK, "ctl save", "nothing has changed");
	expect_json("ctl describe", "backdrops");
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	run("ui"); /* a build without the page refuses */
	expect(PMK_EXIT_OK, "ctl quit", NULL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void test_bench(void **state)
{
	expect(PMK_EXIT_OK, "bench --frames 3 --sizes 160x90", "160x90");
	expect_json("bench --frames 3 --sizes 160x90 --input-format yuyv --json", "runs");
}

/* With arguments it is the program: a run examines the machine by starting its own file. */
static int be_program(int argc, char **argv)
{
	struct pmk_options *options = calloc(1, sizeof *options);
	int code = options ? call(options, argc, argv) : PMK_EXIT_INTERNAL;

	free(options);
	return code;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_file_under_command_line),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_doctor),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_hiding_cameras),
		cmocka_unit_test(test_setup_refused),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_films),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_inputs_are_never_written),
		cmocka_unit_test(test_outputs_are_never_read),
		cmocka_unit_test(test_recordings_are_never_read),
		cmocka_unit_test(test_steering),
		cmocka_unit_test(test_bench),
	};

	if (argc > 1)
		return be_program(argc, argv);
	tester = getpid();
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* SPDX-License-Identifier: MIT */
#include "app/options_table.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

#define OF(command) (1u << PMK_COMMAND_##command)
#define RUN OF(RUN)
#define LIST OF(LIST)
#define MODEL_FILES OF(MODEL)
#define BENCH OF(BENCH)
#define DOCTOR OF(DOCTOR)
#define SETUP OF(SETUP)
#define LIVE (OF(RUN) | OF(DEMO))
#define PICTURES (LIVE | OF(CONVERT) | OF(MASK))
#define SCENE (PICTURES | OF(BENCH))
#define TRIED (LIVE | OF(BENCH)) /* so that a benchmark takes the options of the run that it is to measure */
#define ALL (~0u)

static const char *const commands[PMK_COMMANDS] = {
	[PMK_COMMAND_RUN] = "run",
	[PMK_COMMAND_CONVERT] = "convert",
	[PMK_COMMAND_MASK] = "mask",
	[PMK_COMMAND_LIST] = "list",
	[PMK_COMMAND_MODEL] = "model",
	[PMK_COMMAND_BENCH] = "bench",
	[PMK_COMMAND_DOCTOR] = "doctor",
	[PMK_COMMAND_SETUP] = "setup-loopback",
	[PMK_COMMAND_DEMO] = "demo",
};

const struct pmk_option pmk_option_table[OPTION_COUNT] = {
	[CAMERA] = { "camera", 'c', RUN | BENCH, "SPEC",
		"auto, /dev/videoN, pipewire[:NAME], file:PATH (looped), presenter[:SEED] (a drawn person) [auto]" },
	[OUTPUT] = { "output", 'o', RUN | BENCH, "SPEC",
		"auto, /dev/videoN, pipewire[:NAME], file:PATH (.mp4 .mkv .y4m), null, hash; several may be given "
		"[auto]" },
	[BACKDROP] = { "backdrop", 'b', SCENE, "SPEC",
		"a picture's PATH, builtin:NAME, blur[:0..100], color:#rrggbb, green, none [builtin:office]" },
	[FIT] = { "fit", 0, SCENE, "MODE", "how a picture fills the frame: cover, contain, stretch, tile [cover]" },
	[MODEL] = { "model", 'm', SCENE, "NAME",
		"auto, selfie, selfie-landscape, deeplabv3, or a .tflite file [auto]" },
	[SIZE] = { "size", 's', SCENE, "WxH", "picture size to ask of the camera [up to 1280x720]" },
	[FPS] = { "fps", 'r', SCENE, "N", "pictures a second to ask of the camera [30]" },
	[FORMAT] = { "format", 'f', TRIED, "FOURCC",
		"format to ask of the camera: YUYV, UYVY, NV12, YU12, YV12, MJPG [the fastest]" },
	[OUTPUT_FORMAT] = { "output-format", 0, TRIED, "FOURCC", "format of virtual cameras: YUYV, NV12, YU12 [YUYV]" },
	[THREADS] = { "threads", 0, SCENE, "N", "threads of the network, at most one per core; 0: one per core [1]" },
	[REFINE] = { "refine", 0, SCENE, "MODE", "guided, none (plain upscaling), morph (erode and dilate) [guided]" },
	[SMOOTH] = { "smooth", 0, SCENE, "0..100", "how much the mask is calmed in time [85]" },
	[FEATHER] = { "feather", 0, SCENE, "PX", "soften the mask's edge" },
	[ERODE] = { "erode", 0, SCENE, "PX", "shrink the mask" },
	[DILATE] = { "dilate", 0, SCENE, "PX", "grow the mask" },
	[LIGHT_WRAP] = { "light-wrap", 0, SCENE, "0..100", "light of the backdrop over the person's rim [0]" },
	[MATCH] = { "match", 0, SCENE, "0..100",
		"how far the backdrop goes to the camera's light, colours and grain [0]" },
	[THRESHOLD] = { "threshold", 0, SCENE, "0..1",
		"cut the network's probability here instead of using it softly" },
	[PEOPLE] = { "people", 0, SCENE, "WHO", "all, or nearest: one person, the largest, near the middle [all]" },
	[KEEP_OUT] = { "keep-out", 0, SCENE, "ZONE",
		"X,Y,WxH in pixels or percent, as 0%,0%,25%x100%: nobody is found there; several may be given" },
	[MOTION_GATE] = { "motion-gate", 0, SCENE, "yes|no",
		"a picture in which nothing moved keeps the mask of the one before, 100 ms at most [yes]" },
	[MIRROR] = { "mirror", 0, SCENE, NULL, "swap left and right of the camera's picture" },
	[FLIP] = { "flip", 0, SCENE, NULL, "swap top and bottom of the camera's picture" },
	[ON_DEMAND] = { "on-demand", 0, TRIED, "yes|no",
		"close the camera while nobody watches a virtual camera [yes]" },
	[WAIT] = { "wait", 0, RUN, NULL,
		"begin without a camera where there is none, and show the backdrop until one comes" },
	[SHOW_ROOM] = { "show-room", 0, SCENE, NULL, "with -b none: let the room be seen, inside a red border" },
	[CONFIG] = { "config", 0, ALL, "FILE", "configuration file [$XDG_CONFIG_HOME/potemkin/potemkin.conf]" },
	[DURATION] = { "duration", 0, SCENE, "S", "stop after so many seconds" },
	[FRAMES] = { "frames", 0, SCENE, "N", "stop after so many pictures" },
	[VERBOSE] = { "verbose", 'v', ALL, NULL, "say more" },
	[QUIET] = { "quiet", 'q', ALL, NULL, "say errors only" },
	[LOG_JSON] = { "log-json", 0, ALL, NULL, "messages as JSON lines" },
	[JSON] = { "json", 0, LIST | MODEL_FILES | BENCH | DOCTOR, NULL,
		"list, model list, bench, doctor: print JSON" },
	[SIZES] = { "sizes", 0, BENCH, "WxH,..", "bench: sizes [640x480,1280x720,1920x1080]" },
	[INPUT_FORMAT] = { "input-format", 0, BENCH, "F", "bench: yuyv, nv12, i420 or mjpeg [mjpeg]" },
	[ENGINE] = { "engine", 0, SCENE, "NAME", "what runs the network: auto, own (our kernels) or xnnpack [auto]" },
	[CPU] = { "cpu", 0, SCENE | MODEL_FILES, "LEVEL",
		"vectors of our own kernels: auto, sse2, avx2, avx512 (on arm64: neon) [auto]" },
	[CPU_LIMIT] = { "cpu-limit", 0, TRIED, "PERCENT",
		"take fewer pictures where more than 5..100 % of one core would be used [no limit]" },
	[TO] = { "to", 0, MODEL_FILES, "FOLDER", "model fetch: where to put the file" },
	[ROOT] = { "root", 0, SETUP, "FOLDER", "setup-loopback: write below this folder in place of /" },
	[REMOVE] = { "remove", 0, SETUP, NULL, "setup-loopback: undo what it did" },
	[DRY_RUN] = { "dry-run", 0, SETUP, NULL, "setup-loopback: only say what would be done, also to root" },
	[HELP] = { "help", 'h', ALL, NULL, "this text" },
	[VERSION] = { "version", 'V', ALL, NULL, "the version" },
};

int pmk_option_command(const char *name)
{
	for (int i = 0; i < PMK_COMMANDS; i++) {
		if (strcmp(commands[i], name) == 0)
			return i;
	}
	return -1;
}

const char *pmk_option_command_name(enum pmk_command command)
{
	return commands[command];
}

void pmk_option_commands(int id, char text[128])
{
	const char *last = NULL;
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < PMK_COMMANDS; i++) {
		if (!(pmk_option_table[id].commands & 1u << i))
			continue;
		if (last)
			used += (size_t)snprintf(text + used, 128 - used, "%s%s", used ? ", " : "", last);
		last = commands[i];
	}
	snprintf(text + used, 128 - used, "%s%s", used ? " and " : "", last);
}

enum { WORD = 32, NEAR = 2, SYLLABLE = 4 };

/* Levenshtein's distance of a word to a name: letters that are added, left out or changed. Two that are swapped count
 * as two. */
static size_t distance(const char *word, size_t length, const char *name)
{
	size_t row[WORD];

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; name[i]; i++) {
		size_t corner = row[0]++;

		for (size_t j = 0; j < length; j++) {
			size_t change = corner + (word[j] != name[i]), add = row[j] + 1, leave = row[j + 1] + 1;

			corner = row[j + 1];
			row[j + 1] = change < add ? change : add;
			row[j + 1] = leave < row[j + 1] ? leave : row[j + 1];
		}
	}
	return row[length];
}

/* The option that a word without its dashes may have meant: begun so, or a slip away, or of the same first syllable.
 * NULL: none is near. */
static const char *find_near(const char *word)
{
	size_t length = strcspn(word, "="), least = NEAR + 2;
	const char *nearest = NULL;

	if (length < 3 || length >= WORD)
		return NULL;
	for (int id = 0; id < OPTION_COUNT; id++) {
		const char *name = pmk_option_table[id].name;
		size_t far = strncmp(name, word, length) == 0 ? 0 : distance(word, length, name);

		if (far > NEAR || far * 2 > length)
			far = strncmp(name, word, SYLLABLE) == 0 ? NEAR + 1 : NEAR + 2;
		if (far >= least)
			continue;
		least = far;
		nearest = name;
	}
	return nearest;
}

void pmk_option_refuse(const char *word)
{
	const char *near = strncmp(word, "--", 2) == 0 ? find_near(word + 2) : NULL;

	if (near)
		pmk_error("there is no option %s; did you mean --%s?", word, near);
	else
		pmk_error("there is no option %s; see potemkin --help", word);
}

/* What only makes sense on the command line. */
bool pmk_option_in_file(int id)
{
	return id != CONFIG && id != HELP && id != VERSION && id != JSON && id != SIZES && id != INPUT_FORMAT &&
		id != TO && id != ROOT && id != REMOVE && id != DRY_RUN;
}

void pmk_options_print_help(void)
{
	puts("potemkin: a virtual webcam that shows you in front of another background\n"
	     "\n"
	     "usage: potemkin [run] [OPTIONS]            camera to virtual camera, live, until Ctrl-C\n"
	     "       potemkin convert [OPTIONS] IN OUT   a recorded video (sound kept) or a picture\n"
	     "       potemkin mask [OPTIONS] IN OUT      only the mask: picture to grey PNG, video to grey .mkv\n"
	     "       potemkin list [cameras|outputs|models|backdrops] [--json]\n"
	     "       potemkin model list|info|fetch|check [NAME|FILE]\n"
	     "       potemkin bench [OPTIONS] [--json]   what a frame costs on this machine\n"
	     "       potemkin doctor [--json]            what is missing on this machine, and the command that mends "
	     "it\n"
	     "       potemkin setup-loopback [--remove] [--dry-run] [--root FOLDER]\n"
	     "                                           make the virtual camera, now and at every start (root), or "
	     "undo it\n"
	     "       potemkin demo                       what `make run` does: live where it can be, else a short "
	     "film\n"
	     "\n"
	     "options:");
	for (int id = 0; id < OPTION_COUNT; id++) {
		const struct pmk_option *o = &pmk_option_table[id];
		char left[40];

		snprintf(left, sizeof left, "%c%c%c --%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
			o->letter ? ',' : ' ', o->name, o->value ? " " : "", o->value ? o->value : "");
		printf("  %-28s %s\n", left, o->help);
	}
	puts("\n"
	     "exit: 0 ok, 1 internal, 2 usage, 3 bad model, backdrop or input file, 4 taken by somebody else, 5 no "
	     "camera, 6 no output\n"
	     "The room is never shown, whatever fails: then the backdrop is shown alone. More: man potemkin");
}

/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include "app/cpu_choice.h"
#include "app/options_file.h"
#include "app/options_table.h"
#include "base/log.h"
#include "base/parse.h"
#include "draw/builtin.h"
#include "image/fourcc.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *place = ""; /* what a message about a value begins with: nothing, or the file it stands in */

static enum pmk_exit bad_value(int id, const char *value, const char *expected)
{
	pmk_error("%s%s%s \"%s\": %s", place, *place ? "" : "--", pmk_option_table[id].name, value, expected);
	return PMK_EXIT_USAGE;
}

static enum pmk_exit set_px(int id, const char *value, int *px)
{
	return pmk_parse_int(value, 0, PMK_REFINE_MAX_PX, px) ? bad_value(id, value, "give whole pixels from 0 to 64") :
								PMK_EXIT_OK;
}

static enum pmk_exit set_switch(int id, const char *value, bool *on)
{
	if (!value) {
		*on = true;
		return PMK_EXIT_OK;
	}
	return pmk_parse_bool(value, on) ? bad_value(id, value, "give yes or no") : PMK_EXIT_OK;
}

static enum pmk_exit set_fourcc(int id, const char *value, uint32_t *fourcc)
{
	uint32_t parsed = pmk_fourcc_parse(value);
	bool client = parsed == PMK_FOURCC_YUYV || parsed == PMK_FOURCC_NV12 || parsed == PMK_FOURCC_YU12;

	if (id == OUTPUT_FORMAT && !client)
		return bad_value(id, value, "virtual cameras can give YUYV, NV12 or YU12");
	if (id == INPUT_FORMAT && !client && parsed != PMK_FOURCC_MJPG)
		return bad_value(id, value, "give yuyv, nv12, i420 or mjpeg");
	if (!parsed)
		return bad_value(id, value, "give one of YUYV, UYVY, NV12, YU12, YV12, MJPG");
	*fourcc = parsed;
	return PMK_EXIT_OK;
}

static enum pmk_exit set_refine(const char *value, enum pmk_refine_mode *mode)
{
	static const char *const names[] = { "guided", "none", "morph" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(value, names[i]) == 0) {
			*mode = (enum pmk_refine_mode)i;
			return PMK_EXIT_OK;
		}
	}
	return bad_value(REFINE, value, "give guided, none or morph");
}

static enum pmk_exit set_threads(const char *value, int *threads)
{
	int cores = (int)sysconf(_SC_NPROCESSORS_ONLN);

	if (pmk_parse_int(value, 0, 64, threads))
		return bad_value(THREADS, value, "give a number from 0 to 64; 0 means one per core");
	if (*threads > cores) /* more than there are cores only wait for each other; XNNPACK's do so by spinning,
				 seconds a frame */
		pmk_warn("--threads %d: this machine has %d cores; that many are used", *threads, cores);
	if (*threads == 0 || *threads > cores)
		*threads = cores;
	return PMK_EXIT_OK;
}

static enum pmk_exit set_sizes(const char *value, struct pmk_options *o)
{
	char text[128], *rest = text, *one;

	if (strlen(value) >= sizeof text)
		return bad_value(SIZES, value, "too many sizes");
	strcpy(text, value);
	o->size_count = 0;
	while ((one = strsep(&rest, ","))) {
		struct pmk_size *size = &o->sizes[o->size_count];
		if (o->size_count == PMK_OPTIONS_MAX_SIZES || pmk_parse_size(one, &size->width, &size->height))
			return bad_value(SIZES, value, "give up to 8 sizes as in 640x480,1280x720");
		o->size_count++;
	}
	return PMK_EXIT_OK;
}

static enum pmk_exit set_cpu_limit(const char *value, double *share)
{
	double percent;

	if (pmk_parse_double(value, 5, 100, &percent))
		return bad_value(CPU_LIMIT, value, "give a number from 5 to 100");
	*share = percent / 100;
	return PMK_EXIT_OK;
}

static enum pmk_exit set_people(const char *value, bool *nearest)
{
	if (strcmp(value, "all") != 0 && strcmp(value, "nearest") != 0)
		return bad_value(PEOPLE, value, "give all or nearest");
	*nearest = *value == 'n';
	return PMK_EXIT_OK;
}

static enum pmk_exit add_zone(const char *value, struct pmk_scene_settings *s)
{
	if (s->keep_out_count == PMK_ZONES)
		return bad_value(KEEP_OUT, value, "there are 8 zones already");
	if (pmk_zone_parse(value, &s->keep_out[s->keep_out_count]))
		return bad_value(KEEP_OUT, value, "give X,Y,WxH in pixels or percent, as 0%,0%,25%x100%");
	s->keep_out_count++;
	return PMK_EXIT_OK;
}

static enum pmk_exit set_motion_gate(const char *value, bool *off)
{
	bool on;

	if (pmk_parse_bool(value, &on))
		return bad_value(MOTION_GATE, value, "give yes or no");
	*off = !on;
	return PMK_EXIT_OK;
}

static enum pmk_exit set_camera(struct pmk_pipeline_settings *p, const char *value)
{
	if (strcmp(value, "file:") == 0 || !*value)
		return bad_value(CAMERA, value, "which file or camera? as in file:talk.mp4 or /dev/video0");
	p->camera = value;
	return PMK_EXIT_OK;
}

static enum pmk_exit add_output(struct pmk_pipeline_settings *p, const char *value)
{
	if (strcmp(value, "file:") == 0 || !*value)
		return bad_value(OUTPUT, value, "which file or virtual camera? as in file:talk.mp4 or /dev/video60");
	if (p->output_count == PMK_PIPELINE_MAX_OUTPUTS)
		return bad_value(OUTPUT, value, "there may be at most 16 outputs");
	p->outputs[p->output_count++] = value;
	return PMK_EXIT_OK;
}

/* A name that is no file's is another kind of backdrop, said too briefly. */
static enum pmk_exit set_backdrop(struct pmk_scene_settings *s, const char *value)
{
	static const char lack[] = "there is no such file";
	const struct pmk_builtin *builtins;
	char what[200];
	int count;

	s->backdrop = value;
	if (!*value)
		return bad_value(BACKDROP, value, "which picture or colour? as in builtin:office or library.jpg");
	if (strpbrk(value, "/.:") || strcmp(value, "blur") == 0 || strcmp(value, "green") == 0 ||
		strcmp(value, "none") == 0 || access(value, F_OK) == 0)
		return PMK_EXIT_OK;
	snprintf(what, sizeof what, "%s; give a picture's path, or see potemkin list backdrops", lack);
	if (value[0] == '#')
		snprintf(what, sizeof what, "%s; did you mean color:%.20s?", lack, value);
	builtins = pmk_builtin_list(&count);
	for (int i = 0; i < count; i++) {
		if (strcmp(builtins[i].name, value) == 0)
			snprintf(what, sizeof what, "%s; did you mean builtin:%s?", lack, value);
	}
	return bad_value(BACKDROP, value, what);
}

static enum pmk_exit set_scene(struct pmk_scene_settings *s, int id, const char *value)
{
	double number;

	switch (id) {
	case BACKDROP:
		return set_backdrop(s, value);
	case FIT:
		return pmk_fit_parse(value, &s->fit) ? bad_value(id, value, "give cover, contain, stretch or tile") :
						       PMK_EXIT_OK;
	case MODEL:
		s->model = value;
		return PMK_EXIT_OK;
	case THREADS:
		return set_threads(value, &s->threads);
	case REFINE:
		return set_refine(value, &s->refine.mode);
	case SMOOTH:
		if (pmk_parse_double(value, 0, 100, &number))
			return bad_value(id, value, "give a number from 0 to 100");
		s->refine.smooth = number / 100 * 0.9; /* 1 would never let go of a still pixel */
		return PMK_EXIT_OK;
	case LIGHT_WRAP:
		if (pmk_parse_double(value, 0, 100, &number))
			return bad_value(id, value, "give a number from 0 to 100");
		s->refine.light_wrap = number / 100;
		return PMK_EXIT_OK;
	case MATCH:
		if (pmk_parse_double(value, 0, 100, &number))
			return bad_value(id, value, "give a number from 0 to 100");
		s->match = number / 100;
		return PMK_EXIT_OK;
	case FEATHER:
		return set_px(id, value, &s->refine.feather);
	case ERODE:
		return set_px(id, value, &s->refine.erode);
	case DILATE:
		return set_px(id, value, &s->refine.dilate);
	case THRESHOLD:
		return pmk_parse_double(value, 0, 1, &s->refine.threshold) ?
			bad_value(id, value, "give a number from 0 to 1") :
			PMK_EXIT_OK;
	case PEOPLE:
		return set_people(value, &s->nearest);
	case KEEP_OUT:
		return add_zone(value, s);
	case MOTION_GATE:
		return set_motion_gate(value, &s->no_motion_gate);
	default:
		return set_switch(id, value, &s->show_room);
	}
}

static enum pmk_exit set_pipeline(struct pmk_pipeline_settings *p, int id, const char *value)
{
	switch (id) {
	case CAMERA:
		return set_camera(p, value);
	case OUTPUT:
		return add_output(p, value);
	case SIZE:
		return pmk_parse_size(value, &p->wish.width, &p->wish.height) ?
			bad_value(id, value, "give a size as in 1280x720, 16 to 8192 a side") :
			PMK_EXIT_OK;
	case FPS:
		return pmk_parse_double(value, 1, 240, &p->wish.fps) ?
			bad_value(id, value, "give a rate from 1 to 240") :
			PMK_EXIT_OK;
	case FORMAT:
		return set_fourcc(id, value, &p->wish.fourcc);
	case OUTPUT_FORMAT:
		return set_fourcc(id, value, &p->output_fourcc);
	case CPU_LIMIT:
		return set_cpu_limit(value, &p->cpu_limit);
	case MIRROR:
		return set_switch(id, value, &p->mirror);
	case FLIP:
		return set_switch(id, value, &p->flip);
	case WAIT:
		return set_switch(id, value, &p->wait);
	default:
		return set_scene(&p->scene, id, value);
	}
}

static enum pmk_exit set_log(int id, const char *value)
{
	static bool verbose, quiet, json;
	enum pmk_exit code = set_switch(id, value, id == VERBOSE ? &verbose : id == QUIET ? &quiet : &json);

	pmk_log_setup(quiet ? PMK_LOG_ERROR : verbose ? PMK_LOG_DEBUG : PMK_LOG_INFO, json);
	return code;
}

static enum pmk_exit set(struct pmk_options *o, int id, const char *value)
{
	switch (id) {
	case DURATION:
		return pmk_parse_double(value, 0.001, 1e9, &o->duration) ?
			bad_value(id, value, "give seconds, from 0.001 up") :
			PMK_EXIT_OK;
	case FRAMES:
		return pmk_parse_int(value, 1, 1000000000, &o->frames) ?
			bad_value(id, value, "give a whole number from 1 up") :
			PMK_EXIT_OK;
	case SIZES:
		return set_sizes(value, o);
	case INPUT_FORMAT:
		return set_fourcc(id, value, &o->input_format);
	case ENGINE:
		return pmk_engine_kind_parse(value, &o->pipeline.scene.engine) ?
			bad_value(id, value, "give auto, own or xnnpack") :
			PMK_EXIT_OK;
	case CPU:
		o->cpu = value;
		return PMK_EXIT_OK;
	case TO:
		o->to = value;
		return PMK_EXIT_OK;
	case ROOT:
		o->root = value;
		return PMK_EXIT_OK;
	case REMOVE:
		o->remove = true;
		return PMK_EXIT_OK;
	case DRY_RUN:
		o->dry_run = true;
		return PMK_EXIT_OK;
	case JSON:
		o->json = true;
		return PMK_EXIT_OK;
	case HELP:
		o->help = true;
		return PMK_EXIT_OK;
	case VERSION:
		o->version = true;
		return PMK_EXIT_OK;
	case CONFIG:
		return PMK_EXIT_OK; /* looked for before all others */
	case ON_DEMAND:
		return set_switch(id, value, &o->pipeline.on_demand);
	case VERBOSE:
	case QUIET:
	case LOG_JSON:
		return set_log(id, value);
	default:
		return set_pipeline(&o->pipeline, id, value);
	}
}

/* From the configuration file. */
static enum pmk_exit set_named(struct pmk_options *o, const char *where, const char *name, const char *value)
{
	enum pmk_exit code;

	for (int id = 0; id < OPTION_COUNT; id++) {
		if (strcmp(pmk_option_table[id].name, name) != 0 || !pmk_option_in_file(id))
			continue;
		place = where;
		code = set(o, id, value);
		place = "";
		return code;
	}
	pmk_error("%s\"%s\" is not a setting; the settings are the long options of potemkin --help", where, name);
	return PMK_EXIT_USAGE;
}

/* --- the command line --- */

/* Switches may be taken back on the command line: --mirror=no. */
static bool is_switch(int id)
{
	return id == MIRROR || id == FLIP || id == WAIT || id == SHOW_ROOM || id == VERBOSE || id == QUIET ||
		id == LOG_JSON;
}

static void build_getopt(struct option *longs, char *shorts)
{
	*shorts++ = ':';
	for (int id = 0; id < OPTION_COUNT; id++) {
		longs[id] = (struct option){ pmk_option_table[id].name,
			pmk_option_table[id].value ? required_argument :
				is_switch(id)      ? optional_argument :
						     no_argument,
			NULL, 256 + id };
		if (!pmk_option_table[id].letter)
			continue;
		*shorts++ = pmk_option_table[id].letter;
		if (pmk_option_table[id].value)
			*shorts++ = ':';
	}
	longs[OPTION_COUNT] = (struct option){ 0 };
	*shorts = '\0';
}

static int id_of(int code)
{
	if (code >= 256)
		return code - 256;
	for (int id = 0; id < OPTION_COUNT; id++) {
		if (pmk_option_table[id].letter == code)
			return id;
	}
	return -1;
}

/* Walk over the options; `config` wants the file's name only. What was given gets its bit in `given`. */
static enum pmk_exit walk(int argc, char **argv, struct pmk_options *o, const char **config, uint64_t *given)
{
	struct option longs[OPTION_COUNT + 1];
	char shorts[2 * OPTION_COUNT + 2];
	enum pmk_exit code = PMK_EXIT_OK;
	int c;

	build_getopt(longs, shorts);
	optind = 0;
	opterr = 0;
	while (code == PMK_EXIT_OK && (c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		char letter[3] = { '-', (char)optopt };
		const char *word = optopt > 0 && optopt < 256 ? letter : argv[optind - 1];

		if (c == '?')
			pmk_option_refuse(word);
		if (c == ':')
			pmk_error("option %s needs a value; see potemkin --help", word);
		if (c == '?' || c == ':')
			return PMK_EXIT_USAGE;
		*given |= UINT64_C(1) << id_of(c);
		if (!config || id_of(c) == HELP || id_of(c) == VERSION)
			code = set(o, id_of(c), optarg);
		else if (id_of(c) == CONFIG)
			*config = optarg;
	}
	return code;
}

static void set_defaults(struct pmk_options *o)
{
	*o = (struct pmk_options){
		.pipeline = {
			.camera = "auto", .on_demand = true,
			.scene = {
				.model = "auto", .threads = 1, .backdrop = "builtin:office",
				.refine = {
					.mode = PMK_REFINE_GUIDED,
					.smooth = 0.765,
					.threshold = -1,
					.erode = -1,
					.dilate = -1,
					.feather = -1,
				},
			},
		},
		.input_format = PMK_FOURCC_MJPG,
	};
}

/* Outputs of the command line replace those of the file; they do not add to them. */
static void forget_file_outputs(struct pmk_options *o, int from_file)
{
	struct pmk_pipeline_settings *p = &o->pipeline;

	if (p->output_count > from_file) {
		memmove(p->outputs, p->outputs + from_file,
			(size_t)(p->output_count - from_file) * sizeof p->outputs[0]);
		p->output_count -= from_file;
	}
}

/* The command, and the words behind it. */
static enum pmk_exit take_words(int count, char **words, struct pmk_options *o)
{
	int command = count ? pmk_option_command(words[0]) : PMK_COMMAND_RUN;
	bool yes;

	o->help |= count && strcmp(words[0], "help") == 0; /* as other programs have it */
	o->version |= count && strcmp(words[0], "version") == 0;
	if (o->help || o->version)
		return PMK_EXIT_OK;
	if (command < 0) {
		pmk_error("there is no command \"%s\"; %s", words[0],
			pmk_parse_bool(words[0], &yes) ? "see potemkin --help" :
							 "switches are given alone, or as in --mirror=no");
		return PMK_EXIT_USAGE;
	}
	if (count > PMK_OPTIONS_MAX_ARGS) {
		pmk_error("too many words on the command line; see potemkin --help");
		return PMK_EXIT_USAGE;
	}
	o->command = (enum pmk_command)command;
	for (; o->arg_count < count; o->arg_count++) {
		o->args[o->arg_count] = words[o->arg_count];
		if (*words[o->arg_count])
			continue;
		pmk_error("a word of the command line is empty; see potemkin --help");
		return PMK_EXIT_USAGE;
	}
	return PMK_EXIT_OK;
}

/* An option that the command would pass over says that something else was meant. */
static enum pmk_exit check_given(uint64_t given, enum pmk_command command)
{
	char known[128];

	for (int id = 0; id < OPTION_COUNT; id++) {
		if (!(given >> id & 1) || pmk_option_table[id].commands >> command & 1)
			continue;
		pmk_option_commands(id, known);
		pmk_error("--%s means nothing to potemkin %s; it is for %s", pmk_option_table[id].name,
			pmk_option_command_name(command), known);
		return PMK_EXIT_USAGE;
	}
	return PMK_EXIT_OK;
}

enum pmk_exit pmk_options_parse(int argc, char **argv, struct pmk_options *o)
{
	const char *config = NULL;
	uint64_t given = 0;
	enum pmk_exit code;
	int from_file;

	set_defaults(o);
	code = walk(argc, argv, o, &config, &given);
	if (o->help || o->version)
		return code; /* whatever the file says */
	if (code == PMK_EXIT_OK)
		code = pmk_options_file_read(config, o, set_named);
	from_file = o->pipeline.output_count;
	if (code == PMK_EXIT_OK)
		code = walk(argc, argv, o, NULL, &given);
	if (code != PMK_EXIT_OK)
		return code;
	forget_file_outputs(o, from_file);
	code = take_words(argc - optind, argv + optind, o);
	if (code == PMK_EXIT_OK)
		code = check_given(given, o->command);
	if (code != PMK_EXIT_OK)
		return code;
	if (strcmp(o->pipeline.scene.backdrop, "none") == 0 && !o->pipeline.scene.show_room) {
		pmk_error("--backdrop none would show the room; add --show-room if that is really wanted");
		return PMK_EXIT_USAGE;
	}
	o->pipeline.frames = (uint64_t)o->frames;
	return pmk_cpu_choose(o->cpu);
}

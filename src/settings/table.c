/* SPDX-License-Identifier: MIT */
/* The table, in the order of --help. */
#include "compose/backdrop.h"
#include "compose/backdrop_fade.h"
#include "core/capture/governor.h"
#include "io/sink.h"
#include "io/source.h"
#include "settings/setting_type.h"

/* Where a value is stored; for a list, also where the number of items is. */
#define AT(field) .offset = offsetof(struct pmk_settings, field), .bytes = sizeof((struct pmk_settings *)0)->field
#define LIST_AT(field, count) AT(field), .count_offset = offsetof(struct pmk_settings, count)
#define SIZE_AT(width) .offset = offsetof(struct pmk_settings, width), .bytes = sizeof(struct pmk_size)
#define SCENE(field) AT(pipeline.scene.field)
#define NUMBERS(first, last) .least = (first), .most = (last)
#define WORDS(...) \
	.choices = (const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}
#define TYPE(name) .type = &pmk_type_##name

#define OF(command) (1u << PMK_COMMAND_##command)
#define LIVE_RUN (OF(RUN) | OF(DEMO))
#define ANY_SCENE (LIVE_RUN | OF(CONVERT) | OF(MASK) | OF(BENCH))
#define TRIED (LIVE_RUN | OF(BENCH)) /* so that a benchmark accepts the options of the run that it measures */
#define EACH (~0u)

#define PICTURES(of, flag) .group = PMK_GROUP_PICTURES, .commands = (of), .flags = PMK_SETTING_FILE | (flag)
#define BACKDROP(flag) .group = PMK_GROUP_BACKDROP, .commands = ANY_SCENE, .flags = PMK_SETTING_FILE | (flag)
#define OVERLAY(flag) \
	.group = PMK_GROUP_OVERLAY, .commands = ANY_SCENE, .flags = PMK_SETTING_FILE | PMK_SETTING_LIVE | (flag)
#define MASK .group = PMK_GROUP_MASK, .commands = ANY_SCENE, .flags = PMK_SETTING_FILE | PMK_SETTING_LIVE
#define NETWORK(of, flag) .group = PMK_GROUP_NETWORK, .commands = (of), .flags = PMK_SETTING_FILE | (flag)
#define PROGRAM(of, flag) .group = PMK_GROUP_PROGRAM, .commands = (of), .flags = (flag)
#define COMMAND(of) .group = PMK_GROUP_COMMAND, .commands = (of)

enum {
	LIVE = PMK_SETTING_LIVE,
	IN_FILE = PMK_SETTING_FILE,
	LIST = PMK_SETTING_LIST,
	EARLY = PMK_SETTING_EARLY,
	READ = PMK_SETTING_READ,
	COMMON = PMK_SETTING_COMMON,
	MOVING = PMK_SETTING_MOVING
};

static const double NO_END = 1e9;

const struct pmk_setting pmk_settings_table[] = {
	{ "camera", 'c', PICTURES(OF(RUN) | OF(BENCH), LIVE | COMMON), TYPE(text), AT(pipeline.camera),
		.check = pmk_source_check, .normal = "auto", WORDS("auto", "pipewire", "presenter", "file:"),
		.value = "SPEC",
		.help = "auto, /dev/videoN, pipewire[:NAME], file:PATH (looped), presenter[:SEED] (a drawn person)" },
	{ "output", 'o', PICTURES(OF(RUN) | OF(BENCH), LIST | COMMON), TYPE(text),
		LIST_AT(pipeline.outputs, pipeline.output_count), .most = PMK_PIPELINE_MAX_OUTPUTS,
		.check = pmk_sink_check, WORDS("auto", "pipewire", "null", "hash", "file:"), .value = "SPEC",
		.help = "auto, /dev/videoN, pipewire[:NAME], file:PATH (.mp4 .mkv .mov .webm .y4m), null, hash; up to "
			"16 times "
			"[auto]" },
	{ "size", 's', PICTURES(ANY_SCENE, COMMON), TYPE(size), SIZE_AT(pipeline.wish.width), .none = "auto",
		.value = "WxH",
		.help = "picture size to request from the camera, or to fit a file into; auto is up to 1280x720, or "
			"the "
			"file's" },
	{ "fps", 'r', PICTURES(ANY_SCENE, COMMON | MOVING), TYPE(number), AT(pipeline.wish.fps),
		NUMBERS(1, PMK_SOURCE_MOST_FPS), .unit = "frames per second", .none = "auto", .value = "N",
		.help = "frames per second to request from the camera; auto is 30; a file keeps its own" },
	{ "format", 'f', PICTURES(TRIED, 0), TYPE(fourcc), AT(pipeline.wish.fourcc),
		WORDS("MJPG", "H264", "HEVC", "YUYV", "UYVY", "YVYU", "VYUY", "NV12", "NV21", "NV16", "NV61", "YU12",
			"YV12", "422P", "YV16", "RGB3", "BGR3", "AR24", "AB24", "BA24", "RA24", "RGBP", "GREY", "Y10",
			"Y12", "Y14", "Y16"),
		.none = "auto", .value = "FOURCC",
		.help = "format to request from the camera, as MJPG, YUYV, NV12, RGB3 or GREY; auto is the fastest" },
	{ "output-format", 0, PICTURES(TRIED, 0), TYPE(fourcc), AT(pipeline.output_fourcc),
		WORDS("YUYV", "NV12", "YU12"), .normal = "YUYV", .value = "FOURCC",
		.help = "format of virtual cameras: YUYV, NV12, YU12" },
	{ "rotate", 0, PICTURES(LIVE_RUN, LIVE), TYPE(choice), AT(pipeline.quarters), WORDS("0", "90", "180", "270"),
		.normal = "0", .value = "DEGREES", .help = "turn the camera's picture clockwise: 0, 90, 180, 270" },
	{ "mirror", 0, PICTURES(ANY_SCENE, LIVE | COMMON), TYPE(switch), AT(pipeline.mirror), .normal = "no",
		.help = "swap left and right in the camera's picture" },
	{ "flip", 0, PICTURES(ANY_SCENE, LIVE), TYPE(switch), AT(pipeline.flip), .normal = "no",
		.help = "swap top and bottom in the camera's picture" },
	{ "auto-frame", 0, PICTURES(LIVE_RUN | OF(CONVERT) | OF(BENCH), LIVE | COMMON), TYPE(choice_switch),
		SCENE(framing), WORDS("off", "auto", "left", "right", "wide"), .normal = "off",
		.help = "follow the people with a part of the picture: auto, left, right, wide, or off" },
	{ "on-demand", 0, PICTURES(TRIED, COMMON), TYPE(switch), AT(pipeline.on_demand), .normal = "yes",
		.value = "yes|no", .help = "close the camera while no program reads a virtual camera" },
	{ "wait", 0, PICTURES(OF(RUN), 0), TYPE(switch), AT(pipeline.wait), .normal = "no",
		.help = "start even without a camera, and show the backdrop until there is one" },

	{ "backdrop", 'b', BACKDROP(LIVE | READ | COMMON), TYPE(text), SCENE(backdrop), .check = pmk_backdrop_check,
		.cure = PMK_CURE_SEE_BACKDROPS, .normal = "builtin:office",
		WORDS("blur", "green", "transparent", "none", "builtin:", "color:#", "slideshow:", "daylight:"),
		.value = "SPEC",
		.help = "PATH of a picture or film, builtin:NAME, blur[:0..100] (1 to 20: a soft background, in which "
			"the room is recognised), color:NAME or color:#rrggbb, green, transparent, "
			"slideshow:FOLDER[:SECONDS], daylight:[FOLDER], none" },
	{ "fit", 0, BACKDROP(LIVE), TYPE(choice), SCENE(fit), WORDS("cover", "contain", "stretch", "tile"),
		.normal = "cover", .value = "MODE",
		.help = "how a picture fills the frame: cover, contain, stretch, tile" },
	{ "fade", 0, BACKDROP(LIVE | MOVING), TYPE(whole), SCENE(fade_ms), NUMBERS(0, PMK_FADE_MOST_MS),
		.unit = "milliseconds", .normal = "300", .value = "MS",
		.help = "how long another backdrop takes to fade in; 0: at once" },
	{ "light", 0, BACKDROP(LIVE | COMMON), TYPE(percent), SCENE(light), NUMBERS(0, 100), .normal = "0",
		.value = "0..100", .help = "how far to brighten the person in a dark room, and to undo yellow light" },
	{ "match", 0, BACKDROP(LIVE), TYPE(percent), SCENE(match), NUMBERS(0, 100), .normal = "0", .value = "0..100",
		.help = "how far to adapt the backdrop to the camera's light, colours and grain" },
	{ "show-room", 0, BACKDROP(0), TYPE(switch), SCENE(show_room), .normal = "no",
		.help = "with backdrop none: show the room, inside a red border; allow blur:1 to blur:9" },

	{ "overlay", 0, OVERLAY(READ | COMMON), TYPE(text), SCENE(overlay.picture), .check = pmk_overlay_check,
		.cure = PMK_CURE_READABLE_FILE, .none = "none", .value = "PATH",
		.help = "a picture with transparent parts, such as a logo or a frame, to lay over everything" },
	{ "overlay-place", 0, OVERLAY(0), TYPE(choice), SCENE(overlay.place), .part_of = "overlay",
		WORDS("top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom",
			"bottom-right", "full", "auto"),
		.normal = "auto", .value = "PLACE",
		.help = "a corner, side or center; full stretches it over the picture; auto: full or top-right" },
	{ "overlay-size", 0, OVERLAY(0), TYPE(percent), SCENE(overlay.size), NUMBERS(1, 100), .part_of = "overlay",
		.unit = "percent", .none = "auto", .value = "PERCENT",
		.help = "share of the picture's width and height into which the overlay fits" },
	{ "caption", 0, OVERLAY(COMMON), TYPE(caption), SCENE(overlay.caption), .none = "none", .value = "TEXT",
		.help = "a name tag; \\n begins a second, smaller line, as in \"Jane Doe\\nEngineer\"" },
	{ "caption-place", 0, OVERLAY(0), TYPE(choice), SCENE(overlay.caption_spot), .part_of = "caption",
		WORDS("top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom",
			"bottom-right"),
		.normal = "bottom-left", .value = "PLACE", .help = "where the name tag is: a corner, side or center" },

	{ "people", 0, MASK | COMMON, TYPE(choice), SCENE(people), WORDS("all", "nearest"), .normal = "all",
		.value = "WHO", .help = "whom to show: all, or nearest (the largest person, near the middle)" },
	{ "keep-out", 0, MASK | COMMON | LIST, TYPE(zone),
		LIST_AT(pipeline.scene.keep_out, pipeline.scene.keep_out_count), .most = PMK_ZONES, .none = "none",
		.value = "ZONE",
		.help = "find nobody in X,Y,WxH (pixels or percent, as in 0%,0%,25%x100%); may be given several "
			"times" },
	{ "plate", 0, MASK | MOVING, TYPE(off_switch), SCENE(no_plate), .normal = "yes", .value = "yes|no",
		.help = "remember what stands in the room, so that it is not taken for a person" },
	{ "refine", 0, MASK, TYPE(choice), SCENE(refine.mode), WORDS("guided", "none", "morph"), .normal = "guided",
		.value = "MODE",
		.help = "how to refine the mask: guided, none (plain upscaling), morph (erode and dilate)" },
	{ "smooth", 0, MASK | COMMON | MOVING, TYPE(percent), SCENE(refine.smooth), NUMBERS(0, 100), .normal = "85",
		.value = "0..100", .help = "how strongly to smooth the mask over time" },
	{ "feather", 0, MASK, TYPE(own_whole), SCENE(refine.feather), NUMBERS(0, PMK_REFINE_MAX_PX), .unit = "pixels",
		.none = "auto", .value = "PX", .help = "soften the mask's edge" },
	{ "erode", 0, MASK, TYPE(own_whole), SCENE(refine.erode), NUMBERS(0, PMK_REFINE_MAX_PX), .unit = "pixels",
		.none = "auto", .value = "PX", .help = "shrink the mask" },
	{ "dilate", 0, MASK, TYPE(own_whole), SCENE(refine.dilate), NUMBERS(0, PMK_REFINE_MAX_PX), .unit = "pixels",
		.none = "auto", .value = "PX", .help = "grow the mask" },
	{ "light-wrap", 0, MASK, TYPE(percent), SCENE(refine.light_wrap), NUMBERS(0, 100), .normal = "0",
		.value = "0..100", .help = "how much of the backdrop's light spills over the person's edge" },
	{ "threshold", 0, MASK, TYPE(own_number), SCENE(refine.threshold), NUMBERS(0, 1), .none = "auto",
		.value = "0..1", .help = "cut the network's probability here; auto keeps its soft values" },

	{ "model", 'm', NETWORK(ANY_SCENE, LIVE | READ | COMMON), TYPE(text), SCENE(model), .normal = "auto",
		WORDS("auto", "selfie", "selfie-landscape", "deeplabv3"), .value = "NAME",
		.help = "auto, selfie, selfie-landscape, deeplabv3, or a .tflite file" },
	{ "engine", 0, NETWORK(ANY_SCENE, LIVE), TYPE(choice), SCENE(engine), WORDS("auto", "own", "xnnpack"),
		.normal = "auto", .value = "NAME",
		.help = "what runs the network: auto, own (our kernels) or xnnpack" },
	{ "threads", 0, NETWORK(ANY_SCENE, LIVE), TYPE(whole), SCENE(threads), NUMBERS(0, PMK_ENGINE_MOST_THREADS),
		.unit = "threads", .normal = "1", .value = "N",
		.help = "threads for the network, at most one per core; 0: one per core" },
	{ "motion-gate", 0, NETWORK(ANY_SCENE, LIVE | MOVING), TYPE(off_switch), SCENE(no_motion_gate), .normal = "yes",
		.value = "yes|no", .help = "keep the last mask while nothing moves, for 100 ms at most" },
	{ "cpu-limit", 0, NETWORK(TRIED, LIVE | COMMON), TYPE(percent), AT(pipeline.cpu_limit),
		NUMBERS(PMK_GOVERNOR_LEAST, PMK_GOVERNOR_MOST), .unit = "percent", .none = "none", .value = "PERCENT",
		.help = "skip frames to use at most 5..100 % of one core" },
	{ "cpu", 0, NETWORK(ANY_SCENE | OF(MODEL), 0), TYPE(text), AT(cpu), WORDS("auto"), .value = "LEVEL",
		.help = "vector instructions to use: auto, sse2, avx2, avx512 (on arm64: neon) [auto]" },

	{ "backdrop-folder", 0, PROGRAM(OF(RUN) | OF(LIST), IN_FILE), TYPE(text), AT(backdrop_folder), .none = "auto",
		.value = "FOLDER",
		.help = "your own backdrops for the gallery; auto: $XDG_DATA_HOME/potemkin/backdrops" },
	{ "preview", 0, PROGRAM(OF(RUN), IN_FILE), TYPE(own_whole), AT(preview), NUMBERS(0, 65535), .none = "auto",
		.value = "PORT",
		.help = "serve the page on this port of 127.0.0.1 from the start; 0: any free one; auto: once it is "
			"asked "
			"for" },
	{ "control-group", 0, PROGRAM(OF(RUN), IN_FILE), TYPE(text), AT(control_group), .none = "none",
		.value = "GROUP", .help = "let the members of this group control it, too, as the system service does" },
	{ "sandbox", 0, PROGRAM(LIVE_RUN | OF(DOCTOR), IN_FILE), TYPE(choice_switch), AT(sandbox),
		WORDS("off", "on", "auto"), .normal = "auto",
		.help = "lock the program in before it sees a frame: auto, off, on (or do not start)" },
	{ "tray", 0, PROGRAM(OF(RUN), IN_FILE), TYPE(switch), AT(tray), .normal = "yes", .value = "yes|no",
		.help = "show an icon with a menu in the desktop's panel" },
	{ "duration", 0, PROGRAM(ANY_SCENE, IN_FILE | COMMON | MOVING), TYPE(number), AT(duration),
		NUMBERS(0.001, NO_END), .unit = "seconds", .none = "none", .value = "S",
		.help = "stop after this many seconds" },
	{ "frames", 0, PROGRAM(ANY_SCENE, IN_FILE | MOVING), TYPE(count), AT(pipeline.frames), NUMBERS(1, NO_END),
		.unit = "frames", .none = "none", .value = "N", .help = "stop after this many frames" },
	{ "config", 0, PROGRAM(EACH, EARLY | COMMON), TYPE(text), AT(config), .value = "FILE",
		.help = "configuration file [$XDG_CONFIG_HOME/potemkin/potemkin.conf]" },
	{ "profile", 0, PROGRAM(ANY_SCENE, EARLY), TYPE(text), AT(profile), .value = "NAME",
		.help = "use the settings under [profile NAME] in the configuration file" },
	{ "verbose", 'v', PROGRAM(EACH, IN_FILE | EARLY | COMMON), TYPE(switch), AT(verbose), .normal = "no",
		.help = "log more" },
	{ "quiet", 'q', PROGRAM(EACH, IN_FILE | EARLY | COMMON), TYPE(switch), AT(quiet), .normal = "no",
		.help = "log errors only" },
	{ "log-json", 0, PROGRAM(EACH, IN_FILE | EARLY), TYPE(switch), AT(log_json), .normal = "no",
		.help = "log in JSON, one object per line" },
	{ "help", 'h', PROGRAM(EACH, EARLY | COMMON), TYPE(switch), AT(help), .normal = "no",
		.help = "print this text" },
	{ "version", 'V', PROGRAM(EACH, EARLY | COMMON), TYPE(switch), AT(version), .normal = "no",
		.help = "print the version" },

	{ "json", 0, COMMAND(OF(LIST) | OF(MODEL) | OF(BENCH) | OF(DOCTOR) | OF(STATUS)), TYPE(switch), AT(json),
		.normal = "no", .help = "list, model list, bench, doctor, status: print JSON" },
	{ "sizes", 0, COMMAND(OF(BENCH)), .flags = LIST, TYPE(sizes), LIST_AT(sizes, size_count),
		.most = PMK_SETTINGS_SIZES, .value = "WxH,..",
		.help = "bench: sizes to measure [640x480,1280x720,1920x1080]" },
	{ "input-format", 0, COMMAND(OF(BENCH)), TYPE(fourcc), AT(input_format), WORDS("yuyv", "nv12", "i420", "mjpeg"),
		.normal = "mjpeg", .value = "F", .help = "bench: format of the camera: yuyv, nv12, i420 or mjpeg" },
	{ "audio", 0, COMMAND(OF(CONVERT)), .flags = IN_FILE, TYPE(choice), AT(audio),
		WORDS("auto", "copy", "encode", "none"), .normal = "auto", .value = "HOW",
		.help = "convert: audio tracks: auto (copy, else encode), copy, encode, none" },
	{ "codec", 0, COMMAND(OF(CONVERT)), .flags = IN_FILE, TYPE(choice), AT(codec),
		WORDS("auto", "h264", "h265", "vp9", "av1", "prores", "ffv1"), .normal = "auto", .value = "NAME",
		.help = "convert: codec of the new video: auto (by its kind), h264, h265, vp9, av1, prores, ffv1" },
	{ "quality", 0, COMMAND(OF(CONVERT)), .flags = IN_FILE, TYPE(whole), AT(quality), NUMBERS(0, 100),
		.normal = "75", .value = "0..100", .help = "convert: quality of the new file, by any codec" },
	{ "jobs", 0, COMMAND(OF(CONVERT)), .flags = IN_FILE, TYPE(whole), AT(jobs), NUMBERS(0, 64), .unit = "processes",
		.normal = "1", .value = "N", .help = "convert: how many files at once; 0: one per core" },
	{ "strip", 0, COMMAND(OF(CONVERT)), .flags = IN_FILE, TYPE(switch), AT(strip), .normal = "no",
		.help = "convert: keep only pictures and audio: no subtitles, chapters, titles, dates" },
	{ "cover", 0, COMMAND(OF(CONVERT)), .flags = IN_FILE, TYPE(switch), AT(cover), .normal = "no",
		.help = "convert: keep the cover picture, which may show the room" },
	{ "from", 0, COMMAND(OF(CONVERT) | OF(MASK)), TYPE(text), AT(from), .value = "TIME",
		.help = "convert, mask: begin at this time of the video, as in 1:30.5" },
	{ "to", 0, COMMAND(OF(CONVERT) | OF(MASK) | OF(MODEL)), TYPE(text), AT(to), .value = "TIME|FOLDER",
		.help = "convert, mask: end at this time; model fetch: where to put the files" },
	{ "root", 0, COMMAND(OF(SETUP)), TYPE(text), AT(root), .value = "FOLDER",
		.help = "setup-loopback: write below this folder instead of /, and load nothing" },
	{ "hide-camera", 0, COMMAND(OF(SETUP)), TYPE(switch), AT(hide_camera), .normal = "no",
		.help = "setup-loopback: let no program but potemkin, as a service, open the real cameras" },
	{ "remove", 0, COMMAND(OF(SETUP)), TYPE(switch), AT(remove), .normal = "no",
		.help = "setup-loopback: undo what it did" },
	{ "dry-run", 0, COMMAND(OF(SETUP)), TYPE(switch), AT(dry_run), .normal = "no",
		.help = "setup-loopback: only print what it would do, even as root" },
};
const int pmk_settings_count = sizeof pmk_settings_table / sizeof pmk_settings_table[0];
_Static_assert(
	sizeof pmk_settings_table / sizeof pmk_settings_table[0] <= PMK_SETTINGS_MOST, "raise PMK_SETTINGS_MOST");

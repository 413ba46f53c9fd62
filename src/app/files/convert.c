/* SPDX-License-Identifier: MIT */
#include "app/files/convert.h"
#include "app/commands.h"
#include "app/files/batch.h"
#include "app/files/film.h"
#include "app/files/replaced.h"
#include "app/files/wrong_name.h"
#include "app/signals.h"
#include "app/unused.h"
#include "base/log.h"
#include "base/parse.h"
#include "control/shown_file.h"
#include "io/stream/stream.h"
#include "io/stream/stream_pipe.h"
#include "settings/inputs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum pmk_exit write_still(struct pmk_film *film, const char *out, int quality)
{
	struct pmk_shown *shown = NULL;
	struct pmk_frame *frame;
	bool replaces = pmk_replaces_file(out);
	int err = pmk_film_next(film, &frame);

	if (err <= 0)
		return pmk_exit_of(PMK_PART_CAMERA, err, "file:"); /* 0: interrupted, which pmk_film_end reports */
	err = pmk_scene_run(film->scene, frame, &shown, NULL);
	pmk_frame_unref(frame);
	if (err) {
		pmk_shown_unref(shown);
		return PMK_EXIT_INTERNAL;
	}
	err = pmk_shown_write_file(shown, out, quality);
	pmk_shown_unref(shown);
	if (!err && replaces)
		pmk_tell_replaced(out);
	return pmk_exit_of(PMK_PART_OUTPUT, err, "");
}

/* *part: the part that failed. */
static int write_all(struct pmk_film *film, struct pmk_sink *sink, enum pmk_part *part)
{
	struct pmk_frame *frame;
	struct pmk_shown *shown;
	int err;

	while ((err = pmk_film_next(film, &frame)) > 0) {
		shown = NULL;
		pmk_scene_run(film->scene, frame, &shown, NULL); /* on an error, `shown` is a cover */
		pmk_frame_unref(frame);
		if (!shown)
			return -ENOMEM;
		err = pmk_sink_write(sink, shown);
		pmk_shown_unref(shown);
		if (err)
			return err;
	}
	*part = err ? PMK_PART_CAMERA : PMK_PART_OUTPUT;
	return err;
}

static bool is_discarded(const char *out)
{
	return strcmp(out, "null") == 0 || strcmp(out, "hash") == 0;
}

static bool is_transparent(const struct pmk_film *film)
{
	return strcmp(film->settings->scene.backdrop, "transparent") == 0;
}

static int open_sink(const char *out, bool discarded, const struct pmk_sink_setup *setup, struct pmk_sink **sink)
{
	char spec[4200];

	if (pmk_pipe_is_output(out))
		return pmk_sink_stream_open(out, setup, pmk_signals_fd(), sink);
	snprintf(spec, sizeof spec, "%s%s", discarded ? "" : "file:", out);
	return pmk_sink_open(spec, setup, NULL, sink);
}

static enum pmk_exit write_video(
	struct pmk_film *film, const struct pmk_options *options, const char *in, const char *out)
{
	bool discarded = is_discarded(out), raw = pmk_parse_ends(out, ".y4m");
	struct pmk_sink_setup setup = { .layout = *pmk_scene_layout(film->scene),
		.fps = film->source->fps,
		.alpha = is_transparent(film) && !discarded,
		.whole = true,
		.encoding = { raw ? PMK_CODEC_AUTO : options->settings.codec, true, options->settings.quality },
		.carry = { .from = film->info.layout.width ? in : NULL, /* the drawn presenter is no file */
			.start_ns = film->start_ns,
			.length_ns = film->end_ns ? film->end_ns - film->start_ns : 0,
			.audio = options->settings.audio,
			.strip = options->settings.strip,
			.cover = options->settings.cover } };
	enum pmk_part part = PMK_PART_OUTPUT;
	struct pmk_sink *sink;
	int err, close_err;

	err = open_sink(out, discarded, &setup, &sink);
	if (err == -ENODATA) /* of the input, which was there before */
		return PMK_EXIT_INPUT;
	if (err)
		return err == -ECANCELED ? PMK_EXIT_OK : pmk_exit_of(PMK_PART_OUTPUT, err, in);
	err = write_all(film, sink, &part);
	/* nobody can convert again what came through a pipe */
	sink->spoilt = (err && !(film->piped && part == PMK_PART_CAMERA)) || (film->kept && pmk_signals_came());
	sink->partial = err || pmk_film_is_partial(film);
	close_err = pmk_sink_close(sink, NULL);
	film->beside = close_err == -EALREADY;
	if (err == -EPIPE && part == PMK_PART_OUTPUT && pmk_pipe_is_output(out)) {
		film->left = true;
		pmk_info("%s: its reader has gone", pmk_pipe_name(out, true));
		return PMK_EXIT_OK;
	}
	if (!err && !film->beside)
		err = close_err;
	film->left |= err == -ECANCELED && discarded;
	return err == -ECANCELED ? PMK_EXIT_OK : pmk_exit_of(part, err, "file:");
}

/* The ending of a video's new name among many files: its own if it can be written, else one that holds any audio. A
 * codec that is chosen gets one that holds it. */
static const char *video_end(const struct pmk_film *film, const char *in, enum pmk_codec codec)
{
	static const char *const as[][2] = { { ".mp4", ".mp4" }, { ".m4v", ".mp4" }, { ".mov", ".mp4" },
		{ ".3gp", ".mp4" }, { ".y4m", ".y4m" } };

	if (codec == PMK_CODEC_PRORES)
		return ".mov";
	if (is_transparent(film))
		return codec == PMK_CODEC_AUTO ? ".webm" : ".mkv";
	if (codec == PMK_CODEC_FFV1 || codec == PMK_CODEC_VP9 || (codec && pmk_parse_ends(in, ".y4m")))
		return ".mkv";
	for (size_t i = 0; i < sizeof as / sizeof as[0]; i++) {
		if (pmk_parse_ends(in, as[i][0]))
			return as[i][1];
	}
	return ".mkv";
}

/* Whether an option is for another kind of output. */
static bool has_unused(const struct pmk_options *options, const char *in, const char *out, bool still)
{
	const char *name = pmk_pipe_name(out, true);
	const char *why = is_discarded(out) ? "nothing is written" :
		pmk_pipe_is_output(out)     ? "a pipe gets raw video" :
		still                       ? "it is a picture" :
		pmk_parse_ends(out, ".y4m") ? "its video is raw" :
					      NULL;
	bool carries = options->settings.audio == PMK_AUDIO_COPY || options->settings.audio == PMK_AUDIO_ENCODE;

	if (still &&
		(pmk_unused_refuse(options, "from", in, "it is a picture") ||
			pmk_unused_refuse(options, "to", in, "it is a picture")))
		return true;
	if (pmk_parse_ends(out, ".png") || (!why && options->settings.codec == PMK_CODEC_FFV1))
		pmk_unused_tell(options, "quality", name, "it loses nothing");
	else if (why && !pmk_parse_ends(out, ".webp") && pmk_unused_refuse(options, "quality", name, why))
		return true;
	if (why &&
		(pmk_unused_refuse(options, "codec", name, why) || pmk_unused_refuse(options, "cover", name, why) ||
			(carries && pmk_unused_refuse(options, "audio", name, why))))
		return true;
	if (why) {
		pmk_unused_tell(options, "audio", name, why);
		pmk_unused_tell(options, "strip", name, why);
	}
	return false;
}

/* The shell knows what is in it. */
static enum pmk_exit refuse_folder(const char *in)
{
	pmk_error("%s is a folder; to convert what is in it, name the files, as in %s%s* FOLDER/", in, in,
		pmk_parse_ends(in, "/") ? "" : "/");
	return PMK_EXIT_INPUT;
}

enum pmk_exit pmk_convert_file(
	struct pmk_options *options, const char *in, const char *out, struct pmk_scene **kept, unsigned *what)
{
	char whole[PATH_MAX];
	struct pmk_film film;
	enum pmk_exit code;
	bool to_picture;

	if (access(in, F_OK) == 0 && pmk_batch_is_folder(in))
		return refuse_folder(in);
	*what = 0;
	code = pmk_film_open(&film, options, in, kept);
	if (code != PMK_EXIT_OK)
		return code;
	*what = film.info.still ? PMK_INPUT_PICTURE : film.info.layout.width ? PMK_INPUT_FILM : PMK_INPUT_DRAWN;
	if (kept) {
		snprintf(whole, sizeof whole, "%s%s", out,
			film.info.still ? ".png" : video_end(&film, in, options->settings.codec));
		out = whole;
	}
	to_picture = pmk_parse_ends(out, ".png") || pmk_parse_ends(out, ".webp");
	if (to_picture != film.info.still && !is_discarded(out)) {
		pmk_wrong_name_end(out, "output", in, film.info.still,
			film.info.still ? ".png or .webp" : ".mp4, .mkv, .webm, .mov or .y4m");
		code = PMK_EXIT_USAGE;
	} else if (!kept && has_unused(options, pmk_pipe_name(in, false), out, film.info.still)) {
		code = PMK_EXIT_USAGE;
	} else if (to_picture) {
		code = write_still(&film, out, options->settings.quality);
	} else {
		code = write_video(&film, options, in, out);
	}
	return pmk_film_end(&film, code, pmk_pipe_name(in, false), pmk_pipe_name(out, true));
}

/* An input that is one of several needs a name, and a file that several processes can open. */
static bool is_pipe_among(const struct pmk_options *options)
{
	for (int i = 1; i < options->arg_count - 1; i++) {
		const char *in = pmk_film_path(options->args[i]);

		if (!pmk_pipe_is_input(in))
			continue;
		pmk_error("%s is a pipe, which gives no name to a file in a folder; convert it alone, to a file",
			pmk_pipe_name(in, false));
		return true;
	}
	return false;
}

enum pmk_exit pmk_command_convert(struct pmk_options *options)
{
	const char *in = pmk_film_path(options->args[1]), *out = pmk_film_path(options->args[2]);
	unsigned what;
	int err = 0;

	pmk_unused_tell_parts(options);
	pmk_unused_tell_fit(options);
	if (options->arg_count > 3 || pmk_batch_is_folder(out))
		return is_pipe_among(options) ? PMK_EXIT_USAGE : pmk_batch_convert(options);
	pmk_unused_tell(options, "jobs", "a single file", "");
	if (!is_discarded(out))
		err = pmk_inputs_spare(&options->settings, in, out);
	if (err || pmk_wrong_name_out(out))
		return err ? pmk_inputs_exit(err) : PMK_EXIT_USAGE;
	return pmk_convert_file(options, in, out, NULL, &what);
}

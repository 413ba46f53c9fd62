/* SPDX-License-Identifier: MIT */
#include "app/commands.h"
#include "app/files/batch.h"
#include "app/files/film.h"
#include "app/files/replaced.h"
#include "app/files/wrong_name.h"
#include "app/unused.h"
#include "base/log.h"
#include "base/parse.h"
#include "io/stream/stream_pipe.h"
#include "media/media_out.h"
#include "media/still.h"
#include "settings/inputs.h"

#include <errno.h>

static enum pmk_exit write_still(struct pmk_film *film, const char *out)
{
	const struct pmk_mask *mask;
	struct pmk_frame *frame;
	bool replaces = pmk_replaces_file(out);
	int err = pmk_film_next(film, &frame);

	if (err <= 0)
		return pmk_exit_of(PMK_PART_CAMERA, err, "file:"); /* 0: interrupted, which pmk_film_end reports */
	err = pmk_scene_mask(film->scene, frame, &mask, NULL);
	pmk_frame_unref(frame);
	if (err)
		return PMK_EXIT_INTERNAL;
	err = pmk_still_write_grey(out, mask);
	if (!err && replaces)
		pmk_tell_replaced(out);
	return pmk_exit_of(PMK_PART_OUTPUT, err, "");
}

static enum pmk_exit write_frame(struct pmk_film *film, const struct pmk_frame *frame, struct pmk_media_out *out)
{
	const struct pmk_mask *mask;
	struct pmk_image grey = { .layout = frame->image.layout };

	if (pmk_scene_mask(film->scene, frame, &mask, NULL))
		return PMK_EXIT_INTERNAL;
	grey.plane[0] = mask->alpha;
	grey.stride[0] = mask->stride;
	return pmk_exit_of(PMK_PART_OUTPUT, pmk_media_out_write(out, &grey, NULL, frame->position_ns), "");
}

static enum pmk_exit write_frames(struct pmk_film *film, struct pmk_media_out *out)
{
	enum pmk_exit code = PMK_EXIT_OK;
	struct pmk_frame *frame;
	int got = 1;

	while (code == PMK_EXIT_OK && (got = pmk_film_next(film, &frame)) > 0) {
		code = write_frame(film, frame, out);
		pmk_frame_unref(frame);
	}
	return got < 0 ? pmk_exit_of(PMK_PART_CAMERA, got, "file:") : code;
}

static enum pmk_exit write_video(struct pmk_film *film, const char *path)
{
	struct pmk_media_out_settings settings = {
		.layout = film->source->layout, .fps = film->source->fps, .grey = true
	};
	struct pmk_media_out *out;
	int err = pmk_media_out_open(path, &settings, &out);
	enum pmk_exit code;

	if (err)
		return pmk_exit_of(PMK_PART_OUTPUT, err, "");
	code = write_frames(film, out);
	if (code != PMK_EXIT_OK || !film->done) { /* an empty film must not replace an older file */
		pmk_media_out_abandon(out);
		return code;
	}
	err = pmk_media_out_finish(out, pmk_film_is_partial(film));
	film->beside = err == -EALREADY;
	return film->beside ? PMK_EXIT_OK : pmk_exit_of(PMK_PART_OUTPUT, err, "");
}

/* Options that mean nothing for a picture were told when it was opened. */
static void tell_unused(const struct pmk_options *options, bool still)
{
	static const char *const names[] = { "backdrop", "fade", "light", "match", "show-room", "overlay",
		"overlay-place", "overlay-size", "caption", "caption-place", "light-wrap" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!still || !(pmk_setting_find(names[i])->flags & PMK_SETTING_MOVING))
			pmk_unused_tell(options, names[i], "a mask", "");
	}
	if (options->settings.pipeline.scene.fit != PMK_FIT_CONTAIN) /* that is for the film's own pictures, too */
		pmk_unused_tell(options, "fit", "a mask", "");
}

enum pmk_exit pmk_command_mask(struct pmk_options *options)
{
	const char *in = pmk_film_path(options->args[1]), *out = pmk_film_path(options->args[2]);
	const char *end;
	struct pmk_film film;
	enum pmk_exit code;
	int err = pmk_inputs_spare(&options->settings, in, out);

	if (err)
		return pmk_inputs_exit(err);
	code = pmk_film_open(&film, options, in, NULL);
	if (code != PMK_EXIT_OK)
		return code;
	tell_unused(options, film.info.still);
	end = film.info.still ? ".png" : ".mkv";
	if (pmk_pipe_is_output(out)) {
		pmk_error("a mask cannot be written to a pipe; name %s file", film.info.still ? "a .png" : "an .mkv");
		code = PMK_EXIT_USAGE;
	} else if (pmk_batch_is_folder(out)) {
		pmk_error("%s is a folder; name a file inside it, as in %s%smask%s", out, out,
			pmk_parse_ends(out, "/") ? "" : "/", end);
		code = PMK_EXIT_USAGE;
	} else if (!pmk_parse_ends(out, end)) {
		pmk_wrong_name_end(out, "mask", in, film.info.still, end);
		code = PMK_EXIT_USAGE;
	} else {
		code = film.info.still ? write_still(&film, out) : write_video(&film, out);
	}
	return pmk_film_end(&film, code, in, out);
}

/* SPDX-License-Identifier: MIT */
#include "io/sink.h"

#include "base/log.h"
#include "base/words/phrase.h"
#include "image/alpha.h"
#include "media/media_out.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct file_sink {
	struct pmk_sink sink;
	struct pmk_media_out *out;
	struct pmk_image plain; /* for pictures with alpha */
	int64_t period_ns;
	bool started, recorded; /* whether a picture was written; whether one had a position in a recording */
	uint64_t first_ns, last_ns; /* capture times of the first picture and of the last one */
	int64_t last_position_ns;
};

/* The position of a picture in the file. A live picture that is written again because no newer one came lasts one more
 * period. So does a picture without a position among those that have one. */
static int64_t position_of(struct file_sink *file, const struct pmk_shown *shown)
{
	uint64_t time_ns = pmk_shown_time_ns(shown);

	if (pmk_shown_position_ns(shown) >= 0) {
		file->recorded = true;
		return pmk_shown_position_ns(shown);
	}
	if (!file->started) {
		file->first_ns = time_ns;
		return 0;
	}
	if (file->recorded || time_ns <= file->last_ns) /* a cover may have been made long before it is shown */
		return file->last_position_ns + file->period_ns;
	return time_ns > file->first_ns ? (int64_t)(time_ns - file->first_ns) : 0;
}

static int file_write(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	struct file_sink *file = (struct file_sink *)sink;
	const struct pmk_image *image = pmk_shown_image(shown);
	const struct pmk_mask *alpha = pmk_shown_alpha(shown);
	int64_t position_ns = position_of(file, shown);

	file->started = true;
	if (pmk_shown_time_ns(shown) > file->last_ns)
		file->last_ns = pmk_shown_time_ns(shown);
	file->last_position_ns = position_ns;
	if (alpha && file->plain.block) {
		pmk_alpha_divide(image, alpha, &file->plain);
		return pmk_media_out_write(file->out, &file->plain, alpha, position_ns);
	}
	return pmk_media_out_write(file->out, image, NULL, position_ns);
}

static int file_close(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct file_sink *file = (struct file_sink *)sink;
	int err;

	if (file->sink.spoilt || !file->started) {
		pmk_media_out_abandon(file->out);
		err = 0;
	} else {
		err = pmk_media_out_finish(file->out, file->sink.partial);
	}
	pmk_image_free(&file->plain);
	free(file);
	return err;
}

static const struct pmk_sink_impl impl = { .write = file_write, .close = file_close };

/* Name the sink by what the file will hold. */
static void name_sink(struct file_sink *file, const char *path, const struct pmk_sink_setup *setup)
{
	const struct pmk_layout *given = &setup->layout, *held = pmk_media_out_layout(file->out);

	if (held->width != given->width || held->height != given->height)
		pmk_info("%s: pictures of %dx%d are cropped to %dx%d, because it is written with even sides", path,
			given->width, given->height, held->width, held->height);
	snprintf(file->sink.name, sizeof file->sink.name, "%s %dx%d at %.4g/s", pmk_short(path, 100).text, held->width,
		held->height, setup->fps);
}

int pmk_sink_file_open(const char *path, const struct pmk_sink_setup *setup, struct pmk_sink **sink)
{
	const struct pmk_media_out_settings settings = { .layout = setup->layout,
		.fps = setup->fps,
		.alpha = setup->alpha,
		.carry = setup->carry,
		.encoding = setup->encoding,
		.live = !setup->whole };
	struct file_sink *made = calloc(1, sizeof *made);
	int err;

	if (!made)
		return -ENOMEM;
	err = setup->alpha ? pmk_image_alloc(&made->plain, &setup->layout) : 0;
	if (!err)
		err = pmk_media_out_open(path, &settings, &made->out);
	if (err) {
		pmk_image_free(&made->plain);
		free(made);
		return err;
	}
	made->sink.impl = &impl;
	made->sink.finishes = true;
	made->period_ns = (int64_t)(1e9 / (setup->fps > 0 ? setup->fps : 30) + 0.5);
	name_sink(made, path, setup);
	*sink = &made->sink;
	return 0;
}

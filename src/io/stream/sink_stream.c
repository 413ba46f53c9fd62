/* SPDX-License-Identifier: MIT */
#include "io/stream/stream.h"

#include "base/log.h"
#include "base/words/phrase.h"
#include "io/stream/stream_pipe.h"
#include "io/stream/y4m.h"

#include <errno.h>
#include <libyuv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stream_sink {
	struct pmk_sink sink;
	struct pmk_pipe_out out;
	struct pmk_layout layout;
	double fps;
	bool begun; /* the first line was written */
	size_t bytes;
	uint8_t picture[]; /* `bytes` of one, with the line before it */
};

static const char mark[] = PMK_Y4M_FRAME "\n";

static void fill(struct stream_sink *s, const struct pmk_image *image)
{
	uint8_t *to = s->picture + sizeof mark - 1;

	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&s->layout, p), height = pmk_layout_plane_height(&s->layout, p);

		CopyPlane(image->plane[p], image->stride[p], to, width, width, height);
		to += (size_t)width * (size_t)height;
	}
}

static int stream_write(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	struct stream_sink *s = (struct stream_sink *)sink;
	char line[PMK_Y4M_LINE];
	int err = 0;

	if (!s->begun) {
		s->begun = true;
		s->layout.range = pmk_shown_image(shown)->layout.range;
		pmk_y4m_print(&s->layout, s->fps, line);
		err = pmk_pipe_out_write(&s->out, line, strlen(line));
	}
	if (err)
		return err;
	fill(s, pmk_shown_image(shown));
	return pmk_pipe_out_write(&s->out, s->picture, s->bytes);
}

static int stream_close(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct stream_sink *s = (struct stream_sink *)sink;

	pmk_pipe_out_close(&s->out);
	free(s);
	return 0;
}

static const struct pmk_sink_impl impl = { .write = stream_write, .close = stream_close };

static size_t picture_bytes(const struct pmk_layout *layout)
{
	size_t bytes = 0;

	for (int p = 0; p < 3; p++)
		bytes += (size_t)pmk_layout_plane_width(layout, p) * (size_t)pmk_layout_plane_height(layout, p);
	return bytes;
}

int pmk_sink_stream_open(const char *path, const struct pmk_sink_setup *setup, int stop_fd, struct pmk_sink **sink)
{
	size_t bytes = sizeof mark - 1 + picture_bytes(&setup->layout);
	struct stream_sink *made;
	int err;

	if (setup->alpha) {
		pmk_error("%s: YUV4MPEG2 cannot hold transparency; name a .webm, .mkv or .mov file",
			pmk_pipe_name(path, true));
		return -EINVAL;
	}
	made = malloc(sizeof *made + bytes);
	if (!made)
		return -ENOMEM;
	*made = (struct stream_sink){
		.sink = { .impl = &impl }, .layout = setup->layout, .fps = setup->fps, .bytes = bytes
	};
	memcpy(made->picture, mark, sizeof mark - 1);
	err = pmk_pipe_out_open(&made->out, path, stop_fd);
	if (err) {
		free(made);
		return err;
	}
	snprintf(made->sink.name, sizeof made->sink.name, "%s %dx%d at %.4g/s", pmk_short(made->out.name, 100).text,
		setup->layout.width, setup->layout.height, setup->fps);
	*sink = &made->sink;
	return 0;
}

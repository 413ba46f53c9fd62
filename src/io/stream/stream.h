/* SPDX-License-Identifier: MIT */
/* Raw video through pipes, as YUV4MPEG2 (y4m.h): a source and a sink. For recordings that a program converts on their
 * way from one to another: a frame is given when its last byte has come, and a picture is written as soon as it is
 * there.
 *
 * The one rule: frames come once, in order, and what was read is never wanted again. */
#ifndef PMK_IO_STREAM_STREAM_H
#define PMK_IO_STREAM_STREAM_H

#include "io/sink.h"
#include "io/source.h"

/* Open what pmk_pipe_is_input accepts, and read the first line, for which it waits without end. Frames are upright and
 * have square pixels; their matrix is BT.709 from 720 rows on. 4:4:4 becomes 4:2:0, grey gets neutral chroma. It is
 * logged that pictures are interlaced, or cropped, and what the first line says that is not used as it says it: a rate
 * that is not 1 to PMK_SOURCE_MOST_FPS, pixels of an impossible shape, an unknown range. `path` outlives it. -EBADMSG:
 * not YUV4MPEG2, or damaged, as is one that ends within a picture; -EINVAL: too large, or a terminal. */
int pmk_source_stream_open(const char *path, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));

/* Open what pmk_pipe_is_output accepts. Nothing is written before the first picture. Waiting for a reader ends soon
 * after `stop_fd` (-1: none) becomes readable: -ECANCELED. Writing gives -EPIPE, which is not logged, when the reader
 * has gone. -EINVAL: the pictures have alpha, or it is a terminal. `path` outlives it. */
int pmk_sink_stream_open(const char *path, const struct pmk_sink_setup *setup, int stop_fd, struct pmk_sink **sink)
	__attribute__((warn_unused_result));

#endif

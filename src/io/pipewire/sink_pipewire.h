/* SPDX-License-Identifier: MIT */
/* Our camera node, for sink_pipewire*.c only: the output's side (sink_pipewire.c), the node that comes and goes
 * (_node.c), and the pictures in its buffers and when they are sent (_rounds.c).
 *
 * The one rule: all below is called with the connection's lock held, which a callback has already. */
#ifndef PMK_IO_PIPEWIRE_SINK_PIPEWIRE_H
#define PMK_IO_PIPEWIRE_SINK_PIPEWIRE_H

#include "io/pipewire/pipewire.h"
#include "io/sink.h"

#include <pipewire/pipewire.h>
#include <stdatomic.h>

enum { PMK_PIPEWIRE_RING_MOST = 64 }; /* no stream of libpipewire's has more */

/* A camera node of the daemon: a stream that drives its readers, one picture at each write. The readers share one
 * format, which the first of them chooses, and one ring of buffers, which the daemon makes when that one comes and
 * takes away some seconds after the last has gone. So buffers hold the cover from add_buffer on, and again whenever
 * nobody reads.
 *
 * Only the size of the composed picture is offered: a smaller one that the first reader took would be what all others
 * get. */
struct pmk_pipewire_sink {
	struct pmk_sink base;
	struct pmk_pipewire *pipewire;
	char node[96];
	struct pmk_layout layout; /* of what write is given */
	int width, height; /* px, of what readers get: even */
	double fps;
	int watch_fd; /* an eventfd */
	atomic_bool streaming; /* somebody reads; changed under the lock only */
	/* The rest belongs to the connection's lock. */
	struct pmk_image cover;
	struct pw_stream *stream; /* NULL while the daemon is gone */
	struct spa_hook hook;
	struct spa_source *retry;
	uint64_t pause_ns; /* before the next try to come back */
	bool lost; /* said */
	bool closing; /* it does not come back */
	uint32_t fourcc; /* agreed on; 0: none */
	size_t bytes; /* of a picture */
	struct pw_buffer *buffers[PMK_PIPEWIRE_RING_MOST];
	int count;
	uint64_t sequence, written_ns;
	/* A picture that is sent before all readers took the last one is given to them in its place. So one that is
	 * written while a round is under way is held until that is over. A reader that is stopped ends no round, so no
	 * round has more than one and a half periods, and then, until one ends again, three quarters of one: a second
	 * picture to hold rarely comes so soon. */
	uint64_t round_ns; /* when the round began, 0: none is under way */
	bool stuck; /* a round did not end in time, and none has since */
	struct pw_buffer *held;
	struct spa_source *hold;
};

/* Make the node and wait for the daemon to have it; end it, with the cover as its last picture. */
int pmk_pipewire_sink_open_node(struct pmk_pipewire_sink *sink) __attribute__((warn_unused_result));
void pmk_pipewire_sink_close_node(struct pmk_pipewire_sink *sink);
void pmk_pipewire_sink_on_lost(void *sink); /* for pmk_pipewire_create: it comes back by itself */

/* The picture into the next free buffer, or over the one that is held, and on its way. When no buffer is free it is
 * lost. */
void pmk_pipewire_sink_put(struct pmk_pipewire_sink *sink, const struct pmk_image *image);
void pmk_pipewire_sink_let_go(struct pmk_pipewire_sink *sink); /* send the one that is held */
void pmk_pipewire_sink_paint(
	const struct pmk_pipewire_sink *sink, const struct pmk_image *image, struct pw_buffer *buffer);
void pmk_pipewire_sink_cover(struct pmk_pipewire_sink *sink); /* into all buffers */
void pmk_pipewire_sink_set_streaming(struct pmk_pipewire_sink *sink, bool streaming); /* whether somebody reads */
void pmk_pipewire_sink_set_timer(struct pmk_pipewire_sink *sink, struct spa_source *timer, uint64_t wait_ns);

/* The stream's and the timer's callbacks that end a round. */
void pmk_pipewire_sink_on_round_over(void *sink);
void pmk_pipewire_sink_on_held_enough(void *sink, uint64_t expirations);

#endif

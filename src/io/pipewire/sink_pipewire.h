/* SPDX-License-Identifier: MIT */
/* Our camera node, for sink_pipewire*.c only. sink_pipewire.c has the side of the output thread, sink_pipewire_node.c
 * connects and reconnects the node, and sink_pipewire_rounds.c fills buffers and decides when to send them.
 *
 * The one rule: call everything below with the connection's lock held. A callback holds it already. */
#ifndef PMK_IO_PIPEWIRE_SINK_PIPEWIRE_H
#define PMK_IO_PIPEWIRE_SINK_PIPEWIRE_H

#include "io/pipewire/pipewire.h"
#include "io/sink.h"

#include <pipewire/pipewire.h>
#include <stdatomic.h>

enum { PMK_PIPEWIRE_RING_MOST = 64 }; /* no stream of libpipewire has more */

/* A camera node of the daemon: a stream that drives its readers, with one picture per write. The readers share one
 * format, which the first of them chooses, and one ring of buffers. The daemon makes the ring when the first reader
 * comes, and removes it some seconds after the last one has left. So buffers hold the cover from add_buffer on, and
 * again whenever nobody reads.
 *
 * Only the size of the composed picture is offered: if the first reader chose a smaller one, all others would get it
 * too. */
struct pmk_pipewire_sink {
	struct pmk_sink base;
	struct pmk_pipewire *pipewire;
	char node[96];
	struct pmk_layout layout; /* of the pictures to be written */
	int width, height; /* px, of the pictures that readers get: even */
	double fps;
	int watch_fd; /* an eventfd */
	atomic_bool streaming; /* somebody reads; it changes only under the lock */
	/* The rest may be touched only under the connection's lock. */
	struct pmk_image cover;
	struct pw_stream *stream; /* NULL while the daemon is gone */
	struct spa_hook hook;
	struct spa_source *retry;
	uint64_t pause_ns; /* until the next try to reconnect */
	bool lost; /* the loss was logged */
	bool closing; /* the node is closing and must not reconnect */
	uint32_t fourcc; /* agreed on; 0: none yet */
	size_t bytes; /* of a picture */
	struct pw_buffer *buffers[PMK_PIPEWIRE_RING_MOST];
	int count;
	uint64_t sequence, written_ns;
	/* If a picture is sent before all readers took the previous one, they get it in the place of that one. So a
	 * picture that is written during a round is held until the round is over. A reader that was stopped never ends
	 * a round. So a round is given one and a half periods; after that, until one ends again, three quarters of a
	 * period. Within that time there is rarely a second picture to hold. */
	uint64_t round_ns; /* when the round began; 0: there is none */
	bool stuck; /* a round did not end in time, and none has ended since */
	struct pw_buffer *held;
	struct spa_source *hold;
};

/* Create the node and wait until the daemon has it; close it, with the cover as its last picture. */
int pmk_pipewire_sink_open_node(struct pmk_pipewire_sink *sink) __attribute__((warn_unused_result));
void pmk_pipewire_sink_close_node(struct pmk_pipewire_sink *sink);
void pmk_pipewire_sink_on_lost(void *sink); /* for pmk_pipewire_create: reconnects by itself */

/* Put the picture into the next free buffer, or over the held one, and send it. If no buffer is free, the picture is
 * dropped. */
void pmk_pipewire_sink_put(struct pmk_pipewire_sink *sink, const struct pmk_image *image);
void pmk_pipewire_sink_send_held(struct pmk_pipewire_sink *sink); /* send the held buffer */
void pmk_pipewire_sink_paint(
	const struct pmk_pipewire_sink *sink, const struct pmk_image *image, struct pw_buffer *buffer);
void pmk_pipewire_sink_cover(struct pmk_pipewire_sink *sink); /* put the cover into all buffers */
void pmk_pipewire_sink_set_streaming(struct pmk_pipewire_sink *sink, bool streaming); /* whether somebody reads */
void pmk_pipewire_sink_set_timer(struct pmk_pipewire_sink *sink, struct spa_source *timer, uint64_t wait_ns);

/* The callbacks that end a round, of the stream and of the timer. */
void pmk_pipewire_sink_on_round_over(void *sink);
void pmk_pipewire_sink_on_round_late(void *sink, uint64_t expirations);

#endif

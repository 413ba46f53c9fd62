/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_capture, for capture.c, which reads, and capture_change.c, which changes what is read. */
#ifndef PMK_CORE_CAPTURE_CAPTURE_PARTS_H
#define PMK_CORE_CAPTURE_CAPTURE_PARTS_H

#include "core/capture/capture.h"
#include "core/capture/governor.h"
#include "core/capture/reshape.h"
#include "core/handover.h"
#include "core/pulse.h"
#include "core/thread.h"

struct pmk_capture {
	struct pmk_capture_settings settings; /* const after create, as is what follows */
	struct pmk_layout layout;
	double fps;
	char name[160];
	int late;

	/* The capture thread's, once started. */
	char camera[PMK_SPEC];
	struct pmk_source *source; /* NULL while there is none */
	struct pmk_source_place place; /* where the camera was last found */
	struct pmk_reshape reshape;
	struct pmk_governor governor;
	uint64_t next_ns; /* when the governor lets the next frame be read */
	uint64_t number, heard_ns; /* of the next frame since the opening or a turn; when the last one came */
	/* by the source that is open, as of the last frame; and how many of these were left out on purpose */
	uint64_t dropped, forgiven;
	uint64_t pause_ns; /* before the next try to open it */
	int missing_now; /* what `missing` was told last */
	struct pmk_capture_figures before; /* of sources that are closed */

	struct pmk_thread thread; /* the main thread's */

	/* Shared. */
	struct pmk_slot frames;
	struct pmk_pulse pulse; /* rests wherever it waits on its own account, not in a driver */
	pthread_mutex_t orders_lock; /* of the two flags */
	pthread_cond_t orders; /* one of them has changed */
	bool stopping, resting;
	struct pmk_handover changes;
	pthread_mutex_t lock; /* of what follows; only the capture thread changes it */
	struct pmk_capture_figures figures;
	char open_path[64]; /* the device of the source that is open; "": none */
};

/* All by the capture thread. */

void pmk_capture_begin(struct pmk_capture *capture); /* the source is a new one: nothing of it is counted yet */
/* A frame of the source that is open, now; takes it over. */
void pmk_capture_deliver(struct pmk_capture *capture, struct pmk_frame *frame);
/* What is open is not read any more: its figures are kept. Gives it, the caller's; NULL: none was open. */
struct pmk_source *pmk_capture_let_go(struct pmk_capture *capture);
void pmk_capture_note_open(struct pmk_capture *capture); /* what is open has changed */
void pmk_capture_take_change(struct pmk_capture *capture); /* make the change that waits, if one does */

#endif

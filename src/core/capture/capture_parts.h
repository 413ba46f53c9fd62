/* SPDX-License-Identifier: MIT */
/* The inside of struct pmk_capture, for capture.c, which reads the source, and capture_change.c, which changes it. */
#ifndef PMK_CORE_CAPTURE_CAPTURE_PARTS_H
#define PMK_CORE_CAPTURE_CAPTURE_PARTS_H

#include "core/capture/capture.h"
#include "core/capture/governor.h"
#include "core/capture/reshape.h"
#include "core/handover.h"
#include "core/pulse.h"
#include "core/thread.h"

struct pmk_capture {
	struct pmk_capture_settings settings; /* const after create, like the next five */
	struct pmk_layout layout, picture; /* of the frames; of what is to be shown */
	double fps;
	char name[160];
	int late;

	/* The capture thread's, once started. */
	char camera[PMK_SPEC];
	struct pmk_source *source; /* NULL while none is open */
	struct pmk_source_place place; /* where the camera was last found */
	struct pmk_reshape reshape;
	struct pmk_governor governor;
	uint64_t next_ns; /* when the governor lets the next frame be read */
	/* of the next frame, counted from the opening or a change of orientation; when the last one came */
	uint64_t number, heard_ns;
	int width, height; /* px, of the last frame as it came */
	/* lost by the open source up to the last frame; how many of these were left out on purpose */
	uint64_t dropped, forgiven;
	uint64_t pause_ns; /* before the next try to open the source */
	int missing_now; /* what `missing` was called with last */
	struct pmk_capture_figures before; /* of sources that are closed */

	struct pmk_thread thread; /* the main thread's */

	/* Shared. */
	struct pmk_slot frames;
	struct pmk_pulse pulse; /* rests while the thread waits by itself, not in a driver */
	pthread_mutex_t orders_lock; /* protects the two flags */
	pthread_cond_t orders; /* one of them has changed */
	bool stopping, resting;
	atomic_bool by_camera;
	atomic_uint generation; /* of the frames that are delivered; the capture thread changes it */
	struct pmk_handover changes;
	pthread_mutex_t lock; /* protects what follows; only the capture thread changes that */
	struct pmk_capture_figures figures;
	/* the device and the name of the open source; "": none */
	char open_path[64], open_name[sizeof((struct pmk_source *)0)->name];
	struct pmk_source_names names; /* of the source that was opened last */
};

/* All called by the capture thread. */

void pmk_capture_begin(struct pmk_capture *capture); /* call it for a new source: nothing of it is counted yet */
/* Hand over a frame of the open source now; takes over the frame. */
void pmk_capture_deliver(struct pmk_capture *capture, struct pmk_frame *frame);
/* Stop reading the open source, and keep its figures. Returns it, owned by the caller; NULL: none was open. */
struct pmk_source *pmk_capture_let_go(struct pmk_capture *capture);
/* Call it when another source is open, or none. True: it is another camera than the last one. */
bool pmk_capture_note_open(struct pmk_capture *capture);
void pmk_capture_take_change(struct pmk_capture *capture); /* make the waiting change, if there is one */

#endif

/* SPDX-License-Identifier: MIT */
/* A thread that reads a source, opens it again when it is lost or silent, closes it while it rests, and hands over
 * frames of one shape.
 *
 * The one rule: whatever the camera comes back as, frames keep size, sampling and matrix of the first opening; their
 * range may change. Functions are the main thread's unless said. */
#ifndef PMK_CORE_CAPTURE_H
#define PMK_CORE_CAPTURE_H

#include "base/slot.h"
#include "core/governor.h"
#include "core/pulse.h"
#include "io/source.h"

#include <pthread.h>
#include <time.h>

struct pmk_capture_figures {
	uint64_t captured, dropped, damaged; /* frames read; lost by the camera; unreadable */
	uint64_t left_out; /* about so many were not read, for the CPU limit */
};

struct pmk_capture {
	const char *camera; /* set these before open; strings are used until close */
	struct pmk_source_wish wish;
	bool mirror, flip;
	double cpu_limit; /* share of one core; 0: none */
	/* where there is no camera at the start, begin without: frames are of the wished shape then, else 1280x720, 30
	 * a second */
	bool wait;
	void (*ended)(void *user); /* the source has come to its end. [capture thread] */
	/* Why there is no camera now, each time the reason changes: negative errno of what took it away (-EAGAIN: it
	 * gives no picture), or of the last try to open it; 0: it is back. [capture thread] */
	void (*missing)(void *user, int error);
	void *user;

	struct pmk_layout layout; /* set by open: of the frames, but for their range */
	double fps;
	char name[160];
	struct pmk_slot frames; /* struct pmk_frame, for the scene thread; numbers start anew at each opening */

	struct pmk_source_place place; /* where the camera was last found. [capture thread] */
	struct pmk_source *source; /* capture thread's, once started */
	struct pmk_frame_pool *adapted;
	struct pmk_governor governor; /* capture thread's */
	uint64_t next_ns; /* when it lets the next frame be read */
	/* by the source that is open, as of the last frame; and how many of these were left out on purpose */
	uint64_t dropped, forgiven;
	uint64_t pause_ns; /* before the next try to open it */
	struct pmk_pulse pulse; /* rests wherever it waits on its own account, not in a driver */
	pthread_t thread;
	bool running;
	int missing_now; /* what `missing` was told last. [capture thread] */
	int late; /* why there was no camera at open; 0: there was */
	pthread_mutex_t turn_lock; /* of the two below */
	pthread_cond_t turn; /* one of them has changed */
	bool stopping, resting;
	struct pmk_capture_figures before; /* of sources that are closed */
	pthread_mutex_t lock; /* of the figures */
	struct pmk_capture_figures figures;
};

/* as pmk_source_open, but for `wait`; nothing is left on failure */
int pmk_capture_open(struct pmk_capture *capture) __attribute__((warn_unused_result));
int pmk_capture_start(struct pmk_capture *capture) __attribute__((warn_unused_result));
/* true: close the source until further notice. [any thread] */
void pmk_capture_rest(struct pmk_capture *capture, bool rest);
void pmk_capture_stop(struct pmk_capture *capture); /* closes the slot; does not wait */
/* CLOCK_REALTIME; 0, or -ETIMEDOUT when a driver holds it */
int pmk_capture_join(struct pmk_capture *capture, const struct timespec *until) __attribute__((warn_unused_result));
void pmk_capture_close(struct pmk_capture *capture); /* joined, or never started */
struct pmk_capture_figures pmk_capture_figures(struct pmk_capture *capture); /* [any thread] */

#endif

/* SPDX-License-Identifier: MIT */
/* A thread that reads a source, opens it again when it is lost or silent, closes it while it rests, and hands over
 * frames of one shape.
 *
 * The one rule: whatever the camera comes back as, frames keep size, sampling and matrix of the first opening; their
 * range may change. Functions are the main thread's unless said. */
#ifndef PMK_CORE_CAPTURE_CAPTURE_H
#define PMK_CORE_CAPTURE_CAPTURE_H

#include "base/parse.h"
#include "base/slot.h"
#include "io/source.h"

#include <time.h>

struct pmk_capture_settings {
	char camera[PMK_SPEC];
	struct pmk_source_wish wish;
	bool mirror, flip;
	double cpu_limit; /* share of one core; 0: none */
	/* No camera at create is no error. Frames have the wished shape then; without a wish 1280x720, 30 a second. */
	bool wait;
	void (*ended)(void *user); /* the source has come to its end. [capture thread] */
	/* Why there is no camera now, each time the reason changes: negative errno of what took it away (-EAGAIN: it
	 * gives no picture), or of the last try to open it; 0: it is back. [capture thread] */
	void (*missing)(void *user, int error);
	void *user;
};

struct pmk_capture_figures {
	uint64_t captured, dropped, damaged; /* frames read; lost by the camera; unreadable */
	uint64_t left_out; /* about so many were not read, for the CPU limit */
	uint64_t replaced; /* frames that a newer one replaced before they were taken */
};

struct pmk_capture;

/* Opens the source. Errors as pmk_source_open, but for `wait`. */
int pmk_capture_create(const struct pmk_capture_settings *settings, struct pmk_capture **capture)
	__attribute__((warn_unused_result));
int pmk_capture_start(struct pmk_capture *capture) __attribute__((warn_unused_result));

/* What of the settings can change while it runs: camera, mirror, flip, cpu_limit. */
struct pmk_capture_change;

/* Prepare a change from `now` to `wanted`. Another camera is opened beside the one that is read, and has to give a
 * picture within two seconds; while the capture rests a device is not opened, so that its light stays off. Errors as
 * pmk_source_open, or -ENODATA for a camera that gives no picture; logged, with nothing changed. */
int pmk_capture_change_create(struct pmk_capture *capture, const struct pmk_capture_settings *now,
	const struct pmk_capture_settings *wanted, struct pmk_capture_change **change)
	__attribute__((warn_unused_result));
/* Make the change between two frames, none of which is lost or late for it, and wait until it is made; at most five
 * seconds: -ETIMEDOUT when a driver holds the thread, with nothing changed. Started before. Once for a change. */
int pmk_capture_change_apply(struct pmk_capture *capture, struct pmk_capture_change *change)
	__attribute__((warn_unused_result));
void pmk_capture_change_destroy(struct pmk_capture_change *change); /* closes what is not read any more; NULL is fine */

/* true: close the source until further notice. [any thread] */
void pmk_capture_rest(struct pmk_capture *capture, bool rest);
void pmk_capture_stop(struct pmk_capture *capture); /* closes the slot; does not wait */
int pmk_capture_join(struct pmk_capture *capture, const struct timespec *until) /* as pmk_thread_join */
	__attribute__((warn_unused_result));
void pmk_capture_destroy(struct pmk_capture *capture); /* joined, or never started; NULL is fine */

/* As the source was at create; the same until destroy. [any thread] */
const struct pmk_layout *pmk_capture_layout(const struct pmk_capture *capture); /* of the frames, but for their range */
double pmk_capture_fps(const struct pmk_capture *capture); /* nominal rate, at least 1 */
const char *pmk_capture_name(const struct pmk_capture *capture);
int pmk_capture_late(const struct pmk_capture *capture); /* why there was no camera, negative errno; 0: there was */

/* Where frames (struct pmk_frame) are handed over, to one consumer. Their numbers start anew at each opening. */
struct pmk_slot *pmk_capture_frames(struct pmk_capture *capture);

struct pmk_capture_figures pmk_capture_figures(struct pmk_capture *capture); /* [any thread] */
/* Whether, at now_ns, the driver has not returned for three minutes. Opening a camera may mean to ask a person, who
 * gets one minute to answer. [any thread] */
bool pmk_capture_hangs(struct pmk_capture *capture, uint64_t now_ns);

#endif

/* SPDX-License-Identifier: MIT */
/* The capture thread: reads a source, opens it again when it is lost or silent, closes it while it rests, and hands
 * over frames of one shape.
 *
 * The one rule: whatever shape the camera comes back in, frames keep the size, sampling and matrix of the first
 * opening; only their range may change. Call the functions from the main thread unless their comment says otherwise. */
#ifndef PMK_CORE_CAPTURE_CAPTURE_H
#define PMK_CORE_CAPTURE_CAPTURE_H

#include "base/parse.h"
#include "base/slot.h"
#include "io/source.h"
#include "io/source_names.h"

#include <time.h>

enum { PMK_CAPTURE_NAME = sizeof((struct pmk_source *)0)->name }; /* bytes */

struct pmk_capture_settings {
	char camera[PMK_SPEC];
	struct pmk_source_wish wish;
	int quarters; /* clockwise, before the next two; 1 and 3 exchange the sides of the frames */
	bool mirror, flip;
	double cpu_limit; /* share of one core; 0: none */
	/* A missing camera at create is not an error. Frames then have the wished shape, or else 1280x720 at 30 frames
	 * per second. */
	bool wait;
	void (*ended)(void *user); /* the source has ended. [capture thread] */
	/* Called each time the reason why there is no camera changes: the negative errno that it was lost with
	 * (-EAGAIN: it gives no picture; -ENOLINK: its input has no signal) or that the last try to open it returned;
	 * 0: it is back. [capture thread] */
	void (*missing)(void *user, int error);
	/* Another camera than before is open. [capture thread] */
	void (*other)(void *user);
	void *user;
};

struct pmk_capture_figures {
	uint64_t captured, dropped, damaged; /* frames read; lost by the camera; unreadable */
	uint64_t left_out; /* frames not read because of the CPU limit; an estimate */
	uint64_t replaced; /* frames that a newer one replaced before they were taken */
};

struct pmk_capture;

/* Opens the source. Errors as pmk_source_open, except where `wait` says otherwise. */
int pmk_capture_create(const struct pmk_capture_settings *settings, struct pmk_capture **capture)
	__attribute__((warn_unused_result));
int pmk_capture_start(struct pmk_capture *capture) __attribute__((warn_unused_result));

/* A change of the settings that can change while it runs: camera, quarters, mirror, flip, cpu_limit. */
struct pmk_capture_change;

/* Prepare a change from `now` to `wanted`. A new camera is opened beside the one that is being read, and must give a
 * picture within two seconds. While the capture rests, no device is opened, so that its light stays off. Errors as
 * pmk_source_open, or -ENODATA for a camera that gives no picture; they are logged, and nothing is changed. */
int pmk_capture_change_create(struct pmk_capture *capture, const struct pmk_capture_settings *now,
	const struct pmk_capture_settings *wanted, struct pmk_capture_change **change)
	__attribute__((warn_unused_result));
/* The names of the camera that the change moves to and has open; false: it moves to none. */
bool pmk_capture_change_names(const struct pmk_capture_change *change, struct pmk_source_names *names);
/* Take other wishes over into the change; its camera stays. */
void pmk_capture_change_revise(struct pmk_capture_change *change, const struct pmk_capture_settings *now,
	const struct pmk_capture_settings *wanted);
/* Whether it changes nothing of the capture. */
bool pmk_capture_change_is_none(const struct pmk_capture_change *change);
/* How many generations of frames the change begins: 0 or 1. */
unsigned pmk_capture_change_steps(const struct pmk_capture_change *change);
/* Make the change between two frames, with no frame lost or late, and wait until it is made. -ETIMEDOUT: a driver has
 * held the thread for five seconds, and nothing is changed. Call it after start, and once for each change. */
int pmk_capture_change_apply(struct pmk_capture *capture, struct pmk_capture_change *change)
	__attribute__((warn_unused_result));
/* closes the source that is no longer read; NULL is fine */
void pmk_capture_change_destroy(struct pmk_capture_change *change);

/* Of the frames that are delivered from now on (struct pmk_frame); 0 at create. [any thread] */
unsigned pmk_capture_generation(struct pmk_capture *capture);

/* true: the settings depend on the camera. When another one is opened without a change, its frames are of a new
 * generation then, and wait for a change. [any thread] */
void pmk_capture_by_camera(struct pmk_capture *capture, bool by_camera);

/* true: close the source until further notice. [any thread] */
void pmk_capture_rest(struct pmk_capture *capture, bool rest);
void pmk_capture_stop(struct pmk_capture *capture); /* closes the slot; does not wait */
int pmk_capture_join(struct pmk_capture *capture, const struct timespec *until) /* as pmk_thread_join */
	__attribute__((warn_unused_result));
void pmk_capture_destroy(struct pmk_capture *capture); /* must be joined or never started; NULL is fine */

/* These describe the source as it was at create, and stay the same until destroy. [any thread] */
/* of the frames, except for their range */
const struct pmk_layout *pmk_capture_layout(const struct pmk_capture *capture);
/* px of what is to be shown: less than the frames if larger frames were wished, and given (struct pmk_source) */
void pmk_capture_picture(const struct pmk_capture *capture, int *width, int *height);
double pmk_capture_fps(const struct pmk_capture *capture); /* nominal rate, at least 1 */
const char *pmk_capture_name(const struct pmk_capture *capture);
int pmk_capture_late(const struct pmk_capture *capture); /* why there was no camera, negative errno; 0: there was one */

/* The slot that hands frames (struct pmk_frame) to one consumer. Their numbers start anew at each opening. */
struct pmk_slot *pmk_capture_frames(struct pmk_capture *capture);

struct pmk_capture_figures pmk_capture_figures(struct pmk_capture *capture); /* [any thread] */
/* The names of the camera that was opened last, while it is closed, too; empty: none was. [any thread] */
void pmk_capture_names(struct pmk_capture *capture, struct pmk_source_names *names);
/* The name of the source that is open now; "": none is. [any thread] */
void pmk_capture_open_name(struct pmk_capture *capture, char name[PMK_CAPTURE_NAME]);
/* Whether the driver has not returned for three minutes at now_ns. Opening a camera may ask a person, who has one
 * minute to answer. [any thread] */
bool pmk_capture_hangs(struct pmk_capture *capture, uint64_t now_ns);

#endif

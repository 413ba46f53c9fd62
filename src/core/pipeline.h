/* SPDX-License-Identifier: MIT */
/* The live pipeline: a capture thread, the scene's thread, output threads, slots between them, and the state machine.
 *
 * The one rule: from the moment an output is open until after it is closed it holds a composed picture or a cover. Call
 * all functions from one thread (the main thread) unless their comment says otherwise. Errors are logged in one line
 * and returned as negative errno. */
#ifndef PMK_CORE_PIPELINE_H
#define PMK_CORE_PIPELINE_H

#include "core/status.h"
#include "io/sink.h"
#include "io/source.h"
#include "io/source_names.h"
#include "scene/scene.h"

enum { PMK_PIPELINE_MAX_OUTPUTS = 16, PMK_PIPELINE_NAME = sizeof((struct pmk_source *)0)->name };

struct pmk_pipeline_settings {
	char camera[PMK_SPEC];
	struct pmk_source_wish wish;
	char outputs[PMK_PIPELINE_MAX_OUTPUTS][PMK_SPEC];
	int output_count;
	bool optional[PMK_PIPELINE_MAX_OUTPUTS]; /* an output that is held at the start is left out until it is free */
	uint32_t output_fourcc; /* format of virtual cameras; 0: YUYV */
	struct pmk_scene_settings scene;
	int quarters; /* that the camera's picture is turned clockwise, before the next two */
	bool mirror, flip;
	/* close the camera while nobody watches any output; an output that cannot tell counts as watched */
	bool on_demand;
	double cpu_limit; /* share of one core that the process may take; 0: no limit */
	uint64_t frames; /* stop after this many composed pictures; 0: never */
	bool wait; /* a missing camera at create is not an error: the cover is shown until there is one */
	/* The settings depend on the camera: when another one is opened, by itself, the cover is shown until
	 * pmk_pipeline_apply is called. */
	bool by_camera;
	/* If by_camera, of apply: the camera that these settings are made for, as pmk_pipeline_camera numbers it; 0 is
	 * the first one. They are for no frame of another one. apply raises it where it begins a new number itself. */
	unsigned generation;
	/* If by_camera, called by create and apply with the camera that they have opened, to change what is `wanted`
	 * and depends on it: anything that apply changes but the camera. Negative errno, logged: it is refused. NULL:
	 * nothing depends on it. Of apply, what was given to create counts. */
	int (*settle)(void *user, const struct pmk_source_names *camera, struct pmk_pipeline_settings *wanted);
	void *settle_user;
};

struct pmk_pipeline_report {
	enum pmk_state state;
	/* frames read; pictures with a person's mask; covers; frames and pictures replaced by a newer one */
	uint64_t captured, composed, covered, replaced;
	uint64_t written, repeated; /* by the first output: composed pictures; pictures shown again */
	uint64_t dropped, damaged; /* by the camera */
	uint64_t left_out; /* frames not read because of the CPU limit; an estimate */
	uint64_t running_ns; /* since start */
	double latency_ms_p50, latency_ms_p99; /* capture to sink write */
	double stage_ms_p50[4]; /* prepare, infer, refine, compose */
	struct pmk_box crop; /* the part of the frame that is shown, in shares of its width and height */
};

struct pmk_pipeline;

/* Opens the camera, the model and the backdrop; no output yet. A signal may end the process here, as there is nothing
 * to cover yet. *part says which part failed. */
int pmk_pipeline_create(const struct pmk_pipeline_settings *settings, struct pmk_pipeline **pipeline,
	enum pmk_part *part) __attribute__((warn_unused_result));

/* Opens the outputs, with the cover in them, and starts the threads. On failure call destroy. */
int pmk_pipeline_start(struct pmk_pipeline *pipeline, enum pmk_part *part) __attribute__((warn_unused_result));

/* Change settings between two frames: camera, quarters, mirror, flip, cpu_limit, and all of scene except whether the
 * room is shown. The rest of `wanted` is ignored. The change makes no picture lost, late or covered. Models, pictures
 * and cameras are made ready here while the pipeline goes on, so this may take seconds. Either all is changed or, on
 * failure, nothing: errors as at create, logged, and *part says which part failed; -EPERM if showing the room would
 * begin or end; -EINVAL if the picture would be turned, mirrored or flipped while the same keep-out zones stay, since
 * they are places in the picture as it is shown. -ETIMEDOUT if a thread hangs: nothing is changed, or, if it is the
 * scene's thread, only the capture, and covers are shown until a later change is made. Call it after start. */
int pmk_pipeline_apply(struct pmk_pipeline *pipeline, struct pmk_pipeline_settings *wanted, enum pmk_part *part)
	__attribute__((warn_unused_result));

/* Have these backdrops ready, in this order, as far as some memory allows: a change to one of them takes no time then.
 * `make` false: only those that are ready already. Nothing else is affected. Call it after start. */
void pmk_pipeline_keep_ready(struct pmk_pipeline *pipeline, const char *const *specs, int count, bool make);

/* true: show the cover, with a mark, from the next picture on, and close the camera; false: go on. It changes nothing
 * for a pipeline whose outputs sleep, except that the camera stays closed when somebody watches. Call it after start.
 * [any thread] */
void pmk_pipeline_pause(struct pmk_pipeline *pipeline, bool pause);

/* Readable once the pipeline has ended or failed by itself. */
int pmk_pipeline_event_fd(const struct pmk_pipeline *pipeline);
/* of its state, or of the camera that is open: pmk_status_changes_fd */
int pmk_pipeline_changes_fd(const struct pmk_pipeline *pipeline);
enum pmk_state pmk_pipeline_state(const struct pmk_pipeline *pipeline); /* [any thread] */
/* Why there is no camera, as the cover says it: "camera unplugged"; NULL: there is one. [any thread] */
const char *pmk_pipeline_trouble(struct pmk_pipeline *pipeline);
/* What the first output shows now, a reference for the caller, who returns it within a second: no more than two
 * pictures may be out. NULL: the output has ended. Call it after start. [any thread] */
struct pmk_shown *pmk_pipeline_shown(struct pmk_pipeline *pipeline);
/* The mask of what the scene shows now, 320 px at most; the caller frees it. It waits up to 300 ms for the next
 * picture. -ENODATA: none is composed at present; -ENOMEM. [any thread] */
int pmk_pipeline_mask(struct pmk_pipeline *pipeline, struct pmk_mask *mask) __attribute__((warn_unused_result));
/* true: somebody looks at what pmk_pipeline_shown gives, and counts as a viewer until it is called with false.
 * [any thread] */
void pmk_pipeline_watch(struct pmk_pipeline *pipeline, bool watch);
/* The names of the camera that was opened last, while it is closed, too; empty: none was. Returns its number: a higher
 * one is another camera, or the same with other settings. [any thread] */
unsigned pmk_pipeline_camera(struct pmk_pipeline *pipeline, struct pmk_source_names *names);
/* The name of the camera that is open now; "": none is. [any thread] */
void pmk_pipeline_open_camera(struct pmk_pipeline *pipeline, char name[PMK_PIPELINE_NAME]);
/* No picture is delayed by it: the slow part works on copies. [any thread, once started] */
void pmk_pipeline_report(struct pmk_pipeline *pipeline, struct pmk_pipeline_report *report);
/* The thread that hangs at now_ns: "scene" (busy with one picture for a minute), "camera" (in its driver for three
 * minutes, since a driver may have to ask a person), "output" (the virtual cameras' thread, in a driver for ten
 * seconds); NULL: none. A thread that waits does not hang: for a viewer, for a camera that is away, for the reader of a
 * pipe. [any thread] */
const char *pmk_pipeline_hangs(struct pmk_pipeline *pipeline, uint64_t now_ns);
const char *pmk_pipeline_camera_name(const struct pmk_pipeline *pipeline); /* as at create */
const char *pmk_pipeline_output_name(const struct pmk_pipeline *pipeline, int index);
const char *pmk_pipeline_output_spec(const struct pmk_pipeline *pipeline, int index); /* NULL: there are no more */
bool pmk_pipeline_output_ended(struct pmk_pipeline *pipeline, int index); /* nothing is written to it any more */
const char *pmk_pipeline_model_name(const struct pmk_pipeline *pipeline);

/* Cover and close all outputs, then end the threads. Virtual cameras come first, before waiting for anything that could
 * block. 0, the first error of an output, or -ETIMEDOUT if a driver, a pipe or a file system holds a thread: leave by
 * _exit, or call again. */
int pmk_pipeline_stop(struct pmk_pipeline *pipeline, enum pmk_part *part);
void pmk_pipeline_destroy(struct pmk_pipeline *pipeline); /* stops first if necessary, and waits; NULL is fine */

#endif

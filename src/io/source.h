/* SPDX-License-Identifier: MIT */
/* Where frames come from: a small vtable over cameras, files and the drawn presenter.
 *
 * The one rule: a source belongs to the capture thread from open to close. Errors are logged in one line and given as
 * negative errno. */
#ifndef PMK_IO_SOURCE_H
#define PMK_IO_SOURCE_H

#include "image/frame.h"

enum { PMK_SOURCE_MOST_FPS = 240 };

/* What is asked of a source; 0 means no wish. A camera gives the nearest it has; the presenter gives exactly this. */
struct pmk_source_wish {
	int width, height; /* px */
	double fps; /* pictures a second */
	uint32_t fourcc; /* camera format, PMK_FOURCC_*; a camera without it is refused (-EINVAL) */
	/* files and presenter: give pictures as fast as they are read, once, in order, none dropped (convert) */
	bool unpaced;
};

/* Where a camera was found, so that it is found again when its number changes. */
struct pmk_source_place {
	char path[64], card[40], bus[40]; /* as in struct pmk_device; empty for what is no camera */
};

struct pmk_source {
	const struct pmk_source_impl *impl;
	struct pmk_source_place place;
	struct pmk_layout layout; /* of the frames; fixed while open */
	double fps; /* nominal rate */
	char name[160]; /* for messages: "/dev/video0 (Integrated Camera) MJPG 1280x720 at 30/s" */
	uint64_t dropped, damaged; /* counted by read; read by the capture thread, reported at the end */
};

struct pmk_source_impl {
	int (*read)(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns);
	void (*close)(struct pmk_source *source);
};

/* Open by SPEC of the interface: auto, /dev/videoN (any path of a character device), pipewire[:NAME], file:PATH,
 * presenter[:SEED]. -EINVAL bad spec or format, -ENOENT no such device or file, -ENODEV no camera at all or not a
 * camera, -EBUSY taken by somebody else, -EACCES, -EBADMSG damaged file. */
int pmk_source_open(const char *spec, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));

/* Whether a spec names anything at all; nothing is looked for. 0, or -EINVAL with what is wrong in `why`. */
int pmk_source_check(const char *spec, char *why, size_t size) __attribute__((warn_unused_result));

/* Open again what was open at `place`: at the same plug (bus) or else by its name, whatever its number is now; with
 * spec "auto" any other camera when it has gone. For what has no place as pmk_source_open. */
int pmk_source_reopen(const char *spec, const struct pmk_source_place *place, const struct pmk_source_wish *wish,
	struct pmk_source **source) __attribute__((warn_unused_result));

/* The newest frame, waiting until deadline_ns (CLOCK_MONOTONIC). The frame is the caller's: pmk_frame_unref.
 * 0; -EAGAIN nothing came in time, or all frames are still in use (not logged); -ENODATA the end of an unpaced file;
 * -ENODEV, -EIO and others: the source is lost, close it (logged once). A damaged frame is counted and skipped. */
int pmk_source_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
	__attribute__((warn_unused_result));

/* For sources: counts a picture that was skipped, and says why at 1, 2, 4, 8 .. of them, because bad cables make
 * thousands. */
void pmk_source_note_damage(struct pmk_source *source, const char *why);

/* Frames that were handed out may outlive the source. */
void pmk_source_close(struct pmk_source *source); /* NULL is fine */

/* The openers of the kinds, for source.c. `rest` is the spec behind its prefix. */
int pmk_source_v4l2_open(const char *device, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));
int pmk_source_v4l2_reopen(const char *spec, const struct pmk_source_place *place, const struct pmk_source_wish *wish,
	struct pmk_source **source) __attribute__((warn_unused_result));
int pmk_source_v4l2_open_auto(const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));
/* The camera node of that node.name or title (NULL or "": the first that there is) of the PipeWire daemon, never one of
 * ours and no virtual camera's. Where that is out of reach or shows none, of the desktop portal, which may ask the
 * person: a minute at most. Threads of its own serve the daemon. -ENOENT no daemon or no such camera, -ENOSYS this
 * build has no PipeWire. */
int pmk_source_pipewire_open(const char *name, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));
int pmk_source_file_open(const char *path, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));
int pmk_source_presenter_open(const char *seed, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));

#endif

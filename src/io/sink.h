/* SPDX-License-Identifier: MIT */
/* Where composed pictures go: a small vtable over virtual cameras, files, null and hash.
 *
 * The one rule: a sink takes a struct pmk_shown and nothing else. A sink belongs to the output thread.
 * Errors are logged in one line and given as negative errno. */
#ifndef PMK_IO_SINK_H
#define PMK_IO_SINK_H

#include "image/shown.h"

struct pmk_sink_setup {
	struct pmk_layout layout; /* of every picture that write is given */
	double fps; /* nominal rate */
	uint32_t fourcc; /* virtual cameras: PMK_FOURCC_YUYV (default when 0), NV12 or YU12 */
	const char *audio_from; /* file sinks: copy this file's audio, unless NULL */
};

struct pmk_sink {
	const struct pmk_sink_impl *impl;
	/* Set before close when what was written is no good: a file is then removed, and the one of before stays; so it
	 * is, too, where no picture was written. */
	bool spoilt;
	bool finishes; /* closing writes the end of a film, which takes its time and is worth waiting for */
	bool live; /* a virtual camera: wants the last picture again when no new one comes, to keep its rate */
	char name[160]; /* for messages: "/dev/video10 (potemkin) YUYV 1280x720" */
};

/* Whether anybody reads what is written. A sink that cannot tell counts as watched. */
enum pmk_watch { PMK_WATCH_UNKNOWN, PMK_WATCH_NOBODY, PMK_WATCH_SOMEBODY };

struct pmk_sink_impl {
	int (*write)(struct pmk_sink *sink, const struct pmk_shown *shown);
	int (*close)(struct pmk_sink *sink, const struct pmk_shown *cover);
	enum pmk_watch (*watched)(struct pmk_sink *sink); /* or NULL */
	int (*watch_fd)(struct pmk_sink *sink, short *events); /* or NULL */
	int (*rest)(struct pmk_sink *sink, const struct pmk_shown *cover); /* or NULL: the cover is written */
};

/* Open by SPEC: /dev/videoN, pipewire[:NAME], file:PATH (.y4m .mkv .mp4), null, hash. A virtual camera is first given
 * `cover` in every ring buffer, before any client can read one. -EINVAL bad spec, -ENOENT, -ENODEV not a virtual
 * camera, -EBUSY another producer, -EACCES. */
int pmk_sink_open(const char *spec, const struct pmk_sink_setup *setup, const struct pmk_shown *cover,
	struct pmk_sink **sink) __attribute__((warn_unused_result));

/* Whether a spec names anything at all; nothing is looked for. 0, or -EINVAL with what is wrong in `why`. */
int pmk_sink_check(const char *spec, char *why, size_t size) __attribute__((warn_unused_result));

/* 0, or negative errno: the sink is lost, close it. Never blocks for long: a virtual camera without a free buffer loses
 * the picture. */
int pmk_sink_write(struct pmk_sink *sink, const struct pmk_shown *shown) __attribute__((warn_unused_result));

/* Who watches now; UNKNOWN where the sink cannot tell. Cheap and never blocks: asked at every picture, and while nobody
 * watches four times a second at most. It takes in what made watch_fd ready. */
enum pmk_watch pmk_sink_watched(struct pmk_sink *sink);

/* A descriptor that poll reports with *events when the answer of pmk_sink_watched may have changed, so that a thread
 * can sleep on it while nobody watches; the sink's own, good until close. -1: there is none. */
int pmk_sink_watch_fd(struct pmk_sink *sink, short *events);

/* Nobody watches: overwrite every ring buffer with `cover`, so that who comes next is shown no picture of before. The
 * next write ends the rest. 0, or negative errno: the sink is lost, close it. */
int pmk_sink_rest(struct pmk_sink *sink, const struct pmk_shown *cover) __attribute__((warn_unused_result));

/* Overwrite every ring buffer with `cover` (virtual cameras; NULL: leave them), finish the file, free. Gone afterwards,
 * also on failure. */
int pmk_sink_close(struct pmk_sink *sink, const struct pmk_shown *cover);

/* All v4l2loopback devices that are free now, for `auto`: up to `most` paths into `paths`; how many, or negative errno.
 */
int pmk_sink_v4l2_find(char (*paths)[64], int most);

int pmk_sink_v4l2_open(const char *device, const struct pmk_sink_setup *setup, const struct pmk_shown *cover,
	struct pmk_sink **sink) __attribute__((warn_unused_result));
/* A camera node of that name (NULL or "": potemkin) of the PipeWire daemon; many readers at once. Comes back by itself
 * when the daemon went away, so write never fails. Threads of its own serve the daemon; write waits for none of the
 * readers. -ENOENT the daemon does not run, -ENOSYS this build has no PipeWire. */
int pmk_sink_pipewire_open(const char *name, const struct pmk_sink_setup *setup, const struct pmk_shown *cover,
	struct pmk_sink **sink) __attribute__((warn_unused_result));
int pmk_sink_file_open(const char *path, const struct pmk_sink_setup *setup, struct pmk_sink **sink)
	__attribute__((warn_unused_result));
int pmk_sink_null_open(struct pmk_sink **sink) __attribute__((warn_unused_result));
/* SHA-256 over the visible pixels of each plane, row by row; one line "FRAME HEX" per picture and "total HEX" at close,
 * on stdout. */
int pmk_sink_hash_open(struct pmk_sink **sink) __attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* A sink is where shown pictures go: a small vtable over virtual cameras, files, null and hash.
 *
 * The one rule: a sink accepts a struct pmk_shown and nothing else. It belongs to its output thread from open to close.
 * Errors are logged in one line and returned as negative errno.
 *
 *	err = pmk_sink_open("/dev/video10", &setup, cover, &sink);
 *	err = pmk_sink_write(sink, shown);
 *	err = pmk_sink_close(sink, cover); */
#ifndef PMK_IO_SINK_H
#define PMK_IO_SINK_H

#include "image/shown.h"
#include "media/carry.h"
#include "media/out/encoding.h"

struct pmk_sink_setup {
	struct pmk_layout layout; /* of every picture to be written */
	double fps; /* nominal rate, frames per second */
	uint32_t fourcc; /* of a virtual camera: PMK_FOURCC_YUYV (also when 0), NV12 or YU12 */
	bool optional; /* a virtual camera that another program holds is no error, but a warning */
	bool at_once; /* do not wait for a program that may hold a virtual camera only for a moment */
	/* files: appear only when they are complete. Otherwise, they are live: there from the first picture on,
	 * playable at any time, and kept whatever happens */
	struct pmk_encoding encoding; /* files: by which codec, and how well */
	bool alpha; /* files: keep the alpha of shown pictures; -EINVAL if that kind of file cannot */
	bool whole;
	struct pmk_carry carry; /* whole files: what to take over from a recording */
};

struct pmk_sink {
	const struct pmk_sink_impl *impl;
	/* Set this before close when what was written is unusable: a whole file is removed and the old one stays. The
	 * same happens to any file when no picture was written. */
	bool spoilt;
	/* Set this before close when what was written is only a part: if there is an older file, it stays, a message
	 * says where the new one is, and close gives -EALREADY. For whole files. */
	bool partial;
	bool finishes; /* closing writes the end of a video file: it takes time and is worth waiting for */
	bool live; /* a virtual camera: it needs the last picture again when no new one comes, to keep its rate */
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

/* Open the output that SPEC names: /dev/videoN, pipewire[:NAME], file:PATH (.y4m .mkv .mp4 .webm .mov), null or hash. A
 * virtual camera is filled with `cover`, in every ring buffer, before any client can read one. -EINVAL: bad spec;
 * -ENOENT: no such device; -ENODEV: not a virtual camera; -EBUSY: another program feeds it, or holds a format that is
 * not ours; -EACCES. */
int pmk_sink_open(const char *spec, const struct pmk_sink_setup *setup, const struct pmk_shown *cover,
	struct pmk_sink **sink) __attribute__((warn_unused_result));

/* Whether a spec is complete and of a kind that is known, without looking for what it names. 0, or -EINVAL with the
 * reason in `why`. Logs nothing. */
int pmk_sink_check(const char *spec, char *why, size_t size) __attribute__((warn_unused_result));

/* The same, and that it is no pipe, which a live run cannot use; if not, it is logged. */
bool pmk_sink_usable(const char *spec) __attribute__((warn_unused_result));

/* Write a picture. 0, or negative errno: the sink is lost, close it. -ECANCELED: whoever read it has gone and needs no
 * more, which is no failure. It never blocks for long: a virtual camera that has no free buffer drops the picture. */
int pmk_sink_write(struct pmk_sink *sink, const struct pmk_shown *shown) __attribute__((warn_unused_result));

/* Whether anybody watches now; UNKNOWN if the sink cannot tell. It is cheap and never blocks: call it at every picture,
 * and at most four times per second while nobody watches. It also clears what made watch_fd ready. */
enum pmk_watch pmk_sink_watched(struct pmk_sink *sink);

/* A descriptor that poll reports with *events when the answer of pmk_sink_watched may have changed, so that a thread
 * can sleep on it while nobody watches. It belongs to the sink and is valid until close. -1: there is none. */
int pmk_sink_watch_fd(struct pmk_sink *sink, short *events);

/* Put the sink to rest while nobody watches: overwrite every ring buffer with `cover`, so that the next viewer sees no
 * old picture. The next write ends the rest. 0, or negative errno: the sink is lost, close it. */
int pmk_sink_rest(struct pmk_sink *sink, const struct pmk_shown *cover) __attribute__((warn_unused_result));

/* Overwrite every ring buffer of a virtual camera with `cover` (NULL: leave them), finish a file, and free the sink,
 * even on failure. 0 or the first error. */
int pmk_sink_close(struct pmk_sink *sink, const struct pmk_shown *cover);

/* Find the v4l2loopback devices that no program feeds, for `auto`: up to `most` paths. Returns how many, or negative
 * errno. */
int pmk_sink_v4l2_find(char (*paths)[64], int most);

int pmk_sink_v4l2_open(const char *device, const struct pmk_sink_setup *setup, const struct pmk_shown *cover,
	struct pmk_sink **sink) __attribute__((warn_unused_result));
/* Create a camera node of this name (NULL or "": potemkin) at the PipeWire daemon; it may have many readers at once. It
 * returns by itself after the daemon has gone, so write never fails. Threads of its own serve the daemon, and write
 * waits for no reader. -ENOENT: the daemon is not running; -ENOSYS: this build has no PipeWire. */
int pmk_sink_pipewire_open(const char *name, const struct pmk_sink_setup *setup, const struct pmk_shown *cover,
	struct pmk_sink **sink) __attribute__((warn_unused_result));
int pmk_sink_file_open(const char *path, const struct pmk_sink_setup *setup, struct pmk_sink **sink)
	__attribute__((warn_unused_result));
int pmk_sink_null_open(struct pmk_sink **sink) __attribute__((warn_unused_result));
/* Print the SHA-256 of the visible pixels of each plane, row by row: a line "FRAME HEX" for each picture, at once, and
 * "total HEX" at close, on standard output. */
int pmk_sink_hash_open(struct pmk_sink **sink) __attribute__((warn_unused_result));

#endif

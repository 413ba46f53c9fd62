/* SPDX-License-Identifier: MIT */
/* A source is where frames come from: a small vtable over cameras, files and the drawn presenter.
 *
 * The one rule: a source belongs to the capture thread from open to close. Errors are logged in one line and returned
 * as negative errno.
 *
 *	err = pmk_source_open("auto", &wish, &source);
 *	err = pmk_source_read(source, &frame, pmk_clock_now_ns() + 100 * PMK_MS_NS);
 *	pmk_frame_unref(frame);
 *	pmk_source_close(source); */
#ifndef PMK_IO_SOURCE_H
#define PMK_IO_SOURCE_H

#include "image/frame.h"
#include "media/film/holes.h"

enum { PMK_SOURCE_MOST_FPS = 240 };

/* What is asked of a source; 0 means no wish. A camera chooses its nearest mode; the presenter gives exactly this. */
struct pmk_source_wish {
	int width, height; /* px */
	double fps; /* frames per second */
	uint32_t fourcc; /* camera format, PMK_FOURCC_*; a camera that lacks it is refused (-EINVAL) */
	/* files and presenter: give each frame once, in order, as fast as it is read; none is dropped (for convert) */
	bool unpaced;
	/* files: show all of pictures of another shape, between bars, rather than crop them */
	bool contain;
	/* The frames may be larger than what is shown, so that a part of them is as sharp as the whole would have been:
	 * up to twice as wide and high and 1920x1080, of the same shape and rate. */
	bool larger;
};

/* Where a camera was found. It serves to find the camera again after its device number has changed. */
struct pmk_source_place {
	char path[64], card[40], bus[40]; /* as in struct pmk_device; empty if the source is no V4L2 camera */
	char twins[4][40]; /* the buses of other cameras of this name; "": none. They are never taken for this one. */
	bool labelled; /* the kernel's label of its node begins with the card's name */
};

struct pmk_source {
	const struct pmk_source_impl *impl;
	struct pmk_source_place place;
	/* what the frames are expected to have; each tells its own, since a camera may send a JPEG of any size */
	struct pmk_layout layout;
	/* px of what is to be shown, where the frames are larger because that was wished; 0: the frames' */
	int picture_width, picture_height;
	double fps; /* nominal rate, frames per second */
	char node[128], title[128]; /* PipeWire's node.name and title of the camera; "": it is none of PipeWire's */
	char name[160]; /* for messages: "/dev/video0 (Integrated Camera) MJPG 1280x720 at 30/s" */
	uint64_t dropped, damaged; /* counted by read, and reported by the capture thread at the end */
	struct pmk_holes holes; /* of a file */
	/* Why an open camera gives no picture, if it tells; set by open and read, which log nothing of it. -ENOLINK:
	 * its input has no signal; else 0. In words: "the input HDMI 1 has no signal". */
	int trouble;
	char trouble_words[96];
	bool odd_sized; /* a frame of another size was logged */
};

struct pmk_source_impl {
	int (*read)(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns);
	void (*close)(struct pmk_source *source);
};

/* Open the camera that SPEC names: auto, /dev/videoN (or any path of a character device below /dev), pipewire[:NAME],
 * file:PATH or presenter[:SEED]. -EINVAL: bad spec or format; -ENOENT: no such device or file; -ENODEV: not a camera,
 * or there is none at all; -EBUSY: another program uses it; -EACCES; -EBADMSG: damaged file. */
int pmk_source_open(const char *spec, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));

/* Whether a spec is complete and of a kind that is known, without looking for what it names. 0, or -EINVAL with the
 * reason in `why`. Logs nothing. */
int pmk_source_check(const char *spec, char *why, size_t size) __attribute__((warn_unused_result));

/* Whether pmk_source_check lets it pass, and it is no pipe, which a live run cannot use; if not, it is logged. */
bool pmk_source_usable(const char *spec) __attribute__((warn_unused_result));

/* Open the camera again that was found at `place`: at the same plug (bus), whatever its number is now, or else by its
 * name at a plug where no camera was before, with a warning. If it is gone and the spec is "auto", any other camera is
 * opened. If the spec is a path, what is there now is opened with a warning, unless it is a twin (-ENOENT). A source
 * without a place is opened as by pmk_source_open. */
int pmk_source_reopen(const char *spec, const struct pmk_source_place *place, const struct pmk_source_wish *wish,
	struct pmk_source **source) __attribute__((warn_unused_result));

/* Get the newest frame, waiting until deadline_ns (CLOCK_MONOTONIC). The caller owns a reference: pmk_frame_unref. 0;
 * -EAGAIN: no frame came in time, or all frames are in use (not logged); -ENODATA: the end of an unpaced file; -ENODEV,
 * -EIO and others: the source is lost, close it (logged once). A damaged frame is counted and skipped. */
int pmk_source_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
	__attribute__((warn_unused_result));

/* For sources: count a skipped frame, and log why for the 1st, 2nd, 4th, 8th .. of them, because a bad cable damages
 * thousands. */
void pmk_source_note_damage(struct pmk_source *source, const char *why);

/* The same where so many of them have been skipped by now, which may be several more. */
void pmk_source_set_damaged(struct pmk_source *source, uint64_t damaged, const char *why);

/* For sources: log the first frame whose size is not that of source->layout. */
void pmk_source_note_size(struct pmk_source *source, const struct pmk_layout *layout);

/* Close the source; NULL is allowed. Frames in use may outlive it. */
void pmk_source_close(struct pmk_source *source);

/* The openers of each kind, for source.c. Their first argument is the spec without its prefix. */
int pmk_source_v4l2_open(const char *device, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));
int pmk_source_v4l2_reopen(const char *spec, const struct pmk_source_place *place, const struct pmk_source_wish *wish,
	struct pmk_source **source) __attribute__((warn_unused_result));
int pmk_source_v4l2_open_auto(const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));
/* Open the PipeWire camera whose node.name or title is `name` (NULL or "": the first usable one). It is never a node of
 * potemkin or of a virtual camera. If the daemon is out of reach or shows no camera, the desktop portal is asked; it
 * may ask the person, who has one minute to answer. Threads of its own serve the daemon. -ENOENT: no daemon, or no such
 * camera; -ENOSYS: this build has no PipeWire. */
int pmk_source_pipewire_open(const char *name, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));
int pmk_source_file_open(const char *path, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));
int pmk_source_presenter_open(const char *seed, const struct pmk_source_wish *wish, struct pmk_source **source)
	__attribute__((warn_unused_result));

#endif

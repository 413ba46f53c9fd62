/* SPDX-License-Identifier: MIT */
/* libpotemkin: keeps the person in a picture and replaces the room. Three levels, each usable alone:
 *
 *	segmenter	picture in, 8-bit alpha of its size out: 255 is person, 0 is room
 *	scene		picture in, composed picture out, or the person with alpha
 *	webcam		a camera to virtual cameras, by threads of its own
 *
 * The one rule: the room is never shown. A scene that fails writes its backdrop alone, or black, and never a pixel of
 * its input; a caller that gets an error must not show the input either. (Unless the setting "show-room" asks for it.)
 *
 * Ownership: what a function creates belongs to the caller, who destroys it; NULL may be destroyed. A handle keeps what
 * it needs of its context, which may be destroyed before it. Strings and structs that are passed in are copied.
 * Pictures and their planes stay the caller's.
 * Threads: one thread at a time for each handle, unless a function says [any thread]; any number of handles at once.
 * There is no state that handles share, and no global to set up. The library changes no signal handler, locale or
 * directory, reads no configuration file, and prints nothing.
 * Errors: 0, or a negative errno, with one line for the log function that says what failed and why. -EINVAL: an
 * argument or setting is wrong; -ENOENT: a model, file or device is not there; -EBADMSG: a file is damaged; -ENOMEM.
 * Units: sizes in px, strides in bytes, times in ns.
 * Versions: functions and fields are only added. Each settings struct begins with its own size, so that a library knows
 * which fields its caller knows; set what you do not know to 0. */
#ifndef POTEMKIN_POTEMKIN_H
#define POTEMKIN_POTEMKIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#define POTEMKIN_CHECKED __attribute__((warn_unused_result))
#else
#define POTEMKIN_CHECKED
#endif

const char *potemkin_version(void); /* "0.1.0", of the library that runs. [any thread] */

/* --- context: who hears the log --- */

typedef struct potemkin_context potemkin_context;

enum potemkin_log_level { POTEMKIN_ERROR, POTEMKIN_WARN, POTEMKIN_INFO, POTEMKIN_DEBUG };

/* Gets one line without a newline at a time, from threads of the library too; it must not call the library. */
typedef void potemkin_log_function(void *user, enum potemkin_log_level level, const char *line);

struct potemkin_context_settings {
	size_t struct_size; /* sizeof(struct potemkin_context_settings) */
	potemkin_log_function *log; /* NULL: nobody hears */
	void *log_user;
	enum potemkin_log_level log_most; /* lines above this level are left out */
};

/* `settings` may be NULL: a silent context. -EINVAL, -ENOMEM. [any thread] */
int potemkin_context_create(
	const struct potemkin_context_settings *settings, potemkin_context **context) POTEMKIN_CHECKED;
void potemkin_context_destroy(potemkin_context *context); /* its log function is called until the last handle is gone */

/* --- pictures --- */

enum potemkin_format {
	POTEMKIN_I420 = 1, /* planes Y, U, V; chroma has half the width and height, rounded up */
	POTEMKIN_NV12 = 2, /* planes Y and UV */
	POTEMKIN_YUY2 = 3, /* one plane: Y U Y V */
	POTEMKIN_UYVY = 4, /* one plane: U Y V Y */
	POTEMKIN_RGBA = 5, /* one plane: bytes R G B A in memory, full range; colours are not multiplied by alpha */
	POTEMKIN_BGRA = 6, /* the same: B G R A */
	POTEMKIN_A420 = 7 /* output of a scene only: I420, and alpha as the fourth plane */
};

enum potemkin_matrix { POTEMKIN_BT601 = 0, POTEMKIN_BT709 = 1 };
enum potemkin_range { POTEMKIN_LIMITED = 0, POTEMKIN_FULL = 1 }; /* of YUV: Y 16..235 and chroma 16..240, or 0..255 */

/* The same for all pictures of a handle. RGBA and BGRA are converted to and from YUV of the matrix. */
struct potemkin_geometry {
	int width, height; /* px, 16 to 8192 */
	enum potemkin_matrix matrix;
	enum potemkin_range range;
};

struct potemkin_picture {
	enum potemkin_format format;
	uint8_t *plane[4]; /* the library writes to output pictures only */
	ptrdiff_t stride[4]; /* bytes; at least a row of the plane */
};

/* --- settings: named and written as the long options of the program (potemkin(1)) --- */

struct potemkin_setting {
	const char *name; /* "backdrop" */
	const char *value; /* "blur:60"; NULL turns a switch on, and is -EINVAL for others */
};

enum potemkin_level { POTEMKIN_SEGMENTER, POTEMKIN_SCENE, POTEMKIN_WEBCAM };

struct potemkin_setting_info {
	size_t struct_size; /* sizeof(struct potemkin_setting_info), set by the caller */
	const char *name, *help; /* static strings */
	const char *normal; /* the default; NULL: nothing is set */
	int live; /* it can be changed while pictures go on */
	/* For forms: */
	const char *value; /* how a value is written: "0..100", "PX", "yes|no"; NULL: it is a switch, as "yes|no" is */
	const char *const *choices; /* words that it takes, ended by NULL; some take others as well. NULL: none */
	double least, most; /* limits of a number; both 0: it is none */
	const char *none; /* the value that stands for "nothing is set": "none" or "auto"; NULL: there is none */
};

/* Setting number `index`, from 0, of a level. -ENOENT: there are no more. [any thread] */
int potemkin_setting_describe(
	enum potemkin_level level, size_t index, struct potemkin_setting_info *info) POTEMKIN_CHECKED;

/* A built-in backdrop: "builtin:" and its name are a value of the setting "backdrop". */
struct potemkin_builtin_info {
	size_t struct_size; /* sizeof(struct potemkin_builtin_info), set by the caller */
	const char *name, *title; /* "office", "Office", in English; static strings */
};

/* Built-in backdrop number `index`, from 0. -ENOENT: there are no more. [any thread] */
int potemkin_builtin_describe(size_t index, struct potemkin_builtin_info *info) POTEMKIN_CHECKED;

/* --- segmenter --- */

typedef struct potemkin_segmenter potemkin_segmenter;

struct potemkin_segmenter_settings {
	size_t struct_size; /* sizeof(struct potemkin_segmenter_settings) */
	struct potemkin_geometry geometry;
	const struct potemkin_setting *settings; /* such as "model", "smooth", "feather"; NULL if there are none */
	size_t setting_count;
};

int potemkin_segmenter_create(potemkin_context *context, const struct potemkin_segmenter_settings *settings,
	potemkin_segmenter **segmenter) POTEMKIN_CHECKED;
/* Write the alpha of a picture, geometry.height rows of geometry.width bytes. `time_ns` rises from picture to picture;
 * half a second or more between two of them begins a new scene. In the first 26 pictures of a scene, of several people
 * apart, those who do not move are room, except the largest near the middle; for photos, set "plate" to "no". The
 * result is that of `potemkin mask` for a film. On an error alpha is 0: nobody is there; but -EINVAL because of `alpha`
 * or `stride` leaves it untouched. */
int potemkin_segmenter_run(potemkin_segmenter *segmenter, const struct potemkin_picture *picture, int64_t time_ns,
	uint8_t *alpha, ptrdiff_t stride) POTEMKIN_CHECKED;
void potemkin_segmenter_destroy(potemkin_segmenter *segmenter);

/* --- scene --- */

typedef struct potemkin_scene potemkin_scene;

struct potemkin_scene_settings {
	size_t struct_size; /* sizeof(struct potemkin_scene_settings) */
	struct potemkin_geometry geometry;
	const struct potemkin_setting *settings; /* such as "backdrop", "blur", "light"; NULL if there are none */
	size_t setting_count;
};

int potemkin_scene_create(potemkin_context *context, const struct potemkin_scene_settings *settings,
	potemkin_scene **scene) POTEMKIN_CHECKED;
/* Compose `in` to `out`, which may be of different formats and must not overlap. `in` NULL gives the backdrop alone.
 * Time as for the segmenter. The result is that of `potemkin convert`; over the backdrop "transparent", I420, NV12,
 * YUY2 and UYVY hold the person over black, and the formats with alpha hold the person. On an error `out` holds the
 * backdrop alone, or black; but -EINVAL because of `out` itself leaves it untouched. */
int potemkin_scene_run(potemkin_scene *scene, const struct potemkin_picture *in, int64_t time_ns,
	const struct potemkin_picture *out) POTEMKIN_CHECKED;
/* Change a live setting, from the next picture on; a backdrop fades in as "fade" says. It may read files, which takes
 * its time, while pictures go on in another thread. -EPERM: the setting cannot change now. On an error nothing has
 * changed. [any thread, one at a time] */
int potemkin_scene_set(potemkin_scene *scene, const char *name, const char *value) POTEMKIN_CHECKED;
/* The value of a setting as `set` takes it, cut to `size`. -EINVAL: there is no such setting. [the thread of set] */
int potemkin_scene_get(const potemkin_scene *scene, const char *name, char *value, size_t size) POTEMKIN_CHECKED;
void potemkin_scene_destroy(potemkin_scene *scene); /* no other call may be running */

/* --- webcam --- */

typedef struct potemkin_webcam potemkin_webcam;

struct potemkin_webcam_settings {
	size_t struct_size; /* sizeof(struct potemkin_webcam_settings) */
	const struct potemkin_setting *settings; /* such as "camera" and "output"; each "output" adds one */
	size_t setting_count;
};

enum potemkin_state {
	POTEMKIN_IDLE, /* nobody watches, and the camera is closed */
	POTEMKIN_OPENING, /* no picture has been written yet */
	POTEMKIN_LIVE, /* the person is shown */
	POTEMKIN_COVERED, /* the backdrop alone is shown; the camera is tried again */
	POTEMKIN_PAUSED, /* the backdrop alone is shown, as potemkin_webcam_pause wants */
	POTEMKIN_ENDED, /* the camera's file has ended */
	POTEMKIN_FAILED /* no output is left */
};

/* Open the camera and the model, but no output. "output" must be given; the word "auto" is not known here. -EINVAL,
 * here and of a change: an output is a file that is read, such as the camera's film or the backdrop. */
int potemkin_webcam_create(potemkin_context *context, const struct potemkin_webcam_settings *settings,
	potemkin_webcam **webcam) POTEMKIN_CHECKED;
/* Open the outputs with the backdrop in them, and start the threads. On failure, destroy it. */
int potemkin_webcam_start(potemkin_webcam *webcam) POTEMKIN_CHECKED;
/* Change a live setting, as for a scene; not from another thread. */
int potemkin_webcam_set(potemkin_webcam *webcam, const char *name, const char *value) POTEMKIN_CHECKED;
int potemkin_webcam_get(const potemkin_webcam *webcam, const char *name, char *value, size_t size) POTEMKIN_CHECKED;
/* Show the backdrop with a mark and close the camera (pause not 0), or go on. [any thread] */
void potemkin_webcam_pause(potemkin_webcam *webcam, int pause);
/* A descriptor that becomes readable when the state changes; it stays the library's. `potemkin_webcam_state` makes it
 * unreadable again. */
int potemkin_webcam_fd(const potemkin_webcam *webcam);
enum potemkin_state potemkin_webcam_state(potemkin_webcam *webcam);
/* Cover and close all outputs, and end the threads. -ETIMEDOUT: a driver, a pipe or a file system holds one of them;
 * the outputs are covered; call it again later. */
int potemkin_webcam_stop(potemkin_webcam *webcam) POTEMKIN_CHECKED;
void potemkin_webcam_destroy(potemkin_webcam *webcam); /* stops first, and waits as long as that takes */

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif

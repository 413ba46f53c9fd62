/* SPDX-License-Identifier: MIT */
/* The backdrop, which stands where the room was: one interface to pictures, colours, drawings and the blurred room.
 *
 * The one rule: a cover holds nothing of the room, whatever the backdrop is made of.
 *
 * Creating a backdrop does all the slow work: reading, decoding, fitting. After that, begin and write do not allocate,
 * do not block and cannot fail. A backdrop may be created and destroyed on any thread; between the two it belongs to
 * the thread of the composer that it was given to. Errors are logged in one line and returned as negative errno.
 *
 * A film (film/player.h) is decoded and fitted ahead by a thread of its own. begin returns the newest picture that is
 * due; if the decoder falls behind, the last picture is used again. For a frame of a recorded video, begin returns the
 * picture that is due at position_ns, and is the one that may wait for it. The cover is a copy of the first picture. */
#ifndef PMK_COMPOSE_BACKDROP_H
#define PMK_COMPOSE_BACKDROP_H

#include "base/parse.h"
#include "image/colour.h"
#include "image/frame.h"
#include "image/whole.h"
#include "pixels/cells.h"

struct pmk_motion;
struct pmk_near;

enum pmk_fit { PMK_FIT_COVER, PMK_FIT_CONTAIN, PMK_FIT_STRETCH, PMK_FIT_TILE };

/* From this strength on, blur needs no consent, although up to 20 the room stays recognisable. */
enum { PMK_BLUR_FREELY = 10 };

struct pmk_backdrop {
	const struct pmk_backdrop_impl *impl;
	/* Shown alone when there is no frame or no mask. It does not change before destroy; all pictures and rows of
	 * the backdrop have its layout. */
	struct pmk_image cover;
	bool of_room; /* made of each frame's room, so that the cover does not look like it */
	const struct pmk_whole *whole; /* of the frame that begin gets next; NULL: it is not a part. The composer's. */
	bool transparent; /* black that stands for nothing: shown pictures have alpha (image/shown.h) */
};

struct pmk_backdrop_impl {
	/* The picture behind `frame`; `cells` are those of the frame's mask. The picture is valid until the next begin.
	 * NULL: the rows come from write, and the frame is not read after begin. *stays is false at the call; true on
	 * return: the pixels are those of the previous begin, so the composer need not write again what shown pictures
	 * already hold of them. */
	const struct pmk_image *(*begin)(struct pmk_backdrop *backdrop, const struct pmk_frame *frame,
		const struct pmk_cells *cells, bool *stays);
	/* Write the rows of a row of cells, and perhaps of the next one, to `out`: each row of cells once, from top to
	 * bottom. The padding after a row of pixels may be written, too. NULL if begin always returns a picture. */
	void (*write)(struct pmk_backdrop *backdrop, int row, struct pmk_image *out);
	/* NULL if the kind never changes its picture by itself: how long a change takes, as pmk_backdrop_set_fade */
	void (*set_fade)(struct pmk_backdrop *backdrop, int ms);
	int pictures; /* of the layout that it keeps in memory; 0: not known, as there is a decoder */
	/* Another one that shows the same, which is NULL without memory. NULL if it takes as long as to create one. */
	struct pmk_backdrop *(*copy)(const struct pmk_backdrop *backdrop);
	void (*destroy)(struct pmk_backdrop *backdrop); /* frees the cover and the backdrop itself */
};

/* "cover", "contain", "stretch", "tile"; -EINVAL. Logs nothing. */
int pmk_fit_parse(const char *text, enum pmk_fit *fit) __attribute__((warn_unused_result));

/* Whether SPEC can be a backdrop, as far as can be told without reading a file. 0, or the reason in `why`: -ENOENT if
 * there is no such file; -EINVAL otherwise, with a suggestion. "none", with which the scene shows the room, passes.
 * Logs nothing. */
int pmk_backdrop_check(const char *spec, char *why, size_t size) __attribute__((warn_unused_result));

/* Whether SPEC shows so much of the room that it needs the person's consent: "none", and the weakest blurs, 1 to
 * PMK_BLUR_FREELY - 1. Of a spec that pmk_backdrop_check lets pass. */
bool pmk_backdrop_shows_room(const char *spec);

/* The folder whose pictures SPEC shows; false: it shows none of a folder. */
bool pmk_backdrop_folder(const char *spec, char folder[PMK_SPEC]);

/* Whether the fit changes what SPEC gives. If not, it need not be made again for another fit. */
bool pmk_backdrop_fits(const char *spec);

/* SPEC of the interface: PATH, builtin:NAME, color:COLOUR (pmk_parse_colour), green, transparent, blur[:0..100],
 * slideshow:FOLDER[:SECONDS], daylight:[FOLDER]. `layout` is that of
 * the composed picture (limited range). -EINVAL: bad spec; otherwise an error of pmk_still_read. */
int pmk_backdrop_create(const char *spec, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
void pmk_backdrop_destroy(struct pmk_backdrop *backdrop); /* NULL is fine */

/* For a backdrop that goes from picture to picture: how long the next one takes to fade in, 0 (at first) or more. A
 * change of the backdrop itself is the scene's (compose/backdrop_fade.h). [the composer's thread] */
void pmk_backdrop_set_fade(struct pmk_backdrop *backdrop, int ms);

/* For backdrop.c: the openers of the kinds, and before them their checks, as pmk_backdrop_check. `rest` is the spec
 * after its prefix. An opener gets only what its check lets pass. */
int pmk_backdrop_colour_check(const char *rest, char *why, size_t size) __attribute__((warn_unused_result));
int pmk_backdrop_builtin_check(const char *rest, char *why, size_t size) __attribute__((warn_unused_result));
/* What a mistyped spec may have meant: try the names of all built-in backdrops, or colours. */
void pmk_backdrop_try_builtins(struct pmk_near *near);
void pmk_backdrop_try_colours(struct pmk_near *near);
int pmk_backdrop_blur_check(const char *rest, char *why, size_t size) __attribute__((warn_unused_result));
int pmk_backdrop_picture_open(const char *path, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
int pmk_backdrop_film_open(const char *path, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result)); /* what has more than one picture */
int pmk_backdrop_colour_open(const char *rest, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
int pmk_backdrop_transparent_open(const char *rest, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
int pmk_backdrop_builtin_open(const char *rest, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
/* A built-in backdrop that moves: a picture that depends on the frame's moment alone, renewed 15 times in a second. */
int pmk_backdrop_sway_open(const struct pmk_motion *motion, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
bool pmk_backdrop_blur_shows_room(const char *rest);
/* The one backdrop made of the room (blur.h; portrait/portrait.h for 1 to 20); its cover is a plain colour. */
int pmk_backdrop_blur_open(const char *rest, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));

/* Those that go from picture to picture (show/show.h). */
int pmk_backdrop_slideshow_check(const char *rest, char *why, size_t size) __attribute__((warn_unused_result));
int pmk_backdrop_slideshow_open(const char *rest, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
void pmk_backdrop_slideshow_folder(const char *rest, char folder[PMK_SPEC]);
int pmk_backdrop_daylight_check(const char *rest, char *why, size_t size) __attribute__((warn_unused_result));
int pmk_backdrop_daylight_open(const char *rest, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));

/* Fill all of `to` with `from`: cover crops what does not fit, contain leaves black bars, tile repeats the picture at
 * its own size. */
int pmk_backdrop_fit(const struct pmk_rgb *from, enum pmk_fit fit, struct pmk_rgb *to)
	__attribute__((warn_unused_result));

#endif

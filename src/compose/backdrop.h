/* SPDX-License-Identifier: MIT */
/* What stands where the room was: a small vtable over pictures, colours, drawings and the blurred room.
 *
 * The one rule: a cover holds nothing of the room, whatever the backdrop is made of.
 *
 * Creating one does all that takes time: reading, decoding, fitting. After that, begin and write allocate nothing, do
 * not block and cannot fail. A backdrop may be created and destroyed on any thread; between the two it belongs to the
 * thread of the composer that it was given to. Errors are logged in one line and given as negative errno.
 *
 * Two kinds are still to come, and fit in as follows:
 * - A film is decoded and fitted ahead by a thread of its own, into three pictures. begin gives the newest one that is
 *   due, with *stays while it is the one of the frame before; if the decoder falls behind, the last picture stands. For
 *   a frame of a recorded video it gives the picture due at position_ns. The cover is a copy of the first picture.
 *   destroy ends the thread.
 * - `transparent` is plain black, which stays. It sets one more flag in struct pmk_backdrop, by which the composer
 *   leaves the mask's alpha in the shown picture for outputs that can take it. Its cover has alpha 0 everywhere. */
#ifndef PMK_COMPOSE_BACKDROP_H
#define PMK_COMPOSE_BACKDROP_H

#include "image/colour.h"
#include "image/frame.h"
#include "pixels/cells.h"

enum pmk_fit { PMK_FIT_COVER, PMK_FIT_CONTAIN, PMK_FIT_STRETCH, PMK_FIT_TILE };

struct pmk_backdrop {
	const struct pmk_backdrop_impl *impl;
	/* What is shown alone when there is no frame or no mask. It does not change before destroy, and its layout is
	 * that of all pictures and rows that the backdrop gives. */
	struct pmk_image cover;
	bool of_room; /* made of each frame's room, so that the cover does not look like it */
};

struct pmk_backdrop_impl {
	/* The picture behind `frame`, whose mask `cells` were found in; its pixels hold until the next begin. NULL: the
	 * rows come from write, and the frame is not looked at after begin. *stays, which is false before: the picture
	 * has the pixels of the begin before, and what shown pictures hold of it is not written again. */
	const struct pmk_image *(*begin)(struct pmk_backdrop *backdrop, const struct pmk_frame *frame,
		const struct pmk_cells *cells, bool *stays);
	/* Write the rows of a row of cells, and perhaps of the next one, to `out`: each row of cells once, from top to
	 * bottom. The padding behind a row of pixels may be written as well. NULL where begin always gives a picture.
	 */
	void (*write)(struct pmk_backdrop *backdrop, int row, struct pmk_image *out);
	void (*destroy)(struct pmk_backdrop *backdrop); /* with its cover and itself */
};

/* "cover", "contain", "stretch", "tile"; -EINVAL. Logs nothing. */
int pmk_fit_parse(const char *text, enum pmk_fit *fit) __attribute__((warn_unused_result));

/* Whether SPEC can be a backdrop, as far as that shows without reading a file: 0, else the reason is in `why`. -ENOENT:
 * there is no such file; -EINVAL: the reason says what may have been meant. "none", by which the scene shows the room,
 * passes. Logs nothing. */
int pmk_backdrop_check(const char *spec, char *why, size_t size) __attribute__((warn_unused_result));

/* SPEC of the interface: PATH, builtin:NAME, color:#rrggbb, green, blur[:0..100]. `layout` is that of the composed
 * picture (limited range). -EINVAL bad spec; else what reading the picture gave (pmk_still_read). */
int pmk_backdrop_create(const char *spec, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
void pmk_backdrop_destroy(struct pmk_backdrop *backdrop); /* NULL is fine */

/* The openers of the kinds, for backdrop.c. `rest` is the spec behind its prefix. */
int pmk_backdrop_picture_open(const char *path, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
int pmk_backdrop_colour_open(const char *rest, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
int pmk_backdrop_builtin_open(const char *rest, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));
/* The one backdrop made of the room (blur.h); its cover is a plain colour. */
int pmk_backdrop_blur_open(const char *rest, enum pmk_fit fit, const struct pmk_layout *layout,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));

/* Fit `from` into all of `to`: cover cuts off what juts out, contain leaves black bars, tile repeats at its own size.
 */
int pmk_backdrop_fit(const struct pmk_rgb *from, enum pmk_fit fit, struct pmk_rgb *to)
	__attribute__((warn_unused_result));

#endif

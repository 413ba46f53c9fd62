/* SPDX-License-Identifier: MIT */
/* The overlay: a picture with alpha that lies over everything, also in front of the person: a logo, a frame, a podium;
 * and over that, a name tag.
 *
 * The one rule: an overlay is laid over each pixel once, right after that pixel is written. So a shown picture that
 * keeps pixels from earlier keeps them with the overlay on top.
 *
 * Creating an overlay does all the slow work: reading, scaling, converting. After that it does not change; drawing
 * allocates nothing and cannot fail. Only runs of cells (pixels/cells.h) that the overlay touches are processed. Chroma
 * uses the mean alpha of the pixels that a sample covers, and the mean of their colours weighted by alpha. */
#ifndef PMK_COMPOSE_OVERLAY_H
#define PMK_COMPOSE_OVERLAY_H

#include "base/parse.h"
#include "image/frame.h"
#include "image/sheet.h"

/* The first nine in reading order, so that % 3 and / 3 are column and row. */
enum pmk_spot {
	PMK_SPOT_TOP_LEFT,
	PMK_SPOT_TOP,
	PMK_SPOT_TOP_RIGHT,
	PMK_SPOT_LEFT,
	PMK_SPOT_CENTER,
	PMK_SPOT_RIGHT,
	PMK_SPOT_BOTTOM_LEFT,
	PMK_SPOT_BOTTOM,
	PMK_SPOT_BOTTOM_RIGHT,
	PMK_SPOT_FULL, /* stretched over the whole picture */
	PMK_SPOT_AUTO, /* full if it looks made for that, else at the top right (overlay.c) */
};

struct pmk_overlay_settings {
	char picture[PMK_SPEC]; /* a file; "": none */
	enum pmk_spot place;
	double size; /* 0..1: share of the width and of the height into which it fits; 0: small, and not enlarged */
	char caption[PMK_SPEC]; /* the name tag's text, as struct pmk_caption has it; "": none */
	enum pmk_spot caption_spot; /* one of the nine */
};

struct pmk_overlay;

/* Whether there is such a file, as pmk_backdrop_check. */
int pmk_overlay_check(const char *path, char *why, size_t size) __attribute__((warn_unused_result));
bool pmk_overlay_settings_equal(const struct pmk_overlay_settings *a, const struct pmk_overlay_settings *b);

/* For pictures of `layout`. *overlay becomes NULL, with 0 returned, if there is nothing to lay over them. An error of
 * pmk_still_read or pmk_caption_draw, or -ENOTSUP for a video, is logged in one line. [any thread] */
int pmk_overlay_create(const struct pmk_overlay_settings *settings, const struct pmk_layout *layout,
	struct pmk_overlay **overlay) __attribute__((warn_unused_result));
/* The same of a sheet of the layout's size, with a name tag at `tag` unless that is NULL. -ENOMEM. */
int pmk_overlay_of_sheet(const struct pmk_sheet *sheet, const struct pmk_rect *tag, const struct pmk_layout *layout,
	struct pmk_overlay **overlay) __attribute__((warn_unused_result));
void pmk_overlay_destroy(struct pmk_overlay *overlay); /* NULL is fine */

/* Lay it over columns first..end - 1 of row `y` of a plane, in px of that plane; `to` is the row's beginning. Columns
 * begin and end where cells do, or at the picture's edge. */
void pmk_overlay_row(const struct pmk_overlay *overlay, int plane, int y, int first, int end, uint8_t *to);
void pmk_overlay_image(const struct pmk_overlay *overlay, struct pmk_image *image); /* over all of it */
void pmk_overlay_alpha(const struct pmk_overlay *overlay, struct pmk_mask *alpha); /* the same for alpha of its size */
/* How much it is in the way of something at `rect`: 2, its name tag; 1, something of it, within 7 px; 0, nothing. */
int pmk_overlay_hinders(const struct pmk_overlay *overlay, const struct pmk_rect *rect);

#endif

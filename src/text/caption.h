/* SPDX-License-Identifier: MIT */
/* A name tag: one or two lines of text on a dark, rounded, translucent plate; the second line is smaller.
 *
 * The one rule: any script of Unicode is drawn as it is written, by the system's fonts: shaped, joined, and from the
 * right where it runs so. Nothing in the text is an instruction.
 *
 * All code that uses Pango, Cairo and Fontconfig is a shared object, potemkin-text.so, which is loaded when the first
 * name tag is drawn (text_module.h), so that a run without one does not pay for these libraries. Any thread, but never
 * the scene's: the first call may read the fonts of the whole system. */
#ifndef PMK_TEXT_CAPTION_H
#define PMK_TEXT_CAPTION_H

#include "image/sheet.h"

struct pmk_caption {
	const char *text; /* UTF-8, not empty; what follows the first newline is the second line */
	int column, row; /* where: 0, 1, 2: left, middle, right; top, middle, bottom */
};

/* Draw it over what is on the sheet. Sizes follow the sheet's height, or 9/16 of its width if that is less. A line that
 * is too long ends in an ellipsis. *plate: where it is; a part of it may be outside of a small sheet. -ENOPKG: there is
 * no module; -ENOENT: there is no font; -ENOMEM. Logged in one line, except for -ENOMEM. */
int pmk_caption_draw(const struct pmk_caption *caption, struct pmk_sheet *sheet, struct pmk_rect *plate)
	__attribute__((warn_unused_result));

/* Whether name tags can be drawn at all: 0, or an error as above. Nothing is logged. */
int pmk_caption_try(void) __attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* The module for text: what the program and potemkin-text.so agree on. In the program, text_module.c implements
 * caption.h by calling the module; in the module, caption.c does. This header is for these files and tests only.
 *
 * The one rule: program and module are built together. A change of a struct in this header, or of one that passes
 * through it, must raise the number in PMK_TEXT_INTERFACE. */
#ifndef PMK_TEXT_TEXT_MODULE_H
#define PMK_TEXT_TEXT_MODULE_H

#include "text/caption.h"

#define PMK_TEXT_MODULE_FILE "potemkin-text.so"
#define PMK_TEXT_INTERFACE PMK_VERSION " text 1"

/* The only symbol that the shared object exports is pmk_text_module, of this type. */
struct pmk_text_module {
	char interface[32]; /* PMK_TEXT_INTERFACE when the module was built; always first */
	/* logs nothing */
	int (*caption_draw)(const struct pmk_caption *caption, struct pmk_sheet *sheet, struct pmk_rect *plate);
};

#endif

/* SPDX-License-Identifier: MIT */
/* Part of the module: its only exported symbol. */
#include "text/text_module.h"

extern const struct pmk_text_module pmk_text_module;
__attribute__((visibility("default"))) const struct pmk_text_module pmk_text_module = {
	.interface = PMK_TEXT_INTERFACE,
	.caption_draw = pmk_caption_draw,
};

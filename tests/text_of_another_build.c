/* SPDX-License-Identifier: MIT */
/* A module for text as another build may have left it: nothing in it may be called. */
#include "text/text_module.h"

extern const struct pmk_text_module pmk_text_module;
const struct pmk_text_module pmk_text_module = { .interface = "0.0.1 text 0" };

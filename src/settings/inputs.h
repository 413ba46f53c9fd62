/* SPDX-License-Identifier: MIT */
/* The files that a call reads: the film, the backdrop or the pictures of its folder, the overlay, the model, the
 * configuration file.
 *
 * The one rule: no file that is written is one of them, whatever it is called (a link, a/../b). Any thread. */
#ifndef PMK_SETTINGS_INPUTS_H
#define PMK_SETTINGS_INPUTS_H

#include "settings/settings.h"

/* Whether there is a file at `path` that is read. `in`: the film, a path or a camera's spec; NULL: what the settings
 * say. */
bool pmk_inputs_have(const struct pmk_settings *settings, const char *in, const char *path);

/* The same of a file that is about to be written; if so, that is logged. */
bool pmk_inputs_would_be_lost(const struct pmk_settings *settings, const char *in, const char *path);

/* Whether both paths name the same file, which need not exist yet: a.mkv and ./a.mkv. */
bool pmk_inputs_same_place(const char *a, const char *b);

#endif

/* SPDX-License-Identifier: MIT */
/* What the spec of a camera or an output tells without a look at what it names. */
#ifndef PMK_IO_SPEC_H
#define PMK_IO_SPEC_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a camera's spec names a film or the presenter, so that no device is needed. */
bool pmk_spec_stands_in(const char *spec);

/* For a spec of a kind that is not known: put the reason into `why`, with what was probably meant, or else all `forms`,
 * which are written as in help ("auto", "file:PATH") and end with NULL. Returns -EINVAL. */
int pmk_spec_refuse(const char *spec, const char *const *forms, char *why, size_t size);

#endif

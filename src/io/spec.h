/* SPDX-License-Identifier: MIT */
/* What is said of a camera or an output whose spec is of no kind that is known. */
#ifndef PMK_IO_SPEC_H
#define PMK_IO_SPEC_H

#include <stddef.h>

/* Put the reason into `why`, with what was probably meant, or else all `forms`, which are written as in help ("auto",
 * "file:PATH") and end with NULL. Returns -EINVAL. */
int pmk_spec_refuse(const char *spec, const char *const *forms, char *why, size_t size);

#endif

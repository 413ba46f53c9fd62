/* SPDX-License-Identifier: MIT */
/* Text to numbers, strictly: the whole text must be used and the value be in range. 0, or -EINVAL with the output
 * untouched. */
#ifndef PMK_BASE_PARSE_H
#define PMK_BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of a spec, its final 0 counted: what names a camera, an output, a model or a backdrop, a path at most. */
enum { PMK_SPEC = 4160 };
/* Copy `text`, the rest filled with zeros, so that equal specs are equal bytes. -ENAMETOOLONG with `spec` untouched. */
int pmk_spec_copy(char spec[PMK_SPEC], const char *text) __attribute__((warn_unused_result));

int pmk_parse_int(const char *text, int least, int most, int *value) __attribute__((warn_unused_result));
int pmk_parse_double(const char *text, double least, double most, double *value) __attribute__((warn_unused_result));
/* "1280x720", 16..8192 px a side */
int pmk_parse_size(const char *text, int *width, int *height) __attribute__((warn_unused_result));
/* "#3080c0", or "3080c0" */
int pmk_parse_colour(const char *text, uint8_t rgb[3]) __attribute__((warn_unused_result));
/* yes no true false on off 1 0 */
int pmk_parse_bool(const char *text, bool *value) __attribute__((warn_unused_result));

/* The first line of an INI file, counted from 1, of more than PMK_PARSE_LINE bytes; 0: there is none. libinih takes
 * what is behind these for the next line. */
enum { PMK_PARSE_LINE = 198 };
int pmk_parse_long_line(const char *text);

/* The part of `text` behind `prefix`, or NULL when it does not start so. */
const char *pmk_parse_after(const char *text, const char *prefix);

#endif

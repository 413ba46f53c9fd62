/* SPDX-License-Identifier: MIT */
/* Strict conversion of text to numbers: the whole text must be a number, and its value must be in range. Functions
 * return 0, or -EINVAL with the output untouched. Any thread.
 *
 *	if (pmk_parse_int(text, 1, 240, &fps))
 *		return -EINVAL; */
#ifndef PMK_BASE_PARSE_H
#define PMK_BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Size in bytes of a spec, with its final zero. A spec names a camera, an output, a model or a backdrop; the longest is
 * a path. */
enum { PMK_SPEC = 4160 };
/* Copy `text` into `spec` and fill the rest with zeros, so that equal specs are equal in all bytes. -ENAMETOOLONG, with
 * `spec` untouched, if it does not fit. */
int pmk_spec_copy(char spec[PMK_SPEC], const char *text) __attribute__((warn_unused_result));

int pmk_parse_int(const char *text, int least, int most, int *value) __attribute__((warn_unused_result));
int pmk_parse_double(const char *text, double least, double most, double *value) __attribute__((warn_unused_result));
/* "1280x720"; each side is 16 to 8192 px */
int pmk_parse_size(const char *text, int *width, int *height) __attribute__((warn_unused_result));
/* "#3080c0", "#38c", each with or without "#", or one of the 17 colours that have a name in CSS 2.1 ("navy") or one of
 * beige, brown, cyan, gold, magenta, pink, violet; in any case */
int pmk_parse_colour(const char *text, uint8_t rgb[3]) __attribute__((warn_unused_result));
const char *pmk_parse_colour_name(int index); /* of all that have one, from 0 up; NULL: there are no more */
/* "90", "90.5", "1:30.5" or "0:01:30.5", up to 1000 hours */
int pmk_parse_time(const char *text, int64_t *ns) __attribute__((warn_unused_result));
/* yes, no, true, false, on, off, 1 or 0, in any case */
int pmk_parse_bool(const char *text, bool *value) __attribute__((warn_unused_result));

/* The number, from 1, of the first line that has more than PMK_PARSE_LINE bytes; 0 if there is none. For INI files:
 * libinih would read the rest of such a line as a line of its own. */
enum { PMK_PARSE_LINE = 198 };
int pmk_parse_long_line(const char *text);

/* Bytes of the whole UTF-8 character (RFC 3629) at `text`; 0 if it is none. */
int pmk_parse_utf8(const char *text);

/* The part of `text` after `prefix`, or NULL if `text` does not start with it. */
const char *pmk_parse_after(const char *text, const char *prefix);
/* The part of `text` after "KIND:", "" if `text` is the kind alone, or NULL if it is of another kind. */
const char *pmk_parse_kind(const char *text, const char *kind);

/* Whether a path ends in `end` (".png"), in upper or lower case, and the file has a name before that. Inline, so that
 * the modules have it, too. */
static inline bool pmk_parse_ends(const char *path, const char *end)
{
	size_t length = strlen(path), end_length = strlen(end);

	return length > end_length && path[length - end_length - 1] != '/' &&
		strcasecmp(path + length - end_length, end) == 0;
}

/* The file's name if it is an ending and nothing else, such as ".png" of "room/.png"; else NULL. */
static inline const char *pmk_parse_only_end(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return name[0] == '.' && name[1] && !strchr(name + 1, '.') ? name : NULL;
}

#endif

/* SPDX-License-Identifier: MIT */
/* One line of the configuration file: "name = value", where ":" does for "=", a comment, a "[heading]", or nothing.
 *
 * The one rule: a value means itself. Only blanks at its ends are dropped, and a comment that begins with a blank and
 * ";"; a "#" inside belongs to it. A value in double quotes keeps its blanks and semicolons; in it, \" is a quote and
 * \\ a backslash, and any other backslash is itself. "~/" at the beginning of a value, quoted or not, or behind the
 * colon of a word at its beginning ("file:~/a.mp4"), is the home directory. */
#ifndef PMK_SETTINGS_SETTINGS_LINE_H
#define PMK_SETTINGS_SETTINGS_LINE_H

#include "base/parse.h"

/* Take a line, without its newline, apart in place. 1: *name and *value are parts of it; 0: it sets nothing; -EINVAL,
 * with the reason in *why: "is not of the form .." */
int pmk_settings_line(char *line, char **name, char **value, const char **why) __attribute__((warn_unused_result));

/* 1: the line is a heading, and `profile` is NAME for "[profile NAME]" and "" for any heading that does not begin with
 * "profile"; 0: it is none, and `profile` is untouched; -EINVAL: it begins so, but has no name, or no blank before it.
 */
int pmk_settings_heading(const char *line, char profile[PMK_SPEC]) __attribute__((warn_unused_result));

/* Put the home directory (the variable HOME) in place of "~". -ENAMETOOLONG. */
int pmk_settings_expand_home(const char *value, char expanded[PMK_SPEC]) __attribute__((warn_unused_result));

#endif

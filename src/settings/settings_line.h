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
 * with the reason in *why: "is not of the form ..". A heading sets nothing, but must be whole and alone on its line. */
int pmk_settings_line(char *line, char **name, char **value, const char **why) __attribute__((warn_unused_result));

/* The parts of a file, each of which overrides the ones before. */
enum pmk_section {
	PMK_SECTION_TOP, /* what follows no heading, or one that is for people */
	PMK_SECTION_CAMERA, /* [camera NAME] */
	PMK_SECTION_PROFILE, /* [profile NAME] */
	PMK_SECTIONS
};

struct pmk_heading {
	enum pmk_section section;
	char name[PMK_SPEC]; /* "" at the top */
};

/* 1: the line is a heading; 0: it is none, and `heading` is untouched; -EINVAL: it has "camera" or "profile" in it, but
 * not as its first word with a blank and a name behind; or its first word has one letter wrong ("camra"). Any other is
 * for people, and so is "cameras". */
int pmk_settings_heading(const char *line, struct pmk_heading *heading) __attribute__((warn_unused_result));

/* Put the home directory (the variable HOME, unless that is relative) in place of "~". -ENAMETOOLONG. */
int pmk_settings_expand_home(const char *value, char expanded[PMK_SPEC]) __attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* The names of an open camera: all that a person may know it by. [any thread] */
#ifndef PMK_IO_SOURCE_NAMES_H
#define PMK_IO_SOURCE_NAMES_H

#include "base/parse.h"

#include <stdbool.h>

struct pmk_source;

struct pmk_source_names {
	char spec[PMK_SPEC]; /* never "auto": /dev/videoN, pipewire:NODE, presenter:SEED, file:PATH; "": no camera */
	char title[128]; /* "Integrated Camera"; "": it has none, like the next */
	char id[128]; /* what stays when the device's number changes: of V4L2 the plug ("usb-0000:00:14.0-6") */
};

/* Those of a source that was opened by `spec`. */
void pmk_source_names_get(const struct pmk_source *source, const char *spec, struct pmk_source_names *names);

bool pmk_source_names_equal(const struct pmk_source_names *a, const struct pmk_source_names *b);

/* Whether one of them is `pattern`, in which * and ? stand for any characters and any one, as in fnmatch(3); upper and
 * lower case are the same. No camera fits nothing. */
bool pmk_source_names_fit(const struct pmk_source_names *names, const char *pattern);

#endif

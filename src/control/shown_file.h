/* SPDX-License-Identifier: MIT */
/* Writes a shown picture to a PNG or WebP file, with its alpha if it has any. Any thread. */
#ifndef PMK_CONTROL_SHOWN_FILE_H
#define PMK_CONTROL_SHOWN_FILE_H

#include "image/shown.h"
#include "media/out/encoding.h"

/* `quality`, of WebP: 0 to 100, as in media/out/encoding.h. 0 or a negative errno; logged. The file appears whole or
 * not at all. */
int pmk_shown_write_file(const struct pmk_shown *shown, const char *path, int quality)
	__attribute__((warn_unused_result));

#endif

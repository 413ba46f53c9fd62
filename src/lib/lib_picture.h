/* SPDX-License-Identifier: MIT */
/* Pictures of the library's callers, to and from those of the engine. Any thread. */
#ifndef PMK_LIB_LIB_PICTURE_H
#define PMK_LIB_LIB_PICTURE_H

#include "image/shown.h"

#include <potemkin/potemkin.h>

/* -EINVAL, logged. */
int pmk_lib_check_geometry(const struct potemkin_geometry *geometry) __attribute__((warn_unused_result));
/* Whether its planes can be read, or written: -EINVAL, logged. */
int pmk_lib_check_picture(const struct potemkin_geometry *geometry, const struct potemkin_picture *picture,
	bool written) __attribute__((warn_unused_result));

/* The layout of the frames that pictures of the format become. */
struct pmk_layout pmk_lib_layout(const struct potemkin_geometry *geometry, enum potemkin_format format);

/* Copy a checked picture to planes of that layout. -ENOMEM. */
int pmk_lib_read(const struct potemkin_picture *picture, struct pmk_image *image) __attribute__((warn_unused_result));

/* Copy a shown picture to a checked one; NULL: make it black, and transparent if the format has alpha. On failure it is
 * black. -ENOMEM. */
int pmk_lib_write(const struct potemkin_geometry *geometry, const struct pmk_shown *shown,
	const struct potemkin_picture *picture) __attribute__((warn_unused_result));

#endif

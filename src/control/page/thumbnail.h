/* SPDX-License-Identifier: MIT */
/* Small pictures of backdrops, for the page's gallery. Any thread. */
#ifndef PMK_CONTROL_PAGE_THUMBNAIL_H
#define PMK_CONTROL_PAGE_THUMBNAIL_H

#include "control/page/preview.h"

/* A built-in backdrop as a JPEG, which the caller frees. -ENOENT: there is none of this name; -ENOMEM. */
int pmk_thumbnail_builtin(const char *name, struct pmk_jpeg_copy *jpeg) __attribute__((warn_unused_result));

#endif

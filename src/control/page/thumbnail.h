/* SPDX-License-Identifier: MIT */
/* Small pictures for the page: backdrops in the gallery, and the mask. Any thread. */
#ifndef PMK_CONTROL_PAGE_THUMBNAIL_H
#define PMK_CONTROL_PAGE_THUMBNAIL_H

#include "control/page/preview.h"

/* A built-in backdrop as a JPEG, which the caller frees. -ENOENT: there is none of this name; -ENOMEM. */
int pmk_thumbnail_builtin(const char *name, struct pmk_jpeg_copy *jpeg) __attribute__((warn_unused_result));
/* A picture file. An error of pmk_still_read, logged. */
int pmk_thumbnail_file(const char *path, struct pmk_jpeg_copy *jpeg) __attribute__((warn_unused_result));
/* A mask as a grey JPEG, white where a person is. -ENOMEM. */
int pmk_thumbnail_mask(const struct pmk_mask *mask, struct pmk_jpeg_copy *jpeg) __attribute__((warn_unused_result));

#endif

/* SPDX-License-Identifier: MIT */
/* The live picture as an endless HTTP response: multipart/x-mixed-replace, a JPEG in each part. */
#ifndef PMK_CONTROL_PAGE_PICTURE_H
#define PMK_CONTROL_PAGE_PICTURE_H

#include "control/page/preview.h"

struct MHD_Response;

/* Pictures of at most `width` px until the stream is stopped or the connection is closed. The caller destroys the
 * response; NULL: no memory. */
struct MHD_Response *pmk_page_picture(struct pmk_preview *stream, int width);

#endif

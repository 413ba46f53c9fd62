/* SPDX-License-Identifier: MIT */
/* JPEG files that FFmpeg 5.1 decodes to wrong colours or not at all: with inks (CMYK, YCCK), with arithmetic coding, or
 * with EXIF data that it does not understand. They are decoded with libjpeg. One thread for one call. */
#ifndef PMK_MEDIA_STILL_ODD_JPEG_H
#define PMK_MEDIA_STILL_ODD_JPEG_H

#include <libavutil/frame.h>

/* Decode the file's bytes into `frame`, whose former content is freed. It becomes RGB24. Inks are converted by the
 * file's ICC profile, or simply if it has none; of another picture, `frame` gets the profile. -EBADMSG: damaged or cut
 * off; -EINVAL: more than `max_px` pixels; -ENOMEM; `frame` is then as it was. Only the profile's faults are logged. */
int pmk_odd_jpeg_decode(const char *path, const uint8_t *data, size_t bytes, int64_t max_px, AVFrame *frame)
	__attribute__((warn_unused_result));

#endif

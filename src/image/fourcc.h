/* SPDX-License-Identifier: MIT */
/* Pixel formats of cameras and clients, by their four-character codes. Pure functions; any thread. */
#ifndef PMK_IMAGE_FOURCC_H
#define PMK_IMAGE_FOURCC_H

#include "image/frame.h"

#define PMK_FOURCC(a, b, c, d) \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24) /* as V4L2 packs it */
#define PMK_FOURCC_YUYV PMK_FOURCC('Y', 'U', 'Y', 'V')
#define PMK_FOURCC_UYVY PMK_FOURCC('U', 'Y', 'V', 'Y')
#define PMK_FOURCC_NV12 PMK_FOURCC('N', 'V', '1', '2')
#define PMK_FOURCC_YU12 PMK_FOURCC('Y', 'U', '1', '2')
#define PMK_FOURCC_YV12 PMK_FOURCC('Y', 'V', '1', '2')
#define PMK_FOURCC_MJPG PMK_FOURCC('M', 'J', 'P', 'G')

/* The code of a name in upper or lower case. I420 is an alias of YU12, YUY2 of YUYV, MJPEG of MJPG. 0: none of the six
 * formats above. */
uint32_t pmk_fourcc_parse(const char *text);
/* Fills and returns `text`; unprintable bytes become '?'. */
const char *pmk_fourcc_name(uint32_t fourcc, char text[5]);

enum pmk_chroma pmk_fourcc_chroma(uint32_t fourcc); /* 4:2:2 for YUYV and UYVY, else 4:2:0 */

/* Size in bytes of a raw picture; `stride` is the first plane's. 0: the format is not raw, `stride` is too small, or a
 * side is outside 1..PMK_IMAGE_MAX_PX. */
size_t pmk_fourcc_bytes(uint32_t fourcc, int width, int height, int stride);
int pmk_fourcc_stride(uint32_t fourcc, int width); /* smallest stride of the first plane, in bytes; 0: not raw */
/* Stride in bytes of the chroma planes of a raw picture whose first plane has `stride`. Only for formats with such
 * planes. */
size_t pmk_fourcc_chroma_stride(uint32_t fourcc, int width, int stride);

#endif

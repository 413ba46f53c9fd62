/* SPDX-License-Identifier: MIT */
/* Pixel formats of cameras and clients, by their four-character codes. Pure functions; any thread.
 *
 * The one rule: a code means what V4L2 means by it (linux/videodev2.h): RGB3 has R at the lowest address, AR24 and XR24
 * have B, G, R in this order. Codes of one and the same picture have one plain code, see pmk_fourcc_plain. */
#ifndef PMK_IMAGE_FOURCC_H
#define PMK_IMAGE_FOURCC_H

#include "image/frame.h"

#define PMK_FOURCC(a, b, c, d) \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24) /* as V4L2 packs it */
#define PMK_FOURCC_YUYV PMK_FOURCC('Y', 'U', 'Y', 'V')
#define PMK_FOURCC_UYVY PMK_FOURCC('U', 'Y', 'V', 'Y')
#define PMK_FOURCC_YVYU PMK_FOURCC('Y', 'V', 'Y', 'U')
#define PMK_FOURCC_VYUY PMK_FOURCC('V', 'Y', 'U', 'Y')
#define PMK_FOURCC_NV12 PMK_FOURCC('N', 'V', '1', '2')
#define PMK_FOURCC_NV21 PMK_FOURCC('N', 'V', '2', '1')
#define PMK_FOURCC_NV16 PMK_FOURCC('N', 'V', '1', '6')
#define PMK_FOURCC_NV61 PMK_FOURCC('N', 'V', '6', '1')
#define PMK_FOURCC_NM12 PMK_FOURCC('N', 'M', '1', '2') /* NM and YM: the planes are apart */
#define PMK_FOURCC_NM21 PMK_FOURCC('N', 'M', '2', '1')
#define PMK_FOURCC_NM16 PMK_FOURCC('N', 'M', '1', '6')
#define PMK_FOURCC_NM61 PMK_FOURCC('N', 'M', '6', '1')
#define PMK_FOURCC_YM12 PMK_FOURCC('Y', 'M', '1', '2')
#define PMK_FOURCC_YM21 PMK_FOURCC('Y', 'M', '2', '1')
#define PMK_FOURCC_YM16 PMK_FOURCC('Y', 'M', '1', '6')
#define PMK_FOURCC_YM61 PMK_FOURCC('Y', 'M', '6', '1')
#define PMK_FOURCC_YU12 PMK_FOURCC('Y', 'U', '1', '2')
#define PMK_FOURCC_YV12 PMK_FOURCC('Y', 'V', '1', '2')
#define PMK_FOURCC_YU16 PMK_FOURCC('Y', 'U', '1', '6') /* DRM's name of V4L2's 422P */
#define PMK_FOURCC_YV16 PMK_FOURCC('Y', 'V', '1', '6')
#define PMK_FOURCC_422P PMK_FOURCC('4', '2', '2', 'P')
#define PMK_FOURCC_GREY PMK_FOURCC('G', 'R', 'E', 'Y')
#define PMK_FOURCC_Y10 PMK_FOURCC('Y', '1', '0', ' ') /* the low bits of words of 16, like the next two */
#define PMK_FOURCC_Y12 PMK_FOURCC('Y', '1', '2', ' ')
#define PMK_FOURCC_Y14 PMK_FOURCC('Y', '1', '4', ' ')
#define PMK_FOURCC_Y16 PMK_FOURCC('Y', '1', '6', ' ')
#define PMK_FOURCC_RGB3 PMK_FOURCC('R', 'G', 'B', '3') /* bytes in memory: R G B */
#define PMK_FOURCC_BGR3 PMK_FOURCC('B', 'G', 'R', '3') /* B G R */
#define PMK_FOURCC_AR24 PMK_FOURCC('A', 'R', '2', '4') /* B G R A */
#define PMK_FOURCC_XR24 PMK_FOURCC('X', 'R', '2', '4') /* B G R X */
#define PMK_FOURCC_BGR4 PMK_FOURCC('B', 'G', 'R', '4') /* B G R X */
#define PMK_FOURCC_AB24 PMK_FOURCC('A', 'B', '2', '4') /* R G B A */
#define PMK_FOURCC_XB24 PMK_FOURCC('X', 'B', '2', '4') /* R G B X */
#define PMK_FOURCC_BA24 PMK_FOURCC('B', 'A', '2', '4') /* A R G B */
#define PMK_FOURCC_BX24 PMK_FOURCC('B', 'X', '2', '4') /* X R G B */
#define PMK_FOURCC_RGB4 PMK_FOURCC('R', 'G', 'B', '4') /* X R G B */
#define PMK_FOURCC_RA24 PMK_FOURCC('R', 'A', '2', '4') /* A B G R */
#define PMK_FOURCC_RX24 PMK_FOURCC('R', 'X', '2', '4') /* X B G R */
#define PMK_FOURCC_RGBP PMK_FOURCC('R', 'G', 'B', 'P') /* words of 16 bits: 5 of R, 6 of G, 5 of B in the lowest */
#define PMK_FOURCC_MJPG PMK_FOURCC('M', 'J', 'P', 'G')
#define PMK_FOURCC_H264 PMK_FOURCC('H', '2', '6', '4')
#define PMK_FOURCC_HEVC PMK_FOURCC('H', 'E', 'V', 'C')
#define PMK_FOURCC_JPEG PMK_FOURCC('J', 'P', 'E', 'G')

/* The code of a name in upper or lower case, as above or without trailing spaces. I420 is an alias of YU12, I422 of
 * 422P, YUY2 of YUYV, MJPEG of MJPG, H265 of HEVC, Y8 and Y800 of GREY. 0: none of the formats above. */
uint32_t pmk_fourcc_parse(const char *text);
/* Fills and returns `text`, without trailing spaces; unprintable bytes become '?'. */
const char *pmk_fourcc_name(uint32_t fourcc, char text[5]);

/* The code that stands for all formats that are read alike: MJPG for JPEG, 422P for YU16, AR24 for XR24 and BGR4, NV12
 * for NM12, ... Itself for most codes, and for unknown ones. */
uint32_t pmk_fourcc_plain(uint32_t fourcc);
/* What it costs to read a format, compared with others: 0 is the cheapest. -1: unknown. */
int pmk_fourcc_cost(uint32_t fourcc);
bool pmk_fourcc_is_grey(uint32_t fourcc); /* luma only, as infrared cameras give it */
bool pmk_fourcc_is_rgb(uint32_t fourcc);
bool pmk_fourcc_is_jpeg(uint32_t fourcc);
bool pmk_fourcc_is_stream(uint32_t fourcc); /* H264 or HEVC, whose pictures refer to earlier ones */

/* The sampling of the planes that a raw format is converted to: 4:2:2 for formats that have it, else 4:2:0. */
enum pmk_chroma pmk_fourcc_chroma(uint32_t fourcc);

/* Size in bytes of a raw picture; `stride` is the first plane's. 0: the format is not raw, `stride` is too small, or a
 * side is outside 1..PMK_IMAGE_MAX_PX. */
size_t pmk_fourcc_bytes(uint32_t fourcc, int width, int height, int stride);
int pmk_fourcc_stride(uint32_t fourcc, int width); /* smallest stride of the first plane, in bytes; 0: not raw */
int pmk_fourcc_planes(uint32_t fourcc); /* how many planes a raw picture has: 1, 2 or 3 */
bool pmk_fourcc_is_apart(uint32_t fourcc); /* each plane is in a block of memory of its own */
/* Stride in bytes and number of rows of the chroma planes of a raw picture whose first plane has `stride`. Only for
 * formats with such planes. */
size_t pmk_fourcc_chroma_stride(uint32_t fourcc, int width, int stride);
int pmk_fourcc_chroma_rows(uint32_t fourcc, int height);

#endif

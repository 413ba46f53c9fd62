/* SPDX-License-Identifier: MIT */
/* A camera's buffer of any format, size and stride. Bytes: format, width, height, stride, then the buffer. */
#include "fuzz.h"
#include "image/fourcc.h"
#include "io/unpack.h"

#include <stdlib.h>

enum { HEAD = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint32_t formats[] = { PMK_FOURCC_YUYV, PMK_FOURCC_UYVY, PMK_FOURCC_NV12, PMK_FOURCC_YU12,
		PMK_FOURCC_YV12, PMK_FOURCC_MJPG, PMK_FOURCC_NV21, PMK_FOURCC_NV16, PMK_FOURCC_422P, PMK_FOURCC_VYUY,
		PMK_FOURCC_GREY, PMK_FOURCC_Y10, PMK_FOURCC_RGB3, PMK_FOURCC_XR24, PMK_FOURCC_RGBP };
	enum { FORMATS = sizeof formats / sizeof formats[0] };
	struct pmk_layout layout;
	struct pmk_unpack unpack;
	struct pmk_image image;
	uint32_t fourcc;

	if (size < HEAD)
		return 0;
	fourcc = formats[bytes[0] % FORMATS];
	layout = (struct pmk_layout){ .width = bytes[1] + 16, .height = bytes[2] + 16 };
	layout.chroma = pmk_fourcc_chroma(fourcc);
	layout.range = fourcc == PMK_FOURCC_MJPG ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
	if (pmk_unpack_init(&unpack, fourcc) < 0)
		abort();
	if (!pmk_unpack_layout(&unpack, bytes + HEAD, size - HEAD, &layout) &&
		layout.width * layout.height <= 1 << 20) {
		if (pmk_image_alloc(&image, &layout) < 0)
			abort();
		for (int again = 0; again < 2; again++)
			pmk_unpack(&unpack, bytes + HEAD, size - HEAD, bytes[3] * 4, &image);
		pmk_image_free(&image);
	}
	pmk_unpack_finish(&unpack);
	return 0;
}

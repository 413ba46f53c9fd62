/* SPDX-License-Identifier: MIT */
/* JPEG as cameras send it, decoded with our own scan at two levels and by the library. All must accept the same. */
#include "base/cpu.h"
#include "fuzz.h"
#include "jpeg/jpeg.h"

#include <stdlib.h>

/* A decoder of its own for each: libjpeg keeps tables for the next picture. */
static int decode(const char *level, bool library, const uint8_t *bytes, size_t size)
{
	struct pmk_image image = { 0 };
	struct pmk_layout layout;
	struct pmk_jpeg *jpeg;
	int err;

	if (pmk_cpu_force(level) < 0 || pmk_jpeg_create(&jpeg) < 0)
		abort();
	if (library)
		pmk_jpeg_use_library(jpeg);
	err = pmk_jpeg_layout(jpeg, bytes, size, &layout);
	if (!err && layout.width * layout.height > 1 << 20)
		err = -1;
	if (!err && pmk_image_alloc(&image, &layout) < 0)
		abort();
	if (!err)
		err = pmk_jpeg_decode(jpeg, bytes, size, &image);
	pmk_image_free(&image);
	pmk_jpeg_destroy(jpeg);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	bool own = decode("auto", false, bytes, size) == 0;

	if (own != (decode("auto", true, bytes, size) == 0) ||
		own != (decode(pmk_cpu_name(PMK_CPU_BASE), false, bytes, size) == 0))
		abort();
	return 0;
}
